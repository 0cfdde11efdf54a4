"""Labels: which digit each picture shows, said by the network that the course ships."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from course_lib import digits, nn

WEIGHTS = Path(__file__).parent / "weights" / "reader.npz"


@cache
def load_reader() -> nn.Sequential:
    """The course's LeNet with the weights it ships; read once and kept."""
    if not WEIGHTS.exists():
        raise FileNotFoundError(f"{WEIGHTS} is missing; make it with: "
                                "python -m course_lib train reader")
    return nn.load_weights(nn.lenet(), WEIGHTS)


def classify(pictures, reader: nn.Sequential | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Labels (N,) and the probability of every digit (N, 10), of pictures (N, 28, 28), ink 1 on 0.

    Raises ValueError for another shape, or values that are not finite.
    """
    pictures = as_pictures(pictures)
    if len(pictures) == 0:
        return np.zeros(0, int), np.zeros((0, 10), np.float32)
    p = (load_reader() if reader is None else reader).probabilities(digits.to_batch(pictures)).T
    return p.argmax(axis=1), p


def as_pictures(pictures) -> np.ndarray:
    """Pictures as the networks take them, (N, 28, 28) float32, or an error that says what is wrong."""
    given = np.asarray(pictures)
    if given.ndim != 3 or given.shape[1:] != (28, 28):
        if given.size == 0:
            return np.zeros((0, 28, 28), np.float32)
        one = ": for one picture, picture[None]" if given.shape == (28, 28) else "; digits.normalise makes them"
        raise ValueError(f"expected pictures of shape (N, 28, 28); got {given.shape}{one}")
    if given.dtype.kind not in "fb" and given.max(initial=0) > 1:
        raise ValueError(f"expected ink from 0 to 1; got whole numbers up to {given.max()}: divide by the largest "
                         "possible value, pictures / 255")
    if not np.isfinite(given).all():
        raise ValueError("the pictures hold values that are not finite (nan or inf); np.nan_to_num(pictures) "
                         "makes paper of them")
    return given.astype(np.float32, copy=False)
