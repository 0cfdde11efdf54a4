"""The layers beyond the LeNet's against loops, differences and PyTorch.

Strips and bands, grouped convolution, poolings that stick out, means, branches, dropout, batch
norm, scale, select, heads. Whole numbers make every sum exact: there results must be identical.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib import architectures, nn
from tests import naive
from tests.nn.test_network import Spy
from tests.nn.test_oracle import (
    against,
    apart,
    batch_last,
    check_every_entry,
    equal,
    fewer,
    fills,
    judge,
    positive,
    repeatable,
    seeds,
    sliding,
    tied,
    torch,  # noqa: F401  a fixture
    torch_first,
    values,
    whole,
)

RNG = np.random.default_rng


def identical(a, b):
    """Shape and every entry; the oracle's float64 is rounded to what the layer computes in."""
    np.testing.assert_array_equal(a, np.asarray(b).astype(a.dtype), strict=True)


def run(layer, x, rng, fill):
    """y, dy and dx, with a random dy."""
    y = layer.forward(x)
    dy = fill(rng, y.shape).astype(x.dtype)
    return y, dy, layer.backward(dy)


# --- how many windows ---

sides = st.tuples(st.integers(1, 40), st.integers(1, 9), st.integers(1, 9), st.integers(0, 6))


@repeatable
@given(sides, st.booleans())
def test_output_size_is_the_number_of_windows_that_may_begin(side, ceil_mode):
    places = len(naive.window_starts(*side, ceil_mode))
    _, k, _, pad = side
    if places:
        assert nn.output_size(*side, ceil_mode) == places
        if not ceil_mode or pad <= k // 2:  # pooling allows no more
            assert architectures.output_size(*side, ceil_mode) == places
    else:
        with pytest.raises(ValueError, match="does not fit"):
            nn.output_size(*side, ceil_mode)


@repeatable
@given(side=sides, ceil_mode=st.booleans())
def test_output_size_is_pytorchs(torch, side, ceil_mode):  # noqa: F811
    size, k, stride, pad = side
    if size + 2 * pad < k or pad > k // 2:
        return
    pooled = torch.nn.functional.max_pool1d(torch.zeros(1, 1, size, device="meta"), k, stride, pad,
                                            ceil_mode=ceil_mode)
    assert nn.output_size(*side, ceil_mode) == pooled.shape[-1]


# --- strips and bands ---

@repeatable
@given(sliding(), seeds)
def test_bands_hold_the_columns_of_patches(case, seed):
    (C, H, W, N), k, stride, pad = case
    x = whole(RNG(seed), (C, H, W, N))
    strips = nn.strips(x, k, stride, pad)
    bands = nn.bands(strips, k, stride)
    OH, OW = nn.output_size(H, k, stride, pad), nn.output_size(W, k, stride, pad)
    columns = nn.patches(x, k, stride, pad).reshape(C, k, k, OH, OW * N)  # channel, row, column, band, place
    identical(bands, columns.transpose(3, 1, 0, 2, 4).reshape(OH, k * C * k, OW * N))
    assert np.shares_memory(bands, strips)


@repeatable
@given(sliding(batch=5), seeds)
def test_strips_equal_the_loops(case, seed):
    (C, H, W, N), k, stride, pad = case
    x = whole(RNG(seed), (C, H, W, N))
    big, OW = naive.padded(x, pad, 0), naive.count_windows(W, k, stride, pad)
    expected = np.empty((H + 2 * pad, C * k, OW * N))
    for h, ch, j, c, n in np.ndindex(H + 2 * pad, C, k, OW, N):
        expected[h, ch * k + j, c * N + n] = big[ch, h, c * stride + j, n]
    identical(nn.strips(x, k, stride, pad), expected)


@repeatable
@given(sliding(), seeds)
def test_add_strips_is_the_adjoint_of_strips(case, seed):
    shape, k, stride, pad = case
    rng = RNG(seed)
    x = whole(rng, shape)
    strips = nn.strips(x, k, stride, pad)
    c = whole(rng, strips.shape)
    back = nn.add_strips(c, shape, k, stride, pad)
    assert back.shape == shape and (strips * c).sum() == (x * back).sum()  # whole numbers: exactly


@repeatable
@given(sliding(), seeds)
def test_what_is_added_to_bands_arrives_as_from_patches(case, seed):
    (C, H, W, N), k, stride, pad = case
    strips = np.zeros_like(nn.strips(np.zeros((C, H, W, N), np.float32), k, stride, pad))
    bands = nn.bands(strips, k, stride)
    c = whole(RNG(seed), bands.shape)
    for band, more in zip(bands, c):
        band += more
    columns = c.reshape(len(c), k, C, k, -1).transpose(2, 1, 3, 0, 4).reshape(C * k * k, -1)
    identical(nn.add_strips(strips, (C, H, W, N), k, stride, pad),
              nn.add_patches(columns, (C, H, W, N), k, stride, pad))


