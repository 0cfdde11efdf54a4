"""Which pixels are ink."""

import numpy as np

from course_lib.reading.ink import find_ink


def test_faint_ink_is_found_and_grain_is_not():
    rng = np.random.default_rng(0)
    paper = 1 + rng.normal(0, .01, (80, 200)).astype(np.float32)
    paper[30:60, 90:94] -= .15
    mask, ink = find_ink(paper)
    assert mask[32:58, 91:93].all() and mask.sum() < 30 * 8
    assert .8 < np.median(ink[32:58, 91:93]) < 1.2
    assert not find_ink(paper[:, :80])[0].any()
