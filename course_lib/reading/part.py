"""A part: ink that belongs together, its box on the page and its mask; parts found, merged, divided, set upright."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import ndimage
from skimage.measure import label, regionprops


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


def merge(*parts: Part) -> Part:
    """Several parts as one."""
    top, left = min(p.top for p in parts), min(p.left for p in parts)
    mask = np.zeros((max(p.bottom for p in parts) - top, max(p.right for p in parts) - left), bool)
    for p in parts:
        mask[p.top - top:p.bottom - top, p.left - left:p.right - left] |= p.mask
    return Part(top, left, mask)


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


def transposed(part: Part) -> Part:
    """The part with rows and columns exchanged."""
    return replace(part, top=part.left, left=part.top, mask=part.mask.T)


def stroke_width(mask) -> float:
    """The width of the strokes in a mask, in its pixels.

    Across a stroke of width w the distance to its edge is w/4 on average; distances are counted
    from the middle of a pixel to the middle of the first paper pixel, half a pixel more.
    """
    deep = ndimage.distance_transform_edt(np.pad(mask, 1))
    return max(1.0, 4 * (float(deep[deep > 0].mean()) - .5))


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
