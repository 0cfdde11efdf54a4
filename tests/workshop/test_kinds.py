"""Pages of the kinds that strangers photograph: the same from the same seed, and boxes where the ink is."""

import numpy as np
import pytest

from course_lib.digits import pen
from course_lib.workshop import pages


@pytest.mark.parametrize("kind", pages.KINDS)
def test_a_kind_is_drawn_the_same_again_with_its_truth(kind):
    made, again = (pages.KINDS[kind](5) for _ in range(2))
    assert (made.image == again.image).all() and made.image.dtype == np.uint8 and made.rows == again.rows
    assert "".join(str(item.digit) for item in made.written) == "".join(made.rows)
    grey = made.image.astype(float) if made.image.ndim == 2 else made.image.astype(float).mean(axis=2)
    for top, left, bottom, right in (item.box for item in made.written):
        inside = grey[top:bottom, left:right]
        assert inside.shape == (bottom - top, right - left) and np.quantile(inside, .05) < .9 * np.quantile(inside, .95)


def test_kinds_are_what_they_are_called():
    side, straight = pages.KINDS["on its side"](0), pages.random_page(0, pages.kinds.PAPER)
    assert side.image.shape[:2] == straight.image.shape[1::-1]
    assert 14 <= abs(pages.KINDS["askew"](0).made["rotation"]) <= 30
    heights = [item.box[2] - item.box[0] for item in pages.KINDS["tall and wide"](3).written]
    assert max(heights) > 1.4 * np.median(heights)
    table = pages.KINDS["on a table"](0)
    sheet = np.array([item.box for item in table.written])
    assert np.median(table.image[:20, :20]) < .7 * np.median(table.image[sheet[:, 0].min():sheet[:, 2].max(),
                                                                        sheet[:, 1].min():sheet[:, 3].max()])


def test_faint_ink_is_faint():
    def contrast(seed, row):
        page = pages.KINDS["faint"](seed)
        items = page.written[sum(map(len, page.rows[:row])):][:len(page.rows[row])]
        boxes = (page.image[top:bottom, left:right].mean(axis=2) for _, (top, left, bottom, right), _ in items)
        return np.median([1 - np.quantile(box, .05) / np.quantile(box, .95) for box in boxes])

    assert contrast(0, 1) < .6 * contrast(0, 0)             # a faint row below a dark one
    assert contrast(1, 0) < .25                             # hard pencil
    assert pages.KINDS["faint"](4).image.mean() < 128       # a dark screen


def test_a_table_has_a_line_between_any_two_cells():
    page = pages.KINDS["table"](1)                          # 4 rows of 3 cells, a digit in each
    assert [len(row) for row in page.rows] == [3] * 4
    for one, other in zip(page.written, page.written[1:]):
        if one.box[3] < other.box[1]:
            white = page.image[one.box[0]:one.box[2], one.box[3]:other.box[1]].mean(axis=2)
            assert np.quantile(white.min(axis=1), .9) < .8 * np.median(white)


def test_marks_and_words_are_no_part_of_the_truth():
    page = pages.KINDS["marked"](4)                         # "Left" stands before the digits, a mark among them
    first = page.written[0].box
    before = page.image[first[0]:first[2], 5:first[1] - 5].mean(axis=2)
    assert before.min() < .7 * np.median(before) and "".join(page.rows).isdigit()


def test_long_rows_are_long_uneven_in_two_columns_or_far_apart():
    long, uneven, columns, far = (pages.KINDS["long rows"](seed) for seed in range(4))
    assert all(15 <= len(row) <= 20 for row in long.rows)
    heights = [item.box[2] - item.box[0] for item in uneven.written]
    assert np.quantile(heights, .9) > 1.4 * np.quantile(heights, .1)
    gaps = [b.box[1] - a.box[3] for a, b in zip(columns.written, columns.written[1:])]
    assert sum(gap > 2 * np.median(gaps) for gap in gaps if gap > 0) == len(columns.rows)
    tops = [far.written[-1].box[0] - far.written[0].box[0], far.written[0].box[2] - far.written[0].box[0]]
    assert tops[0] > 6 * tops[1]


def test_other_forms_are_digits_that_the_pen_does_not_draw():
    for digit, forms in pages.scripts.FORMS.items():
        forms = [pages.scripts.strokes_of(form) for form in forms]
        assert not any(len(form) == len(known) and all(a.shape == b.shape and np.abs(a - b).max() < .1
                                                       for a, b in zip(form, known))
                       for form in forms for known in pen.SKELETONS[digit])
