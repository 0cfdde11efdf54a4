"""Boasting is found out, measured and mended."""

import numpy as np
import pytest

from course_lib.reading import confidence
from course_lib.workshop import calibration


def test_boasting_is_found_out():
    rng = np.random.default_rng(0)
    true = rng.uniform(.05, .99, 20_000)
    right = rng.random(true.size) < true
    boast = confidence.calibrated(true, 1 / 2, 1.0)          # twice the odds' logarithm, and 1
    assert calibration.fit_scaling(boast, right) == pytest.approx((2, -.5), abs=.15)
    assert calibration.calibration_error(true, right) < .02 < calibration.calibration_error(boast, right)


def test_what_was_calibrated_can_be_undone():
    p = np.linspace(.01, .95, 20)
    assert calibration.raw_of(confidence.calibrated(p)) == pytest.approx(p, abs=1e-6)
