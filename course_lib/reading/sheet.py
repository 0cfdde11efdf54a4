"""Sheet: what was on the paper before the ink, printed lines, found as straight lines and divided out.

A family of parallel lines looks, to a camera, like y = y0 + (slope + fan y0) x: all sides of the page
are straight, but no longer parallel. Two numbers describe the family, `slope` and `fan`; x runs from
-1/2 at the left edge to 1/2 at the right one, y from the middle of the page, both in pixels' units of
the page's height and width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from course_lib.reading.light import Light

STEEPEST = np.tan(np.deg2rad(14))
WIDEST_FAN = .18
FAINTEST = .03                     # how much darker than paper a line must be
SHARE = 25                         # a line is dark along all but this percentage of its length


@dataclass(frozen=True)
class Sheet(Light):
    """A page in even light, and its printed lines.

    lines       (H, W) in [0, 1]: how much darker they make the paper; 0 where there are none
    families    slope and fan of those across the page and of those down it; None if nobody looked
    """

    lines: np.ndarray
    families: list[tuple[float, float]] | None

    @property
    def clean(self) -> np.ndarray:
        """The page in even light without its lines, (H, W)."""
        return without_lines(self.even, self.lines)


def find_lines(light: Light, size: float | None = None, glance: Sheet | None = None, skip=frozenset()) -> Sheet:
    """The page with its printed lines.

    The second time it is known how high digits are (`size`, in pixels), and from a `glance` at the
    whole page which way lines run, if there are any.
    """
    if "lines" in skip or (glance is not None and not glance.lines.any()):
        return Sheet(**vars(light), lines=np.zeros_like(light.even), families=None)
    known = glance.families if glance else families(light.even)
    return Sheet(**vars(light), lines=printed_lines(light.even, known, size and 3 * size), families=known)


def direction(darkness) -> tuple[float, float]:
    """The slope and the fan of the family of lines that stands out most on a page.

    The slope is a share of the page's width: it is the same on every scale, and so is the fan.

    For each pair of numbers, every dark pixel is slid along its line to the middle of the page. The
    lines stand out best (the histogram's squares add up to most) for the pair they were drawn with.
    First coarsely, then several times more finely.
    """
    y, x, weight = _dark_points(darkness)
    if len(y) < 50:
        return 0.0, 0.0
    h, w = darkness.shape
    slopes = np.arange(-STEEPEST, STEEPEST + .001, np.deg2rad(1)) * w
    fans = np.arange(-WIDEST_FAN, WIDEST_FAN + .01, .09)
    bin_size, best = max(1.0, .008 * w, .012 * h), (0.0, 0.0)
    for _ in range(6):
        best = max((_sharpness(y, x, weight, s, f, h, bin_size), s, f) for s in slopes for f in fans)[1:]
        step, wide = (slopes[1] - slopes[0]) / 2, (fans[1] - fans[0]) / 2
        slopes, fans = (b + d * np.arange(-2, 3) for b, d in zip(best, (step, wide)))
        bin_size = max(1.0, bin_size / 2)
    return float(best[0]) / w, float(best[1])


def _dark_points(darkness, most: int = 6000):
    """Where the page is darker along the row than across it: y, x as in the formula, and how much."""
    reach = max(2.0, darkness.shape[1] / 120)
    along = (ndimage.gaussian_filter1d(darkness, reach, axis=1)
             - ndimage.gaussian_filter1d(darkness, reach, axis=0))
    y, x = np.nonzero(along > max(.01, 3 * 1.4826 * np.median(np.abs(along))))
    chosen = np.random.default_rng(0).permutation(len(y))[:most]
    y, x = y[chosen], x[chosen]
    h, w = darkness.shape
    return y - h / 2, x / w - .5, np.minimum(along[y, x], .1)


def _sharpness(y, x, weight, slope, fan, h, bin_size) -> float:
    at = ((y - slope * x) / (1 + fan * x) + h) / bin_size
    counts = np.bincount(at.clip(0, 2 * h / bin_size).astype(int), weight)
    return float((counts**2).sum())


def lines_along(darkness, family: tuple[float, float], length: float) -> np.ndarray:
    """How dark a family's lines make the paper, (H, W).

    That is what stays dark over a `length` of pixels, and over a third of the page. Laid level, a line is
    a row; the digits that stand on it or cross it leave most of the row alone.
    """
    (h, w), (slope, fan) = darkness.shape, family
    margin = int(abs(slope) * w / 2 + abs(fan) * h / 4) + 1
    slope, x = slope * w, np.arange(w) / w - .5
    level = np.arange(-h / 2 - margin, h / 2 + margin)
    y = level[:, None] + (slope + fan * level[:, None]) * x
    laid = ndimage.map_coordinates(darkness, [y + h / 2, np.broadcast_to(np.arange(w), y.shape)], order=1,
                                   mode="nearest")
    blocks = min(48, w)
    edges = np.linspace(0, w, blocks + 1).astype(int)
    mean = np.add.reduceat(laid, edges[:-1], axis=1) / np.diff(edges)
    reach = max(1, min(blocks, round(blocks * max(length / w, 1 / 3))))
    steady = ndimage.percentile_filter(mean, SHARE, size=(1, reach), mode="nearest")
    steady = np.maximum(0, steady - _paper(steady))
    strength = np.where(steady > FAINTEST, steady, 0).max(axis=1, keepdims=True)
    nearby = ndimage.percentile_filter(mean, SHARE, size=(1, max(1, blocks // 8)), mode="nearest")
    steady = np.maximum(steady, np.minimum(nearby - _paper(nearby), strength))      # on to its ends
    at = (np.arange(h)[:, None] - h / 2 - slope * x) / (1 + fan * x) + h / 2 + margin
    column = np.broadcast_to(np.clip((np.arange(w) + .5) * blocks / w - .5, 0, blocks - 1), at.shape)
    return ndimage.map_coordinates(steady, [at, column], order=1, mode="nearest")


def _paper(steady) -> np.ndarray:
    """What is dark along the rows without being a line: of the rows around, the brightest (an opening)."""
    return ndimage.grey_opening(steady, size=(max(3, len(steady) // 15), 1), mode="nearest")


def families(even) -> list[tuple[float, float]]:
    """Slope and fan of the lines that run across the page, and of those that run down it."""
    darkness = 1 - even
    return [direction(darkness), direction(np.ascontiguousarray(darkness.T))]


def printed_lines(even, known: list[tuple[float, float]] | None = None, length: float | None = None) -> np.ndarray:
    """How dark printed lines make evenly lit paper, (H, W) in [0, 1]; 0 where there are none.

    Parameters
    ----------
    known
        The `families`, if they were found before (on another scale of the same page).
    length
        Over how many pixels a line must stay dark: more than any stroke; half of the page if it is
        not known how large the digits are.
    """
    darkness, (h, w) = 1 - even, even.shape
    known = families(even) if known is None else known
    across = lines_along(darkness, known[0], length or w / 2)
    down = lines_along(np.ascontiguousarray(np.maximum(0, darkness - across).T), known[1], length or h / 2).T
    across, down = (np.where(ndimage.maximum_filter(found, 3) > FAINTEST, found, 0) for found in (across, down))
    return across + down


def without_lines(even, lines) -> np.ndarray:
    """The page with its lines divided out: they belong to the paper, as light does."""
    return np.clip(even / np.maximum(1 - lines, .1), 0, 1)
