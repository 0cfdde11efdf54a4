"""From ink to digits: components, specks, broken strokes, touching digits, rows.

A `Part` is a set of ink pixels: its box in the picture and the mask within the box. Each function
takes parts and gives parts; `size` is the height of a typical digit on this page, in pixels.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import ndimage
from skimage.measure import label, regionprops


CUT_GAIN = .3       # by how much pieces must be more legible than the whole, in log probability
BEAM = 3             # how many of the ways to cut are followed further


@dataclass(frozen=True)
class Part:
    """Ink that belongs together: rows top to bottom, columns left to right, mask within."""

    top: int
    left: int
    mask: np.ndarray
    row: int = 0

    @property
    def height(self) -> int:
        return self.mask.shape[0]

    @property
    def width(self) -> int:
        return self.mask.shape[1]

    @property
    def bottom(self) -> int:
        return self.top + self.height

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def box(self) -> tuple[int, int, int, int]:
        """(top, left, bottom, right), the last two exclusive."""
        return self.top, self.left, self.bottom, self.right

    @property
    def centre(self) -> tuple[float, float]:
        """(row, column) of the middle of the box."""
        return self.top + self.height / 2, self.left + self.width / 2

    @cached_property
    def area(self) -> int:
        """How many pixels of ink."""
        return int(self.mask.sum())


def components(mask) -> list[Part]:
    """The connected pieces of ink; pixels that touch at a corner are connected."""
    regions = regionprops(label(mask, connectivity=2))
    return [Part(r.bbox[0], r.bbox[1], r.image) for r in regions]


def stroke_width(mask) -> float:
    """The width of the strokes in a mask, in its pixels.

    Across a stroke of width w the distance to its edge is w/4 on average; distances are counted
    from the middle of a pixel to the middle of the first paper pixel, half a pixel more.
    """
    deep = ndimage.distance_transform_edt(np.pad(mask, 1))
    return max(1.0, 4 * (float(deep[deep > 0].mean()) - .5))


def typical_height(parts: list[Part]) -> float:
    """The height of the digit that a typical pixel of ink belongs to: 0 without parts.

    The median weighted by ink, so that a hundred specks do not outvote ten digits.
    """
    if not parts:
        return 0.0
    heights, areas = (np.array([getattr(p, of) for p in parts]) for of in ("height", "area"))
    order = np.argsort(heights)
    above = np.cumsum(areas[order]) >= areas.sum() / 2
    return float(heights[order][above][0])


def drop_specks(parts: list[Part], size: float, share: float = .15) -> list[Part]:
    """Without parts whose longer side is under `share` of a digit's height, or under 3 pixels."""
    return [p for p in parts if max(p.height, p.width) >= max(3, share * size)]


def drop_scraps(parts: list[Part], size: float, share: float = .45) -> list[Part]:
    """Without parts too low to be a digit, once the broken strokes have been joined."""
    return [p for p in parts if p.height >= share * size]


# ---------------------------------------------------------------- broken strokes

def merge(a: Part, b: Part) -> Part:
    """Two parts as one."""
    top, left = min(a.top, b.top), min(a.left, b.left)
    mask = np.zeros((max(a.bottom, b.bottom) - top, max(a.right, b.right) - left), bool)
    for p in (a, b):
        mask[p.top - top:p.bottom - top, p.left - left:p.right - left] |= p.mask
    return Part(top, left, mask)


def belong_together(a: Part, b: Part, size: float) -> bool:
    """Whether two parts look like pieces of one broken digit.

    They must stand in one column (their boxes share over half of the narrower one's width), leave
    only a small gap, and make no more than one digit's height together. Pieces of full height
    belong together only when one lies within the other's box.
    """
    across = min(a.right, b.right) - max(a.left, b.left)
    if -across > .12 * size:
        return False
    gap = max(a.top, b.top) - min(a.bottom, b.bottom)
    together = max(a.bottom, b.bottom) - min(a.top, b.top)
    if together > 1.35 * size or gap > .25 * size:
        return False
    small, large = (a, b) if a.area < b.area else (b, a)
    if small.height > .7 * size and large.height > .7 * size:
        return across > .8 * min(a.width, b.width)
    return across >= .5 * min(a.width, b.width) or (
        gap < 0 and small.height < .5 * size)


