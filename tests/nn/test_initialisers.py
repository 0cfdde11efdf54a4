"""Chapter 4's theorems: which starts move, which units stay copies, how sizes travel."""

import numpy as np
import pytest

from course_lib import nn

ACTIVATIONS = [nn.ReLU, nn.Tanh, nn.Sigmoid]


def build(init, n=(6, 5, 4, 3), activation=nn.Tanh, seed=0):
    rng, layers = np.random.default_rng(seed), []
    for n_in, n_out in zip(n, n[1:]):
        layers += [nn.Linear(n_in, n_out, rng=rng, init=init, dtype=np.float64), activation()]
    return nn.Sequential(*layers[:-1])


def linear(network):
    return [layer for layer in network.layers if layer.params]


def data(seed=1, count=40):
    rng = np.random.default_rng(seed)
    return np.abs(rng.normal(size=(6, count))), rng.integers(0, 3, size=count)


def fit(network, steps, momentum=0.9, weight_decay=1e-3, seed=0, **more):
    x, t = data()
    nn.train(network, x, t, steps=steps, batch=10, lr=0.05, momentum=momentum,
             weight_decay=weight_decay, rng=np.random.default_rng(seed), progress=False, **more)
    return network


def moved(network):
    return {f"{name}{ell}" for ell, layer in enumerate(linear(network), start=1)
            for name in "Wb" if np.any(getattr(layer, name) != 0)}


@pytest.mark.parametrize("activation", [nn.ReLU, nn.Tanh])
def test_zeros_move_only_the_last_bias(activation):
    assert moved(fit(build(nn.zeros, activation=activation), 200)) == {"b3"}


def test_zeros_with_a_sigmoid_creep_down_one_layer_a_step():
    network, x, t = build(nn.zeros, activation=nn.Sigmoid), *data()
    expected = [{"W3", "b3"}, {"W3", "b3", "W2", "b2"}, {"W3", "b3", "W2", "b2", "W1", "b1"}]
    for names in expected:
        nn.train(network, x, t, steps=1, batch=40, lr=0.1, momentum=0, weight_decay=0,
                 progress=False)
        assert moved(network) == names


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("c", [0.3, 0.1, 1.0])
def test_copies_stay_copies(activation, c):
    network = build(nn.constant(c), activation=activation)
    start = [layer.W.copy() for layer in linear(network)]
    fit(network, 300, augment=lambda x, rng: x + 0.1 * rng.normal(size=x.shape))
    first, second, third = linear(network)
    assert not np.allclose(third.W, start[2])                      # it did train
    for layer in (first, second):
        np.testing.assert_allclose(layer.W - layer.W[0], 0, atol=1e-9)
        np.testing.assert_allclose(layer.b - layer.b[0], 0, atol=1e-9)
    for layer in (second, third):
        np.testing.assert_allclose(layer.W - layer.W[:, :1], 0, atol=1e-9)
    assert np.ptp(third.W, axis=0).max() > 1e-3                    # outputs are not copies


def test_one_uniform_layer_among_random_ones_stays_uniform():
    network = build(nn.he)
    first, second, third = linear(network)
    second.W[:] = second.W[0]
    third.W[:] = third.W[:, :1]
    fit(network, 300)
    np.testing.assert_allclose(second.W - second.W[0], 0, atol=1e-9)
    np.testing.assert_allclose(third.W - third.W[:, :1], 0, atol=1e-9)
    assert np.linalg.matrix_rank(first.W, tol=1e-4) == 5           # its neighbour is free


def test_equal_rows_alone_do_not_stay():
    network = build(nn.he)
    second = linear(network)[1]
    second.W[:] = second.W[0]
    fit(network, 50)
    assert np.abs(second.W - second.W[0]).max() > 1e-3


class Dropout(nn.Layer):
    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def forward(self, x):
        self.mask = (self.rng.random(x.shape) < 0.5) * 2.0
        return x * self.mask

    def backward(self, dy):
        return dy * self.mask


def test_dropout_parts_the_copies():
    layers = build(nn.constant(0.3)).layers
    network = nn.Sequential(*layers[:2], Dropout(0), *layers[2:4], Dropout(1), layers[4])
    fit(network, 100)
    for layer in linear(network):
        s = np.linalg.svd(layer.W, compute_uv=False)
        assert s[1] > 1e-4 * s[0]


def test_the_worked_example_gives_layers_different_updates():
    network = build(nn.constant(0.5), n=(1, 2, 2, 1), activation=nn.ReLU)
    loss = nn.SquaredError()
    loss.forward(network.forward(np.array([[1.0]])), np.array([[2.0]]))
    network.backward(loss.backward())
    np.testing.assert_allclose(linear(network)[0].dW, [[-0.75], [-0.75]])
    np.testing.assert_allclose(linear(network)[1].dW, np.full((2, 2), -0.375))
    np.testing.assert_allclose(linear(network)[2].dW, [[-0.75, -0.75]])


def test_sixteen_copies_compute_what_one_unit_computes():
    network = fit(build(nn.constant(0.3)), 100)
    one = build(nn.zeros, n=(6, 1, 1, 3))
    for copy, layer in zip(linear(one), linear(network)):
        keep = len(copy.W)
        copy.W = layer.W[:keep] if copy is linear(one)[0] else layer.W[:keep].sum(axis=1, keepdims=True)
        copy.b = layer.b[:keep]
    x, _ = data(seed=5)
    np.testing.assert_allclose(one.forward(x), network.forward(x), atol=1e-9)


@pytest.mark.parametrize("init, std", [
    (nn.he, np.sqrt(2 / 400)), (nn.xavier, np.sqrt(2 / 600)), (nn.normal(0.01), 0.01),
    (nn.uniform(0.3), 0.3 / np.sqrt(3))])
def test_size_after_a_relu_layer_is_as_derived(init, std):
    """Equation eq-04-relu: E[y²] = n Var W E[x²] / 2, within what 200 units let one expect."""
    ratios = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((400, 50))
        layer = nn.Linear(400, 200, rng=rng, init=init, dtype=np.float64)
        y = nn.ReLU().forward(layer.forward(x))
        ratios.append((y**2).mean() / (x**2).mean())
    assert np.mean(ratios) == pytest.approx(400 * std**2 / 2, rel=0.03)


def test_gradients_keep_their_size_by_the_fan_out():
    """On the way back the sum runs over the units above: n_out Var W = 1 keeps the size."""
    ratios = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        layer = nn.Linear(400, 200, rng=rng, init=nn.normal(np.sqrt(1 / 200)), dtype=np.float64)
        layer.forward(rng.standard_normal((400, 50)))
        dy = rng.standard_normal((200, 50))
        ratios.append((layer.backward(dy)**2).mean() / (dy**2).mean())
    assert np.mean(ratios) == pytest.approx(1, rel=0.03)
