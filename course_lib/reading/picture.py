"""Any picture as grey values: (H, W) float32, 0 black and 1 white; and the same picture at other sizes."""

from __future__ import annotations

import numpy as np
from skimage.color import rgb2gray
from skimage.transform import resize


def grey(image, most: int | None = None) -> np.ndarray:
    """Any picture as grey values (H, W) float32 in [0, 1].

    `image` is (H, W), or (H, W, C) with one, two (grey, alpha), three (colour) or four (colour,
    alpha) channels; whole numbers, True and False, or floats in [0, 1]. What is transparent shows
    white paper. A picture of more than `most` pixels is made smaller, by a whole factor at first, so
    that a large photograph does not need many times its own memory.

    Raises ValueError for another shape, an empty picture, values that are not finite or out of range,
    TypeError for what holds no numbers; each says what to do.
    """
    given = _array(image)
    image = given[..., None] if given.ndim == 2 else given
    if image.ndim != 3 or image.shape[2] not in (1, 2, 3, 4) or 0 in image.shape:
        raise ValueError(f"a page is an array (height, width) or (height, width, channels) with 1 to "
                         f"4 channels and at least one pixel; got shape {given.shape}{_lacking(image)}")
    white = _white(image)
    h, w = image.shape[:2]
    factor = 1 if most is None else min(h, w, max(1, round((h * w / most)**.5)))
    h, w = h // factor * factor, w // factor * factor
    band = max(1, 2**20 // (w * factor)) * factor              # rows at a time: bounds the memory
    return np.concatenate([_blocks(_single(image[r:min(r + band, h), :w], white), factor)
                           for r in range(0, h, band)])


def _array(image) -> np.ndarray:
    """What was given as an array."""
    try:
        return np.asarray(image)
    except ValueError as error:                          # rows of different lengths
        raise ValueError(f"a page is an array (height, width) with rows of one length; got a {type(image).__name__} "
                         f"that makes none ({error})") from None


def _lacking(image) -> str:
    """What is probably meant by an array of no page's shape."""
    if image.ndim == 0 and image.dtype.kind in "US":
        return f": to read a file, read_file({str(image)!r})"
    if image.ndim == 3 and image.shape[0] in (1, 3, 4):
        return ": channels come last, np.moveaxis(image, 0, -1)"
    return ": one page at a time, image[..., n] of a batch" if image.ndim == 4 else ""


def _single(image, white) -> np.ndarray:
    """Grey values of (h, W, C), transparent pixels white."""
    values = image.astype(np.float32) / np.float32(white)
    if values.shape[2] in (2, 4):
        alpha = values[..., -1:]
        values = values[..., :-1] * alpha + (1 - alpha)
    single = values[..., 0] if values.shape[2] == 1 else rgb2gray(values)
    return np.clip(single, 0, 1)


def _blocks(values, factor: int) -> np.ndarray:
    """The means of blocks of `factor` x `factor` pixels."""
    h, w = values.shape
    return values.reshape(h // factor, factor, w // factor, factor).mean(axis=(1, 3))


def _white(image) -> float:
    """The value that means white in an array of this type."""
    kinds = {"b": lambda image: 1, "u": lambda image: np.iinfo(image.dtype).max, "i": _white_integer, "f": _white_float}
    if image.dtype.kind not in kinds:
        raise TypeError(f"a page holds numbers; got an array of {image.dtype}: np.asarray(image, float), "
                        "if it is made of numbers")
    return kinds[image.dtype.kind](image)


def _white_integer(image) -> float:
    """255 or 65535: signed integers are mostly 8-bit values in a wider type."""
    low, high = int(image.min()), int(image.max())
    if low < 0 or high > 65535:
        raise ValueError(f"the page's whole numbers run from {low} to {high}; expected 0 to 255 "
                         f"(8 bits) or 0 to 65535 (16 bits)")
    return 255 if high <= 255 else 65535


def _white_float(image) -> float:
    """1, after a look at the range."""
    if not np.isfinite(image).all():
        raise ValueError("the page holds values that are not finite (nan or inf); np.nan_to_num(image, nan=1) "
                         "makes white paper of them")
    low, high = float(image.min()), float(image.max())
    if low < 0 or high > 1:
        raise ValueError(f"the page's values run from {low:g} to {high:g}; floats must be in "
                         "[0, 1], 0 black and 1 white. Divide by the largest possible value.")
    return 1


def thumbnail(picture, longest: int) -> np.ndarray:
    """The picture with its longest side at most `longest` pixels."""
    scale = longest / max(picture.shape)
    if scale >= 1:
        return picture
    shape = [max(1, round(n * scale)) for n in picture.shape]
    return resize(picture, shape, anti_aliasing=True).astype(np.float32)


def scaled(picture, factor: float) -> np.ndarray:
    """The picture enlarged or reduced by a factor; by less than a fiftieth it is left as it is."""
    if abs(factor - 1) < .02:
        return picture
    shape = [max(1, round(n * factor)) for n in picture.shape]
    changed = resize(picture, shape, order=1 if factor < 1 else 3, anti_aliasing=factor < 1)
    return changed.clip(0, 1).astype(np.float32)
