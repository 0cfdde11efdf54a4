"""The sheet in a picture: found by its four sides, not seen where there is none, whatever crosses the page."""

import numpy as np
import pytest
from matplotlib.path import Path

from course_lib.reading import paper
from course_lib.reading.picture import grey
from course_lib.workshop import pages


def lying(shape, corners, sheet=.8, table=.2):
    """A bright four-sided sheet on a dark table."""
    y, x = np.indices(shape)
    inside = Path(corners).contains_points(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(shape)
    return np.where(inside, sheet, table)


@pytest.mark.parametrize("corners", [
    [(60, 40), (330, 70), (300, 260), (50, 240)], [(100, 10), (390, 100), (290, 290), (30, 200)]])
def test_corners_are_found_from_the_upper_left_one_clockwise(corners):
    assert np.abs(paper.corners(lying((300, 400), corners)) - corners).max() < 5


def test_no_sheet_without_two_sides_to_be_seen():
    page = lying((300, 400), [(-9, -9), (500, -9), (500, 400), (-9, 400)])
    shadow = np.where(np.arange(400) < 230, 1, .45) * page
    assert paper.corners(page) is None and paper.corners(shadow) is None
    round_one = np.hypot(*(np.indices((300, 400)) - np.array([150, 200])[:, None, None])) < 110
    assert paper.corners(np.where(round_one, .8, .2)) is None


def test_a_shadows_straight_edge_is_no_two_sides_of_a_sheet():
    y, x = np.indices((300, 400))
    shadow = np.where(y < 280 - .55 * x, .4, .85)                  # two corners of its outline lie on one line
    assert paper.corners(shadow) is None
    taken_once = (10_064, 10_164, 10_220)
    assert all(paper.corners(grey(pages.random_page(seed, pages.HARD).image)) is None for seed in taken_once)
    assert paper.angles([(0, 0), (4, 0), (4, 4), (0, 4)]) == pytest.approx([90] * 4)


@pytest.mark.parametrize("level", pages.LEVELS.values(), ids=pages.LEVELS)
def test_a_page_that_fills_its_picture_is_left_whole(level):
    assert all(paper.corners(grey(pages.random_page(seed, level).image)) is None for seed in range(4))


@pytest.mark.parametrize("seed", range(4))
def test_a_sheet_on_a_table_is_cut_out_with_all_its_digits(seed):
    made = pages.KINDS["on a table"](seed)
    sheet = Path(paper.corners(grey(made.image)))
    assert all(sheet.contains_points([item.box[1::-1], item.box[:1:-1]]).all() for item in made.written)


def test_a_square_without_a_corner_has_four_sides():
    cut = np.array([(0, 0), (10, 0), (10, 9), (9, 10), (0, 10)], float)
    assert sorted(map(tuple, paper.four_sides(cut))) == [(0, 0), (0, 10), (10, 0), (10, 10)]
