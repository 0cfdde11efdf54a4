"""From ink to digits: components, specks, broken strokes, touching digits, rows.

A `Part` is a set of ink pixels: its box in the picture and the mask within the box. Each function
takes parts and gives parts; `size` is the height of a typical digit on this page, in pixels.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import ndimage
from skimage.measure import label, regionprops

STEEPEST = 16        # degrees a row may rise or fall
SIDESTEP = .12       # what a cut pays for a step to the side, in pixels of ink
REACH = .12, .4      # how far to the side a cut may go, as shares of the part's height
SPACING = .08       # of the cuts looked for, as a share of a digit's height
SURE = -.1           # log probability above which a part is taken for one digit without more ado
NO_DIGIT = -2.5      # log probability that ink is no digit at all, for each digit's width of it
CUT_PRICE = .35      # what a cut costs, in log probability
STROKE_PRICE = .2    # and what it costs to go through more than one stroke, for each
SEAM = .25           # how broad ink may be that belongs to two digits, as a share of a digit's height
SEAM_PRICE = 1.0     # what it costs, for each such height of its breadth
LOW, WIDE = .70, 1.5  # shares of the typical height and width beyond which hardly any digit is found
HIGH = 1.5           # the share of the typical height above which ink may be digits of two rows
ODD_PRICE = 12.0, 8.0  # what each further share costs, in log probability


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


def typical_width(parts: list[Part], size: float) -> float:
    """The median width of the parts that are as high as a digit; infinite without five of them."""
    widths = [p.width for p in parts if p.height > LOW * size]
    return float(np.median(widths)) if len(widths) >= 5 else np.inf


def oddness(parts: list[Part], size: float, width: float) -> np.ndarray:
    """What each part gains, 0 or less, in log probability by being as large as the digits of its page.

    A network that sees one part alone, enlarged, cannot know: half a 4 looks like a whole 1.
    Where fewer than five parts say what is usual (`width` is infinite), nothing is odd.
    """
    if np.isinf(width):
        return np.zeros(len(parts))
    off = np.array([max(0.0, LOW - part.height / size, part.height / size - HIGH) for part in parts])
    wide = np.array([max(0.0, part.width / width - WIDE) for part in parts])
    return -ODD_PRICE[0] * off - ODD_PRICE[1] * wide


def at_the_least(scores, parts: list[Part], size: float) -> np.ndarray:
    """The scores of parts, none below what it costs to take their ink for no digit at all."""
    return np.maximum(scores, [NO_DIGIT * max(1.0, part.width / size) for part in parts])


# ---------------------------------------------------------------- broken strokes

def merge(*parts: Part) -> Part:
    """Several parts as one."""
    top, left = min(p.top for p in parts), min(p.left for p in parts)
    mask = np.zeros((max(p.bottom for p in parts) - top, max(p.right for p in parts) - left), bool)
    for p in parts:
        mask[p.top - top:p.bottom - top, p.left - left:p.right - left] |= p.mask
    return Part(top, left, mask)


def belong_together(a: Part, b: Part, size: float) -> bool:
    """Whether two parts may be pieces of one broken digit.

    They leave only a small gap and make no more than one digit together, in height and in width.
    """
    across = max(a.left, b.left) - min(a.right, b.right)
    down = max(a.top, b.top) - min(a.bottom, b.bottom)
    height = max(a.bottom, b.bottom) - min(a.top, b.top)
    width = max(a.right, b.right) - min(a.left, b.left)
    return (across < .25 * size and down < .3 * size and height < 1.4 * size
            and width < 1.6 * size and not (across > 0 and down > 0))


def join_broken(parts: list[Part], size: float, judge) -> list[Part]:
    """Pieces of broken digits joined, the clearest case first, until nothing is gained any more.

    `judge(list of parts)` says how much each looks like one digit, the logarithm of a probability.
    Two pieces, or three, are one digit if that is more probable than that each is a digit of its own;
    what is no digit either way, as digits that touch, is not worth a join.
    """
    def score(pieces):
        return at_the_least(judge(pieces), pieces, size) if pieces else ()

    alive = dict(enumerate(parts))
    numbers, fresh = itertools.count(len(parts)), list(alive)
    beside: dict[int, set[int]] = {}
    cells: dict[tuple[int, int], set[int]] = {}
    scores: dict[int, float] = {}
    gains: dict[tuple[int, ...], float] = {}
    while fresh:
        meet(alive, fresh, beside, cells, size)
        unknown = sorted({k for j in fresh for k in beside[j] | {j} if beside[j]} - set(scores))
        scores.update(zip(unknown, score([alive[k] for k in unknown])))
        groups = groups_of(alive, fresh, beside, {k for k in scores if scores[k] < SURE}, size)
        merged = score([merge(*(alive[k] for k in group)) for group in groups])
        gains.update({group: whole - sum(scores[k] for k in group) for group, whole in zip(groups, merged)})
        best = max(gains, key=gains.get, default=None)
        fresh = []
        if best is not None and gains[best] > 0:
            fresh = [next(numbers)]
            alive[fresh[0]] = merge(*(alive.pop(k) for k in best))
            gains = {group: gain for group, gain in gains.items() if not set(best) & set(group)}
    return list(alive.values())


def meet(alive: dict, fresh, beside: dict, cells: dict, size: float) -> None:
    """Enter in `beside` which of the parts alive, by number, may belong together with fresh ones.

    `cells` holds the numbers by place: parts that make no more than one digit together begin in one
    square of the page or in two that touch, so that a page with thousands of parts takes no longer for each.
    """
    def cell(part):  # as wide as the widest that `belong_together` lets pass
        return int(part.top / (1.6 * size)), int(part.left / (1.6 * size))

    for j in fresh:
        cells.setdefault(cell(alive[j]), set()).add(j)
    for j in fresh:
        (r, c), around = cell(alive[j]), itertools.product((-1, 0, 1), repeat=2)
        near = set().union(*(cells.get((r + down, c + over), ()) for down, over in around))
        beside[j] = {i for i in near & alive.keys() if i != j and belong_together(alive[i], alive[j], size)}
        for i in beside[j]:
            beside.setdefault(i, set()).add(j)


def groups_of(alive: dict, fresh, beside: dict, doubtful: set, size: float) -> list[tuple[int, ...]]:
    """Pairs and triples of parts, one of them fresh, that may be one digit; all but one are doubtful."""
    pairs = {tuple(sorted((i, j))) for j in fresh for i in beside[j] & set(alive)
             if i in doubtful or j in doubtful}
    triples = set()
    for i, j in pairs:
        for k in (beside[i] | beside[j]) & set(alive) - {i, j}:
            group = tuple(sorted((i, j, k)))
            if (len(doubtful.intersection(group)) >= 2 and group not in triples
                    and belong_together(merge(alive[i], alive[j]), alive[k], size)):
                triples.add(group)
    return sorted(pairs) + sorted(triples)


def bridge(part: Part, farthest: float) -> Part:
    """A part of several pieces with ink laid over the gaps between them, the nearest pieces first.

    The gap is what lies between: the points whose ways to the one and to the other piece add up to
    little more than the shortest way across. Gaps wider than `farthest` pixels stay open.
    """
    pieces, count = ndimage.label(part.mask, np.ones((3, 3)))
    if count < 2:
        return part
    away = {k: ndimage.distance_transform_edt(pieces != k) for k in range(1, count + 1)}
    gap, i, j = min((away[i][pieces == j].min(), i, j) for i, j in itertools.combinations(away, 2))
    if gap > farthest:
        return part
    between_them = away[i] + away[j] <= 1.3 * gap + 1
    return bridge(replace(part, mask=part.mask | between_them), farthest)


# ---------------------------------------------------------------- touching digits

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


def between(part: Part, start, end) -> Part | None:
    """What of a part lies from the path `start` up to the path `end` (a column for each row)."""
    column = np.arange(part.width)[None, :]
    return trimmed(Part(part.top, part.left, part.mask & (column >= np.asarray(start)[:, None])
                        & (column < np.asarray(end)[:, None])))


def split(part: Part, path) -> list[Part]:
    """The part cut along a path from top to bottom: what is left of it and the rest."""
    left, right = np.zeros(part.height, int), np.full(part.height, part.width)
    return [p for p in (between(part, left, path), between(part, path, right)) if p is not None]


def trimmed(part: Part) -> Part | None:
    """The part with its box shrunk to its ink; None without any."""
    rows, columns = np.flatnonzero(part.mask.any(axis=1)), np.flatnonzero(part.mask.any(axis=0))
    if len(rows) == 0:
        return None
    mask = part.mask[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    return Part(part.top + int(rows[0]), part.left + int(columns[0]), mask)


def steps_of(lean: float, height: int) -> np.ndarray:
    """How many pixels further right each row of leaning ink is than its lowest row: (height,)."""
    return np.round(lean * np.arange(height - 1, -1, -1)).astype(int)


def straightened(mask, lean: float) -> np.ndarray:
    """Ink that leans to the right by `lean` (a share of its height) set upright, row by row."""
    steps = steps_of(lean, len(mask))
    y, x = np.nonzero(mask)
    x = x - steps[y] + steps.max()
    result = np.zeros((len(mask), mask.shape[1] + np.ptp(steps)), bool)
    result[y, x] = True
    return result


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


def may_touch(part: Part, size: float) -> bool:
    """Whether a part may be digits that touch: too wide for one, not too long for a few."""
    return .6 * size < part.height < 2.2 * size and .6 * size < part.width < 6 * size


def cut_touching(parts: list[Part], size: float, judge, lean: float = 0.0) -> list[Part]:
    """Digits that touch, cut apart.

    `judge` is that of `join_broken`, `lean` how far the ink leans to the right. A part that may be
    several digits is cut at many places; of all ways through them from the part's left edge to its
    right one, the most probable is taken (the longest way through a lattice). Where strokes cross, a
    narrow seam of ink may belong to the digits on both its sides. A part is left alone if
    it scores better than pieces without any fault could after the price of one cut.
    """
    doubtful = [n for n, part in enumerate(parts) if may_touch(part, size)]
    if doubtful:
        clear = judge([parts[n] for n in doubtful]) > -CUT_PRICE
        doubtful = {n for n, is_clear in zip(doubtful, clear) if not is_clear}
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


def cut_rows(parts: list[Part], size: float, judge) -> list[Part]:
    """Digits of two rows that touch, cut apart; left together, they would make one row of the two."""
    return [piece for part in parts
            for piece in (best_cut_across(part, size, judge)
                          if HIGH * size < part.height < 3 * size and part.width < 2 * size else [part])]


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


def transposed(part: Part) -> Part:
    """The part with rows and columns exchanged."""
    return replace(part, top=part.left, left=part.top, mask=part.mask.T)


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
    best, ending = {}, {}                                  # piece: (sum so far, the way there); cut: pieces
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


# ---------------------------------------------------------------- rows

def page_slope(parts: list[Part], size: float, width: float) -> tuple[float, float]:
    """How the rows lie: slope and fan as in `ruling`, for a page of this width in pixels.

    For each pair, slide every part along its line to the middle of the page: the rows stand out best
    for the pair they were written with. Fewer than three parts tell nothing, fewer than eight no fan;
    of very many, some are enough.
    """
    if len(parts) < 3:
        return 0.0, 0.0
    parts = parts[::max(1, len(parts) // 200)]
    y, x = np.array([p.centre for p in parts]).T
    middle, x = y.mean(), x / width - .5
    slopes = np.tan(np.deg2rad(np.arange(-STEEPEST, STEEPEST + .1, .5)))
    fans = np.arange(-.16, .161, .04) if len(parts) >= 8 else [0.0]

    def clearness(slope, fan):
        at = (y - middle - slope * width * x) / (1 + fan * x) / size
        apart = at[:, None] - at[None, :]
        return np.exp(-(apart / .2)**2).sum() - len(parts) * (.3 * abs(slope) + .3 * abs(fan))

    return max(itertools.product(slopes, fans), key=lambda pair: clearness(*pair))


def slant_of(parts: list[Part], angle: float) -> float:
    """How far the digits lean to the right, as a share of their height, once rows are level.

    Ink that leans has columns that fall as rows grow: their covariance over the rows' variance, of the
    typical part. 0 for fewer than three parts.
    """
    a, leans = np.deg2rad(angle), []
    for part in parts:
        y, x = (v - v.mean() for v in np.nonzero(part.mask))
        y, x = np.cos(a) * y + np.sin(a) * x, np.cos(a) * x - np.sin(a) * y
        leans.append(-(y * x).mean() / max((y * y).mean(), 1e-6))
    return float(np.median(leans)) if len(leans) >= 3 else 0.0


def breadth_of(parts: list[Part], lean: float) -> float:
    """How broad the digits are, as a share of their height, once they stand upright.

    The breadth that seven in ten do not reach: 1s, which are narrow in every hand, do not count then.
    `nan` for fewer than five parts.
    """
    shares = [straightened(p.mask, lean).any(axis=0).sum() / p.height for p in parts]
    return float(np.percentile(shares, 70)) if len(shares) >= 5 else np.nan


def in_rows(parts: list[Part], slope: float = 0.0, fan: float = 0.0, width: float = 1.0) -> list[Part]:
    """The parts in reading order, each with the number of its row.

    Slid along the rows to the middle of the page, the parts of one row lie level. The tallest part
    opens a row; a part joins the row that it overlaps for at least 40% of the lower of the two, else
    it opens one of its own. Rows go from top to bottom, parts in a row from left to right.
    """
    if not parts:
        return []
    y, x = np.array([p.centre for p in parts]).T
    middle, x = y.mean(), x / width - .5
    level = (y - middle - slope * width * x) / (1 + fan * x)
    rows: list[list[int]] = []
    for n in sorted(range(len(parts)), key=lambda n: -parts[n].height):
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
