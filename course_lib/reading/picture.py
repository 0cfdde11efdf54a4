"""From a picture to ink: grey values, even light, dark or light ink, and where ink is.

Everything here works on whole pictures and knows nothing of digits. Grey pictures are (H, W)
float32 arrays, 0 black and 1 white; ink is 0 on bare paper and about 1 in a full stroke.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.color import rgb2gray
from skimage.filters import threshold_otsu
from skimage.transform import resize

def grey(image) -> np.ndarray:
    """Any picture as grey values (H, W) float32 in [0, 1].

    `image` is (H, W), or (H, W, C) with one, two (grey, alpha), three (colour) or four (colour,
    alpha) channels; whole numbers, True and False, or floats in [0, 1]. What is transparent shows
    white paper.
    """
    image = np.asarray(image)
    if image.ndim == 2:
        image = image[..., None]
    if image.ndim != 3 or image.shape[2] not in (1, 2, 3, 4) or 0 in image.shape:
        raise ValueError(f"a page is an array (height, width) or (height, width, channels) with 1 to "
                         f"4 channels and at least one pixel; got shape {np.shape(image)}")
    values = _unit(image)
    if values.shape[2] in (2, 4):
        alpha = values[..., -1:]
        values = values[..., :-1] * alpha + (1 - alpha)
    single = values[..., 0] if values.shape[2] == 1 else rgb2gray(values)
    return np.clip(single, 0, 1).astype(np.float32)


def _unit(image) -> np.ndarray:
    """Values as float32 in [0, 1]: whole numbers are divided by their type's largest."""
    if image.dtype == bool:
        return image.astype(np.float32)
    if image.dtype.kind == "u":
        return image.astype(np.float32) / np.iinfo(image.dtype).max
    if image.dtype.kind == "i":                     # 8-bit values in wider integers, mostly
        low, high = int(image.min()), int(image.max())
        if low < 0 or high > 65535:
            raise ValueError(f"the page's whole numbers run from {low} to {high}; expected 0 to 255 "
                             f"(8 bits) or 0 to 65535 (16 bits)")
        return image.astype(np.float32) / (255 if high <= 255 else 65535)
    if image.dtype.kind == "f":
        if not np.isfinite(image).all():
            raise ValueError("the page holds values that are not finite (nan or inf)")
        low, high = float(image.min()), float(image.max())
        if low < 0 or high > 1:
            raise ValueError(f"the page's values run from {low:g} to {high:g}; floats must be in "
                             "[0, 1], 0 black and 1 white. Divide by the largest possible value.")
        return image.astype(np.float32)
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
    small = thumbnail(page, 512)
    around = ndimage.gaussian_filter(small, max(small.shape) / 16, mode="nearest")
    away = small - around
    return bool((away**3).mean() <= .5 * (away**2).mean()**1.5)


def paper_brightness(page) -> np.ndarray:
    """How bright the bare paper is, or would be, at every pixel: (H, W).

    A window that slides over the page, wider than any stroke, always sees some paper: its brightest
    value, carried back by the darkest of those (a grey closing), wipes the strokes out. The page
    is dark ink on light paper.
    """
    small = thumbnail(ndimage.gaussian_filter(page, 1.0), 256)
    window = 1 + 2 * (max(3, min(small.shape) // 5) // 2)
    closed = ndimage.grey_closing(small, size=(window, window), mode="nearest")
    margin = min(window // 2, *((n - 2) // 2 for n in small.shape))
    if margin > 0:      # near its edges a closing sees half a window: there let the slope go on
        inner = closed[margin:-margin, margin:-margin]
        closed = np.pad(inner, margin, mode="reflect", reflect_type="odd")
    smooth = ndimage.gaussian_filter(closed, window / 6, mode="nearest")
    return resize(smooth, page.shape, order=1).astype(np.float32)


def even_light(page) -> np.ndarray:
    """The page as it would look in even light: paper near 1 everywhere, ink as dark as it is."""
    return np.clip(page / np.maximum(paper_brightness(page), 1e-3), 0, 1)


def noise_level(page) -> float:
    """The standard deviation of the fine grain, robust against a minority of ink pixels."""
    fine = page - ndimage.gaussian_filter(page, 4)
    return float(1.4826 * np.median(np.abs(fine)))


def find_ink(page, smallest_contrast: float = .08):
    """Ink on evenly lit paper: (mask (H, W) of booleans, ink (H, W) in [0, 1]).

    Otsu's threshold (1979) splits the grey values into the two groups that vary least in
    themselves. It always finds two, on an empty page as well; so what it calls ink has to be
    darker than the paper by `smallest_contrast` and by several times the paper's own noise.
    """
    nothing = np.zeros(page.shape, bool), np.zeros(page.shape, np.float32)
    if np.ptp(page) < smallest_contrast:
        return nothing
    page = ndimage.gaussian_filter(page, .6)
    threshold = threshold_otsu(page)
    mask = page < threshold
    paper, ink = np.median(page[~mask]), np.median(page[mask])
    if paper - ink < max(smallest_contrast, 4 * noise_level(page)):
        return nothing
    return mask, np.clip((paper - page) / (paper - ink), 0, 1).astype(np.float32)
