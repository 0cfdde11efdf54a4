"""The pen: skeletons that are what they say, curves through their points, pictures as MNIST's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.digits import pen


def test_every_digit_has_several_allographs_in_the_unit_box():
    assert sorted(pen.SKELETONS) == list(range(10))
    for allographs in pen.SKELETONS.values():
        assert len(allographs) >= 5
        for strokes in allographs:
            points = np.vstack(strokes)
            assert all(s.ndim == 2 and s.shape[1] == 2 and len(s) >= 2 for s in strokes)
            assert points.min() >= 0 and points.max() <= 1
            assert np.ptp(points[:, 1]) > .9            # full height


def test_curve_passes_through_its_control_points():
    points = np.array([[0, 0], [1, 2], [3, 1], [4, 4]], float)
    line = pen.curve(points, steps=5)
    assert len(line) == 3 * 5 + 1
    assert np.allclose(line[::5], points)


def test_curve_is_catmull_rom_between_two_points():
    """The slow definition: a cubic with half the neighbours' difference as slope at either end."""
    p = np.array([[0, 0], [1, 2], [3, 1], [4, 4]], float)
    t = .4
    slope1, slope2 = (p[2] - p[0]) / 2, (p[3] - p[1]) / 2
    expected = ((2 * t**3 - 3 * t**2 + 1) * p[1] + (t**3 - 2 * t**2 + t) * slope1
                + (-2 * t**3 + 3 * t**2) * p[2] + (t**3 - t**2) * slope2)
    assert np.allclose(pen.curve(p, steps=5)[5 + 2], expected)


def test_a_point_given_twice_is_a_corner():
    elbow = pen.curve([[0, 0], [1, 0], [1, 0], [1, 1]])
    assert np.allclose(elbow[:, 1] * (elbow[:, 0] - 1), 0)      # two straight lines, no overshoot
    round_ = pen.curve([[0, 0], [1, 0], [1, 1]])
    assert not np.allclose(round_[:, 1] * (round_[:, 0] - 1), 0)


def test_ink_of_a_line_has_the_width_asked_for():
    image = pen.ink([np.array([[5, 20], [35, 20]], float)], [6], (40, 40))
    assert image[:, 20].sum() == pytest.approx(6, abs=.2)
    assert image.min() == 0 and image.max() == 1


def test_ink_equals_the_slow_definition():
    rng = np.random.default_rng(0)
    line = rng.uniform(2, 14, (4, 2))
    image = pen.ink([line], [2.5], (16, 16), softness=1.5)
    for row, column in [(3, 4), (8, 8), (12, 5), (7, 13)]:
        centre = np.array([column + .5, row + .5])
        fine = np.vstack([a + np.linspace(0, 1, 400)[:, None] * (b - a)
                          for a, b in zip(line[:-1], line[1:])])
        away = np.linalg.norm(fine - centre, axis=1).min()
        assert image[row, column] == pytest.approx(np.clip((1.25 - away) / 1.5 + .5, 0, 1), abs=.01)


def test_ink_does_not_depend_on_how_the_work_is_cut_up():
    strokes = [np.cumsum(np.random.default_rng(1).normal(0, 9, (40, 2)), axis=0) + 150]
    whole = pen.ink(strokes, [5], (300, 300))
    part = pen.ink([strokes[0] - (30, 40)], [5], (220, 240))
    assert np.allclose(whole[40:260, 30:270], part, atol=1e-3)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 9), st.integers(0, 2**32 - 1))
def test_samples_look_as_mnist_pictures_do(digit, seed):
    image = pen.sample(np.random.default_rng(seed), digit)
    assert image.shape == (28, 28) and image.dtype == np.float32
    assert 0 <= image.min() and image.max() <= 1
    ink = image > .5
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in range(17, 22)       # the box of 20
    at = np.arange(28) - 13.5
    assert abs(image.sum(1) @ at / image.sum()) <= .51
    assert abs(image.sum(0) @ at / image.sum()) <= .51


def test_same_seed_same_digits():
    a, b = (pen.draw(np.random.default_rng(3), [0, 1, 2]) for _ in range(2))
    assert a.shape == (3, 28, 28) and np.array_equal(a, b)
    assert not np.array_equal(a, pen.draw(np.random.default_rng(4), [0, 1, 2]))


def test_a_still_hand_writes_the_skeleton():
    strokes = pen.SKELETONS[4][0]
    lines = pen.write(np.random.default_rng(0), strokes, pen.Hand())
    assert all(np.allclose(line, pen.curve(s)) for line, s in zip(lines, strokes))
    assert np.allclose(pen.render(lines, smooth=False), pen.render(strokes))


def test_slant_leans_the_top_to_the_right():
    one = pen.SKELETONS[1][0]
    line, = pen.write(np.random.default_rng(0), one, pen.Hand(slant=.3))
    assert line[0, 0] > line[-1, 0] + .25


def test_jitter_keeps_corners():
    seven = pen.SKELETONS[7][0]
    line, = pen.write(np.random.default_rng(0), seven, pen.Hand(jitter=.05))
    assert len(line) == len(pen.curve(seven[0]))


def test_a_wider_pen_leaves_more_ink():
    sums = [pen.render(pen.SKELETONS[5][0], pen_width=w).sum() for w in (1.5, 2.5, 4)]
    assert sums == sorted(sums) and sums[2] > 1.5 * sums[0]


@pytest.mark.parametrize("call, words", [
    (lambda: pen.render([]), "no strokes"),
    (lambda: pen.render(pen.SKELETONS[3][0], pen_width=0), "pen_width"),
    (lambda: pen.render([[1, 2, 3]]), r"shape \(n, 2\)"),
    (lambda: pen.curve([[0, 0]]), r"\(1, 2\)"),
    (lambda: pen.sample(np.random.default_rng(0), 10), "0 to 9"),
])
def test_mistakes_are_explained(call, words):
    with pytest.raises(ValueError, match=words):
        call()
