"""Measures of a map against drawings whose measure is known, and their errors."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from course_lib import maps


def stripes(angle, side=24, wavelength=8.0):
    """Dark lines that run at `angle`: 0 horizontal, 45 rising to the right."""
    y, x = np.mgrid[:side, :side]
    across = np.radians(angle + 90)
    return np.cos(2 * np.pi / wavelength * (x * np.cos(across) - y * np.sin(across)))


@pytest.mark.parametrize("angle", [0, 20, 45, 90, 135, 170])
def test_orientation_of_stripes(angle):
    found, coherence = maps.orientation(stripes(angle))
    off = (found - angle + 90) % 180 - 90
    assert abs(off) < 3 and coherence > 0.9


def test_orientation_rises_to_the_right():
    picture = np.fliplr(np.eye(15))                     # from the lower left to the upper right
    assert maps.orientation(picture)[0] == pytest.approx(45, abs=2)


def test_orientation_of_a_ring_and_of_nothing():
    y, x = np.mgrid[-10:11, -10:11]
    assert maps.orientation(np.exp(-(np.hypot(x, y) - 6)**2))[1] < 0.05
    assert maps.orientation(np.ones((5, 5))) == (0.0, 0.0)


@pytest.mark.parametrize("angle", [0, 30, 90, 150])
def test_tuning_is_the_swing_of_the_response(angle):
    rng = np.random.default_rng(1)
    kernel = rng.standard_normal((5, 5))
    y, x = np.mgrid[:5, :5]
    across = np.radians(angle + 90)
    k = 2 * np.pi / 7 * np.array([np.cos(across), -np.sin(across)])
    swing = max((kernel * np.cos(k[0] * x + k[1] * y + phase)).sum()
                for phase in np.linspace(0, 2 * np.pi, 2000))
    assert maps.tuning(kernel, [angle], 7)[0] == pytest.approx(swing, rel=1e-4)


def test_tuning_peaks_at_the_kernels_own_angle():
    angles = np.arange(0, 180, 15)
    vertical_edge = np.tile([-1, -1, 0, 1, 1], (5, 1))
    assert angles[maps.tuning(vertical_edge, angles, 7).argmax()] == 90
    assert angles[maps.tuning(vertical_edge.T, angles, 7).argmax()] == 0


@pytest.mark.parametrize("width", [2, 4, 6])
def test_thickness_of_a_bar(width):
    picture = np.zeros((28, 28))
    picture[3:25, 10:10 + width] = 0.7
    assert maps.thickness(picture) == pytest.approx(width, abs=0.6)
    assert maps.thickness(5 * picture) == pytest.approx(maps.thickness(picture))


def test_thickness_of_nothing():
    assert maps.thickness(np.zeros((9, 9))) == 0
    assert maps.thickness(np.full((9, 9), -1.0)) == 0


def test_sharpness_falls_with_blur_and_ignores_scale():
    rng = np.random.default_rng(2)
    picture = rng.random((24, 24))
    sharp = maps.sharpness(picture)
    assert maps.sharpness(gaussian_filter(picture, 1)) < 0.5 * sharp
    assert maps.sharpness(3 * picture - 7) == pytest.approx(sharp)
    assert maps.sharpness(np.ones((4, 4))) == 0


def test_correlations_are_numpys():
    rng = np.random.default_rng(3)
    some = rng.standard_normal((4, 6, 5))
    some[2] = -2 * some[1] + 1
    found = maps.correlations(some)
    assert found == pytest.approx(np.corrcoef(some.reshape(4, -1)))
    assert found[1, 2] == pytest.approx(-1)


def test_correlations_with_a_flat_map_are_zero():
    some = np.stack([np.ones((3, 3)), np.eye(3)])
    assert maps.correlations(some) == pytest.approx(np.array([[0, 0], [0, 1]]))


@pytest.mark.parametrize("measure", [maps.orientation, maps.thickness, maps.sharpness])
def test_one_map_at_a_time(measure):
    with pytest.raises(ValueError, match=r"one map \(H, W\); got shape \(2, 3, 3\)"):
        measure(np.zeros((2, 3, 3)))
