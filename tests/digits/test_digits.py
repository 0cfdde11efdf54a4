"""The data: one form for every digit, and a split that never changes."""

from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.datasets import load_digits

from course_lib import digits
from course_lib.digits import uci


def test_the_split_is_the_published_one():
    train, test = uci.held_out()
    assert (test == np.random.default_rng(0).permutation(1797)[-500:]).all()
    assert len(train) == 1297 and not set(train) & set(test)


@pytest.mark.parametrize("home", [find_spec("sklearn").origin, "/nowhere/sklearn/__init__.py"])
def test_uci_digits_are_those_of_scikit_learn_wherever_it_keeps_them(monkeypatch, home):
    monkeypatch.setattr(uci, "find_spec", lambda name: SimpleNamespace(origin=home))
    counts, labels = uci.counted()
    np.testing.assert_array_equal(counts, load_digits().images)
    np.testing.assert_array_equal(labels, load_digits().target)


def test_uci_digits_are_normalised_and_keep_their_labels():
    data = digits.load("uci")
    assert data.train.images.shape == (1297, 28, 28) and data.test.images.shape == (500, 28, 28)
    for split, part in zip(data, uci.held_out()):
        assert split.images.dtype == np.float32
        assert split.images.min() == 0 and split.images.max() == 1
        np.testing.assert_array_equal(split.labels, load_digits().target[part])
    (x, t), (x_test, t_test) = data
    assert len(x) == len(t) and len(x_test) == len(t_test)


def test_every_digit_fits_the_box_and_is_centred():
    images = digits.load("uci").test.images
    index = np.arange(28)
    for picture in images:
        mass = picture.sum()
        centre = np.array([index @ picture.sum(axis=1), index @ picture.sum(axis=0)]) / mass
        assert np.abs(centre - 13.5).max() <= 0.51
        ink = np.argwhere(picture > 0)
        assert (np.ptp(ink, axis=0) < 20).all()


@pytest.mark.parametrize("scale, offset", [(1, (3, 5)), (2, (0, 0)), (5, (40, 2))])
def test_normalise_ignores_place_and_size(scale, offset):
    strokes = np.zeros((20, 20))
    strokes[:, 8:11] = strokes[:3, :14] = 1
    page = np.zeros((160, 160))
    big = np.kron(strokes, np.ones((scale, scale)))
    page[offset[0]:offset[0] + len(big), offset[1]:offset[1] + len(big)] = big
    assert np.abs(digits.normalise(page) - digits.normalise(strokes)).mean() < 0.02


def test_a_dataset_is_two_splits_each_made_when_it_is_asked_for():
    asked = []

    def split(which):
        asked.append(which)
        return np.zeros((2, 28, 28), np.float32), np.arange(2)

    data = digits.Dataset("mine", split)
    assert repr(data) == "Dataset('mine')" and len(data) == 2 and asked == []
    assert data.test is data.test is data[1] is data[-1] and asked == ["test"]
    (x, t), (x_test, t_test) = data
    assert asked == ["test", "train"] and x is data.train.images and t_test is data[1].labels
    with pytest.raises(IndexError):
        data[2]


def test_pen_digits_are_as_many_as_asked_for_and_always_the_same():
    data = digits.load("pen", count=50, seed=3)
    assert data.train.images.shape == (50, 28, 28) and data.test.images.shape == (10, 28, 28)
    for split in data:
        assert split.images.dtype == np.float32 and split.labels.dtype.kind == "i"
        assert split.images.min() >= 0 and .5 < split.images.max() <= 1
        assert len(set(np.bincount(split.labels, minlength=10))) == 1          # each digit equally often
    assert digits.load("pen", count=50, seed=3) is data
    digits._load_pen.cache_clear()
    again, other = digits.load("pen", count=50, seed=3), digits.load("pen", count=50, seed=4)
    np.testing.assert_array_equal(data.train.images, again.train.images)
    assert not np.array_equal(data.train.images, other.train.images)
    train, test = ({picture.tobytes() for picture in split.images} for split in data)
    assert len(train) == 50 and not train & test
    assert len(digits.load("pen", count=1).test.labels) == 1


def test_the_pens_splits_do_not_depend_on_which_comes_first():
    first = digits.load("pen", count=10, seed=9).test.images
    digits._load_pen.cache_clear()
    data = digits.load("pen", count=10, seed=9)
    assert data.train and np.array_equal(data.test.images, first)


def test_nothing_is_drawn_before_it_is_asked_for(monkeypatch):
    monkeypatch.setattr(digits.pen, "draw", None)
    monkeypatch.setattr(uci, "counted", None)
    digits._load_uci.cache_clear()
    digits.load("pen", count=10**9)
    digits.load("uci")
    monkeypatch.undo()
    assert len(digits.load("uci").test.labels) == 500


def test_loading_is_cached():
    assert digits.load() is digits.load("uci")
    assert digits.load("uci").train is digits.load("uci").train
    assert digits.load("pen") is digits.load("pen", count=10_000, seed=0)


@pytest.mark.parametrize("call, error, words", [
    (lambda: digits.load("postcards"), ValueError, "'postcards'; choose one of: mnist, pen, uci"),
    (lambda: digits.load("uci", count=5), ValueError, 'count belongs to the source "pen".* "uci"'),
    (lambda: digits.load("mnist", seed=5), ValueError, 'seed belongs to the source "pen".* "mnist"'),
    (lambda: digits.load("pen", data_dir="x"), ValueError, 'data_dir belongs to the source "mnist".* "pen"'),
    (lambda: digits.load("pen", count=0), ValueError, "count is a whole number of at least 1; got 0"),
    (lambda: digits.load("pen", count=2.5), ValueError, "count is a whole number of at least 1; got 2.5"),
    (lambda: digits.load("pen", seed=-1), ValueError, "seed is a whole number of at least 0; got -1"),
    (lambda: digits.normalise(np.zeros((5, 5))), ValueError, "no ink"),
    (lambda: digits.normalise(np.zeros((5, 5, 3))), ValueError, r"\(H, W\); got shape \(5, 5, 3\)"),
    (lambda: digits.to_batch(np.zeros(5)), ValueError, r"\(N, H, W\)"),
])
def test_bad_input_is_told_how_to_mend_it(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_the_cached_arrays_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        digits.load("uci").train.images[0] = 1


def test_to_batch_puts_one_image_in_each_column():
    images = digits.load("uci").test.images[:3]
    x = digits.to_batch(images)
    assert x.shape == (1, 28, 28, 3) and x.flags.c_contiguous
    np.testing.assert_array_equal(x[0, :, :, 1], images[1])
