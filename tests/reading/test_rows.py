"""Digits in reading order."""

import numpy as np

from course_lib import reading
from course_lib.digits import pen
from course_lib.reading import part
from course_lib.reading.rows import in_rows
from course_lib.workshop import pages
from tests.reading.blocks import block


def test_rows_that_touch_remain_two_rows():
    rng, hand, paper = np.random.default_rng(1), pen.Hand(pen_width=3), np.zeros((130, 330), np.float32)
    for text, top in (("17041", 12), ("86352", 50)):
        pages.write_line(rng, paper, text, top=top, left=20, height=40, hand=hand, gaps=.6, wander=.02)
    assert len(part.components(paper > .5)) < 10                   # they do touch
    read = reading.read_page(1 - .7 * paper)
    assert [len(row) for row in read.rows] == [5, 5]


def test_rows_are_in_reading_order():
    rng = np.random.default_rng(0)
    known = [block(50 * r + int(rng.integers(8)), 30 * c, 50 * r + 30, 30 * c + 15)
             for r in range(3) for c in range(6)]
    shuffled = [known[k] for k in rng.permutation(len(known))]
    found = in_rows(shuffled)
    assert [p.box for p in found] == [p.box for p in known]
    assert [p.row for p in found] == [r for r in range(3) for _ in range(6)]


def test_a_tall_digit_that_reaches_into_the_next_row_does_not_make_one_row_of_two():
    rows = [block(top, left, top + 20, left + 10) for top in (0, 30) for left in (0, 20, 40)]
    tall = block(0, 60, 46, 70)
    assert [p.row for p in in_rows([*rows, tall])] == [0, 0, 0, 0, 1, 1, 1]
