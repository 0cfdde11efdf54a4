"""Every layer of `course_lib.nn` against three referees: loops, differences and PyTorch.

The loops are in `tests/naive.py`. Errors are max|a - b| / max(|a|, |b|) over an array.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib import digits, nn
from tests import naive

SINGLE, DIFFERENCES = 1e-5, 1e-7
repeatable = settings(max_examples=60, derandomize=True,
                      suppress_health_check=list(HealthCheck))
fewer = settings(repeatable, max_examples=20)


def error(a, b):
    """max|a - b| / max(|a|, |b|), shapes equal; written here so that nn does not judge itself."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    assert a.shape == b.shape, (a.shape, b.shape)
    scale = max(np.abs(a).max(initial=0), np.abs(b).max(initial=0))
    return np.abs(a - b).max(initial=0) / scale if scale else 0.0


def equal(a, b, limit=SINGLE):
    assert error(a, b) <= limit


# --- what is drawn: shapes, strides, paddings, batches, and values with many ties ---

@st.composite
def sliding(draw, pooling=False, batch=33):
    k, stride = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    pad = draw(st.integers(0, k // 2 if pooling else 3))
    sides = st.integers(max(1, k - 2 * pad), 9)
    shape = (draw(st.integers(1, 3)), draw(sides), draw(sides), draw(st.integers(1, batch)))
    return shape, k, stride, pad


seeds = st.integers(0, 2 ** 32 - 1)


def values(rng, shape, dtype=np.float32):
    return rng.standard_normal(shape).astype(dtype)


def tied(rng, shape, dtype=np.float32):
    """Pictures as of digits: a few levels, mostly 0, so that windows have equal maxima."""
    return (rng.integers(-1, 3, shape) / 2).astype(dtype)


def whole(rng, shape, dtype=np.float32):
    """Small whole numbers: their products and sums are exact in any order, so results must be identical."""
    return rng.integers(-4, 5, shape).astype(dtype)


def positive(rng, shape, dtype=np.float32):
    """Numbers whose sums cannot nearly cancel, so that rounding stays small beside the result."""
    return rng.uniform(0.5, 1.5, shape).astype(dtype)


def judge(fill):
    """How far results may differ: not at all for whole numbers."""
    return 0 if fill is whole else SINGLE


fills = st.sampled_from([whole, positive])


def apart(rng, shape):
    """Values no two of which are closer than 1e-3, and none closer to 0: away from every kink."""
    count = int(np.prod(shape))
    return ((rng.permutation(count) - count // 2 + 0.5) * 2e-3).reshape(shape)


def conv_layer(rng, c_in, k, stride, pad, dtype=np.float32, fill=values):
    F = int(rng.integers(1, 5))
    layer = nn.Conv2D(c_in, F, k, stride, pad, rng=rng, dtype=dtype)
    layer.W[:], layer.b[:] = fill(rng, layer.W.shape), fill(rng, layer.b.shape)
    return layer, layer.W.reshape(F, c_in, k, k)


# --- against the loops ---

@given(st.integers(1, 40), st.integers(1, 12), st.integers(1, 6), st.integers(0, 6))
def test_output_size_is_the_number_of_places_where_the_window_fits(size, k, stride, pad):
    places = naive.count_windows(size, k, stride, pad)
    if places:
        assert nn.output_size(size, k, stride, pad) == places
    else:
        with pytest.raises(ValueError, match="does not fit"):
            nn.output_size(size, k, stride, pad)


@repeatable
@given(sliding(batch=5), seeds)
def test_patches_equal_the_loops(case, seed):
    shape, k, stride, pad = case
    x = values(np.random.default_rng(seed), shape)
    np.testing.assert_array_equal(nn.patches(x, k, stride, pad), naive.patches(x, k, stride, pad))


@repeatable
@given(sliding(), seeds)
def test_add_patches_is_the_adjoint_of_patches(case, seed):
    shape, k, stride, pad = case
    rng = np.random.default_rng(seed)
    x = values(rng, shape, np.float64)
    cols = nn.patches(x, k, stride, pad)
    c = values(rng, cols.shape, np.float64)
    back = nn.add_patches(c, shape, k, stride, pad)
    assert back.shape == shape
    size = np.linalg.norm(cols) * np.linalg.norm(c)
    assert abs((cols * c).sum() - (x * back).sum()) <= 1e-12 * max(size, 1)


@repeatable
@given(sliding(), seeds, fills)
def test_convolution_equals_the_loops(case, seed, fill):
    shape, k, stride, pad = case
    rng = np.random.default_rng(seed)
    layer, W = conv_layer(rng, shape[0], k, stride, pad, fill=fill)
    x = fill(rng, shape)
    y = layer.forward(x)
    equal(y, naive.conv(x, W, layer.b[:, 0], stride, pad), judge(fill))
    dy = fill(rng, y.shape)
    dx, dW, db = naive.conv_backward(dy, x, W, stride, pad)
    equal(layer.backward(dy), dx, judge(fill))
    equal(layer.dW, dW.reshape(layer.W.shape), judge(fill))
    equal(layer.db, db.reshape(layer.b.shape), judge(fill))
    assert y.dtype == layer.dW.dtype == layer.db.dtype == np.float32


@repeatable
@given(sliding(pooling=True, batch=9), seeds, st.sampled_from([values, tied]))
def test_pooling_equals_the_loops_ties_included(case, seed, fill):
    shape, k, stride, pad = case
    rng = np.random.default_rng(seed)
    layer, x = nn.MaxPool2D(k, stride, pad), fill(rng, shape)
    y = layer.forward(x)
    np.testing.assert_array_equal(y, naive.pool(x, k, stride, pad))
    dy = values(rng, y.shape)
    equal(layer.backward(dy), naive.pool_backward(dy, x, k, stride, pad))


@repeatable
@given(sliding(pooling=True, batch=9), seeds)
def test_pooling_hands_on_every_gradient_exactly_once(case, seed):
    shape, k, stride, pad = case
    rng = np.random.default_rng(seed)
    layer = nn.MaxPool2D(k, stride, pad)
    dy = rng.integers(1, 9, layer.forward(tied(rng, shape)).shape).astype(np.float32)
    assert layer.backward(dy).sum() == dy.sum()


@repeatable
@given(st.integers(1, 20), st.integers(1, 9), st.integers(1, 33), seeds, fills)
def test_the_inner_product_equals_the_loops(n_in, n_out, N, seed, fill):
    rng = np.random.default_rng(seed)
    layer = nn.Linear(n_in, n_out, rng=rng)
    layer.W[:], layer.b[:] = fill(rng, layer.W.shape), fill(rng, layer.b.shape)
    x, dy = fill(rng, (n_in, N)), fill(rng, (n_out, N))
    equal(layer.forward(x), naive.linear(x, layer.W, layer.b), judge(fill))
    dx, dW, db = naive.linear_backward(dy, x, layer.W)
    for got, expected in [(layer.backward(dy), dx), (layer.dW, dW), (layer.db, db)]:
        equal(got, expected, judge(fill))


@repeatable
@given(sliding(batch=9), seeds, st.sampled_from(["ReLU", "Sigmoid", "Tanh"]), st.sampled_from([values, tied]))
def test_activations_equal_the_loops(case, seed, name, fill):
    rng = np.random.default_rng(seed)
    layer, x, dy = getattr(nn, name)(), 3 * fill(rng, case[0]), values(rng, case[0])
    equal(layer.forward(x), getattr(naive, name.lower())(x))
    equal(layer.backward(dy), getattr(naive, name.lower() + "_backward")(dy, x))


@repeatable
@given(sliding(), seeds)
def test_flatten_keeps_c_order(case, seed):
    x = values(np.random.default_rng(seed), case[0])
    layer = nn.Flatten()
    y = layer.forward(x)
    np.testing.assert_array_equal(y, naive.flatten(x))
    np.testing.assert_array_equal(layer.backward(y), naive.unflatten(y, x.shape))
    np.testing.assert_array_equal(layer.backward(y), x)


@repeatable
@given(st.integers(1, 12), st.integers(1, 33), st.sampled_from([1, 10, 1000]), seeds)
def test_losses_equal_the_loops(classes, N, spread, seed):
    rng = np.random.default_rng(seed)
    z, labels = spread * values(rng, (classes, N)), rng.integers(0, classes, N)
    loss, (value, dz) = nn.SoftmaxCrossEntropy(), naive.cross_entropy(z, labels)
    assert loss.forward(z, labels) == pytest.approx(value, rel=1e-5, abs=1e-6)
    if spread == 1:
        equal(loss.backward(), dz)
    else:  # where all are sure, p - 1 is rounding and nothing else: measure against its scale, 1/N
        np.testing.assert_allclose(loss.backward(), dz, rtol=0, atol=SINGLE / N)
    y, t = values(rng, (classes, N)), values(rng, (classes, N))
    loss, (value, dy) = nn.SquaredError(), naive.squared_error(y, t)
    assert loss.forward(y, t) == pytest.approx(value, rel=1e-5)
    equal(loss.backward(), dy)


@fewer
@given(sliding(batch=7), seeds)
def test_layers_take_arrays_in_any_memory_order(case, seed):
    shape, k, stride, pad = case
    rng = np.random.default_rng(seed)
    layer, _ = conv_layer(rng, shape[0], k, stride, pad)
    x = values(rng, shape)
    backwards = np.ascontiguousarray(x.T).T  # the same numbers, every stride reversed
    for each in (layer, nn.MaxPool2D(1, stride), nn.ReLU(), nn.Flatten()):
        y = each.forward(x)
        dy = values(rng, y.shape)
        dx = each.backward(dy)
        equal(each.forward(backwards), y)
        equal(each.backward(np.ascontiguousarray(dy.T).T), dx)


def test_nobody_writes_into_the_arrays_it_is_given():
    rng = np.random.default_rng(0)
    for layer, shape in [(nn.Conv2D(2, 3, 3, pad=1, rng=rng), (2, 6, 6, 4)), (nn.MaxPool2D(2), (2, 6, 6, 4)),
                         (nn.ReLU(), (2, 3)), (nn.Sigmoid(), (2, 3)), (nn.Tanh(), (2, 3)),
                         (nn.Flatten(), (2, 6, 6, 4)), (nn.Linear(5, 3, rng=rng), (5, 4))]:
        x = values(rng, shape)
        x.flags.writeable = False
        dy = values(rng, layer.forward(x).shape)
        dy.flags.writeable = False
        layer.backward(dy)


# --- against centred differences, in float64 and away from kinks ---

@fewer
@given(sliding(batch=5), seeds)
def test_gradients_of_convolution_equal_differences(case, seed):
    shape, k, stride, pad = case
    rng = np.random.default_rng(seed)
    layer, _ = conv_layer(rng, shape[0], k, stride, pad, np.float64)
    check_every_entry(layer, values(rng, shape, np.float64), rng)


@fewer
@given(sliding(pooling=True, batch=3), seeds)
def test_gradients_of_pooling_equal_differences_away_from_ties(case, seed):
    shape, k, stride, pad = case
    rng = np.random.default_rng(seed)
    check_every_entry(nn.MaxPool2D(k, stride, pad), apart(rng, shape), rng)


@fewer
@given(sliding(batch=3), seeds, st.sampled_from(["ReLU", "Sigmoid", "Tanh", "Flatten"]))
def test_gradients_of_activations_equal_differences(case, seed, name):
    rng = np.random.default_rng(seed)
    check_every_entry(getattr(nn, name)(), apart(rng, case[0]), rng)


@fewer
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), seeds)
def test_gradients_of_the_inner_product_equal_differences(n_in, n_out, N, seed):
    rng = np.random.default_rng(seed)
    check_every_entry(nn.Linear(n_in, n_out, rng=rng, dtype=np.float64),
                      values(rng, (n_in, N), np.float64), rng)


def check_every_entry(layer, x, rng):
    """Entry by entry: the gradient of <c, y> with a random c, against centred differences."""
    c = rng.standard_normal(layer.forward(x).shape)

    def L():
        return float((c * layer.forward(x)).sum())

    L()
    dx = layer.backward(c)
    arrays = [(x, dx)] + [(getattr(layer, name), getattr(layer, "d" + name)) for name in layer.params]
    for array, gradient in arrays:
        for _ in range(min(array.size, 12)):
            index = tuple(rng.integers(0, array.shape))
            value, h = array[index], 1e-4
            array[index] = value + h
            above = L()
            array[index] = value - h
            below = L()
            array[index] = value
            scale = max(np.abs(gradient).max(), 1.0)
            assert abs((above - below) / (2 * h) - gradient[index]) <= DIFFERENCES * scale


def test_gradients_of_the_losses_equal_differences():
    rng = np.random.default_rng(4)
    z, labels, t = rng.standard_normal((6, 5)), rng.integers(0, 6, 5), rng.standard_normal((6, 5))
    for loss, target in [(nn.SoftmaxCrossEntropy(), labels), (nn.SquaredError(), t)]:
        numeric = nn.numerical_gradient(lambda: loss.forward(z, target), z)
        loss.forward(z, target)
        equal(loss.backward(), numeric, DIFFERENCES)


def test_every_gradient_of_the_lenet_equals_differences():
    """A clean digit sits on kinks (its blank background ties, and is 0 where biases are): move away."""
    rng = np.random.default_rng(0)
    network = nn.lenet(rng, dtype=np.float64)
    for layer in network.layers:
        if layer.params:
            layer.b[:] = 0.1 * rng.standard_normal(layer.b.shape)
    data = digits.load("uci")
    x = digits.to_batch(data.test.images[:2], np.float64) + 0.1 * rng.standard_normal((1, 28, 28, 2))
    errors = nn.gradient_check(network, x, data.test.labels[:2], loss=nn.SoftmaxCrossEntropy(), h=1e-6)
    assert len(errors) == 9 and max(errors.values()) <= DIFFERENCES, errors


@pytest.mark.parametrize("where", range(10))
def test_a_sign_flipped_in_any_layer_of_the_lenet_is_caught(where):
    rng = np.random.default_rng(0)
    network = nn.lenet(rng, dtype=np.float64)
    layer = network.layers[where]
    if isinstance(layer, (nn.Conv2D, nn.Linear)):
        honest = layer.parameter_gradient

        def flipped(dy):
            honest(dy)
            layer.dW = -layer.dW

        layer.parameter_gradient = flipped
    else:
        honest = layer.backward
        layer.backward = lambda dy: -honest(dy)
    x = rng.standard_normal((1, 28, 28, 2))
    errors = nn.gradient_check(network, x, np.array([3, 7]), loss=nn.SoftmaxCrossEntropy(), directions=2)
    assert max(errors.values()) > 1


# --- against the published check of CS231n's second assignment ---

def test_convolution_gives_the_published_values_of_cs231n():
    def linspace(start, stop, shape):
        return np.linspace(start, stop, int(np.prod(shape))).reshape(shape)

    x = linspace(-0.1, 0.5, (2, 3, 4, 4)).transpose(1, 2, 3, 0)  # (N, C, H, W) to batch last
    layer = nn.Conv2D(3, 3, 4, stride=2, pad=1, dtype=np.float64)
    layer.W[:] = linspace(-0.2, 0.3, (3, 3, 4, 4)).reshape(3, -1)
    layer.b[:, 0] = np.linspace(-0.1, 0.2, 3)
    y = layer.forward(x)
    assert y.shape == (3, 2, 2, 2)
    published = [[-0.08759809, -0.10987781], [-0.18387192, -0.2109216]]
    np.testing.assert_allclose(y[0, :, :, 0], published, atol=5e-9)
    np.testing.assert_allclose(y, naive.conv(x, layer.W.reshape(3, 3, 4, 4), layer.b[:, 0], 2, 1), atol=1e-12)


# --- against PyTorch, where it is installed ---

@pytest.fixture(scope="module")
def torch():
    reason = "PyTorch is not installed; to have these checks: pip install -e '.[referee]'"
    module = pytest.importorskip("torch", reason=reason)
    module.set_num_threads(1)
    return module


def torch_first(torch, x):
    """(C, H, W, N) -> (N, C, H, W), a leaf that wants its gradient."""
    axes = (3, 0, 1, 2) if x.ndim == 4 else (1, 0)
    return torch.tensor(np.ascontiguousarray(x.transpose(axes)), requires_grad=True)


def batch_last(tensor):
    array = tensor.detach().numpy()
    return array.transpose((1, 2, 3, 0) if array.ndim == 4 else (1, 0))


def against(torch, layer, x, reference, rng, fill=values):
    """Outputs and input gradients of a layer and of the same function in PyTorch."""
    y, x_ = layer.forward(x), torch_first(torch, x)
    y_ = reference(x_)
    equal(y, batch_last(y_), judge(fill))
    dy = fill(rng, y.shape)
    y_.backward(torch_first(torch, dy).detach())
    equal(layer.backward(dy), batch_last(x_.grad), judge(fill))


@repeatable
@given(case=sliding(), seed=seeds, fill=fills)
def test_convolution_equals_pytorch(torch, case, seed, fill):
    shape, k, stride, pad = case
    rng = np.random.default_rng(seed)
    layer, W = conv_layer(rng, shape[0], k, stride, pad, fill=fill)
    W_ = torch.tensor(W, requires_grad=True)
    b_ = torch.tensor(layer.b[:, 0], requires_grad=True)
    against(torch, layer, fill(rng, shape),
            lambda x_: torch.nn.functional.conv2d(x_, W_, b_, stride, pad), rng, fill)
    equal(layer.dW, W_.grad.numpy().reshape(layer.W.shape), judge(fill))
    equal(layer.db, b_.grad.numpy().reshape(layer.b.shape), judge(fill))


@repeatable
@given(case=sliding(pooling=True), seed=seeds, ties=st.booleans())
def test_pooling_equals_pytorch_ties_included(torch, case, seed, ties):
    shape, k, stride, pad = case
    rng = np.random.default_rng(seed)
    x = (tied if ties else values)(rng, shape)
    against(torch, nn.MaxPool2D(k, stride, pad), x,
            lambda x_: torch.nn.functional.max_pool2d(x_, k, stride, pad), rng)


@fewer
@given(case=sliding(), seed=seeds, name=st.sampled_from(["ReLU", "Sigmoid", "Tanh", "Flatten"]))
def test_other_layers_equal_pytorch(torch, case, seed, name):
    rng = np.random.default_rng(seed)
    against(torch, getattr(nn, name)(), tied(rng, case[0]), getattr(torch.nn, name)(), rng)


@fewer
@given(n_in=st.integers(1, 20), n_out=st.integers(1, 9), N=st.integers(1, 33), seed=seeds, fill=fills)
def test_the_inner_product_equals_pytorch(torch, n_in, n_out, N, seed, fill):
    rng = np.random.default_rng(seed)
    layer = nn.Linear(n_in, n_out, rng=rng)
    layer.W[:], layer.b[:] = fill(rng, layer.W.shape), fill(rng, layer.b.shape)
    W_, b_ = (torch.tensor(a, requires_grad=True) for a in (layer.W, layer.b[:, 0]))
    against(torch, layer, fill(rng, (n_in, N)), lambda x_: torch.nn.functional.linear(x_, W_, b_), rng, fill)
    equal(layer.dW, W_.grad.numpy(), judge(fill))
    equal(layer.db, b_.grad.numpy()[:, None], judge(fill))


@pytest.mark.parametrize("N", [1, 2, 33])
def test_the_whole_lenet_equals_pytorch(torch, N):
    """Real digits with their flat backgrounds: loss, probabilities and every gradient, in float32."""
    F, rng = torch.nn.functional, np.random.default_rng(2)
    network, loss = nn.lenet(rng), nn.SoftmaxCrossEntropy()
    data = digits.load("uci")
    x, labels = digits.to_batch(data.test.images[:N]), data.test.labels[:N]
    value = loss.forward(network.forward(x), labels)
    dx = network.backward(loss.backward())

    x_, p_ = torch_first(torch, x), {}
    for layer, name in network.parameters():
        array = getattr(layer, name)
        if isinstance(layer, nn.Conv2D) and name == "W":
            array = array.reshape(len(array), layer.c_in, layer.k, layer.k)
        p_[layer, name] = torch.tensor(array if name == "W" else array[:, 0], requires_grad=True)
    y_ = x_
    for layer in network.layers:
        if isinstance(layer, nn.Conv2D):
            y_ = F.conv2d(y_, p_[layer, "W"], p_[layer, "b"])
        elif isinstance(layer, nn.Linear):
            y_ = F.linear(y_, p_[layer, "W"], p_[layer, "b"])
        else:
            y_ = {"ReLU": F.relu, "MaxPool2D": lambda v: F.max_pool2d(v, 2),
                  "Flatten": lambda v: v.flatten(1)}[type(layer).__name__](y_)
    loss_ = F.cross_entropy(y_, torch.tensor(labels))
    loss_.backward()
    assert value == pytest.approx(loss_.item(), rel=1e-5)
    equal(network.probabilities(x), batch_last(torch.softmax(y_, 1)))
    equal(dx, batch_last(x_.grad))
    for layer, name in network.parameters():
        got = getattr(layer, "d" + name)
        equal(got, p_[layer, name].grad.numpy().reshape(got.shape))
