"""The trained network that the course ships, and how a digit is brought before it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from scipy import ndimage
from skimage.transform import resize

from course_lib import digits, nn

WEIGHTS = Path(__file__).parent / "weights" / "reader.npz"


@cache
def load_reader() -> nn.Sequential:
    """The course's LeNet with the weights it ships; read once and kept."""
    if not WEIGHTS.exists():
        raise FileNotFoundError(f"{WEIGHTS} is missing; make it with: "
                                "python -m course_lib train reader")
    return nn.load_weights(nn.lenet(), WEIGHTS)


def portrait(ink, part, *, angle: float = 0.0, slant: float = 0.0, stretch: float = 1.0, frame: bool = True):
    """One part of a page as the reader wants it: (28, 28) float32, ink 1 on 0.

    ink     (H, W) of the whole page
    angle   the page's slope in degrees, taken out again
    slant   how far the hand leans, as a share of the height, taken out as well
    stretch what the breadth is multiplied by
    frame   False: the crop is stretched over the whole picture, without box, margin or centre
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


def classify(pictures, reader=None):
    """Labels (N,) and the probability of every digit (N, 10), of pictures (N, 28, 28)."""
    reader = load_reader() if reader is None else reader
    p = reader.probabilities(digits.to_batch(np.asarray(pictures, np.float32))).T
    return p.argmax(axis=1), p
