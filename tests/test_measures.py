"""Measurements: against SciPy, against drawings whose measure is known, and their errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from scipy.stats import binomtest

from course_lib import measures

WRITE_UP = np.array([
    [51, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [0, 52, 1, 0, 0, 0, 0, 0, 0, 0],
    [0, 0, 41, 1, 0, 0, 0, 0, 1, 0],
    [0, 0, 0, 61, 0, 1, 0, 1, 1, 0],
    [0, 0, 0, 0, 46, 0, 1, 1, 0, 0],
    [0, 0, 0, 0, 0, 45, 0, 1, 0, 0],
    [0, 0, 0, 0, 0, 0, 41, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 47, 0, 2],
    [0, 0, 0, 1, 0, 0, 0, 0, 59, 0],
    [0, 0, 0, 0, 0, 0, 0, 1, 0, 44]])


@given(st.integers(1, 3000), st.floats(0, 1), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_wilson_is_scipys(count, share, confidence):
    right = round(share * count)
    low, high = measures.wilson(right, count, confidence)
    theirs = binomtest(right, count).proportion_ci(confidence, method="wilson")
    assert low == pytest.approx(theirs.low, abs=1e-12)
    assert high == pytest.approx(theirs.high, abs=1e-12)
    assert 0 <= low <= right / count <= high <= 1


def test_wilson_of_the_write_up():
    low, high = measures.wilson(487, 500)
    assert (round(100 * low, 1), round(100 * high, 1)) == (95.6, 98.5)


@pytest.mark.parametrize("right, count", [(1, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_impossible_counts(right, count):
    with pytest.raises(ValueError, match=f"got {right} of {count}"):
        measures.wilson(right, count)


def test_wilson_refuses_percent():
    with pytest.raises(ValueError, match="between 0 and 1, such as 0.95; got 95"):
        measures.wilson(1, 2, 95)


def test_pairs_of_the_write_up():
    found = measures.pairs(WRITE_UP)
    assert found[:2] == [(7, 9, 3), (3, 8, 2)]
    assert [pair.errors for pair in found[2:]] == [1] * 8
    assert sum(pair.errors for pair in found) == 13 == WRITE_UP.sum() - np.trace(WRITE_UP)


def test_pairs_do_not_depend_on_the_axis():
    rng = np.random.default_rng(0)
    for _ in range(20):
        matrix = rng.integers(0, 3, (6, 6)) + np.eye(6, dtype=int)
        assert measures.pairs(matrix) == measures.pairs(matrix.T)


def test_pairs_of_a_perfect_reader():
    assert measures.pairs(np.diag([4, 5, 6])) == []


def test_redraw_knows_a_clear_winner_and_a_tie():
    clear = np.diag([500, 500, 500])
    clear[0, 1], clear[1, 2] = 60, 2
    assert measures.redraw(clear, np.random.default_rng(0)) == {(0, 1): 1.0, (1, 2): 0.0}
    tie = np.diag([500, 500, 500])
    tie[0, 1] = tie[2, 1] = 30
    shares = measures.redraw(tie, np.random.default_rng(0))
    assert all(0.45 < share < 0.62 for share in shares.values())


@pytest.mark.parametrize("bad, message", [
    (np.ones((2, 3), int), r"square.*\(2, 3\)"),
    (np.full((2, 2), 0.5), "integers"),
    (np.array([[1, -1], [0, 1]]), "negative"),
    (np.zeros((2, 2), int), "not all zero")])
def test_what_is_not_a_confusion_matrix(bad, message):
    with pytest.raises(ValueError, match=message):
        measures.pairs(bad)


def stripes(angle, side=24, wavelength=8.0):
    """Dark lines that run at `angle`: 0 horizontal, 45 rising to the right."""
    y, x = np.mgrid[:side, :side]
    across = np.radians(angle + 90)
    return np.cos(2 * np.pi / wavelength * (x * np.cos(across) - y * np.sin(across)))


@pytest.mark.parametrize("angle", [0, 20, 45, 90, 135, 170])
def test_orientation_of_stripes(angle):
    found, coherence = measures.orientation(stripes(angle))
    off = (found - angle + 90) % 180 - 90
    assert abs(off) < 3 and coherence > 0.9


def test_orientation_rises_to_the_right():
    picture = np.fliplr(np.eye(15))                     # from the lower left to the upper right
    assert measures.orientation(picture)[0] == pytest.approx(45, abs=2)


def test_orientation_of_a_ring_and_of_nothing():
    y, x = np.mgrid[-10:11, -10:11]
    assert measures.orientation(np.exp(-(np.hypot(x, y) - 6)**2))[1] < 0.05
    assert measures.orientation(np.ones((5, 5))) == (0.0, 0.0)


@pytest.mark.parametrize("angle", [0, 30, 90, 150])
def test_tuning_is_the_swing_of_the_response(angle):
    rng = np.random.default_rng(1)
    kernel = rng.standard_normal((5, 5))
    y, x = np.mgrid[:5, :5]
    across = np.radians(angle + 90)
    k = 2 * np.pi / 7 * np.array([np.cos(across), -np.sin(across)])
    swing = max((kernel * np.cos(k[0] * x + k[1] * y + phase)).sum()
                for phase in np.linspace(0, 2 * np.pi, 2000))
    assert measures.tuning(kernel, [angle], 7)[0] == pytest.approx(swing, rel=1e-4)


def test_tuning_peaks_at_the_kernels_own_angle():
    angles = np.arange(0, 180, 15)
    vertical_edge = np.tile([-1, -1, 0, 1, 1], (5, 1))
    assert angles[measures.tuning(vertical_edge, angles, 7).argmax()] == 90
    assert angles[measures.tuning(vertical_edge.T, angles, 7).argmax()] == 0


@pytest.mark.parametrize("width", [2, 4, 6])
def test_thickness_of_a_bar(width):
    picture = np.zeros((28, 28))
    picture[3:25, 10:10 + width] = 0.7
    assert measures.thickness(picture) == pytest.approx(width, abs=0.6)
    assert measures.thickness(5 * picture) == pytest.approx(measures.thickness(picture))


def test_thickness_of_nothing():
    assert measures.thickness(np.zeros((9, 9))) == 0
    assert measures.thickness(np.full((9, 9), -1.0)) == 0


def test_sharpness_falls_with_blur_and_ignores_scale():
    rng = np.random.default_rng(2)
    picture = rng.random((24, 24))
    sharp = measures.sharpness(picture)
    assert measures.sharpness(gaussian_filter(picture, 1)) < 0.5 * sharp
    assert measures.sharpness(3 * picture - 7) == pytest.approx(sharp)
    assert measures.sharpness(np.ones((4, 4))) == 0


def test_correlations_are_numpys():
    rng = np.random.default_rng(3)
    maps = rng.standard_normal((4, 6, 5))
    maps[2] = -2 * maps[1] + 1
    found = measures.correlations(maps)
    assert found == pytest.approx(np.corrcoef(maps.reshape(4, -1)))
    assert found[1, 2] == pytest.approx(-1)


def test_correlations_with_a_flat_map_are_zero():
    maps = np.stack([np.ones((3, 3)), np.eye(3)])
    assert measures.correlations(maps) == pytest.approx(np.array([[0, 0], [0, 1]]))


@pytest.mark.parametrize("measure", [measures.orientation, measures.thickness, measures.sharpness])
def test_one_map_at_a_time(measure):
    with pytest.raises(ValueError, match=r"one map \(H, W\); got shape \(2, 3, 3\)"):
        measure(np.zeros((2, 3, 3)))
