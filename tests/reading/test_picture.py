"""Any picture as grey values."""

import numpy as np

from course_lib.reading import picture


def test_grey_is_the_same_from_every_type(thick):
    grey = thick.image / 255
    rgb = np.repeat(thick.image[..., None], 3, axis=2)
    opaque = np.concatenate([rgb, np.full((*grey.shape, 1), 255, np.uint8)], axis=2)
    for image in (grey, thick.image, thick.image.astype(np.uint16) * 257, thick.image.astype(int),
                  rgb, opaque, thick.image[..., None], opaque[..., 2:]):
        assert np.allclose(picture.grey(image), grey, atol=1e-3)


def test_what_is_transparent_shows_white_paper():
    ink = np.zeros((4, 4, 4), np.uint8)
    ink[1, 1, 3] = 255                                  # one opaque black pixel, the rest clear
    expected = np.ones((4, 4))
    expected[1, 1] = 0
    assert np.allclose(picture.grey(ink), expected)


def test_large_pictures_are_reduced_as_they_are_read():
    image = np.random.default_rng(0).integers(0, 256, (90, 121, 3), dtype=np.uint8)
    small = picture.grey(image, most=1200)
    assert small.shape == (30, 40)
    assert np.allclose(small[4, 7], picture.grey(image[12:15, 21:24]).mean(), atol=1e-5)
