"""A share's interval against SciPy, and confused pairs against counts by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from course_lib import statistics

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
    low, high = statistics.wilson(right, count, confidence)
    theirs = binomtest(right, count).proportion_ci(confidence, method="wilson")
    assert low == pytest.approx(theirs.low, abs=1e-12)
    assert high == pytest.approx(theirs.high, abs=1e-12)
    assert 0 <= low <= right / count <= high <= 1


def test_wilson_of_the_write_up():
    low, high = statistics.wilson(487, 500)
    assert (round(100 * low, 1), round(100 * high, 1)) == (95.6, 98.5)


@pytest.mark.parametrize("right, count", [(1, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_impossible_counts(right, count):
    with pytest.raises(ValueError, match=f"got {right} of {count}"):
        statistics.wilson(right, count)


def test_wilson_refuses_percent():
    with pytest.raises(ValueError, match="between 0 and 1, such as 0.95; got 95"):
        statistics.wilson(1, 2, 95)


def test_pairs_of_the_write_up():
    found = statistics.pairs(WRITE_UP)
    assert found[:2] == [(7, 9, 3), (3, 8, 2)]
    assert [pair.errors for pair in found[2:]] == [1] * 8
    assert sum(pair.errors for pair in found) == 13 == WRITE_UP.sum() - np.trace(WRITE_UP)


def test_pairs_do_not_depend_on_the_axis():
    rng = np.random.default_rng(0)
    for _ in range(20):
        matrix = rng.integers(0, 3, (6, 6)) + np.eye(6, dtype=int)
        assert statistics.pairs(matrix) == statistics.pairs(matrix.T)


def test_pairs_of_a_perfect_reader():
    assert statistics.pairs(np.diag([4, 5, 6])) == []


def test_redraw_knows_a_clear_winner_and_a_tie():
    clear = np.diag([500, 500, 500])
    clear[0, 1], clear[1, 2] = 60, 2
    assert statistics.redraw(clear, np.random.default_rng(0)) == {(0, 1): 1.0, (1, 2): 0.0}
    tie = np.diag([500, 500, 500])
    tie[0, 1] = tie[2, 1] = 30
    shares = statistics.redraw(tie, np.random.default_rng(0))
    assert all(0.45 < share < 0.62 for share in shares.values())


@pytest.mark.parametrize("bad, message", [
    (np.ones((2, 3), int), r"square.*\(2, 3\)"),
    (np.full((2, 2), 0.5), "integers"),
    (np.array([[1, -1], [0, 1]]), "negative"),
    (np.zeros((2, 2), int), "not all zero")])
def test_what_is_not_a_confusion_matrix(bad, message):
    with pytest.raises(ValueError, match=message):
        statistics.pairs(bad)
