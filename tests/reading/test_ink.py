"""Which pixels are ink."""

import numpy as np

from course_lib.reading.ink import find_ink, without_remnants


def test_faint_ink_is_found_and_grain_is_not():
    rng = np.random.default_rng(0)
    paper = 1 + rng.normal(0, .01, (80, 200)).astype(np.float32)
    paper[30:60, 90:94] -= .15
    mask, ink = find_ink(paper)
    assert mask[32:58, 91:93].all() and mask.sum() < 30 * 8
    assert .8 < np.median(ink[32:58, 91:93]) < 1.2
    assert not find_ink(paper[:, :80])[0].any()


def test_what_is_left_of_a_wavering_line_is_no_ink_and_a_digit_on_it_stays():
    before = np.zeros((120, 300), bool)
    before[60:63, 10:290] = before[30:62, 100:104] = before[20:50, 200:204] = True    # a line, a 1 on it, a 1 apart
    left = before.copy()
    left[60:63, 10:20] = left[60:63, 60:130] = left[60:63, 180:290] = False           # what was divided out
    left[30:62, 100:104] = True
    mask = without_remnants(left, before, 40)
    assert not mask[60:63, 20:60].any() and not mask[60:63, 130:180].any()
    assert mask[30:60, 100:104].all() and mask[20:50, 200:204].all()