def join_broken(parts: list[Part], size: float) -> list[Part]:
    """Pieces of broken digits joined, the nearest first, until nothing fits any more."""
    alive: dict[int, Part] = {}
    pairs: list[tuple[float, int, int]] = []
    numbers = itertools.count()

    def add(part):
        number = next(numbers)
        pairs.extend((_distance(part, other), k, number) for k, other in alive.items()
                     if belong_together(part, other, size))
        alive[number] = part

    for part in parts:
        add(part)
    while pairs:
        _, i, j = min(pairs)
        joined = merge(alive.pop(i), alive.pop(j))
        pairs[:] = [pair for pair in pairs if not {i, j} & set(pair[1:])]
        add(joined)
    return list(alive.values())


def _distance(a: Part, b: Part) -> float:
    """Between two boxes: 0 where they overlap."""
    down = max(0, max(a.top, b.top) - min(a.bottom, b.bottom))
    across = max(0, max(a.left, b.left) - min(a.right, b.right))
    return float(np.hypot(down, across))


# ---------------------------------------------------------------- touching digits

def cheapest_path(ink, column: int, reach: int) -> np.ndarray:
    """The way down through (h, w) ink that cuts least of it, starting and ending near `column`.

    Every row it may move one pixel to the side, for a small price; it stays within `reach` columns.
    Returns the column in each row: pixels left of it are one digit, the rest the other. Found from
    the last row up (dynamic programming).
    """
    h, w = ink.shape
    low, high = max(0, column - reach), min(w, column + reach + 1)
    price = ink[:, low:high].astype(float) + .05 * np.abs(np.arange(low, high) - column) / reach
    step = np.zeros(price.shape, int)
    total = price[-1]
    for r in range(h - 2, -1, -1):
        beside = np.pad(total, 1, constant_values=np.inf)
        ways = np.stack([beside[:-2] + .3, beside[1:-1], beside[2:] + .3])
        step[r], total = ways.argmin(axis=0) - 1, price[r] + ways.min(axis=0)
    path = [int(total.argmin())]
    for r in range(h - 1):
        path.append(path[-1] + step[r, path[-1]])
    return low + np.array(path)


def split(part: Part, path) -> list[Part]:
    """The part cut along a path from top to bottom: what is left of it and the rest."""
    left_side = np.arange(part.width)[None, :] < np.asarray(path)[:, None]
    return [p for side in (left_side, ~left_side)
            if (p := trimmed(Part(part.top, part.left, part.mask & side))) is not None]


