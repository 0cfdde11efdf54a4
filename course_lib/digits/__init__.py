"""Pictures of handwritten digits: where they come from and how they are brought to one form.

`load(source)` gives training and test pictures (N, 28, 28) in [0, 1] with their labels;
`to_batch` turns them into a network's input (1, 28, 28, N).
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from course_lib.digits import pen, uci
from course_lib.digits.normalise import normalise

__all__ = ["Dataset", "Split", "load", "normalise", "pen", "to_batch"]

SOURCES = {"uci": uci.load}


class Split(NamedTuple):
    """Pictures (N, 28, 28) float32 in [0, 1] and their labels (N,) from 0 to 9."""

    images: np.ndarray
    labels: np.ndarray


class Dataset(NamedTuple):
    """Training and test pictures; `(x, t), (x_test, t_test) = load(source)` works too."""

    train: Split
    test: Split


@cache
def load(source="uci"):
    """Return a source's training and test digits, computed once and kept.

    Parameters
    ----------
    source : str
        "uci": the 1,797 real digits that come with scikit-learn, 500 of them held out.

    Returns
    -------
    Dataset
        Its arrays are read-only, since every caller shares them: `.copy()` before changing them.

    Raises
    ------
    ValueError
        If there is no such source.
    """
    if source not in SOURCES:
        raise ValueError(f"no source of digits is called {source!r}; "
                         f"choose one of: {', '.join(sorted(SOURCES))}")
    splits = []
    for images, labels in SOURCES[source]():
        images.flags.writeable = labels.flags.writeable = False
        splits.append(Split(images, labels))
    return Dataset(*splits)


def to_batch(images, dtype=np.float32):
    """Turn pictures (N, 28, 28) into a network's input (1, 28, 28, N), one column per image."""
    images = np.asarray(images)
    if images.ndim == 2:
        images = images[None]
    if images.ndim != 3:
        raise ValueError(f"expected pictures of shape (N, H, W) or (H, W); got {images.shape}")
    return np.ascontiguousarray(images.transpose(1, 2, 0)[None], dtype=dtype)
