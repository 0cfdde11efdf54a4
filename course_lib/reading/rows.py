"""Rows: digits put in reading order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from course_lib.reading.part import Part
from course_lib.reading.pieces import Pieces


def in_order(pieces: Pieces, skip=frozenset()) -> list[Part]:
    """The digits of a page in reading order, each with the number of its row."""
    if "rows" in skip:
        return by_columns(pieces.digits)
    return in_rows(pieces.digits, pieces.measures.slope, pieces.measures.fan, pieces.ink.shape[1])


def in_rows(parts: list[Part], slope: float = 0.0, fan: float = 0.0, width: float = 1.0) -> list[Part]:
    """The parts in reading order, each with the number of its row.

    Slid along the rows to the middle of the page, the parts of one row lie level. The part of most usual height
    opens a row (a tall one may reach into two); a part joins the row that it overlaps for at least 40% of the
    lower of the two, else it opens one of its own. Rows go from top to bottom, parts in a row from left to right.
    """
    if not parts:
        return []
    y, x = np.array([p.centre for p in parts]).T
    middle, x = y.mean(), x / width - .5
    level = (y - middle - slope * width * x) / (1 + fan * x)
    rows: list[list[int]] = []
    heights = np.array([p.height for p in parts])
    for n in np.argsort(np.abs(np.log(heights / np.median(heights))), kind="stable"):
        shares = [_overlap(level[n], parts[n].height, level[row[0]], parts[row[0]].height) for row in rows]
        if shares and max(shares) >= .4:
            rows[int(np.argmax(shares))].append(n)
        else:
            rows.append([n])
    rows.sort(key=lambda row: np.mean(level[row]))
    return [replace(parts[n], row=number) for number, row in enumerate(rows)
            for n in sorted(row, key=lambda n: x[n])]


def _overlap(a: float, a_height: float, b: float, b_height: float) -> float:
    """The share of the lower height that two spans around `a` and `b` have in common."""
    common = min(a + a_height / 2, b + b_height / 2) - max(a - a_height / 2, b - b_height / 2)
    return common / min(a_height, b_height)


def by_columns(parts: list[Part]) -> list[Part]:
    """The parts in the order in which a scan down one column after the other first meets them."""
    return sorted(parts, key=lambda p: (p.left, p.top + int(np.argmax(p.mask[:, 0]))))
