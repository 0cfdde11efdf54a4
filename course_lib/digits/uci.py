"""The 1,797 handwritten digits that come with scikit-learn, brought to 28x28.

They are the test part of the "Optical Recognition of Handwritten Digits" data of Alpaydin and
Kaynak (1998): 32x32 scans of 13 people's writing, counted down to 8x8 pixels of 0 to 16.
"""

import numpy as np

from course_lib.digits.normalise import normalise

HELD_OUT = 500


def held_out(count=1797):
    """Return the indices of training and test digits: the split is fixed for the whole course."""
    order = np.random.default_rng(0).permutation(count)
    return order[:-HELD_OUT], order[-HELD_OUT:]


def load(split):
    """Return pictures (N, 28, 28) float32 in [0, 1] and labels (N,): 1,297 of "train" or 500 of "test"."""
    from sklearn.datasets import load_digits  # two seconds, for who asks for these digits

    raw = load_digits()
    part = held_out(len(raw.target))[("train", "test").index(split)]
    images = np.stack([normalise(np.pad(picture, 1)) for picture in raw.images[part]])
    return images, raw.target[part].astype(np.intp)
