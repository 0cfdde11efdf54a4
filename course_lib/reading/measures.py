"""Measures: what is measured about a page as a whole: how large its digits are, how rows and hand lie."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from course_lib.reading.part import Part, straightened

STEEPEST = 16                # degrees a row may rise or fall
LOW, HIGH, WIDE = .70, 1.5, 1.5    # shares of the typical height (low, high) and width beyond which hardly any digit is
BREADTH = .50, .7, 1.02      # of a hand, as a share of the height: the least usual, usual, and the most
UPRIGHT = .12                # the slant of most hands, as a share of the height


@dataclass(frozen=True)
class Measures:
    """What was measured about a page, in pixels of its working copy.

    size        the height of a typical digit
    width       its width; infinite where too few digits say
    slope, fan  how the rows lie, as printed lines do in `sheet`
    lean        how far ink leans to the right, as a share of its height
    slant       what of that is unusual for a hand, and taken out
    stretch     what the digits' breadth is multiplied by, for a hand of usual breadth
    """

    size: float
    width: float = np.inf
    slope: float = 0.0
    fan: float = 0.0
    lean: float = 0.0
    slant: float = 0.0
    stretch: float = 1.0

    @property
    def angle(self) -> float:
        """The degrees by which the rows rise."""
        return float(-np.rad2deg(np.arctan(self.slope)))


def measure(parts: list[Part], size: float, across: int, skip=frozenset()) -> Measures:
    """What parts without specks tell about a page `across` pixels wide, with digits `size` pixels high."""
    slope, fan = (0.0, 0.0) if "turn" in skip else page_slope(parts, size, across)
    found = Measures(size, typical_width(parts, size), slope, fan)
    if "slant" not in skip:
        lean, slant = leaning(parts, size, found.angle)
        found = replace(found, lean=lean, slant=slant)
    return found if "breadth" in skip else replace(found, stretch=stretching(parts, size, found.lean))


def with_slope_of(digits: list[Part], found: Measures, across: int, skip=frozenset()) -> Measures:
    """The measures with slope and fan measured again, now that it is known which parts are digits."""
    if "turn" in skip:
        return found
    slope, fan = page_slope(digits, found.size, across)
    return replace(found, slope=slope, fan=fan)


# ---------------------------------------------------------------- size

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


def typical_width(parts: list[Part], size: float) -> float:
    """The median width of the parts that are as high as a digit; infinite without five of them."""
    widths = [p.width for p in parts if p.height > LOW * size]
    return float(np.median(widths)) if len(widths) >= 5 else np.inf


# ---------------------------------------------------------------- how rows lie

def page_slope(parts: list[Part], size: float, width: float, steepest: float = STEEPEST) -> tuple[float, float]:
    """How the rows lie: slope and fan as in `sheet`, for a page of this width in pixels.

    For each pair, slide every part along its line to the middle of the page: the rows stand out best
    for the pair they were written with. Fewer than three parts tell nothing, fewer than eight no fan;
    of very many, some are enough.
    """
    if len(parts) < 3:
        return 0.0, 0.0
    parts = parts[::max(1, len(parts) // 200)]
    y, x = np.array([p.centre for p in parts]).T
    middle, x = y.mean(), x / width - .5
    slopes = np.tan(np.deg2rad(np.arange(-steepest, steepest + .1, .5)))
    fans = np.arange(-.16, .161, .04) if len(parts) >= 8 else [0.0]

    def clearness(slope, fan):
        at = (y - middle - slope * width * x) / (1 + fan * x) / size
        apart = at[:, None] - at[None, :]
        return np.exp(-(apart / .2)**2).sum() - len(parts) * (.3 * abs(slope) + .3 * abs(fan))

    return max(itertools.product(slopes, fans), key=lambda pair: clearness(*pair))


# ---------------------------------------------------------------- how the hand lies

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


def leaning(parts, size, angle) -> tuple[float, float]:
    """How far ink leans in the picture, and what of the hand's slant is unusual and to be taken out.

    Only what may be a single digit has a say: digits that touch lie in a row, whichever way they lean.
    """
    tall = [p for p in parts if p.height > .5 * size and p.width < 1.5 * size]
    unusual = slant_of(tall, angle) - UPRIGHT
    return slant_of(tall, 0.0), 0.0 if abs(unusual) < .2 else unusual


def stretching(parts, size, lean) -> float:
    """By how much to broaden every digit, or with less than 1 to narrow it, for a hand of usual breadth."""
    breadth = breadth_of([p for p in parts if p.height > .5 * size and p.width < 2.2 * size], lean)
    return BREADTH[1] / breadth if breadth < BREADTH[0] or breadth > BREADTH[2] else 1.0   # 1 for nan
