"""The ladder of chapter 9: every rung computes the same network, only faster."""

import dataclasses

import numpy as np
import pytest

from course_lib import nn
from course_lib.speed import ladder

LADDER = list(enumerate(ladder.RUNGS))


def batch(count, seed=0):
    """Pictures with flat parts, so that pooling meets ties, and labels."""
    rng = np.random.default_rng(seed)
    x = rng.random((1, 28, 28, count), np.float32)
    x[:, 10:18] = 0
    return x, rng.integers(10, size=count)


def expected(reference, x, labels):
    loss = nn.SoftmaxCrossEntropy()
    value = loss.forward(reference.forward(x), labels)
    reference.backward(loss.backward())
    return value


def count(number):
    return 2 if number == 0 else 7  # loops are slow


def check(rung, number, dtype, limit):
    reference = nn.lenet(np.random.default_rng(1), dtype)
    for layer in reference.layers:
        if layer.params:  # biases that matter
            layer.b += np.random.default_rng(2).normal(size=layer.b.shape).astype(dtype) / 10
    x, labels = batch(count(number))
    network = rung.network(reference)
    value = rung.gradients(network, rung.pictures(x), labels)
    assert value == pytest.approx(expected(reference, x.astype(dtype), labels), rel=limit)
    for (mine, name), (other, _) in zip(network.parameters(), reference.parameters(), strict=True):
        assert nn.relative_error(getattr(mine, "d" + name), getattr(other, "d" + name)) < limit


@pytest.mark.parametrize("number, rung", LADDER)
def test_every_rung_in_its_own_precision(number, rung):
    limits = {np.float32: (np.float32, 1e-5), np.float64: (np.float64, 1e-10)}
    check(rung, number, *limits[rung.dtype])


@pytest.mark.parametrize("number, rung", LADDER)
def test_every_rung_in_float64(number, rung):
    check(dataclasses.replace(rung, dtype=np.float64), number, np.float64, 1e-10)


@pytest.mark.parametrize("number, rung", LADDER)
def test_the_gradient_of_the_pictures_is_right_where_it_is_computed(number, rung):
    rung = dataclasses.replace(rung, dtype=np.float64)
    reference = nn.lenet(np.random.default_rng(1), np.float64)
    x, labels = batch(count(number))
    x = x.astype(np.float64)
    expected(reference, x, labels)
    network = rung.network(reference)
    z = network.forward(rung.pictures(x))
    loss = nn.SoftmaxCrossEntropy()
    loss.forward(z.T if rung.rows else z, labels)
    dz = loss.backward()
    dx = network.backward(dz.T if rung.rows else dz)
    assert nn.relative_error(dx, rung.pictures(reference.backward(dz))) < 1e-10


def test_a_rung_changes_what_it_says():
    kinds = [tuple(type(layer).__name__ for layer in rung.network(nn.lenet()).layers)
             for _, rung in LADDER]
    for (_, before), (_, rung), was, now in zip(LADDER, LADDER[1:], kinds, kinds[1:]):
        changed = [field.name for field in dataclasses.fields(rung)
                   if field.name in ("rows", "dtype", "input_gradient", "threads")
                   and getattr(rung, field.name) != getattr(before, field.name)]
        assert (len(changed) == 1) + (was != now) >= 1
        assert was == now or changed in ([], ["rows"])
    assert len({rung.change for _, rung in LADDER}) == len(LADDER)


def test_a_copy_of_the_parameters_is_a_copy():
    reference = nn.lenet()
    network = ladder.RUNGS[6].network(reference)
    network.layers[0].W[:] = 0
    assert reference.layers[0].W.any()


def test_the_last_rungs_are_the_engine():
    kinds = [type(layer) for layer in ladder.RUNGS[-1].network(nn.lenet()).layers]
    assert kinds == [type(layer) for layer in nn.lenet().pool_first().layers]