# --- convolution in groups, with and without biases ---

@st.composite
def grouped(draw, batch=33):
    (_, H, W, N), k, stride, pad = draw(sliding(batch=batch))
    groups, each, filters = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 3))
    return (groups * each, H, W, N), groups * filters, k, stride, pad, groups, draw(st.booleans())


def grouped_layer(rng, case, fill, dtype=np.float32):
    shape, F, k, stride, pad, groups, bias = case
    layer = nn.Conv2D(shape[0], F, k, stride, pad, groups=groups, bias=bias, rng=rng, dtype=dtype)
    for name in layer.params:
        setattr(layer, name, fill(rng, getattr(layer, name).shape).astype(dtype))
    return layer, fill(rng, shape).astype(dtype)


def naive_groups(x, dy, layer):
    """One convolution for each group, its outputs and gradients joined."""
    y, dx, dW, db = [], [], [], []
    size = layer.c_in // layer.groups
    b = np.zeros(len(layer.W)) if layer.b is None else layer.b[:, 0]
    for part, dypart, W, bias in zip(*(np.split(a, layer.groups) for a in (x, dy, layer.W, b))):
        W = W.reshape(len(W), size, layer.k, layer.k)
        y.append(naive.conv(part, W, bias, layer.stride, layer.pad))
        for found, one in zip((dx, dW, db), naive.conv_backward(dypart, part, W, layer.stride, layer.pad)):
            found.append(one)
    dW, db = np.concatenate(dW), np.concatenate(db)
    return np.concatenate(y), np.concatenate(dx), dW.reshape(layer.W.shape), db[:, None]


@repeatable
@given(grouped(batch=5), seeds, fills)
def test_grouped_convolution_equals_the_loops(case, seed, fill):
    rng = RNG(seed)
    layer, x = grouped_layer(rng, case, fill)
    y, dy, dx = run(layer, x, rng, fill)
    expected = naive_groups(x, dy, layer)
    for got, slow in zip((y, dx, layer.dW), expected):
        equal(got, slow, judge(fill))
    if layer.b is not None:
        equal(layer.db, expected[3], judge(fill))
    assert (layer.b is None) == (layer.params == ("W",)) == (not hasattr(layer, "db"))
    assert layer.count == layer.W.size + (0 if layer.b is None else layer.b.size)


@repeatable
@given(case=grouped(), seed=seeds, fill=fills)
def test_grouped_convolution_equals_pytorch(torch, case, seed, fill):  # noqa: F811
    rng = RNG(seed)
    layer, x = grouped_layer(rng, case, fill)
    W_ = torch.tensor(layer.W.reshape(len(layer.W), -1, layer.k, layer.k), requires_grad=True)
    b_ = None if layer.b is None else torch.tensor(layer.b[:, 0], requires_grad=True)
    against(torch, layer, x, lambda x_: torch.nn.functional.conv2d(
        x_, W_, b_, layer.stride, layer.pad, groups=layer.groups), rng, fill)
    equal(layer.dW, W_.grad.numpy().reshape(layer.W.shape), judge(fill))
    if b_ is not None:
        equal(layer.db, b_.grad.numpy()[:, None], judge(fill))


@fewer
@given(grouped(batch=5), seeds)
def test_gradients_of_grouped_convolution_equal_differences(case, seed):
    rng = RNG(seed)
    check_every_entry(*grouped_layer(rng, case, values, np.float64), rng)


def test_an_initialiser_is_told_how_much_meets_in_one_output():
    told = []

    def init(rng, shape, n_in, n_out):
        told.append((shape, n_in, n_out))
        return np.zeros(shape)

    nn.Conv2D(6, 8, 3, init=init)
    nn.Conv2D(6, 8, 3, groups=2, init=init)  # each filter sees half of the channels
    nn.Linear(7, 4, init=init)
    assert told == [((8, 54), 54, 72), ((8, 27), 27, 36), ((4, 7), 7, 4)]


# --- poolings ---

POOLS = {nn.MaxPool2D: (naive.max_pool, "max_pool2d"), nn.AveragePool2D: (naive.average_pool, "avg_pool2d")}


@repeatable
@given(sliding(pooling=True, batch=5), seeds, st.booleans(), st.sampled_from([whole, tied]))
def test_max_pooling_equals_the_loops(case, seed, ceil_mode, fill):
    shape, *window = case
    rng = RNG(seed)
    x = fill(rng, shape)
    y, dy, dx = run(nn.MaxPool2D(*window, ceil_mode), x, rng, whole)
    slow_y, slow_dx = naive.max_pool(x, dy, *window, ceil_mode)
    identical(y, slow_y)
    identical(dx, slow_dx)


