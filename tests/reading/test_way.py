"""Pages on their side, upside down and askew: turned, said so, and boxes in the picture that was given."""

import numpy as np
import pytest

from course_lib import reading
from course_lib.reading import view, way
from course_lib.reading.labels import load_reader
from course_lib.reading.page import see
from course_lib.workshop import pages
from tests.reading.blocks import block


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_on_its_side_is_turned_and_boxes_follow(sheets, readings, quarters):
    page = reading.read_page(np.rot90(sheets[0].image, quarters))
    assert page.rows == readings[0].rows
    says = {1: "90 degrees clockwise", 2: "180 degrees", 3: "90 degrees anticlockwise"}[quarters]
    assert len(page.remarks) == 1 and says in page.remarks[0]
    h, w = sheets[0].image.shape[:2]
    for digit, known in zip(page.digits, readings[0].digits):
        top, left, bottom, right = known.box
        there = {1: (w - right, top, w - left, bottom), 2: (h - bottom, w - right, h - top, w - left),
                 3: (left, h - bottom, right, h - top)}[quarters]
        assert np.allclose(digit.box, there, atol=4)


def test_left_out_a_page_on_its_side_is_not_read(sheets, readings):
    page = reading.read_page(np.rot90(sheets[0].image), skip={"way"})
    assert page.rows != readings[0].rows and page.remarks == ()


def test_upright_pages_are_left_alone(sheets):
    for sheet in sheets:
        assert way.way_up(see(sheet.image), load_reader())[0] == 0


@pytest.mark.parametrize("text, either", [("688906", True), ("172347", False)])
def test_where_6_and_9_leave_it_open_it_is_said(text, either):
    remarks = reading.read_page(pages.line(text).image).remarks
    assert bool(remarks) == either and all("Upside down" in remark for remark in remarks)


def test_two_digits_are_not_enough_to_turn_a_page():
    assert reading.read_page(np.rot90(pages.line("72").image)).remarks == ()


def test_a_part_turned_by_four_quarters_is_where_it_was():
    part, shape = block(3, 5, 9, 7), (20, 30)
    assert way.quarters(part, shape, 1).box == (23, 3, 25, 9)
    assert way.quarters(part, shape, 4).box == part.box


def test_a_view_finds_its_way_back():
    picture = np.random.default_rng(0).random((40, 60))
    one = view.whole(picture)
    assert one.box((4, 6, 10, 20)) == (4, 6, 10, 20)
    quarter = view.turned(one, 90)
    assert np.allclose(quarter.grey, np.rot90(picture), atol=1e-5)
    assert quarter.box((0, 0, 60, 40)) == (0, 0, 40, 60) and quarter.box((2, 5, 4, 11)) == (5, 56, 11, 58)
    askew = view.turned(one, 30)
    assert askew.grey.shape == (65, 72)
    top, left, bottom, right = askew.box((31, 35, 34, 37))
    assert abs((top + bottom) / 2 - 20) < 1 and abs((left + right) / 2 - 30) < 1
