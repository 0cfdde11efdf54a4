"""What looks like one digit, alone and beside the others."""

import numpy as np

from course_lib import digits
from course_lib.reading import judge, measures
from tests.reading.blocks import block


def test_what_is_low_or_wide_or_high_beside_its_page_is_odd():
    usual = [block(0, 30 * k, 20, 30 * k + 12) for k in range(5)]
    width = measures.typical_width(usual, 20)
    assert width == 12 and measures.typical_width(usual[:4], 20) == np.inf
    low, lower, wide, high = (block(0, 0, 13, 12), block(0, 0, 8, 12), block(0, 0, 20, 24), block(0, 0, 40, 12))
    fine, a, b, c, d, unknown = (*judge.oddness([usual[0], low, lower, wide, high], 20, width),
                                 *judge.oddness([wide], 20, np.inf))
    assert fine == unknown == 0 and b < a < 0 and c < 0 and d < 0


def test_the_judge_knows_digits_from_pieces_of_them():
    whole = digits.load("uci").test.images[:100]
    assert (judge.is_digit(whole) > .5).mean() >= .95
    pairs = [digits.normalise(np.hstack([a[:, 4:24], b[:, 4:24]])) for a, b in zip(whole[::2], whole[1::2])]
    assert (judge.is_digit(pairs) < .5).mean() >= .9
    halves = [digits.normalise(picture[:, 14:]) for picture in whole]
    assert judge.is_digit(halves).mean() < judge.is_digit(whole).mean() - .2
    assert judge.is_digit(np.zeros((0, 28, 28))).shape == (0,)
