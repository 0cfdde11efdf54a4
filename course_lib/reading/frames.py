"""Frames: each part of a page as the picture its network knows, 28 x 28, upright, ink 1 on 0."""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from skimage.transform import resize

from course_lib import digits
from course_lib.reading.measures import Measures
from course_lib.reading.part import Part


def portraits(ink, parts: list[Part], measures: Measures, skip=frozenset()) -> np.ndarray:
    """The pictures (N, 28, 28) float32 that the networks see of some parts of a page's ink (H, W)."""
    pictures = [portrait(ink, part, angle=measures.angle, slant=measures.slant, stretch=measures.stretch,
                         frame="frame" not in skip) for part in parts]
    return np.array(pictures, np.float32).reshape(-1, 28, 28)           # of no parts as well


def portrait(ink, part, *, angle: float = 0.0, slant: float = 0.0, stretch: float = 1.0, frame: bool = True):
    """One part of a page as the reader wants it: (28, 28) float32, ink 1 on 0.

    ink      (H, W) of the whole page
    angle    the page's slope in degrees, taken out again
    slant    how far the hand leans, as a share of the height, taken out as well
    stretch  what the breadth is multiplied by
    frame    False: the crop is stretched over the whole picture, without box, margin or centre
    """
    margin = 2
    mask = np.pad(part.mask, margin)
    crop = np.zeros(mask.shape, np.float32)
    rows = slice(max(part.top - margin, 0), part.bottom + margin)
    columns = slice(max(part.left - margin, 0), part.right + margin)
    piece = ink[rows, columns]
    down, over = rows.start - (part.top - margin), columns.start - (part.left - margin)
    crop[down:down + piece.shape[0], over:over + piece.shape[1]] = piece
    crop *= ndimage.binary_dilation(mask, iterations=1)      # only this part, with its soft edge
    if not frame:
        return resize(crop[margin:-margin, margin:-margin], (28, 28),
                      anti_aliasing=True).astype(np.float32)
    if abs(angle) >= 2 or slant or stretch != 1:
        crop = upright(crop, angle, slant, stretch)
    return digits.normalise(crop if crop.any() else mask.astype(np.float32))


def upright(picture, angle: float, slant: float, stretch: float = 1.0):
    """A picture turned clockwise by `angle` degrees, leant to the left by `slant`, `stretch` times as broad."""
    cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    back = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1, 0], [-slant, 1 / stretch]])  # (row, column)
    corners = np.array(picture.shape)[:, None] / 2 * np.array([[1, 1, -1, -1], [1, -1, 1, -1]])
    shape = np.ceil(2 * np.abs(np.linalg.solve(back, corners)).max(axis=1)).astype(int)
    middle = (np.array(picture.shape) - 1) / 2 - back @ ((shape - 1) / 2)
    return ndimage.affine_transform(picture, back, middle, tuple(shape), order=1)
