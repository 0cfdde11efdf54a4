"""The figures on activations, and the statements of the chapter that its cells cannot prove."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import nn
from course_lib.figures import activations


@pytest.fixture(autouse=True)
def close_figures():
    plt.close("all")
    yield
    plt.close("all")


def dense(g, T, rng, width=6, init=nn.xavier):
    layers = []
    for _ in range(T):
        layers += [nn.Linear(width, width, rng=rng, init=init, dtype=np.float64), g()]
    return nn.Sequential(*layers, nn.Linear(width, 3, rng=rng, init=init, dtype=np.float64))


def pre_activation_gradients(network, x, labels):
    """dz of every hidden layer, first layer first, and dz of the logits."""
    loss = nn.SoftmaxCrossEntropy()
    loss.forward(network.forward(x), labels)
    dy = loss.backward()
    dz = [dy]
    for layer in reversed(network.layers):
        dy = layer.backward(dy)
        if not layer.params:
            dz.insert(0, dy)
    return dz


# --- what the text proves -------------------------------------------------------------------

@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), T=st.integers(1, 8), scale=st.floats(0.1, 20))
def test_the_sigmoid_bound_holds_for_any_weights(seed, T, scale):
    rng = np.random.default_rng(seed)
    network = dense(nn.Sigmoid, T, rng, init=nn.normal(scale))
    dz = pre_activation_gradients(network, rng.standard_normal((6, 4)), rng.integers(3, size=4))
    norms = [np.linalg.norm(layer.W, 2) for layer in network.layers[2::2]]
    bound = 4.0 ** -T * np.prod(norms) * np.linalg.norm(dz[-1])
    assert np.linalg.norm(dz[0]) <= bound * (1 + 1e-9)


def test_the_bound_is_reached_by_undecided_sigmoids():
    """With W = identity and biases that keep z = 0, the bound is an equality: 1/4 is the best."""
    network = dense(nn.Sigmoid, 3, None, width=3, init=lambda rng, shape, *_: np.eye(*shape))
    for layer in network.layers[2:-1:2]:
        layer.b[:] = -0.5
    dz = pre_activation_gradients(network, np.zeros((3, 1)), np.array([0]))
    np.testing.assert_allclose(np.linalg.norm(dz[0]), np.linalg.norm(dz[-1]) / 4 ** 3)


@pytest.mark.parametrize("g, low, high", [(nn.Sigmoid, 0.15, 0.25), (nn.Tanh, 0.8, 1.0)])
def test_factor_per_layer_with_xavier(g, low, high):
    rng = np.random.default_rng(1)
    network = dense(g, 20, rng, width=80)
    dz = pre_activation_gradients(network, rng.standard_normal((80, 10)), rng.integers(3, size=10))
    assert low < (np.linalg.norm(dz[0]) / np.linalg.norm(dz[19])) ** (1 / 19) < high


def test_a_tanh_network_written_with_sigmoids():
    rng = np.random.default_rng(2)
    a = dense(nn.Tanh, 4, rng)
    s = dense(nn.Sigmoid, 4, rng)
    last = len(a.layers) // 2
    for k, (tanh_layer, sigmoid_layer) in enumerate(zip(a.layers[::2], s.layers[::2])):
        tanh_layer.b[:] = rng.standard_normal(tanh_layer.b.shape)
        W, b = tanh_layer.W, tanh_layer.b
        if k > 0:
            W, b = 2 * W, b - W.sum(axis=1, keepdims=True)
        sigmoid_layer.W, sigmoid_layer.b = (W, b) if k == last else (2 * W, 2 * b)
    x = rng.standard_normal((6, 5))
    np.testing.assert_allclose(s.forward(x), a.forward(x), rtol=1e-10)


@pytest.mark.parametrize("layer", [0, 1])
def test_a_wholly_dead_layer_leaves_only_the_last_bias_a_gradient(layer):
    rng = np.random.default_rng(3)
    network = dense(nn.ReLU, 2, rng)
    network.layers[2 * layer].b[:] = -100
    if layer == 0:                      # the layer above must not die with it
        network.layers[2].b[:] = 1
    pre_activation_gradients(network, rng.standard_normal((6, 9)), rng.integers(3, size=9))
    assert np.all(network.layers[0].dW == 0) and np.all(network.layers[0].db == 0)
    assert np.any(network.layers[-1].db != 0)
    if layer == 1:
        moved = [(at, name) for at, name in network.parameters()
                 if np.any(getattr(at, "d" + name) != 0)]
        assert moved == [(network.layers[-1], "b")]


@pytest.mark.parametrize("bias_rate, wakes", [(1.0, False), (2.0, True)])
def test_weight_decay_wakes_a_unit_only_if_its_bias_fades_faster(bias_rate, wakes):
    unit = nn.Sequential(nn.Linear(1, 1, dtype=np.float64), nn.ReLU())
    unit.layers[0].W[:], unit.layers[0].b[:] = 3.0, -5.0
    x, steps = np.ones((1, 1)), 2 * int(np.log(5 / 3) / (0.1 * 0.1))
    sgd = nn.SGD(unit, lr=0.1, weight_decay=0.1, bias_rate=bias_rate)
    for _ in range(steps):
        unit.forward(x)
        unit.backward(np.zeros((1, 1)))
        sgd.step()
    assert (unit.forward(x)[0, 0] > 0) == wakes


# --- the figures ------------------------------------------------------------------------------

FIGURES = {
    "curves": (),
    "scalar_cost": ({"ReLU": 1e-3, "sigmoid": 4e-3}, 1000),
    "step_shares": ({"a": {"activation": 1, "rest": 3}, "b": {"activation": 2, "rest": 3}},),
    "gradient_by_layer": ({name: [0.1, 0.2, 0.3] for name in activations.LOOK},),
    "gain": (np.array([1, 2, 4]), np.array([0.2, 0.4, 0.6]), np.array([0, 0.1, 0.2])),
    "losses": ({"a": {"sigmoid": [2.0] * 30, "ReLU": [1.0] * 30}, "b": {"tanh": [1.5] * 30}},),
    "activity": ({"ReLU": np.array([0, 1, 2.0]), "sigmoid": np.array([0.2, 0.5, 0.7])},),
    "dead_by_rate": ([0.1, 0.3, 1], [3, 5, 9], 2, 10),
    "revived": ({"ReLU": (0, 4), "leaky": (3, 4)},),
}


@pytest.mark.parametrize("name", FIGURES)
def test_figure_functions_draw_one_new_titled_figure_and_return_nothing(name):
    assert getattr(activations, name)(*FIGURES[name]) is None
    assert len(plt.get_fignums()) == 1
    assert any(axes.get_title(loc="left") for axes in plt.gcf().axes)
    plt.gcf().canvas.draw()


def test_scalar_cost_shows_nanoseconds_per_entry():
    activations.scalar_cost({"ReLU": 1e-6, "sigmoid": 3e-6}, 1000)
    assert [bar.get_width() for bar in plt.gca().patches] == pytest.approx([1, 3])


def test_step_shares_share_one_scale():
    activations.step_shares({"ReLU": {"convolution": 6, "activation": 2},
                             "sigmoid": {"convolution": 6, "activation": 4}})
    widths = [bar.get_width() for bar in plt.gca().patches]
    assert widths == pytest.approx([0.75, 0.25, 0.75, 0.5])
    assert {"25%", "50%"} <= {text.get_text() for text in plt.gca().texts}


def test_activity_counts_exact_zeros():
    activations.activity({"ReLU": np.array([0, 0, 1e-30, 2])})
    assert plt.gca().get_title(loc="left") == "ReLU: 2 of 4 units say exactly 0"


def test_revived_shows_shares_and_counts():
    activations.revived({"ReLU": (0, 4), "leaky": (3, 4)})
    assert [bar.get_width() for bar in plt.gca().patches] == pytest.approx([0, 0.75])
    assert [text.get_text() for text in plt.gca().texts] == ["0 of 4", "3 of 4"]


def test_slopes_in_the_picture_of_the_curves():
    activations.curves()
    slopes = [line.get_ydata() for line in plt.gcf().axes[1].lines[:3]]
    assert [slope.max() for slope in slopes] == pytest.approx([0.25, 1, 1], abs=1e-3)
