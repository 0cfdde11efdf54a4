"""The data: one form for every digit, and a split that never changes."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from course_lib import digits
from course_lib.digits import uci


def test_the_split_is_the_published_one():
    train, test = uci.held_out()
    assert (test == np.random.default_rng(0).permutation(1797)[-500:]).all()
    assert len(train) == 1297 and not set(train) & set(test)


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


@pytest.mark.parametrize("call, error, words", [
    (lambda: digits.load("postcards"), ValueError, "'postcards'; choose one of: .*uci"),
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
