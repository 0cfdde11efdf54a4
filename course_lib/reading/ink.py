"""Ink: which pixels of an evenly lit page are ink, and how much of it each holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.filters import apply_hysteresis_threshold, threshold_otsu

from course_lib.reading.sheet import Sheet

RUN = 1.6              # heights of a digit: longer straight ink is no stroke of one
WAVER = 1              # pixels by which a drawn line strays from straight, either way
MOSTLY = .6            # share of a piece's ink on such a run that makes it the run's


@dataclass(frozen=True)
class Ink(Sheet):
    """A sheet and its ink.

    mask    (H, W) of booleans: where ink is
    ink     (H, W) float32: 0 on bare paper, about 1 in a full stroke
    """

    mask: np.ndarray
    ink: np.ndarray


def on_sheet(sheet: Sheet, size: float | None = None) -> Ink:
    """The ink on a sheet, beside its printed lines; without what is left of them, once the digits' `size` is known."""
    mask, ink = find_ink(sheet.clean)
    if size and sheet.lines.any():
        mask = without_remnants(mask, find_ink(sheet.even)[0], size)
    return Ink(**vars(sheet), mask=mask, ink=ink)


def without_remnants(mask, before, size: float) -> np.ndarray:
    """A mask without what is left of lines: pieces that lay, for the most part, on straight runs of ink before.

    A line drawn by hand wavers, and dividing it out as a straight one leaves pieces as long as a 1. `before` (H, W)
    is the ink before lines were divided out; a run is longer than any stroke of digits `size` pixels high.
    """
    runs = np.zeros_like(mask)
    for axis in (0, 1):
        broad = ndimage.maximum_filter1d(before, 1 + 2 * WAVER, axis=1 - axis)
        short = ndimage.minimum_filter1d(broad, round(RUN * size), axis=axis)
        runs |= ndimage.maximum_filter1d(short, round(RUN * size), axis=axis)
    pieces, count = ndimage.label(mask, np.ones((3, 3)))
    share = ndimage.mean(runs, pieces, np.arange(count + 1))
    share[0] = 0
    return mask & (share[pieces] < MOSTLY)


def noise_level(page) -> float:
    """The standard deviation of the fine grain of bare paper.

    Judged by the calmest quarter of the page (a quarter of a normal distribution lies within 0.3186 of
    its deviations), since ink and its surroundings may take up most of the rest.
    """
    fine = np.abs(page - ndimage.gaussian_filter(page, 2))
    return float(np.quantile(fine, .25) / .3186)


def find_ink(page, smallest_contrast: float = .08) -> tuple[np.ndarray, np.ndarray]:
    """Ink on evenly lit paper: (mask (H, W) of booleans, ink (H, W) in [0, 1]).

    Otsu's threshold (1979) splits grey values into the two groups that vary least in themselves. It
    always finds two, on an empty page as well; so what it calls ink has to be darker than the paper
    by `smallest_contrast` and by several times the paper's own noise. And it does best where the
    groups are about as large, so only the surroundings of what is surely ink have a vote. Where a
    stroke pales, it is followed on to three quarters of the threshold.
    """
    nothing = np.zeros(page.shape, bool), np.zeros(page.shape, np.float32)
    if np.ptp(page) < smallest_contrast:
        return nothing
    page = ndimage.gaussian_filter(page, .7)
    paper, noise = np.median(page), noise_level(page)
    surely = page < paper - max(smallest_contrast, 5 * noise)
    surely &= ndimage.binary_opening(surely, np.ones((2, 2)))
    if not surely.any():
        return nothing
    around = ndimage.binary_dilation(surely, iterations=4)
    threshold = threshold_otsu(page[around])
    mask = page < threshold
    paper, ink = np.median(page[around & ~mask]), np.median(page[mask])
    if paper - ink < max(smallest_contrast, 4 * noise):
        return nothing
    mask = apply_hysteresis_threshold(paper - page, .75 * (paper - threshold), paper - threshold)
    return mask, np.clip((paper - page) / (paper - ink), 0, 1).astype(np.float32)
