"""The 1,797 handwritten digits that come with scikit-learn, brought to 28x28.

They are the test part of the "Optical Recognition of Handwritten Digits" data of Alpaydin and
Kaynak (1998): 32x32 scans of 13 people's writing, counted down to 8x8 pixels of 0 to 16.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from course_lib.digits.normalise import normalise

HELD_OUT = 500


def held_out(count=1797):
    """Return the indices of training and test digits: the split is fixed for the whole course."""
    order = np.random.default_rng(0).permutation(count)
    return order[:-HELD_OUT], order[-HELD_OUT:]


def load(split):
    """Return pictures (N, 28, 28) float32 in [0, 1] and labels (N,): 1,297 of "train" or 500 of "test"."""
    counts, labels = counted()
    part = held_out(len(labels))[("train", "test").index(split)]
    return np.stack([normalise(np.pad(picture, 1)) for picture in counts[part]]), labels[part].astype(np.intp)


def counted():
    """Return the digits as they come: counts of ink (1797, 8, 8) from 0 to 16, and labels (1797,).

    They are read from scikit-learn's file: to import scikit-learn for it takes two seconds.
    """
    table = Path(find_spec("sklearn").origin).parent / "datasets/data/digits.csv.gz"
    if not table.is_file():
        from sklearn.datasets import load_digits  # whose scikit-learn keeps it elsewhere

        return (raw := load_digits()).images, raw.target
    rows = np.loadtxt(table, delimiter=",")
    return rows[:, :-1].reshape(-1, 8, 8), rows[:, -1]
