"""Light: a page as if the same light fell on all of it, its ink darker than its paper.

Grey pictures are (H, W) float32, 0 black and 1 white. Nothing here knows of digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from course_lib.reading.picture import thumbnail

DARKEST = .03          # of grey values: below it light cannot be divided out
GRAIN = 3.0            # standard deviation, in pixels, of the blur that leaves none of a paper's grain


@dataclass(frozen=True)
class Light:
    """A page in even light.

    grey    (H, W) as it was photographed
    even    (H, W) with paper near 1 everywhere, and ink darker
    """

    grey: np.ndarray
    even: np.ndarray


def even_out(grey, dark_ink: bool, size: float | None = None, skip=frozenset()) -> Light:
    """The page in even light. The `size` of its digits in pixels, once it is known, says how far to look for paper."""
    if "light" in skip:
        return Light(grey, grey if dark_ink else 1 - grey)
    return Light(grey, even_light(grey, round(.7 * size) if size else None, dark_ink))


def is_dark_on_light(page) -> bool:
    """Whether the ink is darker than the paper.

    Ink is the exception: around any spot most pixels are paper. So compare every pixel with the
    mean of its neighbourhood; the rare, large differences are ink, and their skewness (the mean of
    their cubes) has its sign. Without clear evidence paper is light.
    """
    small = np.log(np.maximum(thumbnail(page, 400), DARKEST))
    around = ndimage.gaussian_filter(small, max(small.shape) / 16, mode="nearest")
    away = small - around
    return bool((away**3).mean() <= .5 * (away**2).mean()**1.5)


def paper_brightness(page, window: int | None = None) -> np.ndarray:
    """What bare paper looks like at every pixel, also where ink covers it: (H, W) float32.

    The brightest value in a window wider than any stroke is paper; the darkest of those, in a
    window as wide, puts the edges of shadows back where they were. The pair is called a closing.

    window  in pixels; by default a fifth of the page's shorter side
    """
    h, w = page.shape
    window = window or min(h, w) // 5
    window = 1 + 2 * max(1, window // 2)
    margin = min(window // 2, h - 1, w - 1)
    smooth = ndimage.gaussian_filter(page, 1.0, mode="nearest")
    if margin > 0:
        smooth = beyond_its_edges(page, smooth, margin)
    closed = ndimage.grey_closing(smooth, size=(window, window), mode="nearest")
    closed = closed[margin:margin + h, margin:margin + w]
    return ndimage.gaussian_filter(closed, 1.0, mode="nearest").astype(np.float32)


def beyond_its_edges(page, inside, margin: int) -> np.ndarray:
    """`inside` (H, W) with a margin in which the light of the page goes on as it came.

    A value beyond the edge is twice the edge's less the one as far within, and so the edge's grain
    would count double, and the brightest of it be taken for paper: the margin is free of grain.
    """
    light = ndimage.gaussian_filter(page, GRAIN, mode="nearest")
    around = np.pad(light, margin, mode="reflect", reflect_type="odd").clip(0, inside.max())
    around[margin:-margin, margin:-margin] = inside
    return around


def even_light(page, window: int | None = None, dark_ink: bool = True) -> np.ndarray:
    """The page in even light: paper near 1 everywhere, ink as much darker as it is (or lighter).

    Light falls on paper and ink alike, so that the quotient of the two is the same in light and in
    shade. `dark_ink` False: the ink is lighter than its paper; the result is dark on light again.
    """
    page = np.maximum(page, DARKEST)
    if dark_ink:
        return np.clip(page / paper_brightness(page, window), 0, 1)
    return np.clip(1 / (page * paper_brightness(1 / page * DARKEST, window) / DARKEST), 0, 1)
