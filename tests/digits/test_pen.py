"""The pen: skeletons that are what they say, curves through their points, pictures as MNIST's."""

import tracemalloc
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.digits import pen
from course_lib.digits.normalise import centre
from course_lib.digits.pen import drawing, nib, strokes


def test_every_digit_has_several_allographs_in_the_unit_box():
    assert sorted(pen.SKELETONS) == list(range(10))
    for allographs in pen.SKELETONS.values():
        assert len(allographs) >= 5
        for form in allographs:
            points = np.vstack(form)
            assert all(s.ndim == 2 and s.shape[1] == 2 and len(s) >= 2 for s in form)
            assert points.min() >= 0 and points.max() <= 1
            assert np.ptp(points[:, 1]) >= .88          # full height


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


@settings(max_examples=40)
@given(st.integers(0, 9), st.integers(0, 2**32 - 1))
def test_samples_look_as_mnist_pictures_do(digit, seed):
    rng = np.random.default_rng(seed)
    even = replace(pen.Hand.random(rng), pen_width=2.5, pressure=0, nib=0, rough=0, skip=0)
    image = pen.sample(rng, digit, even)
    assert image.shape == (28, 28) and image.dtype == np.float32
    assert image.min() >= 0 and image.max() <= 1
    ink = image > .4
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in range(19, 23)       # the box of 20
    at = np.arange(28) - 13.5
    assert abs(image.sum(1) @ at / image.sum()) <= .51
    assert abs(image.sum(0) @ at / image.sum()) <= .51


# ------------------------------------------------------------------ many at once

def test_same_seed_same_digits():
    a, b = (pen.draw(np.random.default_rng(3), np.arange(300) % 10) for _ in range(2))
    assert a.shape == (300, 28, 28) and a.dtype == np.float32 and np.array_equal(a, b)
    assert not np.array_equal(a, pen.draw(np.random.default_rng(4), np.arange(300) % 10))
    assert len({picture.tobytes() for picture in a}) == 300


def test_the_digits_are_the_same_on_every_machine():
    """How much ink ten digits hold, and their middle rows, as first drawn; to rounding."""
    pictures = pen.draw(np.random.default_rng(0), np.arange(10))
    sums = pictures.sum(axis=(1, 2))
    assert np.allclose(sums, [185.1, 60.6, 99.3, 101.8, 128.1, 83.9, 81.3, 80.4, 198.6, 181.9], atol=.2)
    rows = pictures.sum(axis=2) @ np.arange(28) / sums
    assert np.allclose(rows, [13.7, 13.34, 13.16, 13.43, 13.7, 13.68, 13.85, 13.76, 13.63, 13.35], atol=.02)


def test_any_number_of_labels():
    rng = np.random.default_rng(0)
    assert pen.draw(rng, []).shape == (0, 28, 28)
    assert pen.draw(rng, [7]).shape == (1, 28, 28)
    assert pen.draw(rng, np.full(drawing.CHUNK + 1, 3, np.uint8)).min() >= 0