@repeatable
@given(sliding(pooling=True, batch=5), seeds, st.booleans())
def test_average_pooling_equals_the_loops(case, seed, ceil_mode):
    shape, *window = case
    rng = RNG(seed)
    x = whole(rng, shape)
    y, dy, dx = run(nn.AveragePool2D(*window, ceil_mode), x, rng, positive)
    slow_y, slow_dx = naive.average_pool(x, dy, *window, ceil_mode)
    identical(y, slow_y)  # the sum is exact, and a quotient has one right rounding
    equal(dx, slow_dx)


@repeatable
@given(case=sliding(pooling=True), seed=seeds, ceil_mode=st.booleans(), ties=st.booleans())
def test_max_pooling_equals_pytorch(torch, case, seed, ceil_mode, ties):  # noqa: F811
    shape, *window = case
    rng = RNG(seed)
    x = (tied if ties else values)(rng, shape)
    x_ = torch_first(torch, x)
    y, dy, dx = run(nn.MaxPool2D(*window, ceil_mode), x, rng, whole)
    y_ = torch.nn.functional.max_pool2d(x_, *window, ceil_mode=ceil_mode)
    y_.backward(torch_first(torch, dy).detach())
    identical(y, batch_last(y_))
    identical(dx, batch_last(x_.grad))


@repeatable
@given(case=sliding(pooling=True), seed=seeds, ceil_mode=st.booleans())
def test_average_pooling_equals_pytorch(torch, case, seed, ceil_mode):  # noqa: F811
    shape, *window = case
    rng = RNG(seed)
    against(torch, nn.AveragePool2D(*window, ceil_mode), positive(rng, shape),
            lambda x_: torch.nn.functional.avg_pool2d(x_, *window, ceil_mode=ceil_mode), rng, positive)


@pytest.mark.parametrize("pool", POOLS)
def test_the_stride_of_a_pool_is_its_window_unless_given(pool):
    assert pool(3).stride == 3 and pool(3, 2).stride == 2 and pool().stride == pool().k == 2


@fewer
@given(sliding(pooling=True, batch=3), seeds, st.booleans(), st.sampled_from(list(POOLS)))
def test_gradients_of_poolings_equal_differences_away_from_ties(case, seed, ceil_mode, pool):
    shape, *window = case
    rng = RNG(seed)
    check_every_entry(pool(*window, ceil_mode), apart(rng, shape), rng)


@repeatable
@given(sliding(), st.integers(1, 7), seeds)
def test_adaptive_pooling_equals_the_loops(case, size, seed):
    rng = RNG(seed)
    x = whole(rng, case[0])
    y, dy, dx = run(nn.AdaptiveAveragePool2D(size), x, rng, positive)
    slow_y, slow_dx = naive.adaptive_pool(x, dy, size)
    identical(y, slow_y)
    equal(dx, slow_dx)


@repeatable
@given(case=sliding(), size=st.integers(1, 7), seed=seeds)
def test_adaptive_pooling_equals_pytorch(torch, case, size, seed):  # noqa: F811
    rng = RNG(seed)
    against(torch, nn.AdaptiveAveragePool2D(size), positive(rng, case[0]),
            lambda x_: torch.nn.functional.adaptive_avg_pool2d(x_, size), rng, positive)


@repeatable
@given(sliding(), seeds)
def test_the_mean_of_a_map_equals_the_loops_and_the_adaptive_one(case, seed):
    rng = RNG(seed)
    x = whole(rng, case[0])
    y, dy, dx = run(nn.GlobalAveragePool2D(), x, rng, positive)
    slow_y, slow_dx = naive.adaptive_pool(x, dy, 1)
    identical(y, slow_y)
    equal(dx, slow_dx)
    other = nn.AdaptiveAveragePool2D(1)
    identical(other.forward(x), y)
    equal(other.backward(dy), dx)


@repeatable
@given(case=sliding(), seed=seeds)
def test_the_mean_of_a_map_equals_pytorch(torch, case, seed):  # noqa: F811
    rng = RNG(seed)
    against(torch, nn.GlobalAveragePool2D(), positive(rng, case[0]),
            lambda x_: x_.mean(dim=(2, 3), keepdim=True), rng, positive)


@fewer
@given(sliding(batch=3), seeds, st.integers(0, 5))
def test_gradients_of_means_equal_differences(case, seed, size):
    rng = RNG(seed)
    layer = nn.AdaptiveAveragePool2D(size) if size else nn.GlobalAveragePool2D()
    check_every_entry(layer, values(rng, case[0], np.float64), rng)


# --- branches, select ---