def trimmed(part: Part) -> Part | None:
    """The part with its box shrunk to its ink; None without any."""
    rows, columns = np.flatnonzero(part.mask.any(axis=1)), np.flatnonzero(part.mask.any(axis=0))
    if len(rows) == 0:
        return None
    mask = part.mask[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    return Part(part.top + int(rows[0]), part.left + int(columns[0]), mask)


def cuts(part: Part, tries: int = 9) -> list[tuple[float, list[Part]]]:
    """Ways to cut a part in two, at `tries` places across its width: (strokes cut, two pieces).

    How many strokes a cut goes through tells digits that touch, which hang together by one, from
    the inside of a 0, which hangs together by two.
    """
    places = np.unique(np.linspace(.15 * part.width, .85 * part.width, tries).astype(int))
    reach, thickness = max(2, part.height // 4), stroke_width(part.mask)
    paths = {tuple(cheapest_path(part.mask, place, reach)) for place in places}
    found = []
    for path in sorted(paths):
        pieces = split(part, path)
        if len(pieces) == 2:
            found.append((part.mask[np.arange(part.height), path].sum() / thickness, pieces))
    return found


def is_wide(part: Part, size: float) -> bool:
    """Whether a part may be two digits or a few that touch (a longer one is a line or a shadow)."""
    return (.5 * size < part.height < 2 * size
            and .95 * max(part.height, .8 * size) < part.width < 3.5 * part.height)


def cut_touching(parts: list[Part], size: float, judge) -> list[Part]:
    """Digits that touch, cut apart where that makes them more legible.

    `judge(list of parts)` gives each part's score, the log of the probability that it is the digit
    it looks most like, less for a shape no digit has. A part too wide for one digit is cut where
    the worst of its pieces scores best.
    """
    result = []
    for part in parts:
        result += _best_cut(part, size, judge)[1] if is_wide(part, size) else [part]
    return result


def _best_cut(part: Part, size: float, judge, depth: int = 2) -> tuple[float, list[Part]]:
    """The part whole or in pieces, whichever scores better: (score, pieces)."""
    best_score, best = float(judge([part])[0]) + CUT_GAIN, [part]
    ways = [way for way in cuts(part) if min(p.height for p in way[1]) > .5 * size]
    if not ways:
        return best_score - CUT_GAIN, best
    scores = np.reshape(judge([p for _, pieces in ways for p in pieces]), (len(ways), 2))
    for k in np.argsort(-scores.max(axis=1))[:BEAM]:    # those with at least one clear digit
        strokes, halves = ways[k]
        tried = [_best_cut(p, size, judge, depth - 1) if depth and is_wide(p, size) else (s, [p])
                 for p, s in zip(halves, scores[k])]
        score = min(s for s, _ in tried) - max(0, strokes - 1.2)
        if score > best_score:
            best_score, best = score, [p for _, pieces in tried for p in pieces]
    return best_score - (CUT_GAIN if len(best) == 1 else 0), best


# ---------------------------------------------------------------- rows

def page_angle(parts: list[Part], size: float, largest: float = 15.0) -> float:
    """How far the rows rise to the right, in degrees (0 when fewer than three parts).

    For each angle, lay the parts' heights on the left margin along that direction: the rows stand
    out best (the profile's squares add up to most) at the angle they were written at.
    """
    if len(parts) < 3:
        return 0.0
    centres = np.array([p.centre for p in parts])
    angles = np.arange(-largest, largest + .1, .5)
    sharp = []
    for angle in angles:
        at = along_rows(centres, angle)[:, 0] / size
        apart = np.abs(at[:, None] - at[None, :])
        sharp.append(np.exp(-(apart / .25)**2).sum() - .002 * len(parts) * abs(angle))
    return float(angles[int(np.argmax(sharp))])


def along_rows(points, angle: float) -> np.ndarray:
    """Points (n, 2), (row, column), turned so that rows rising at `angle` degrees are level."""
    a = np.deg2rad(angle)
    row, column = np.asarray(points, float).T
    return np.stack([np.cos(a) * row + np.sin(a) * column,
                     np.cos(a) * column - np.sin(a) * row], axis=1)


def in_rows(parts: list[Part], angle: float = 0.0) -> list[Part]:
    """The parts in reading order, each with the number of its row.

    The tallest part opens a row; a part joins the row that it overlaps for at least 40% of the
    lower of the two, else it opens one of its own. Rows go from top to bottom, parts in a row from
    left to right.
    """
    where = {id(p): along_rows([p.centre], angle)[0] for p in parts}
    rows: list[list[Part]] = []
    for p in sorted(parts, key=lambda p: -p.height):
        shares = [_overlap(p, row[0], where) for row in rows]
        if shares and max(shares) >= .4:
            rows[int(np.argmax(shares))].append(p)
        else:
            rows.append([p])
    rows.sort(key=lambda row: np.mean([where[id(p)][0] for p in row]))
    return [replace(p, row=number) for number, row in enumerate(rows)
            for p in sorted(row, key=lambda p: where[id(p)][1])]


def _overlap(a: Part, b: Part, where) -> float:
    """The share of the lower part's height that it has in common with the other."""
    (ya, _), (yb, _) = where[id(a)], where[id(b)]
    common = min(ya + a.height / 2, yb + b.height / 2) - max(ya - a.height / 2, yb - b.height / 2)
    return common / min(a.height, b.height)


def by_columns(parts: list[Part]) -> list[Part]:
    """The parts in the order in which a scan down one column after the other first meets them."""
    return sorted(parts, key=lambda p: (p.left, p.top + int(np.argmax(p.mask[:, 0]))))
