"""Digits cut out of photographed pages for the reader to learn from."""

from types import SimpleNamespace

import numpy as np
import pytest

from course_lib import digits
from course_lib.reading.part import Part
from course_lib.workshop import cuttings, pages


def test_nearly_every_digit_of_a_page_is_cut_out_with_its_label():
    made = [pages.random_page(seed, cuttings.LEVELS[seed % 2], to_learn_from=True) for seed in range(6)]
    cut = [cuttings.from_page(seed) for seed in range(6)]
    written = sum(page.count for page in made)
    assert .9 * written < sum(len(c.labels) for c in cut) <= written
    for page, (images, labels) in zip(made, cut):
        assert images.shape == (len(labels), 28, 28) and images.min() >= 0 and images.max() <= 1
        left = iter("".join(page.rows))                 # in reading order, some left out
        assert all(str(label) in left for label in labels)


def test_pages_are_cut_in_their_order_whatever_runs_beside():
    together = cuttings.cut_out(3, progress=False)
    apart = [cuttings.from_page(seed) for seed in range(3)]
    assert np.array_equal(together.images, np.concatenate([c.images for c in apart]))
    assert np.array_equal(together.labels, np.concatenate([c.labels for c in apart]))


def test_a_page_on_which_no_digit_is_found_gives_none(monkeypatch):
    monkeypatch.setattr(cuttings, "belonging_to", lambda box, pieces: None)
    images, labels = cuttings.from_page(0)
    assert images.shape == (0, 28, 28) and labels.shape == (0,)


def square(top, left, height, width):
    return Part(top, left, np.ones((height, width), bool))


def test_pieces_in_the_box_make_one_digit():
    upper, lower, stranger = square(0, 0, 8, 10), square(10, 0, 10, 10), square(0, 30, 20, 10)
    part = cuttings.belonging_to(np.array([0, 0, 20, 10]), [upper, stranger, lower])
    assert part.box == (0, 0, 20, 10) and part.area == 180


@pytest.mark.parametrize("pieces", [
    [], [square(0, 0, 20, 40)],                         # nothing there; the box is a part of something larger
    [square(0, 0, 9, 10)], [square(50, 50, 20, 10)]])   # only half a digit; ink elsewhere
def test_what_is_not_the_digit_is_not_taken(pieces):
    assert cuttings.belonging_to(np.array([0, 0, 20, 10]), pieces) is None


def test_pages_to_learn_from_share_nothing_with_those_that_measure(monkeypatch):
    """Neither a held-out digit nor a foreign hand is asked for."""
    real = digits.load("uci")
    monkeypatch.setattr(pages.chance.digits, "load", lambda _: SimpleNamespace(train=real.train))
    monkeypatch.setattr(pages.chance, "foreign_hand", None)
    for seed in range(8):
        pages.random_page(seed, to_learn_from=True)
    with pytest.raises((AttributeError, TypeError)):
        for seed in range(8):
            pages.random_page(seed)
