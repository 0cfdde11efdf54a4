"""How well a page was read: rows are held against rows, digits against digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib.workshop.pages.writing import MadePage


@dataclass(frozen=True)
class Score:
    """What became of a page.

    right     for every digit on the page, in reading order: whether the reading has it
    found     for every digit on the page: whether a box was put around it (half of their union shared)
    kept      for every digit read, in reading order: whether the page has it there
    mistakes  the edit distance: digits to put in, to take out, to change
    """

    right: tuple[bool, ...]
    found: tuple[bool, ...]
    kept: tuple[bool, ...]
    mistakes: int


def score(made: MadePage, read) -> Score:
    """Hold a page read (anything with `.rows` and `.digits`, as of `reading.read_page`) against the truth."""
    mistakes, pairs = _best(made.rows, list(read.rows), _row_price)
    facing = dict(pairs)
    right, kept = [], [[False] * len(row) for row in read.rows]
    for i, truth in enumerate(made.rows):
        same = _same(truth, read.rows[facing[i]]) if i in facing else {}
        right += [n in same for n in range(len(truth))]
        for b in same.values():
            kept[facing[i]][b] = True
    boxes = np.array([d.box for d in read.digits]).reshape(-1, 4)
    found = tuple(bool(shared(np.array(w.box), boxes).max(initial=0) > .5) for w in made.written)
    return Score(tuple(right), found, tuple(k for row in kept for k in row), mistakes)


def _same(truth: str, read: str) -> dict[int, int]:
    """Which digits of a row are right: {place in the truth: place in what was read}."""
    return {a: b for a, b in _best(truth, read)[1] if truth[a] == read[b]}


def _row_price(truth: str, read: str) -> int:
    return _best(truth, read)[0]


def _best(truth, read, change=lambda a, b: int(a != b)):
    """The cheapest way to turn one sequence into the other: (price, pairs (i, j) that face each other).

    Putting in or taking out an item costs its length (1 for a digit).
    """
    D = np.zeros((len(truth) + 1, len(read) + 1), int)
    D[1:, 0], D[0, 1:] = np.cumsum([len(t) for t in truth]), np.cumsum([len(r) for r in read])
    for i, t in enumerate(truth, 1):
        for j, r in enumerate(read, 1):
            D[i, j] = min(D[i - 1, j] + len(t), D[i, j - 1] + len(r), D[i - 1, j - 1] + change(t, r))
    i, j, pairs = len(truth), len(read), []
    while i and j:
        if D[i, j] == D[i - 1, j - 1] + change(truth[i - 1], read[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif D[i, j] == D[i - 1, j] + len(truth[i - 1]):
            i -= 1
        else:
            j -= 1
    return int(D[-1, -1]), pairs[::-1]


def shared(box, boxes) -> np.ndarray:
    """The shares that boxes (n, 4) have in common with a box, of what they cover together."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    common = np.prod(np.maximum(0, high - low), axis=1)
    area = np.prod(box[2:] - box[:2]), np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return common / (area[0] + area[1] - common)
