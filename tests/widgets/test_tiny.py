"""The smallest network's player: every number against loops, and the words against the numbers."""

import re
from html import unescape

import numpy as np
import pytest

from course_lib.widgets.tiny import PLACES, Tiny, draw, example, frames, tiny_stepper
from tests import naive

RNG = np.random.default_rng(3)
RANDOM = (RNG.integers(-3, 4, (4, 4)), RNG.integers(-2, 3, (2, 2)), 1.0, RNG.standard_normal((2, 4)), RNG.standard_normal((2, 1)), 1)


def by_loops(run):
    """All values and gradients, from the loops of tests.naive."""
    v = run.values
    x, W = v["x"][None, :, :, None], v["W1"][None, None]
    z1 = naive.conv(x, W, v["b1"][0], 1, 0)
    a1, label = naive.relu(z1), np.array([run.label])
    p1 = naive.pool(a1, 2, 1, 0)
    flat = naive.flatten(p1)
    z2 = naive.linear(flat, v["W2"], v["b2"])
    L, dz2 = naive.cross_entropy(z2, label)
    dflat, dW2, db2 = naive.linear_backward(dz2, flat, v["W2"])
    dp1 = naive.unflatten(dflat, p1.shape)
    da1 = naive.pool_backward(dp1, a1, 2, 1, 0)
    dz1 = naive.relu_backward(da1, z1)
    dx, dW1, db1 = naive.conv_backward(dz1, x, W, 1, 0)
    p = dz2 + np.eye(2)[:, label]
    return ({"z1": z1, "a1": a1, "p1": p1, "z2": z2, "p": p, "L": [[L]]},
            {"x": dx, "W1": dW1, "b1": db1[:, None], "z1": dz1, "a1": da1, "p1": dp1, "W2": dW2, "b2": db2, "z2": dz2})


@pytest.mark.parametrize("run", [example(), Tiny.run(*RANDOM)], ids=["the example", "random numbers"])
def test_every_number_is_what_loops_find(run):
    values, gradients = by_loops(run)
    for name, array in values.items():
        np.testing.assert_allclose(run.values[name].ravel(), np.ravel(array), atol=1e-12)
    assert set(gradients) == set(run.gradients)
    for name, array in gradients.items():
        np.testing.assert_allclose(run.gradients[name].ravel(), np.ravel(array), atol=1e-12)


def test_the_example_is_one_for_the_head():
    run = example()
    assert run.values["p"].ravel().tolist() == [0.5, 0.5]
    assert all((2 * gradient % 1 == 0).all() for gradient in run.gradients.values())
    assert run.winners.count((0, 1)) == 2


def numbers(svg):
    return re.findall(r"<text class=\"[^\"]*\" x=\"[\d.]+\" y=\"[\d.]+\">(−?[\d.]+)</text>", svg)


def test_the_last_picture_shows_every_number_and_the_first_none_that_is_not_given():
    run = example()
    first, *_, last = frames(run)
    given = sum(run.values[name].size for name in ("x", "W1", "b1", "W2", "b2"))
    everything = sum(run.values[name].size for name in PLACES) + sum(array.size for array in run.gradients.values())
    assert len(numbers(first.picture)) == given and len(numbers(last.picture)) == everything
    assert "dx: 0 0.5 −0.5 0" in unescape(last.picture)


def test_each_formula_is_true():
    run = example()
    for frame in frames(run):
        for left, result in re.findall(r"= ([-+·.()\d ]*[+·][-+·.()\d ]*) = (-?[\d.]+)", frame.formula.replace("−", "-")):
            assert eval(left.replace("·", "*")) == float(result), frame.formula


def test_the_words_count_what_is_there():
    words = " ".join(frame.sentence for frame in frames(example()))
    assert "7 of the nine numbers are below 0" in words and "The 4 wins 2 of the four." in words
    assert "1 of the messages ends here. 2 are left." in words and "four equals" in words and "undecided" in words


def test_five_steps_there_and_five_back():
    player = tiny_stepper(example())
    assert len(player.tracks[0]) == 11
    assert "Backward, 5 of 5" in player.tracks[0][-1]


def test_another_size_is_refused():
    with pytest.raises(ValueError, match=r"expected a picture \(4, 4\)"):
        Tiny.run(np.zeros((5, 5)), np.zeros((2, 2)), 0, np.zeros((2, 4)), np.zeros((2, 1)), 0)


def test_nothing_stands_on_anything_else():
    svg = draw(example(), list(PLACES), [], [])
    edges = [(left, left + 38 * example().values[name].shape[1], row) for name, (left, row, _) in PLACES.items()]
    for row in range(3):
        inside = sorted((left, right) for left, right, at in edges if at == row)
        assert all(right <= left for (_, right), (left, _) in zip(inside, inside[1:])) and inside[-1][1] <= 372
    assert svg.startswith("<svg")
