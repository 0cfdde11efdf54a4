"""From a picture to ink: grey values, even light, dark or light ink, and where ink is.

Everything here works on whole pictures and knows nothing of digits. Grey pictures are (H, W)
float32 arrays, 0 black and 1 white; ink is 0 on bare paper and about 1 in a full stroke.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.color import rgb2gray
from skimage.filters import apply_hysteresis_threshold, threshold_otsu
from skimage.transform import resize

DARKEST = .03          # of grey values: below it light cannot be divided out
GRAIN = 3.0            # standard deviation, in pixels, of the blur that leaves none of a paper's grain


def grey(image, most: int | None = None) -> np.ndarray:
    """Any picture as grey values (H, W) float32 in [0, 1].

    `image` is (H, W), or (H, W, C) with one, two (grey, alpha), three (colour) or four (colour,
    alpha) channels; whole numbers, True and False, or floats in [0, 1]. What is transparent shows
    white paper. A picture of more than `most` pixels is made smaller, by a whole factor at first, so
    that a large photograph does not need many times its own memory.
    """
    image = np.asarray(image)
    if image.ndim == 2:
        image = image[..., None]
    if image.ndim != 3 or image.shape[2] not in (1, 2, 3, 4) or 0 in image.shape:
        raise ValueError(f"a page is an array (height, width) or (height, width, channels) with 1 to "
                         f"4 channels and at least one pixel; got shape {np.shape(image)}")
    largest = _largest(image)
    h, w = image.shape[:2]
    factor = 1 if most is None else min(h, w, max(1, round((h * w / most)**.5)))
    h, w = h // factor * factor, w // factor * factor
    band = max(1, 2**20 // (w * factor)) * factor              # rows at a time: bounds the memory
    return np.concatenate([_blocks(_single(image[r:min(r + band, h), :w], largest), factor)
                           for r in range(0, h, band)])


def _single(image, largest) -> np.ndarray:
    """Grey values of (h, W, C), transparent pixels white."""
    values = image.astype(np.float32) / np.float32(largest)
    if values.shape[2] in (2, 4):
        alpha = values[..., -1:]
        values = values[..., :-1] * alpha + (1 - alpha)
    single = values[..., 0] if values.shape[2] == 1 else rgb2gray(values)
    return np.clip(single, 0, 1)


def _blocks(values, factor: int) -> np.ndarray:
    """The means of blocks of `factor` x `factor` pixels."""
    h, w = values.shape
    return values.reshape(h // factor, factor, w // factor, factor).mean(axis=(1, 3))


def _largest(image) -> float:
    """The value that means white in an array of this type."""
    if image.dtype == bool:
        return 1
    if image.dtype.kind == "u":
        return np.iinfo(image.dtype).max
    if image.dtype.kind == "i":                     # 8-bit values in wider integers, mostly
        low, high = int(image.min()), int(image.max())
        if low < 0 or high > 65535:
            raise ValueError(f"the page's whole numbers run from {low} to {high}; expected 0 to 255 "
                             f"(8 bits) or 0 to 65535 (16 bits)")
        return 255 if high <= 255 else 65535
    if image.dtype.kind == "f":
        if not np.isfinite(image).all():
            raise ValueError("the page holds values that are not finite (nan or inf)")
        low, high = float(image.min()), float(image.max())
        if low < 0 or high > 1:
            raise ValueError(f"the page's values run from {low:g} to {high:g}; floats must be in "
                             "[0, 1], 0 black and 1 white. Divide by the largest possible value.")
        return 1
    raise TypeError(f"a page holds numbers; got an array of {image.dtype}")


def thumbnail(picture, longest: int) -> np.ndarray:
    """The picture with its longest side at most `longest` pixels."""
    scale = longest / max(picture.shape)
    if scale >= 1:
        return picture
    shape = [max(1, round(n * scale)) for n in picture.shape]
    return resize(picture, shape, anti_aliasing=True).astype(np.float32)


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


# ---------------------------------------------------------------- light

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


# ---------------------------------------------------------------- ink

def noise_level(page) -> float:
    """The standard deviation of the fine grain of bare paper.

    Judged by the calmest quarter of the page (a quarter of a normal distribution lies within 0.3186 of
    its deviations), since ink and its surroundings may take up most of the rest.
    """
    fine = np.abs(page - ndimage.gaussian_filter(page, 2))
    return float(np.quantile(fine, .25) / .3186)


def find_ink(page, smallest_contrast: float = .08):
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
