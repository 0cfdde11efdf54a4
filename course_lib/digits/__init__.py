"""Pictures of handwritten digits: where they come from and how they are brought to one form.

`load(source)` gives training and test pictures (N, 28, 28) in [0, 1] with their labels;
`to_batch` turns them into a network's input (1, 28, 28, N).
"""

import operator
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from course_lib.digits import mnist, pen, uci
from course_lib.digits.normalise import normalise
from course_lib.nn import given

__all__ = ["Dataset", "Split", "load", "normalise", "pen", "to_batch"]

SOURCES = ("mnist", "pen", "uci")


class Split(NamedTuple):
    """Pictures (N, 28, 28) float32 in [0, 1] and their labels (N,) from 0 to 9."""

    images: np.ndarray
    labels: np.ndarray


class Dataset(Sequence):
    """Training and test pictures, a `Split` each; `(x, t), (x_test, t_test) = load(source)` works too.

    A split is read, drawn or downloaded when it is first asked for, and kept.
    """

    def __init__(self, name, split):
        self._name, self._split = name, split

    @cached_property
    def train(self):
        """The training pictures and labels."""
        return self._frozen("train")

    @cached_property
    def test(self):
        """The test pictures and labels."""
        return self._frozen("test")

    def _frozen(self, which):
        images, labels = self._split(which)
        images.flags.writeable = labels.flags.writeable = False
        return Split(images, labels)

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return getattr(self, ("train", "test")[operator.index(index)])

    def __repr__(self):
        return f"Dataset({self._name!r})"


def load(source="uci", *, count=None, seed=None, data_dir=None):
    """Return a source's training and test digits.

    Parameters
    ----------
    source : str
        "uci": the 1,797 real digits that come with scikit-learn, 1,297 to train, 500 held out.

        "pen": as many as you like, drawn by the course's pen, each digit equally often.

        "mnist": 60,000 real digits to train, 10,000 to test; 12 MB downloaded once, or read from
        a folder.
    count : int, optional
        pen: how many training digits, 10,000 if left out. The test digits are a fifth as many, drawn from
        random numbers of their own.
    seed : int, optional
        pen: 0 if left out; the same seed and count give the same pictures.
    data_dir : path, optional
        mnist: a folder with the published files, gzipped or not. If left out, the environment
        variable COURSE_MNIST_DIR may name it; else the files are downloaded. A folder with one
        split alone is enough for that split.

    Returns
    -------
    Dataset
        Nothing is read, drawn or downloaded before its `train` or `test` is asked for, and then only once.
        Its arrays are read-only, since every caller shares them: `.copy()` before changing them.

    Raises
    ------
    ValueError
        If there is no such source, or an argument does not belong to it or is out of range. What asking
        for a split of MNIST may raise: see `course_lib.digits.mnist.load`.
    """
    if source not in SOURCES:
        raise ValueError(f"no source of digits is called {source!r}; choose one of: {', '.join(SOURCES)}")
    owned = {"count": (count, "pen"), "seed": (seed, "pen"), "data_dir": (data_dir, "mnist")}
    for name, (value, owner) in owned.items():
        if value is not None and source != owner:
            raise ValueError(f'{name} belongs to the source "{owner}"; leave it out with "{source}"')
    if source == "pen":
        return _load_pen(_whole("count", count, 10_000, 1), _whole("seed", seed, 0, 0))
    return _load_mnist(mnist.folder(data_dir)) if source == "mnist" else _load_uci()


@lru_cache
def _load_uci():
    return Dataset("uci", uci.load)


@lru_cache(maxsize=8)
def _load_pen(count, seed):
    def split(which):
        rng = np.random.default_rng([seed, ("train", "test").index(which)])
        wanted = count if which == "train" else -(-count // 5)
        labels = rng.permutation(np.arange(wanted) % 10)
        return pen.draw(rng, labels), labels
    return Dataset("pen", split)


@lru_cache(maxsize=8)
def _load_mnist(folder):
    return Dataset("mnist", lambda which: mnist.load(which, folder))


def _whole(name, value, default, least):
    value = default if value is None else value
    if not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} is a whole number of at least {least}; got {value!r}")
    return int(value)


def to_batch(images, dtype=np.float32):
    """Turn pictures (N, 28, 28) into a network's input (1, 28, 28, N), one column per image.

    Raises TypeError for what holds no numbers, ValueError for another shape, whole numbers beyond 0 and 1
    (pixels have to be divided by 255 first) and what is not finite.
    """
    images = np.asarray(images)
    given.array("to_batch", images)
    if images.dtype.kind in "iu" and images.size and (images.min() < 0 or images.max() > 1):
        raise ValueError(f"to_batch: expected ink from 0 to 1; got whole numbers from {images.min()} to "
                         f"{images.max()}: divide by the largest possible value, images / 255")
    if images.size:
        given.finite("to_batch", images)
    if images.ndim == 2:
        images = images[None]
    if images.ndim != 3:
        raise ValueError(f"expected pictures of shape (N, H, W) or (H, W); got {images.shape}"
                         + (". Colour has to become grey first, images.mean(axis=-1)" if images.ndim == 4 else ""))
    return np.ascontiguousarray(images.transpose(1, 2, 0)[None], dtype=dtype)