def test_ten_thousand_digits_take_little_memory():
    pen.draw(np.random.default_rng(0), [0])                  # what is prepared once
    tracemalloc.start()
    pen.draw(np.random.default_rng(0), np.arange(10_000) % 10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150e6


def test_stamps_and_line_pieces_make_the_same_picture():
    """The slow definition: the exact distance of every pixel to every piece of the line."""
    hand = pen.Hand(pen_width=2.8, softness=1.3)
    rng = np.random.default_rng(2)
    form = strokes.prepare(pen.SKELETONS[2][2], strokes.STAMPS)
    path = nib.fit((form.smooth @ form.points)[None].astype(np.float32), np.full((1, 1), 2.8, np.float32))
    stamped = nib.stamp(rng, path, nib.widths(rng, path, hand), hand)[..., 0]
    exact = pen.ink([path[0]], [2.8], (nib.FIELD, nib.FIELD), 1.3)
    assert np.abs(stamped - exact).max() < .05 and np.abs(stamped - exact).mean() < .002


def test_all_are_centred_as_each_alone():
    pictures = np.zeros((nib.FIELD, nib.FIELD, 50), np.float32)
    rng = np.random.default_rng(0)
    for n in range(50):
        top, left, height, width = rng.integers(2, 11, 4)          # one pixel would lie half-way
        pictures[top:top + height, left:left + width, n] = rng.random((height, width))
    margin = (28 - nib.FIELD) // 2
    for n, found in enumerate(nib.centred(pictures)):
        assert np.allclose(found, centre(np.pad(pictures[..., n], margin)), atol=1e-6)


def test_forms_mix_only_with_their_like():
    table = drawing.tables()
    digit = np.repeat(np.arange(10), [len(pen.SKELETONS[d]) for d in range(10)])
    assert table.kin_count.max() > 5 and table.kin_count.min() == 1
    for a, (count, kin) in enumerate(zip(table.kin_count, table.kin)):
        assert a in kin[:count] and (digit[kin] == digit[a]).all() and set(kin) == set(kin[:count])
    one = [strokes.prepare(s) for s in pen.SKELETONS[1]]
    assert drawing.akin(one[0], one[1])
    assert not drawing.akin(one[0], one[3])                  # another number of points
    assert not drawing.akin(*(strokes.prepare([[(0, 0), (x, .5), (0, 1)]]) for x in (0, .5)))  # far apart


def test_forms_are_drawn_as_often_as_the_table_says():
    table = drawing.tables()
    shares = np.diff(table.chances, axis=1, prepend=0)
    assert np.allclose(shares.sum(axis=1), 1) and (shares >= 0).all()
    for digit, start in enumerate(table.start):
        forms = len(pen.SKELETONS[digit])
        assert np.count_nonzero(shares[digit]) == forms and (shares[digit, start:start + forms] > 0).all()
    usual = shares[1, table.start[1] + 3]                    # not named in OFTEN
    for (digit, number), times in drawing.OFTEN.items():
        assert digit != 1 or shares[1, table.start[1] + number] == pytest.approx(times * usual)


def test_a_form_asked_for_is_drawn_as_it_is():
    for digit in range(10):
        still = pen.sample(np.random.default_rng(0), digit, pen.Hand(), form=1)
        exact = pen.render(pen.SKELETONS[digit][1])
        near = [np.abs(still - np.roll(exact, (i, j), (0, 1))).mean() for i in (-1, 0, 1) for j in (-1, 0, 1)]
        assert min(near) < .01                               # the mass may fall to the next pixel


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


def written(digit, form, **hand):
    return pen.write(np.random.default_rng(0), pen.SKELETONS[digit][form], pen.Hand(**hand))


def test_roundness_nought_is_straight_from_point_to_point():
    line, = written(0, 0, roundness=0)
    assert np.allclose(line[::strokes.STEPS], pen.SKELETONS[0][0][0], atol=1e-6)
    assert np.allclose(line[3], (line[0] + line[6]) / 2, atol=1e-6)


def test_haste_rounds_corners_and_keeps_ends():
    corner = pen.SKELETONS[7][0][0][2]
    (calm,), (hasty,) = written(7, 0), written(7, 0, haste=1)
    assert np.hypot(*(calm - corner).T).min() < 1e-6
    assert .02 < np.hypot(*(hasty - corner).T).min() < .15
    assert np.allclose(calm[[0, -1]], hasty[[0, -1]], atol=1e-6)


def test_reach_makes_strokes_longer():
    def length(reach):
        return np.mean([np.ptp(pen.write(np.random.default_rng(seed), pen.SKELETONS[1][0],
                                         pen.Hand(reach=reach))[0][:, 1]) for seed in range(20)])
    assert length(-.2) < 1 < length(.2)


def test_the_waist_moves_and_head_and_foot_stay():
    (line,), (lower,) = written(8, 0), written(8, 0, waist=.1)
    middle = np.abs(line[:, 1] - .5).argmin()
    assert lower[middle, 1] - line[middle, 1] == pytest.approx(.1, abs=.01)
    assert lower[:, 1].max() == pytest.approx(line[:, 1].max(), abs=.01)


def test_taper_narrows_the_head_or_the_foot():
    (line,), (wide,) = written(8, 0), written(8, 0, taper=.4)
    foot, head = line[:, 1] > .7, line[:, 1] < .3
    assert np.ptp(wide[foot, 0]) > 1.1 * np.ptp(line[foot, 0])
    assert np.ptp(wide[head, 0]) < .95 * np.ptp(line[head, 0])


def test_a_flick_bends_the_ends_alone():
    (line,), (flicked,) = written(0, 0, flick=0), written(0, 0, flick=.1)
    moved = np.hypot(*(flicked - line).T)
    assert moved[[0, -1]].min() > .01 and moved[len(line) // 4:-len(line) // 4].max() < 1e-6


def test_only_strokes_of_their_own_go_astray():
    assert np.allclose(written(7, 0, stray=.1)[0], written(7, 0)[0], atol=1e-6)
    bars = [lines[1] - lines[0].mean(axis=0) for lines in (written(7, 4), written(7, 4, stray=.1))]
    assert np.abs(bars[0] - bars[1]).max() > .02


def test_pressure_and_nib_change_the_width():
    path = np.random.default_rng(0).random((3, 40, 2)).astype(np.float32)

    def spread(**hand):
        width = nib.widths(np.random.default_rng(0), path, pen.Hand(pen_width=3, **hand))
        return np.ptp(width)
    assert spread() == 0 and .3 < spread(pressure=.2) <= 1.2 and .3 < spread(nib=.2) <= 1.2


def test_where_the_pen_skips_there_is_no_ink():
    whole, broken = (pen.sample(np.random.default_rng(0), 1, pen.Hand(skip=skip), form=0) for skip in (0, .4))
    assert broken.sum() < .8 * whole.sum()
    inked = broken.max(axis=1) > 0
    assert np.count_nonzero(np.diff(inked.astype(int)) == 1) == 2      # two pieces, one below the other


def test_a_dot_and_many_strokes_can_be_written():
    rng = np.random.default_rng(0)
    dot = np.array([(.5, .5), (.5, .5)])
    assert np.allclose(pen.write(rng, [dot], pen.Hand())[0], .5, atol=1e-6)
    assert len(pen.write(rng, [pen.SKELETONS[1][0][0]] * 7, pen.Hand.random(rng))) == 7


def test_hands_at_once_or_one():
    hand = pen.Hand.random(np.random.default_rng(0))
    hands = pen.Hand.random(np.random.default_rng(0), 5)
    for field in fields(pen.Hand):
        assert np.ndim(getattr(hand, field.name)) == 0 and getattr(hands, field.name).shape == (5,)
    assert hands[2:4].slant.tolist() == hands.slant[2:4].tolist()


def test_a_wider_pen_leaves_more_ink():
    sums = [pen.render(pen.SKELETONS[5][0], pen_width=w).sum() for w in (1.5, 2.5, 4)]
    assert sums == sorted(sums) and sums[2] > 1.5 * sums[0]


@pytest.mark.parametrize("call, words", [
    (lambda: pen.render([]), "no strokes"),
    (lambda: pen.render(pen.SKELETONS[3][0], pen_width=0), "pen_width"),
    (lambda: pen.render([[1, 2, 3]]), r"shape \(n, 2\)"),
    (lambda: pen.curve([[0, 0]]), r"\(1, 2\)"),
    (lambda: pen.sample(np.random.default_rng(0), 10), "0 to 9"),
    (lambda: pen.sample(np.random.default_rng(0), 3, form=99), "17 forms"),
    (lambda: pen.draw(np.random.default_rng(0), [1, 12]), "not 12"),
    (lambda: pen.draw(np.random.default_rng(0), [1.5]), "not 1.5"),
    (lambda: pen.draw(np.random.default_rng(0), 5), r"shape \(\)"),
])
def test_mistakes_are_explained(call, words):
    with pytest.raises(ValueError, match=words):
        call()
