"""How sure it is, and whether that can be relied on."""

import numpy as np
import pytest

from course_lib.reading import confidence


def test_calibrating_keeps_the_order():
    p = np.linspace(0, 1, 21)
    for T in (.5, 1, 3):
        assert np.all(np.diff(confidence.calibrated(p, T, .7)) >= 0)
        assert confidence.calibrated(.5, T, 0) == pytest.approx(.5)
    assert np.allclose(confidence.calibrated(p, 1, 0), p, atol=1e-5)
    assert np.all(np.abs(confidence.calibrated(p[1:-1], 3, 0) - .5) <= np.abs(p[1:-1] - .5))
