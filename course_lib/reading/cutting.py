"""Cutting: digits that touch, taken apart along the most probable of all ways to cut them."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from course_lib.reading.judge import at_the_least
from course_lib.reading.measures import HIGH, LOW
from course_lib.reading.part import Part, between, split, steps_of, straightened, stroke_width, transposed

SIDESTEP = .12       # what a cut pays for a step to the side, in pixels of ink
REACH = .12, .4      # how far to the side a cut may go, as shares of the part's height
SPACING = .08        # of the cuts looked for, as a share of a digit's height
CUT_PRICE = .35      # what a cut costs, in log probability
STROKE_PRICE = .2    # and what it costs to go through more than one stroke, for each
SEAM = .25           # how broad ink may be that belongs to two digits, as a share of a digit's height
SEAM_PRICE = 1.0     # what it costs, for each such height of its breadth
LEVEL = .35          # how far off a row's middle a digit of it may stand, as a share of a digit's height


# ---------------------------------------------------------------- where to cut

def cheapest_path(ink, column: int, reach: int) -> np.ndarray:
    """The way down through (h, w) ink that cuts least of it, starting and ending near `column`.

    Every row it may move one pixel to the side, for a small price; it stays within `reach` columns.
    Returns the column in each row: pixels left of it are one digit, the rest the other.
    """
    return cheapest_paths(ink, [column], reach)[0]


def cheapest_paths(ink, columns, reach: int) -> np.ndarray:
    """`cheapest_path` for several columns at once: (n, h).

    Found from the last row up (dynamic programming): the price of the cheapest way from a pixel down
    is the pixel's own and the least of the three below it.
    """
    (h, w), n = np.shape(ink), len(columns)
    place = np.asarray(columns)[:, None] + np.arange(-reach, reach + 1)             # (n, 2 reach + 1)
    astray = np.abs(np.arange(-reach, reach + 1)) / reach
    price = np.asarray(ink, float)[:, place.clip(0, w - 1)] + .05 * astray
    price[:, (place < 0) | (place >= w)] = np.inf
    step = np.zeros(price.shape, int)
    total = price[-1]
    for r in range(h - 2, -1, -1):
        beside = np.full((n, total.shape[1] + 2), np.inf)
        beside[:, 1:-1] = total
        ways = np.stack([beside[:, :-2] + SIDESTEP, total, beside[:, 2:] + SIDESTEP])
        step[r], total = ways.argmin(axis=0) - 1, price[r] + ways.min(axis=0)
    path, every = np.empty((n, h), int), np.arange(n)
    path[:, 0] = total.argmin(axis=1)
    for r in range(h - 1):
        path[:, r + 1] = path[:, r] + step[r, every, path[:, r]]
    return place[every[:, None], path]


def cuts(part: Part, size: float, lean: float = 0.0) -> list[tuple[float, np.ndarray]]:
    """Places to cut a part, from left to right: (strokes cut through, path) each.

    One is looked for every twelfth of a digit, nearly straight and free to bend, on ink set upright:
    in a hand that leans, the white between two digits leans as well. How many strokes a cut goes
    through tells digits that touch, which hang together by one, from the inside of a 0, which hangs
    together by two.
    """
    thickness, upright = stroke_width(part.mask), straightened(part.mask, lean)
    columns = np.flatnonzero(upright.any(axis=0))
    count = max(2, round(len(columns) / (SPACING * size)))
    places = np.unique(np.linspace(columns[0], columns[-1] + 1, count + 1)[1:-1].astype(int))
    paths = {tuple(path) for share in REACH
             for path in cheapest_paths(upright, places, max(2, round(share * part.height))).tolist()}
    rows, steps = np.arange(part.height), steps_of(lean, part.height)
    return [(upright[rows, path].sum() / thickness, np.array(path) + steps - steps.max())
            for path in sorted(paths, key=sum)]


class Cut(NamedTuple):
    """A place where a part may be cut: how many strokes that goes through, and where, in heights of a digit."""

    strokes: float
    place: float


def pieces_of(part: Part, size: float, lean: float = 0.0) -> tuple[list[Cut], dict]:
    """All pieces a part may be cut into: the cuts, and {(i, j): piece}.

    A piece goes from cut i to cut j; cut 0 is the part's left edge, the last its right edge.
    """
    found = cuts(part, size, lean)
    paths = [np.zeros(part.height, int), *(path for _, path in found), np.full(part.height, part.width)]
    pieces, widest = {}, (1.7 + abs(lean)) * size
    for i, j in itertools.combinations(range(len(paths)), 2):
        piece = between(part, paths[i], paths[j])
        if piece is not None and piece.height > .5 * size and piece.width < widest:
            pieces[i, j] = piece
    strokes = [0.0, *(strokes for strokes, _ in found), 0.0]
    return [Cut(n, float(np.mean(path)) / size) for n, path in zip(strokes, paths)], pieces


# ---------------------------------------------------------------- which way to take

def may_touch(part: Part, size: float) -> bool:
    """Whether a part may be digits that touch: too wide for one, not too long for a few."""
    return .6 * size < part.height < 2.2 * size and .6 * size < part.width < 6 * size


def cut_touching(parts: list[Part], size: float, judge, lean: float = 0.0, looks=None) -> list[Part]:
    """Digits that touch, cut apart.

    `judge` is that of `join_broken`, `lean` how far the ink leans to the right. A part that may be
    several digits is cut at many places; of all ways through them from the part's left edge to its
    right one, the most probable is taken (the longest way through a lattice). Where strokes cross, a
    narrow seam of ink may belong to the digits on both its sides. A part is left alone, however tall or wide
    it is, if by its `looks` (a judge that does not ask for size) it scores better than pieces without any
    fault could after the price of one cut.
    """
    doubtful = [n for n, part in enumerate(parts) if may_touch(part, size)]
    if doubtful:
        asked = [parts[n] for n in doubtful]
        clear = (looks or judge)(asked) > -CUT_PRICE
        doubtful = [n for n, is_clear in zip(doubtful, clear) if not is_clear]
    result = []
    for n, part in enumerate(parts):
        result += best_cut(part, size, judge, lean) if n in doubtful else [part]
    return result


def best_cut(part: Part, size: float, judge, lean: float = 0.0) -> list[Part]:
    """The pieces of the most probable way to cut a part, or the part itself."""
    places, pieces = pieces_of(part, size, lean)
    whole = 0, len(places) - 1
    pieces.setdefault(whole, part)
    scores = dict(zip(pieces, judge(list(pieces.values()))))
    scores[whole] = at_the_least([scores[whole]], [part], size)[0]
    return [pieces[arc] for arc in best_way(places, scores, SEAM)]


def best_way(cuts: list[Cut], scores: dict, seam: float = 0.0) -> list[tuple[int, int]]:
    """The pieces (i, j) that lead from cut 0 to the last one with the largest sum of scores, less the prices.

    Parameters
    ----------
    cuts
        The part's left edge, the places to cut it, its right edge.
    scores
        {(i, j): the score of the piece between cuts i and j}.
    seam
        How far before the end of a piece the next one may begin, in heights of a digit; the ink between
        belongs to both.
    """
    best: dict[tuple[int, int], tuple[float, list]] = {}        # piece: the sum so far, the way there
    ending: dict[int, list[int]] = {}                           # cut: where the pieces that end there begin
    for k, j in sorted(scores, key=lambda piece: piece[::-1]):
        ways = [(best[h, i][0] - seam_price(cuts[k], cuts[i]), best[h, i][1])
                for i in range(k, j) if cuts[i].place - cuts[k].place <= seam
                for h in ending.get(i, ()) if h < k] if k else [(0.0, [])]
        if ways:
            before, way = max(ways)
            best[k, j] = before + scores[k, j], way + [(k, j)]
            ending.setdefault(j, []).append(k)
    last = len(cuts) - 1
    return max(best[k, last] for k in ending[last])[1]


def seam_price(start: Cut, end: Cut) -> float:
    """What it costs that a piece ends at the cut `end` and the next one begins at `start`, there or before."""
    strokes = min(start.strokes, end.strokes)
    return CUT_PRICE + STROKE_PRICE * max(0.0, strokes - 1.2) + SEAM_PRICE * (end.place - start.place)


# ---------------------------------------------------------------- digits of two rows

def cut_rows(parts: list[Part], size: float, judge, slope: float = 0.0) -> list[Part]:
    """Digits of two rows that touch, cut apart; left together, they would make one row of the two."""
    return [piece for part in parts
            for piece in (best_cut_across(part, size, judge) if in_two_rows(part, parts, size, slope) else [part])]


def in_two_rows(part: Part, parts: list[Part], size: float, slope: float = 0.0) -> bool:
    """Whether a part may be digits of two rows: others stand level with its upper end, others with its lower one.

    Without them it is one tall digit, as a 7 often is. `slope` is that of the rows.
    """
    if not HIGH * size < part.height < 3 * size or part.width >= 2 * size:
        return False
    level = [p.centre[0] - slope * (p.centre[1] - part.centre[1]) for p in parts if LOW * size < p.height < HIGH * size]
    ends = part.top + size / 2, part.bottom - size / 2
    return all(any(abs(at - end) < LEVEL * size for at in level) for end in ends)


def best_cut_across(part: Part, size: float, judge) -> list[Part]:
    """What is above and what is below the best way from side to side, or the part itself."""
    lying = transposed(part)
    places = np.arange(.5 * size, part.height - .5 * size, SPACING * size).astype(int)
    paths = cheapest_paths(lying.mask, places, max(2, round(REACH[0] * part.height)))
    ways = [(path, [transposed(piece) for piece in split(lying, path)]) for path in paths]
    ways = [(path, pieces) for path, pieces in ways if len(pieces) == 2]
    if not ways:
        return [part]
    thickness, columns = stroke_width(part.mask), np.arange(part.width)
    scores = judge([part, *(piece for _, pieces in ways for piece in pieces)])
    together = scores[1:].reshape(-1, 2).sum(axis=1) - [
        CUT_PRICE + STROKE_PRICE * max(0.0, lying.mask[columns, path].sum() / thickness - 1.2) for path, _ in ways]
    return ways[together.argmax()][1] if together.max() > scores[0] else [part]
