"""Pieces of broken strokes are joined."""

import numpy as np
from hypothesis import given, strategies

from course_lib.reading import joining, part
from course_lib.reading.part import Part
from tests.reading.blocks import block, boxes, upright


def test_a_bridge_closes_the_gap_and_no_more():
    mask = np.zeros((40, 30), bool)
    mask[:18, 12:17] = mask[21:, 12:17] = True          # a stem with a scratch across it
    mask[30:, 25:] = True                               # and something that stands far off
    bridged = joining.bridge(Part(5, 5, mask), 5).mask
    assert bridged[18:21, 13:16].all()
    added = np.argwhere(bridged & ~mask)
    assert added[:, 0].min() >= 15 and added[:, 0].max() <= 23
    assert 10 <= added[:, 1].min() <= added[:, 1].max() <= 18
    assert np.array_equal(joining.bridge(Part(5, 5, mask), 2).mask, mask)
    assert len(part.components(joining.bridge(Part(5, 5, mask), 20).mask)) == 1


def test_pieces_of_one_digit_are_joined():
    upper, lower = block(0, 0, 9, 10), block(11, 2, 20, 9)
    other = block(0, 13, 20, 23)
    assert boxes(joining.join_broken([upper, lower, other], 20, upright)) == [(0, 0, 20, 10), (0, 13, 20, 23)]


def test_three_pieces_are_joined_one_after_the_other():
    def taller(pieces):
        return np.array([p.height / 20 - 1 for p in pieces])
    pieces = [block(0, 0, 6, 10), block(7, 0, 13, 10), block(14, 0, 20, 10)]
    assert boxes(joining.join_broken(pieces, 20, taller)) == [(0, 0, 20, 10)]


def test_three_pieces_are_joined_that_two_by_two_are_no_better():
    """Two posts and a bar: any two of them look as little like a digit as one alone."""
    pieces = [block(0, 0, 9, 3), block(0, 8, 9, 11), block(11, 0, 20, 11)]

    def whole_only(tried):
        return np.array([0. if p.area == sum(piece.area for piece in pieces) else -3. * p.area / 60
                         for p in tried])
    assert boxes(joining.join_broken(pieces, 20, whole_only)) == [(0, 0, 20, 11)]
    assert boxes(joining.join_broken(pieces[:2], 20, whole_only)) == boxes(pieces[:2])


def test_digits_beside_and_below_each_other_are_not_joined():
    digits = [block(0, 0, 20, 10), block(23, 0, 43, 10), block(0, 12, 20, 22)]
    assert boxes(joining.join_broken(digits, 20, upright)) == boxes(digits)


@given(strategies.lists(strategies.tuples(*[strategies.integers(0, 150)] * 2, *[strategies.integers(1, 40)] * 2),
                        max_size=25), strategies.integers(8, 40))
def test_parts_meet_just_those_they_may_belong_to(boxes, size):
    table = joining.Table([block(top, left, top + h, left + w) for top, left, h, w in boxes], size, None)
    alive = table.alive
    table.meet(list(alive))
    assert table.beside == {n: {m for m in alive if m != n and joining.belong_together(alive[n], alive[m], size)}
                            for n in alive}