@repeatable
@given(sliding(), seeds, st.integers(1, 4))
def test_branches_join_their_outputs_and_add_their_gradients(case, seed, count):
    shape, rng = case[0], RNG(seed)
    layers = [nn.Conv2D(shape[0], i + 1, 1, rng=rng) for i in range(count - 1)] + [nn.ReLU()]
    for layer in layers[:-1]:
        layer.W = whole(rng, layer.W.shape)
    x = whole(rng, shape)
    y, dy, dx = run(nn.Branches(*layers), x, rng, whole)
    identical(y, np.concatenate([layer.forward(x) for layer in layers]))
    parts = np.split(dy, np.cumsum(range(1, count)))
    gradients = [layer.dW for layer in layers[:-1]]
    identical(dx, sum(layer.backward(part) for layer, part in zip(layers, parts)))
    for layer, gradient in zip(layers, gradients):
        identical(gradient, layer.dW)


def inception(rng, c_in=3, dtype=np.float32):
    def conv(c_in, c_out, k):
        return nn.Conv2D(c_in, c_out, k, pad=k // 2, rng=rng, dtype=dtype), nn.Tanh()

    return nn.Branches(nn.Sequential(*conv(c_in, 2, 1)), nn.Sequential(*conv(c_in, 2, 1), *conv(2, 3, 3)),
                       nn.Sequential(*conv(c_in, 1, 1), *conv(1, 2, 5)),
                       nn.Sequential(nn.AveragePool2D(3, 1, 1), *conv(c_in, 1, 1)))


def test_every_gradient_of_an_inception_module_equals_differences():
    rng = RNG(0)
    errors = nn.gradient_check(inception(rng, dtype=np.float64), values(rng, (3, 6, 7, 4), np.float64))
    assert len(errors) == 1 + 2 * 6 and max(errors.values()) <= 1e-7, errors
    assert "0.1.2.W" in errors


@pytest.mark.parametrize("N", [1, 2, 33])
def test_an_inception_module_equals_pytorch(torch, N):  # noqa: F811
    F, rng = torch.nn.functional, RNG(N)
    module = inception(rng)
    convs = [layer for _, layer in module.walk() if isinstance(layer, nn.Conv2D)]
    for layer in convs:
        layer.W, layer.b = (positive(rng, a.shape) / a.shape[1] for a in (layer.W, layer.b))
    W = [torch.tensor(layer.W.reshape(len(layer.W), -1, layer.k, layer.k), requires_grad=True)
         for layer in convs]
    b = [torch.tensor(layer.b[:, 0], requires_grad=True) for layer in convs]

    def reference(x_):
        def conv(i, x_):
            return torch.tanh(F.conv2d(x_, W[i], b[i], padding=convs[i].k // 2))

        return torch.cat([conv(0, x_), conv(2, conv(1, x_)), conv(4, conv(3, x_)),
                          conv(5, F.avg_pool2d(x_, 3, 1, 1))], dim=1)

    against(torch, module, positive(rng, (3, 7, 6, N)) / 3, reference, rng, positive)
    for layer, W_, b_ in zip(convs, W, b):
        equal(layer.dW, W_.grad.numpy().reshape(layer.W.shape))
        equal(layer.db, b_.grad.numpy()[:, None])


@repeatable
@given(sliding(), seeds)
def test_select_takes_channels_and_gives_their_gradients_back(case, seed):
    rng = RNG(seed)
    shape = (case[0][0] + 2, *case[0][1:])
    channels = [int(c) for c in rng.permutation(shape[0])[:rng.integers(1, shape[0] + 1)]]
    x = whole(rng, shape)
    y, dy, dx = run(nn.Select(channels), x, rng, whole)
    for i, channel in enumerate(channels):
        identical(y[i], x[channel])
        identical(dx[channel], dy[i])
    assert not dx[[c for c in range(shape[0]) if c not in channels]].any()


# --- scale, batch norm ---

def shaken(layer, rng, fill=positive):
    """With weights other than 1 and 0, of both signs."""
    for name in layer.params:
        array = getattr(layer, name)
        array[:] = fill(rng, array.shape) * rng.choice([-1, 1], array.shape)
    return layer


@repeatable
@given(sliding(), seeds, st.booleans())
def test_scale_equals_the_loops(case, seed, columns):
    rng = RNG(seed)
    shape = (case[0][0], case[0][3]) if columns else case[0]
    layer, x = shaken(nn.Scale(shape[0]), rng, whole), whole(rng, shape)
    y, dy, dx = run(layer, x, rng, whole)
    for ch in range(len(x)):
        identical(y[ch], naive.each(lambda v: layer.W[ch, 0] * v + layer.b[ch, 0], x[ch]))
        identical(dx[ch], naive.each(lambda v: layer.W[ch, 0] * v, dy[ch]))
        assert layer.dW[ch] == naive.each(lambda a, b: a * b, x[ch], dy[ch]).sum()
        assert layer.db[ch] == dy[ch].astype(np.float64).sum()


@st.composite
def for_statistics(draw):
    """Pictures or columns with at least eight numbers a channel: fewer have hardly a variance."""
    shape = tuple(draw(st.integers(1, most)) for most in (3, 6, 6, 33))
    shape = (shape[0], max(8, shape[3])) if draw(st.booleans()) else shape
    return shape if np.prod(shape[1:]) >= 8 else (*shape[:-1], 8)


@repeatable
@given(for_statistics(), seeds, st.booleans())
def test_batch_norm_equals_the_loops(shape, seed, training):
    rng = RNG(seed)
    layer, x = shaken(nn.BatchNorm(shape[0]), rng), 3 * values(rng, shape) + 2
    layer.mean[:], layer.variance[:] = values(rng, layer.mean.shape), positive(rng, layer.mean.shape)
    before = layer.mean.astype(np.float64)[:, 0], layer.variance.astype(np.float64)[:, 0]
    layer.set_training(training)
    y = layer.forward(x)
    statistics = () if training else before
    slow, used = naive.batch_norm(x, layer.W[:, 0], layer.b[:, 0], 1e-5, *statistics)
    equal(y, slow)
    count, (m, v) = x[0].size, np.transpose(used)
    if training:  # a tenth of the old averages is replaced
        equal(layer.mean[:, 0], 0.9 * before[0] + 0.1 * m)
        equal(layer.variance[:, 0], 0.9 * before[1] + 0.1 * v * count / (count - 1))
    else:
        identical(layer.mean[:, 0], before[0])
        identical(layer.variance[:, 0], before[1])


@repeatable
@given(shape=for_statistics(), seed=seeds, training=st.booleans(),
       dtype=st.sampled_from([np.float32, np.float64]))
def test_batch_norm_equals_pytorch(torch, shape, seed, training, dtype):  # noqa: F811
    rng, limit = RNG(seed), 1e-5 if dtype == np.float32 else 1e-12
    layer = shaken(nn.BatchNorm(shape[0], dtype=dtype), rng)
    module = (torch.nn.BatchNorm2d if len(shape) == 4 else torch.nn.BatchNorm1d)(shape[0]).to(
        torch.tensor(layer.W).dtype)
    module.weight.data, module.bias.data = torch.tensor(layer.W[:, 0]), torch.tensor(layer.b[:, 0])
    for turn in [True, True, training]:  # the averages move twice before they are used
        layer.set_training(turn)
        module.train(turn)
        x = (3 * values(rng, shape) + 2).astype(dtype)
        dy = (0.1 * x + positive(rng, shape)).astype(dtype)  # partly along x: dW does not nearly cancel
        x_ = torch_first(torch, x)
        module.zero_grad()
        y_ = module(x_)
        y_.backward(torch_first(torch, dy).detach())
        equal(layer.forward(x), batch_last(y_), limit)
        equal(layer.backward(dy), batch_last(x_.grad), limit)
        equal(layer.dW, module.weight.grad.numpy()[:, None], limit)
        equal(layer.db, module.bias.grad.numpy()[:, None], limit)
        equal(layer.mean[:, 0], module.running_mean.numpy(), limit)
        equal(layer.variance[:, 0], module.running_var.numpy(), limit)


@fewer
@given(for_statistics(), seeds, st.sampled_from(["Scale", "BatchNorm", "BatchNorm in training"]))
def test_gradients_of_scale_and_batch_norm_equal_differences(shape, seed, what):
    rng, (name, *training) = RNG(seed), what.split(" in ")
    layer = shaken(getattr(nn, name)(shape[0], dtype=np.float64), rng)
    layer.set_training(bool(training))
    check_every_entry(layer, 3 * values(rng, shape, np.float64) + 2, rng)


def test_batch_norm_of_a_constant_channel_is_its_shift():
    layer = nn.BatchNorm(1)
    layer.set_training(True)
    layer.b[:] = 3
    assert (layer.forward(np.full((1, 2, 2, 4), 7, np.float32)) == 3).all()
    assert not layer.backward(np.ones((1, 2, 2, 4), np.float32)).any()


def test_running_averages_are_saved_but_do_not_learn(tmp_path):
    def network():
        return nn.Sequential(nn.Conv2D(1, 2, 3, bias=False), nn.BatchNorm(2), nn.ReLU(), nn.Flatten(),
                             nn.Linear(8, 3))

    rng = RNG(0)
    x, labels = rng.standard_normal((1, 4, 4, 40), dtype=np.float32), rng.integers(0, 3, 40)
    trained, loaded = network(), network()
    assert trained.count == 18 + 4 + 24 + 3
    assert {path for path, *_ in trained.named_parameters(state=True)} - {
        path for path, *_ in trained.named_parameters()} == {"1.mean", "1.variance"}
    nn.train(trained, x, labels, steps=5, batch=20, progress=False)
    assert not trained.training and abs(trained.layers[1].mean).max() > 0
    nn.save_weights(trained, tmp_path / "w.npz")
    nn.load_weights(loaded, tmp_path / "w.npz")
    identical(loaded.layers[1].mean, trained.layers[1].mean)
    identical(loaded.layers[1].variance, trained.layers[1].variance)
    identical(loaded.logits(x), trained.logits(x))


# --- dropout ---

@repeatable
@given(sliding(), seeds, st.floats(0, 0.99), st.sampled_from([np.float32, np.float64]))
def test_dropout_multiplies_by_zero_or_by_one_over_what_it_keeps(case, seed, rate, dtype):
    rng = RNG(seed)
    layer, ones = nn.Dropout(rate, rng=rng), np.ones(case[0], dtype)
    identical(layer.forward(ones), ones)  # it is not being trained
    identical(layer.backward(ones), ones)
    layer.set_training(True)
    factor = layer.forward(ones)
    assert set(np.unique(factor)) <= {0, dtype(1) / dtype(1 - rate)} and factor.dtype == dtype
    dy = whole(rng, case[0], dtype)
    identical(layer.backward(dy), dy * factor)  # the same numbers are dropped on the way back
    assert rate > 0 or (factor == 1).all()


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.7])
def test_dropout_drops_at_its_rate_and_keeps_the_mean(rate):
    layer = nn.Dropout(rate, rng=RNG(1))
    layer.set_training(True)
    count = 200_000
    y = layer.forward(np.ones((100, 1, 1, count // 100), np.float32))
    assert abs((y == 0).mean() - rate) < 4 * np.sqrt(rate * (1 - rate) / count)
    assert abs(y.mean(dtype=float) - 1) < 4 * np.sqrt(rate / (1 - rate) / count)
    assert (layer.forward(np.ones_like(y)) != y).any()  # every pass draws anew


def test_dropout_has_a_generator_of_its_own_and_can_be_repeated():
    def drawn(rng):
        layers = nn.Dropout(rng=rng), nn.Dropout(rng=rng)
        for layer in layers:
            layer.set_training(True)
        return [layer.forward(np.ones((30, 10), np.float32)) for layer in layers]

    rng = RNG(3)
    before = rng.bit_generator.state
    first, second = drawn(rng)
    assert (first != second).any() and rng.bit_generator.state == before
    identical(drawn(RNG(3))[0], first)
    identical(drawn(RNG(3))[1], second)


def test_dropout_acts_in_training_and_not_in_prediction():
    seen = []

    class Watched(nn.Dropout):
        def forward(self, x):
            seen.append(self.training)
            return super().forward(x)

    network = nn.Sequential(nn.Linear(3, 20), nn.ReLU(), Watched(0.5), nn.Linear(20, 2))
    x = RNG(0).standard_normal((3, 64), dtype=np.float32)
    labels = (x[0] > 0).astype(int)
    history = nn.train(network, x, labels, steps=60, batch=32, lr=0.1, progress=False, every=30,
                       watch=lambda net: (net.predict(x) == labels).mean())
    assert seen.count(True) == 60 and seen.count(False) == 3
    assert history.watched[-1][1] > 0.9
    identical(network.logits(x), network.logits(x))


# --- heads ---

def with_head(rng=None, dtype=np.float64):
    options = {"rng": RNG(0) if rng is None else rng, "dtype": dtype}
    head = nn.Sequential(nn.GlobalAveragePool2D(), nn.Flatten(), nn.Linear(4, 3, **options))
    return nn.Sequential(nn.Conv2D(2, 4, 3, **options), nn.Tanh(), nn.Tap(head), nn.AveragePool2D(2),
                         nn.Flatten(), nn.Linear(16, 3, **options)), head


@pytest.mark.parametrize("loss, target", [(nn.SoftmaxCrossEntropy, np.array([0, 2, 1, 1])),
                                          (nn.SquaredError, RNG(5).standard_normal((3, 4)))])
def test_every_gradient_with_a_head_equals_differences(loss, target):
    network, _ = with_head()
    network.set_training(True)
    x = RNG(1).standard_normal((2, 6, 6, 4))
    errors = nn.gradient_check(network, x, target, loss=nn.HeadLoss(network, 0.3, loss))
    assert len(errors) == 7 and max(errors.values()) <= 1e-7, errors
    assert "2.0.2.W" in errors


def test_the_loss_with_heads_is_the_weighted_sum():
    network, head = with_head()
    x, labels = RNG(1).standard_normal((2, 6, 6, 4)), np.array([0, 2, 1, 1])
    loss, alone = nn.HeadLoss(network, weight=0.3), nn.SoftmaxCrossEntropy()
    network.set_training(True)
    value = loss.forward(network.forward(x), labels)
    y = nn.Sequential(*network.layers[:2]).forward(x)
    assert value == pytest.approx(alone.forward(network.forward(x), labels)
                                  + 0.3 * alone.forward(head.forward(y), labels), rel=1e-12)
    network.set_training(False)  # the head puts out nothing and adds nothing
    z = network.forward(x)
    assert loss.forward(z, labels) == alone.forward(z, labels)
    network.backward(loss.backward())
    trunk = nn.Sequential(*(layer for layer in network.layers if not isinstance(layer, nn.Tap)))
    gradient = network.layers[0].dW
    identical(trunk.forward(x), z)
    trunk.backward(alone.backward())
    identical(gradient, network.layers[0].dW)


def test_a_network_with_a_head_trains_both():
    network, head = with_head(dtype=np.float32)
    rng = RNG(2)
    labels = rng.integers(0, 3, 90)
    x = rng.standard_normal((2, 6, 6, 90), dtype=np.float32) + labels.astype(np.float32) - 1
    nn.train(network, x, labels, steps=150, batch=30, lr=0.05, progress=False, loss=nn.HeadLoss(network))
    assert (network.predict(x) == labels).mean() > 0.9
    assert head.predict(nn.Sequential(*network.layers[:2]).forward(x)).shape == labels.shape
    assert (head.predict(nn.Sequential(*network.layers[:2]).forward(x)) == labels).mean() > 0.9


# --- what holds for all of them ---

NEW = {
    "grouped": lambda dtype: nn.Conv2D(4, 6, 3, 2, 1, groups=2, bias=False, rng=RNG(0), dtype=dtype),
    "max": lambda dtype: nn.MaxPool2D(3, 2, 1, ceil_mode=True),
    "average": lambda dtype: nn.AveragePool2D(3, 2, 1, ceil_mode=True),
    "global": lambda dtype: nn.GlobalAveragePool2D(),
    "adaptive": lambda dtype: nn.AdaptiveAveragePool2D(3),
    "branches": lambda dtype: inception(RNG(0), 4, dtype),
    "select": lambda dtype: nn.Select([2, 0]),
    "scale": lambda dtype: shaken(nn.Scale(4, dtype=dtype), RNG(0)),
    "batch norm": lambda dtype: shaken(nn.BatchNorm(4, eps=np.float64(1e-5), dtype=dtype), RNG(0)),
    "dropout": lambda dtype: nn.Dropout(np.float64(0.5)),
    "tap": lambda dtype: nn.Tap(nn.Conv2D(4, 1, 1, dtype=dtype)),
}
new = pytest.mark.parametrize("make", NEW.values(), ids=NEW)


def step(layer, x, dy=None):
    """One pass forward and back; a tap's head gets a gradient of ones. Return y, dx and all gradients."""
    y = layer.forward(x)
    if isinstance(layer, nn.Tap) and layer.z is not None:
        layer.dz = np.ones_like(layer.z)
    dx = layer.backward(np.ones_like(y) if dy is None else dy)
    gradients = [vars(each).get("d" + name) for each, name in layer.parameters()]
    return y, dx, *(gradient for gradient in gradients if gradient is not None)


@new
@pytest.mark.parametrize("training", [False, True])
def test_memory_order_makes_no_difference_and_inputs_are_left_alone(make, training):
    rng = RNG(0)
    x = whole(rng, (4, 7, 6, 5))
    dy = whole(rng, make(np.float32).forward(x).shape)
    results = []
    for order in ("C", "F"):
        layer = make(np.float32)
        layer.set_training(training)
        given_x, given_dy = np.array(x, order=order), np.array(dy, order=order)
        given_x.flags.writeable = given_dy.flags.writeable = False
        results.append(step(layer, given_x, given_dy))
    for a, b in zip(*results, strict=True):
        equal(a, b)


@new
@pytest.mark.parametrize("training", [False, True])
def test_nothing_is_float64_in_float32(make, training):
    Spy.seen, layer = [], make(np.float32)
    layer.set_training(training)
    x = whole(RNG(0), (4, 7, 6, 5))
    results = step(layer, x.view(Spy))
    wide = [(name, dtype) for name, dtype in Spy.seen if dtype == np.float64]
    assert not wide, wide
    kept = {name: value.dtype for name, value in vars(layer).items() if isinstance(value, np.ndarray)}
    assert {array.dtype for array in results} == {np.dtype(np.float32)}
    assert np.dtype(np.float64) not in kept.values(), kept


@new
def test_float64_stays_float64(make):
    layer = make(np.float64)
    layer.set_training(True)
    results = step(layer, whole(RNG(0), (4, 7, 6, 5), np.float64))
    assert {array.dtype for array in results} == {np.dtype(np.float64)}


@new
def test_backward_asks_for_forward_and_for_the_outputs_shape(make):
    layer = make(np.float32)
    with pytest.raises(RuntimeError, match="before forward"):
        layer.backward(np.zeros((4, 1, 1, 1), np.float32))
    layer.forward(np.zeros((4, 7, 6, 5), np.float32))
    with pytest.raises(ValueError, match="dy must have"):
        layer.backward(np.zeros((9, 7), np.float32))


@new
def test_columns_that_are_split_are_computed_alike(make):
    layer, x = make(np.float32), whole(RNG(0), (4, 7, 6, 5))
    layer.set_training(True)
    assert layer.splits == (not isinstance(layer, (nn.Dropout, nn.BatchNorm, nn.Tap)))
    if layer.splits:
        parts = [layer.forward(np.ascontiguousarray(x[..., i:i + 2])) for i in (0, 2, 4)]
        equal(np.concatenate(parts, axis=-1), layer.forward(x))


def pictures(*shape):
    return np.zeros(shape, np.float32)


@pytest.mark.parametrize("call, error, words", [
    (lambda: nn.Conv2D(4, 6, 3, groups=4), ValueError, "4 groups must divide both the 4 channels and the 6"),
    (lambda: nn.Conv2D(4, 6, 3, groups=0), ValueError, "groups must be a whole number of at least 1; got 0"),
    (lambda: nn.AveragePool2D(2, pad=2), ValueError, "AveragePool2D.*pad must be from 0 to"),
    (lambda: nn.AveragePool2D(3).forward(pictures(2, 1)), ValueError, r"AveragePool2D.*\(C, H, W, N\)"),
    (lambda: nn.GlobalAveragePool2D().forward(pictures(2, 1)), ValueError, r"\(C, H, W, N\).*got \(2, 1\)"),
    (lambda: nn.AdaptiveAveragePool2D(0), ValueError, "size must be a whole number of at least 1; got 0"),
    (lambda: nn.AdaptiveAveragePool2D(2).forward(pictures(2, 1)), ValueError, r"\(C, H, W, N\)"),
    (lambda: nn.Branches(nn.ReLU(), nn.MaxPool2D(2)).forward(pictures(1, 4, 4, 1)), ValueError,
     r"agree in all but.*\(1, 4, 4, 1\), \(1, 2, 2, 1\)"),
    (lambda: nn.Select([]), ValueError, "at least one channel"),
    (lambda: nn.Select([1, 1]), ValueError, r"each once.*\[1, 1\]"),
    (lambda: nn.Select([-1]), ValueError, "counted from 0"),
    (lambda: nn.Select([0, 3]).forward(pictures(3, 2, 2, 1)), ValueError,
     r"channels 0 to 2 only.*\(3, 2, 2, 1\)"),
    (lambda: nn.Scale(3).forward(pictures(2, 4)), ValueError, r"Scale\(3\): expected 3 channels.*\(2, 4\)"),
    (lambda: nn.Scale(2).forward(np.zeros((2, 4))), TypeError, "float32, the input is float64"),
    (lambda: nn.BatchNorm(3).forward(pictures(2, 4)), ValueError, r"BatchNorm\(3\): expected 3 channels"),
    (lambda: nn.Dropout(1), ValueError, "at least 0 and below 1; got 1"),
    (lambda: nn.Dropout(-0.1), ValueError, "below 1; got -0.1"),
    (lambda: nn.HeadLoss(nn.Sequential(nn.ReLU())), ValueError, r"no heads.*SoftmaxCrossEntropy\(\) itself"),
])
def test_bad_input_is_told_how_to_mend_it(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_batch_norm_in_training_asks_for_more_than_one_number():
    layer = nn.BatchNorm(3)
    layer.set_training(True)
    with pytest.raises(ValueError, match=r"more images.*\(3, 1, 1, 1\).*set_training\(False\)"):
        layer.forward(pictures(3, 1, 1, 1))


def test_a_head_that_no_loss_looked_at_is_told():
    network, _ = with_head()
    network.set_training(True)
    z = network.forward(RNG(1).standard_normal((2, 6, 6, 4)))
    with pytest.raises(RuntimeError, match=r"loss=nn.HeadLoss\(network\)"):
        network.backward(np.ones_like(z))


def test_layers_show_what_they_are():
    rng = RNG(0)
    assert repr(nn.Conv2D(4, 2, 3, groups=2, rng=rng)) == "Conv2D(4, 2, k=3, stride=1, pad=0, groups=2)"
    assert repr(nn.MaxPool2D(3, 2, ceil_mode=True)) == "MaxPool2D(3, stride=2, pad=0, ceil_mode=True)"
    shown = nn.Sequential(nn.BatchNorm(4), nn.Tap(nn.Sequential(nn.Select([1, 2]), nn.Scale(2))),
                          nn.Dropout(0.4), nn.AdaptiveAveragePool2D(6))
    assert repr(shown).splitlines() == [
        "Sequential(", "    BatchNorm(4),", "    Tap(", "        Sequential(", "            Select([1, 2]),",
        "            Scale(2),", "        ),", "    ),", "    Dropout(0.4),",
        "    AdaptiveAveragePool2D(6),", ")"]
