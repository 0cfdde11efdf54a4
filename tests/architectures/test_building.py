"""Networks built from descriptions: shapes, counts, memory, and the same numbers as PyTorch's.

PyTorch's networks are put together here from the descriptions alone, and given the weights of ours.
"""

import doctest
import json
import subprocess
import sys
import warnings
from contextlib import contextmanager

import numpy as np
import pytest

from course_lib import architectures as A
from course_lib import nn
from course_lib.architectures import building
from tests.architectures.big_networks import BIG, built, compare
from tests.conftest import ROOT, rest_slow
from tests.nn.test_oracle import (
    batch_last,
    equal,
    torch,  # noqa: F401  a fixture
    torch_first,
)

RNG = np.random.default_rng
SMALL = {"LeNet": A.lenet(), "LeNet-5 of 1998": A.lenet5(), "LeNet-5, dense": A.lenet5(dense=True)}
GIB = 2 ** 30


# --- shapes and counts, layer by layer ---

@pytest.mark.parametrize("name", rest_slow(BIG, ["AlexNet, grouped", "GoogLeNet with heads"]))
def test_big_networks_run_within_four_gib_and_are_as_described(name):
    """In a process of its own, every layer with every shape and count."""
    done = subprocess.run([sys.executable, ROOT / "tests/architectures/big_networks.py", name],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found, (network, count) = json.loads(done.stdout), BIG[name]
    assert found["count"] == count == network.parameters
    assert found["shape"] == [1000, 1]
    assert 4 * count < found["peak"] < 4 * GIB  # measured: at most 1.7 GiB (VGG-16)


@pytest.mark.parametrize("name", SMALL)
def test_small_networks_are_as_described(name):
    network = SMALL[name]
    ours = A.build(network)
    assert ours.count == network.parameters
    x = RNG(0).random((*network.input_shape, 3), dtype=np.float32)
    compare(network.layers, ours.layers, x)


def test_the_built_lenet_is_the_courses():
    """The same random numbers become the same weights; the same weights give the same results."""
    ours, course = A.build(A.lenet(), rng=RNG(7)), nn.lenet(RNG(7))
    x, dy = RNG(0).random((1, 28, 28, 5), dtype=np.float32), RNG(1).random((10, 5), dtype=np.float32)
    np.testing.assert_array_equal(ours.forward(x), course.forward(x))
    np.testing.assert_array_equal(ours.backward(dy), course.backward(dy))
    parameters = list(zip(ours.named_parameters(), course.named_parameters(), strict=True))
    assert len(parameters) == 8
    for (_, a, name), (_, b, _) in parameters:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
        np.testing.assert_array_equal(getattr(a, "d" + name), getattr(b, "d" + name))


# --- the same network in PyTorch ---

class Twin:
    """A described network in PyTorch, with the weights of ours; remembers whose is whose."""

    def __init__(self, torch, network, layers):  # noqa: F811  the fixture's value, handed on
        self.torch, self.pairs, self.outputs = torch, [], []
        self.heads, self.described, self.layers = network.heads, network.layers, list(layers)

    def run(self, x, described=None, layers=None):
        """x (N, C, H, W) through all layers; the heads' outputs are in `outputs`."""
        top = described is None
        layers = list(self.layers if top else layers)
        for description in self.described if top else described:
            if not isinstance(description, A.LocalResponseNorm):
                x = self.one(description, layers.pop(0), x)
            for head in self.heads if top else ():
                if head.after == description.name:
                    self.outputs.append(self.run(x, head.layers, layers.pop(0).head.layers))
        assert not layers
        return x

    def one(self, description, layer, x):
        F, self.name = self.torch.nn.functional, description.name
        match description:
            case A.Conv():
                W = self.of(layer, "W", (len(layer.W), -1, description.k, description.k))
                b = self.of(layer, "b")
                return F.conv2d(x, W, b, description.stride, description.pad, groups=description.groups)
            case A.SparseConv():  # one filter over all channels, with zeros where it does not look
                maps = []
                for seen, branch in zip(description.connections, layer.layers, strict=True):
                    conv = branch.layers[1]
                    W = self.torch.zeros(1, x.shape[1], description.k, description.k)
                    W[:, list(seen)] = self.of(conv, "W", (1, -1, description.k, description.k))
                    maps.append(F.conv2d(x, W, self.of(conv, "b"), description.stride, description.pad))
                return self.torch.cat(maps, dim=1)
            case A.Linear():
                return F.linear(x, self.of(layer, "W"), self.of(layer, "b"))
            case A.BatchNorm():
                norm = self.torch.nn.BatchNorm2d(x.shape[1])
                return F.batch_norm(x, norm.running_mean, norm.running_var, self.of(layer, "W", -1),
                                    self.of(layer, "b"), training=layer.training)
            case A.ScaledPool():  # as in the paper: the sum of the window times a coefficient
                scale = layer.layers[1]
                total = F.conv2d(x, self.torch.ones(x.shape[1], 1, description.k, description.k), None,
                                 description.stride, description.pad, groups=x.shape[1])
                W, b = self.of(scale, "W", (-1, 1, 1)), self.of(scale, "b", (-1, 1, 1))
                return total * (W / description.k ** 2) + b
            case A.Pool():
                pool = F.max_pool2d if description.how == "max" else F.avg_pool2d
                return pool(x, description.k, description.stride, description.pad,
                            ceil_mode=description.ceil_mode)
            case A.GlobalAveragePool():
                return F.adaptive_avg_pool2d(x, 1)
            case A.AdaptiveAveragePool():
                return F.adaptive_avg_pool2d(x, description.size)
            case A.Flatten():
                return x.flatten(1)
            case A.Dropout():
                assert not layer.training or description.rate == 0
                return x
            case A.ReLU() | A.Tanh():
                return {A.ReLU: F.relu, A.Tanh: self.torch.tanh}[type(description)](x)
            case A.Inception():
                return self.torch.cat([self.run(x, branch, inside.layers) for branch, inside
                                       in zip(description.branches, layer.layers, strict=True)], dim=1)

    def of(self, layer, name, shape=None):
        """A parameter of one of our layers as a leaf of PyTorch's, in PyTorch's shape."""
        array = getattr(layer, name)
        if array is None:
            return None
        leaf = self.torch.tensor(array.reshape(-1) if name == "b" else array, requires_grad=True)
        self.pairs.append((self.name, layer, name, leaf))
        return leaf if shape is None else leaf.reshape(shape)


def start(network, rng):
    """Away from scales of 1 and shifts of 0; the shifts so low that ReLU cuts off some of what follows."""
    for layer, name in network.parameters():
        array = getattr(layer, name)
        if isinstance(layer, nn.Scale):
            array[:] = rng.uniform(*((0.5, 1.5) if name == "W" else (-1.5, 0)), array.shape)
        elif name == "b":
            array[:] = 0.1 * rng.standard_normal(array.shape)
    return network


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("N", [1, 3, 33])
@pytest.mark.parametrize("dtype, limit", [(np.float32, 1e-5), (np.float64, 1e-10)])
def test_small_networks_equal_pytorch_forward_and_back(torch, name, N, dtype, limit):  # noqa: F811
    """Every gradient as an array of the described layer: C3's sixteen filters together."""
    network, rng = SMALL[name], RNG(N)
    ours = start(A.build(network, rng=rng, dtype=dtype), rng)
    x = rng.random((*network.input_shape, N)).astype(dtype)
    with default_dtype(torch, dtype):
        x_, twin = torch_first(torch, x), Twin(torch, network, ours.layers)
        y_ = twin.run(x_)
    y = ours.forward(x)
    equal(y, batch_last(y_), limit)
    if dtype == np.float32 and name == "LeNet":
        return  # of two pixels that differ in the last digit, either may win a window: gradients in float64
    dy = rng.uniform(0.5, 1.5, y.shape).astype(dtype)
    y_.backward(torch_first(torch, dy).detach())
    equal(ours.backward(dy), batch_last(x_.grad), limit)
    check_gradients(ours, twin, limit)


@contextmanager
def default_dtype(torch, dtype):  # noqa: F811
    """New tensors have this dtype as long as the block runs."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64 if dtype == np.float64 else torch.float32)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def check_gradients(ours, twin, limit):
    assert [(layer, name) for _, layer, name, _ in twin.pairs] == list(ours.parameters())
    joined = {}
    for described, layer, name, leaf in twin.pairs:
        mine, theirs = joined.setdefault((described, name), ([], []))
        mine.append(getattr(layer, "d" + name).ravel())
        theirs.append(leaf.grad.numpy().ravel())
    for mine, theirs in joined.values():
        equal(np.concatenate(mine), np.concatenate(theirs), limit)


def little_googlenet(batch_norm):
    """GoogLeNet's parts at a fraction of their size: stem, modules, both kinds of head, the end."""
    module = {"k5": 3 if batch_norm else 5, "batch_norm": batch_norm}

    def head(name, after, pool):
        return A.Head(name, after, (pool, *A.conv_relu(f"{name} conv", 3, 1, batch_norm=batch_norm),
                                    A.Flatten(f"{name} flatten"), A.Linear(f"{name} fc", 7),
                                    A.ReLU(f"{name} relu"), A.Dropout(f"{name} dropout", 0.0),
                                    A.Linear(f"{name} linear", 5)))

    return A.Architecture("little GoogLeNet", (3, 23, 21), (
        *A.conv_relu("conv1", 4, 5, stride=2, pad=2, batch_norm=batch_norm),
        A.Pool("pool1", 3, 2, ceil_mode=True), A.LocalResponseNorm("norm1"),
        A.Inception("a", 2, 2, 3, 1, 2, 2, **module), A.Inception("b", 1, None, 2, 2, 3, 1, **module),
        A.Pool("pool2", 2, 2, pad=1, how="average", ceil_mode=True),
        A.Inception("c", 3, 2, 4, None, 2, 2, **module),
        A.AdaptiveAveragePool("average", 2) if batch_norm else A.GlobalAveragePool("average"),
        A.Flatten("flatten"), A.Dropout("dropout", 0.0), A.Linear("linear", 5),
    ), (head("head 1", "a", A.Pool("head 1 pool", 3, 2, how="average")),
        head("head 2", "pool2", A.AdaptiveAveragePool("head 2 pool", 2))))


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("N", [2, 33])
def test_a_training_step_with_heads_equals_pytorch(torch, batch_norm, N):  # noqa: F811
    """The paper's loss: the trunk's cross-entropy and 0.3 times that of each head. Every gradient."""
    network, rng = little_googlenet(batch_norm), RNG(N)
    ours = start(built(network, rng=rng, dtype=np.float64), rng)
    ours.set_training(True)
    x, labels = rng.standard_normal((3, 23, 21, N)), rng.integers(0, 5, N)
    loss = nn.HeadLoss(ours, weight=0.3)
    value = loss.forward(ours.forward(x), labels)
    dx = ours.backward(loss.backward())

    with default_dtype(torch, np.float64):
        twin, x_ = Twin(torch, network, ours.layers), torch_first(torch, x)
        y_ = twin.run(x_)
        costs = [torch.nn.functional.cross_entropy(z_, torch.tensor(labels)) for z_ in [y_, *twin.outputs]]
        value_ = costs[0] + 0.3 * costs[1] + 0.3 * costs[2]
    value_.backward()
    assert value == pytest.approx(value_.item(), rel=1e-12)
    equal(dx, batch_last(x_.grad), 1e-10)
    check_gradients(ours, twin, 1e-10)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_every_gradient_with_heads_equals_differences(batch_norm):
    rng = RNG(1)
    ours = start(built(little_googlenet(batch_norm), rng=rng, dtype=np.float64), rng)
    ours.set_training(True)
    errors = nn.gradient_check(ours, rng.standard_normal((3, 23, 21, 3)), np.array([0, 3, 4]),
                               loss=nn.HeadLoss(ours), h=1e-6, directions=2)
    assert len(errors) == 1 + len(list(ours.parameters())) and max(errors.values()) <= 1e-6, errors


def test_a_network_with_heads_and_dropout_trains_and_predicts():
    network = little_googlenet(batch_norm=True).replace("dropout", rate=0.3)
    ours, rng = built(network), RNG(0)
    labels = rng.integers(0, 5, 60)
    x = 0.3 * rng.standard_normal((3, 23, 21, 60), dtype=np.float32)
    for n, label in enumerate(labels):  # a bright bar, higher for higher labels
        x[:, 4 * label:4 * label + 3, :, n] += 1
    nn.train(ours, x, labels, steps=120, batch=30, lr=0.03, progress=False, loss=nn.HeadLoss(ours))
    assert (ours.predict(x) == labels).mean() > 0.9
    assert not any(layer.training for _, layer in ours.walk())


@pytest.mark.parametrize("name", ["AlexNet, grouped", "GoogLeNet", "GoogLeNet, torchvision's"])
def test_a_picture_through_a_big_network_equals_pytorch(torch, name):  # noqa: F811
    network, _ = BIG[name]
    ours = built(network)
    x = RNG(0).random((*network.input_shape, 1), dtype=np.float32)
    with torch.no_grad():
        y_ = Twin(torch, network, ours.layers).run(torch_first(torch, x))
    equal(ours.forward(x), batch_last(y_))


# --- what build promises besides ---

def test_normalisation_that_is_left_out_is_named():
    with pytest.warns(UserWarning, match=r"little GoogLeNet is built without its local response .*\(norm1\)"):
        A.build(little_googlenet(False))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        A.build(A.lenet())


def test_dtype_init_and_seed_are_passed_on():
    network = little_googlenet(batch_norm=True)
    constant = built(network, dtype=np.float64, init=nn.constant(0.25))
    for layer, name in constant.parameters():
        w = getattr(layer, name)
        assert w.dtype == np.float64
        assert (w == (0 if name == "b" else 1 if isinstance(layer, nn.BatchNorm) else 0.25)).all()
    same, other = built(network), built(network, rng=RNG(1))
    for a, b, c in zip(built(network).parameters(), same.parameters(), other.parameters(), strict=True):
        (a, name), (b, _), (c, _) = a, b, c
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
        if isinstance(a, (nn.Conv2D, nn.Linear)) and name == "W":
            assert (getattr(a, name) != getattr(c, name)).all()


def test_lenet5_starts_with_the_papers_connections():
    c3 = A.build(A.lenet5()).layers[4]
    assert [tuple(branch.layers[0].channels) for branch in c3.layers] == list(A.LENET5_CONNECTIONS)


def test_a_description_that_nothing_computes_is_named():
    class Swirl(A.Layer):
        kind = "swirl"

    with pytest.raises(TypeError, match=r"layer 's': course_lib.nn has nothing to build a Swirl \(swirl\)"):
        A.build(A.Architecture("t", (1, 4, 4), (Swirl("s"),)))


def test_docstring_example():
    result = doctest.testmod(building)
    assert result.attempted == 2 and result.failed == 0


def test_counting_does_not_wait_for_numpy():
    code = ("import sys; from course_lib import architectures as A; A.alexnet().table(); "
            "assert 'numpy' not in sys.modules and 'build' in dir(A); A.build; assert 'numpy' in sys.modules")
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="has no attribute 'biuld'"):
        A.biuld
