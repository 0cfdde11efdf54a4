"""What is measured about a page: size, slope, slant, breadth."""

import numpy as np
import pytest

from course_lib import reading
from course_lib.digits import pen
from course_lib.reading import measures
from course_lib.reading.part import Part, straightened
from course_lib.reading.pieces import drop_specks
from course_lib.reading.rows import in_rows
from course_lib.workshop import pages
from tests.reading.blocks import block


def test_breadth_is_what_seven_in_ten_do_not_reach():
    upright = [block(0, 20 * n, 20, 20 * n + width) for n, width in enumerate((4, 4, 10, 12, 14, 16))]
    assert measures.breadth_of(upright, 0.0) == pytest.approx(.65)
    leaning = [Part(0, 0, straightened(part.mask, -.5)) for part in upright]
    assert leaning[0].width > 10 and measures.breadth_of(leaning, .5) == pytest.approx(.65)
    assert np.isnan(measures.breadth_of(upright[:4], 0.0))


@pytest.mark.parametrize("aspect, row", [(.54, "0102030405"), (1.76, "1819131216")])
def test_a_hand_of_unusual_breadth_is_read_as_a_usual_one(aspect, row):
    """Narrow 0s look like 1s and broad 1s like 7s, as long as one does not look at the others of the page."""
    rng, hand = np.random.default_rng(0), pen.Hand(aspect=aspect, jitter=.01, warp=.02, pen_width=2.5)
    sheet = np.zeros((900, 1100), np.float32)
    rows = [row] * 6
    for n in range(6):
        pages.writing.write_line(rng, sheet, row, top=40 + 140 * n, left=40, height=60, hand=hand, gaps=.4)
    picture = np.uint8(255 * (1 - .8 * sheet.clip(0, 1)))
    plain, page = (reading.read_page(picture, skip=skip) for skip in ({"breadth"}, ()))

    def mistakes(read):
        return pages.score(pages.MadePage("", picture, tuple(rows), ()), read).mistakes

    stretch = page.stages["measures"].stretch
    assert plain.stages["measures"].stretch == 1 and (stretch > 1.2 if aspect < 1 else stretch < .75)
    assert mistakes(page) <= 1 < mistakes(plain)


def test_typical_height_is_not_outvoted_by_specks():
    digits = [block(0, 30 * k, 20, 30 * k + 10) for k in range(5)]
    specks = [block(40, 5 * k, 42, 5 * k + 2) for k in range(80)]
    assert measures.typical_height(digits + specks) == 20
    assert measures.typical_height([]) == 0
    assert drop_specks(digits + specks, 20) == digits


@pytest.mark.parametrize("slope, fan", [(0, 0), (.2, 0), (-.15, .08)])
def test_sloping_rows_that_fan_out_are_found(slope, fan):
    places = [((100 * r - 100) * (1 + fan * (x / 800 - .5)) + slope * (x - 400) + 300, x)
              for r in range(3) for x in range(60, 760, 90)]
    digits = [block(round(y) - 20, x - 12, round(y) + 20, x + 12) for y, x in places]
    found = measures.page_slope(digits, 40, 800)
    assert found == pytest.approx((slope, fan), abs=.05)
    lot = np.random.default_rng(0).permutation(len(digits))
    ordered = in_rows([digits[k] for k in lot], *found, 800)
    assert [p.box for p in ordered] == [p.box for p in digits]


def test_slope_of_few_parts_is_zero():
    assert measures.page_slope([block(0, 0, 20, 10), block(30, 50, 50, 60)], 20, 100) == (0, 0)
