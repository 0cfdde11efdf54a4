"""The made pages: their truth is true, and they come out the same every time."""

import numpy as np
import pytest

from course_lib import digits
from course_lib.workshop import pages


@pytest.fixture(scope="module")
def sheets():
    return pages.all_pages()


def test_the_four_pages_in_the_assignments_manner(sheets):
    assert [s.rows for s in sheets[:3]] == [("1234567890",), ("1234567890",), ("60626",)]
    assert [len(row) for row in sheets[3].rows] == [10] * 5
    assert [s.count for s in sheets] == [10, 10, 5, 50]
    assert all(s.image.dtype == np.uint8 for s in sheets)
    assert [s.image.ndim for s in sheets] == [3, 3, 2, 2]


def test_what_is_written_is_the_truth_in_reading_order(sheets):
    for s in sheets:
        assert "".join(str(w.digit) for w in s.written) == "".join(s.rows)


def test_boxes_hold_ink_and_lie_on_the_page(sheets):
    for s in sheets:
        grey = s.image.mean(axis=-1) if s.image.ndim == 3 else s.image.astype(float)
        for w in s.written:
            top, left, bottom, right = w.box
            assert 0 <= top < bottom <= grey.shape[0] and 0 <= left < right <= grey.shape[1]
            inside = grey[top:bottom, left:right]
            assert inside.min() < .75 * np.median(grey[max(0, top - 6):bottom + 6,
                                                       max(0, left - 6):right + 6])


def test_pages_are_made_the_same_again(sheets):
    for s in sheets[1:]:
        assert np.array_equal(pages.make(s.name).image, s.image)


def test_light_is_uneven_on_the_photographs_only(sheets):
    def unevenness(image):
        grey = image.mean(axis=-1) if image.ndim == 3 else image
        parts = [np.median(block) for block in np.array_split(grey, 8, axis=1)]
        rows = [np.median(block) for block in np.array_split(grey, 6, axis=0)]
        return max(max(parts) / min(parts), max(rows) / min(rows))
    assert [unevenness(s.image) > 1.2 for s in sheets] == [True, True, False, False]


def test_the_grid_shows_held_out_digits_only(sheets):
    counts = np.bincount(digits.load("uci").test.labels, minlength=10)
    shown = np.bincount([w.digit for w in sheets[3].written], minlength=10)
    assert np.all(shown <= counts)


def test_a_scratch_takes_ink_away_and_adds_none():
    rng = np.random.default_rng(0)
    picture = digits.load("uci").test.images[0]
    scratched = pages.broken(rng, picture)
    assert np.all(scratched <= picture) and scratched.sum() < .97 * picture.sum()


def test_uneven_light_keeps_to_its_ratio():
    light = pages.uneven_light(np.random.default_rng(1), (40, 60), 3.0)
    assert light.max() == pytest.approx(1) and light.min() == pytest.approx(1 / 3)


def test_a_rising_line_rises():
    from course_lib.digits import pen
    paper = np.zeros((200, 600), np.float32)
    written = pages.write_line(np.random.default_rng(0), paper, "1111", top=120, left=20, height=50,
                               hand=pen.Hand(), gaps=1.5, wander=0, rise=10)
    bottoms = [w.box[2] for w in written]
    assert bottoms == sorted(bottoms, reverse=True)
    run = written[-1].box[1] - written[0].box[1]
    assert (bottoms[0] - bottoms[-1]) / run == pytest.approx(np.tan(np.deg2rad(10)), abs=.05)


def test_mistakes_are_explained():
    with pytest.raises(ValueError, match="no page is called 'blackboard'.*grid"):
        pages.make("blackboard")
    with pytest.raises(ValueError, match="does not fit paper of 20 x 30"):
        pages.stamp(np.zeros((20, 30)), np.ones((10, 10)), 15, 0, 3)
