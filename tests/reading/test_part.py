"""Parts: found, merged, divided."""

import numpy as np
import pytest

from course_lib.reading import cutting
from course_lib.reading.part import Part, components, merge, split, stroke_width
from course_lib.reading.rows import by_columns
from tests.reading.blocks import boxes


def test_components_and_their_order_by_columns():
    mask = np.zeros((9, 9), bool)
    mask[6:8, 1] = mask[0:3, 2] = mask[4, 5:8] = True
    mask[5, 8] = True                                   # touches at a corner
    found = components(mask)
    assert boxes(found) == [(0, 2, 3, 3), (4, 5, 6, 9), (6, 1, 8, 2)]
    assert [p.left for p in by_columns(found)] == [1, 2, 5]


def test_merge_keeps_every_pixel():
    rng = np.random.default_rng(0)
    a, b = Part(3, 4, rng.random((5, 6)) < .5), Part(6, 1, rng.random((7, 5)) < .5)
    canvas = np.zeros((20, 20), bool)
    for p in (a, b):
        canvas[p.top:p.bottom, p.left:p.right] |= p.mask
    m = merge(a, b)
    assert np.array_equal(m.mask, canvas[m.top:m.bottom, m.left:m.right]) and m.area == canvas.sum()


def test_a_split_shares_the_ink_out():
    part = Part(5, 7, np.random.default_rng(0).random((9, 12)) < .7)
    pieces = split(part, cutting.cheapest_path(part.mask, 6, 3))
    canvas = np.zeros((20, 25), int)
    for p in pieces:
        canvas[p.top:p.bottom, p.left:p.right] += p.mask
    assert np.array_equal(canvas[5:14, 7:19], part.mask.astype(int))


def test_stroke_width_of_a_bar():
    for width in (3, 6, 11):
        assert stroke_width(np.ones((80, width), bool)) == pytest.approx(width, rel=.25)
