"""The network, its training and its weights on disk: contracts, dtypes and error messages."""

import io
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course_lib import digits, nn

RNG = np.random.default_rng


def small(dtype=np.float32):
    rng = RNG(1)
    return nn.Sequential(nn.Conv2D(1, 3, 3, pad=1, rng=rng, dtype=dtype), nn.ReLU(), nn.MaxPool2D(2),
                         nn.Flatten(), nn.Linear(3 * 4 * 4, 10, rng=rng, dtype=dtype))


def every_array(network):
    for layer in network.layers:
        for name, value in vars(layer).items():
            if isinstance(value, np.ndarray):
                yield f"{layer}.{name}", value


def test_lenet_has_the_parameters_of_the_assignment():
    assert nn.lenet().count == 431_080


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_array_changes_dtype_in_a_training_step(dtype):
    network, loss, rng = small(dtype), nn.SoftmaxCrossEntropy(), RNG(0)
    optimiser = nn.SGD(network, lr=0.1, momentum=0.9, weight_decay=1e-3)
    x = rng.standard_normal((1, 8, 8, 5)).astype(dtype)
    loss.forward(network.forward(x), np.arange(5))
    dx = network.backward(loss.backward())
    optimiser.step()
    kept = {name: array.dtype for name, array in every_array(network) if array.dtype.kind == "f"}
    assert dx.dtype == dtype and loss.p.dtype == dtype
    assert set(kept.values()) == {np.dtype(dtype)}, kept
    assert {v.dtype for v in optimiser.velocity} == {np.dtype(dtype)}


def test_gradients_of_a_whole_network_equal_centred_differences():
    rng = RNG(3)
    network = nn.Sequential(
        nn.Conv2D(2, 3, 3, stride=2, pad=1, rng=rng, dtype=np.float64), nn.Tanh(),
        nn.MaxPool2D(3, stride=2, pad=1), nn.Flatten(),
        nn.Linear(12, 6, rng=rng, dtype=np.float64), nn.Sigmoid(),
        nn.Linear(6, 4, rng=rng, dtype=np.float64))
    errors = nn.gradient_check(network, rng.standard_normal((2, 8, 8, 3)), np.array([0, 3, 2]),
                               loss=nn.SoftmaxCrossEntropy())
    assert len(errors) == 7 and max(errors.values()) < 1e-7, errors


def test_a_flipped_sign_does_not_pass_the_gradient_check():
    class Wrong(nn.Tanh):
        def backward(self, dy):
            return -super().backward(dy)

    network = nn.Sequential(nn.Linear(4, 3, dtype=np.float64), Wrong())
    assert nn.gradient_check(network, RNG(0).standard_normal((4, 2)))["0.W"] > 1


def test_numerical_gradient_covers_every_entry():
    x = RNG(0).standard_normal((3, 4))
    assert nn.relative_error(nn.numerical_gradient(lambda: (x ** 3).sum(), x), 3 * x ** 2) < 1e-9


def test_squared_error_and_cross_entropy_by_hand():
    loss = nn.SquaredError()
    assert loss.forward(np.array([[1.0, 2.0]]), np.array([[3.0, 2.0]])) == 1.0
    np.testing.assert_array_equal(loss.backward(), [[-1.0, 0.0]])
    loss = nn.SoftmaxCrossEntropy()
    assert loss.forward(np.zeros((10, 4)), np.arange(4)) == pytest.approx(np.log(10))
    assert loss.forward(np.array([[1e4], [0.0]]), np.array([1])) == 1e4  # no overflow, no inf


def test_sgd_does_what_its_formula_says():
    network = nn.Sequential(nn.Linear(1, 1, init=nn.constant(2), dtype=np.float64))
    layer, optimiser = network.layers[0], None
    optimiser = nn.SGD(network, lr=0.1, momentum=0.5, weight_decay=0.01, bias_rate=2)
    layer.dW, layer.db = np.array([[1.0]]), np.array([[3.0]])
    optimiser.step()
    assert layer.W.item() == pytest.approx(2 - 0.1 * 1.02)
    assert layer.b.item() == pytest.approx(-0.2 * 3)
    W, velocity = layer.W.item(), 1.02
    optimiser.step()
    assert layer.W.item() == pytest.approx(W - 0.1 * (0.5 * velocity + 1 + 0.01 * W))


def test_the_schedule_of_the_assignment():
    rate = nn.inverse_decay(0.01)
    assert rate(0) == 0.01 and rate(3000) == pytest.approx(0.01 * 1.3 ** -0.75)


def test_training_learns_and_is_repeatable():
    data = digits.load("uci")
    x, labels = digits.to_batch(data.train.images[:300])[:, 2:26:3, 2:26:3], data.train.labels[:300]
    x = np.ascontiguousarray(x)
    runs = []
    for _ in range(2):
        network = small()
        history = nn.train(network, x, labels, steps=120, batch=50, lr=0.05, rng=RNG(0), progress=False,
                           watch=lambda n: (n.predict(x) == labels).mean(), every=60)
        runs.append(history.loss)
    assert runs[0] == runs[1] and len(runs[0]) == 120
    assert [step for step, _ in history.watched] == [0, 60, 120]
    assert history.watched[0][1] < 0.3 and history.watched[-1][1] > 0.8


def test_backward_without_the_input_gradient_gives_the_same_parameter_gradients():
    x, dy = RNG(0).standard_normal((1, 8, 8, 5)), RNG(1).standard_normal((10, 5))
    with_dx, without = small(np.float64), small(np.float64)
    with_dx.forward(x), without.forward(x)
    assert with_dx.backward(dy).shape == x.shape
    assert without.backward(dy, input_gradient=False) is None
    for (a, name), (b, _) in zip(with_dx.parameters(), without.parameters()):
        np.testing.assert_array_equal(getattr(a, "d" + name), getattr(b, "d" + name))


def test_predictions_do_not_depend_on_how_the_columns_are_split():
    network, x = small(), RNG(0).standard_normal((1, 8, 8, 23), dtype=np.float32)
    np.testing.assert_allclose(network.logits(x, batch=5), network.logits(x), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(network.probabilities(x).sum(axis=0), 1, rtol=1e-5)
    assert network.predict(x).shape == (23,)


@pytest.mark.parametrize("call, error, words", [
    (lambda: nn.Linear(3, 2).forward(np.zeros((4, 1), np.float32)), ValueError, r"\(3, N\); got \(4, 1\)"),
    (lambda: nn.Linear(4, 2).forward(np.zeros((1, 2, 2, 1), np.float32)), ValueError, "Flatten"),
    (lambda: nn.Linear(3, 2).forward(np.zeros((3, 1))), TypeError, r"float32, the input is float64.*astype"),
    (lambda: nn.Linear(3, 2).forward(np.zeros((3, 1), int)), TypeError, "int64.*divide"),
    (lambda: nn.Conv2D(1, 2, 3).forward(np.zeros((3, 1), np.float32)), ValueError, "batch last"),
    (lambda: nn.Conv2D(2, 2, 3).forward(np.zeros((1, 5, 5, 1), np.float32)), ValueError, r"\(2, H, W, N\)"),
    (lambda: nn.Conv2D(1, 2, 5).forward(np.zeros((1, 4, 4, 1), np.float32)), ValueError, "does not fit"),
    (lambda: nn.Conv2D(1, 2, 3, stride=0), ValueError, "stride"),
    (lambda: nn.MaxPool2D(2, pad=2), ValueError, "pad must be from 0 to"),
    (lambda: nn.MaxPool2D(3).forward(np.zeros((1, 2, 2, 1))), ValueError, "does not fit"),
    (lambda: nn.MaxPool2D(3).forward(np.zeros((2, 1))), ValueError, r"\(C, H, W, N\)"),
    (lambda: nn.ReLU().backward(np.zeros(3)), RuntimeError, "before forward"),
    (lambda: nn.Linear(3, 2).backward(np.zeros((2, 1))), RuntimeError, "before forward"),
    (lambda: nn.SoftmaxCrossEntropy().backward(), RuntimeError, "before forward"),
    (lambda: nn.SoftmaxCrossEntropy().forward(np.zeros((3, 2)), [0, 3]), ValueError, "0 to 2; got 3 at position 1"),
    (lambda: nn.SoftmaxCrossEntropy().forward(np.zeros((3, 2)), [0]), ValueError, r"\(2,\)"),
    (lambda: nn.SoftmaxCrossEntropy().forward(np.zeros((3, 2)), [0.0, 1.0]), TypeError, "integers"),
    (lambda: nn.SoftmaxCrossEntropy().forward(np.zeros(3), [0]), ValueError, "columns"),
    (lambda: nn.SquaredError().forward(np.zeros((3, 2)), np.zeros(3)), ValueError, "shape"),
    (lambda: nn.SGD(nn.Sequential(nn.Linear(1, 1)), lr=1).step(), RuntimeError, "no gradient dW"),
    (lambda: nn.gradient_check(nn.ReLU(), np.zeros((2, 2), np.float32)), TypeError, "float64"),
    (lambda: nn.train(small(), np.zeros((1, 8, 8, 3)), [0, 1], steps=1), ValueError, "3 inputs .* 2 labels"),
    (lambda: nn.train(small(), np.zeros((1, 8, 8, 2)), [0, 1], steps=1, batch=3), ValueError, "batch of 3"),
])
def test_bad_input_is_told_how_to_mend_it(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_dy_of_the_wrong_shape_is_named():
    for layer, x in [(nn.Linear(3, 2), np.zeros((3, 4), np.float32)),
                     (nn.Conv2D(1, 2, 3), np.zeros((1, 5, 5, 4), np.float32)),
                     (nn.MaxPool2D(2), np.zeros((1, 4, 4, 4))), (nn.ReLU(), np.zeros(4)),
                     (nn.Sigmoid(), np.zeros(4)), (nn.Tanh(), np.zeros(4)), (nn.Flatten(), np.zeros((2, 2, 1)))]:
        layer.forward(x)
        with pytest.raises(ValueError, match="dy must have the shape of the layer's output"):
            layer.backward(np.zeros((7, 7)))


# --- weights on disk ---

def test_weights_return_as_they_were_saved(tmp_path):
    network, path = small(), tmp_path / "w.npz"
    nn.save_weights(network, path)
    copy = nn.Sequential(*small().layers)
    copy.layers[0].W[:] = 0
    nn.load_weights(copy, path)
    for (a, name), (b, _) in zip(network.parameters(), copy.parameters()):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    assert [p.name for p in tmp_path.iterdir()] == ["w.npz"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_failed_save_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "w.npz"
    nn.save_weights(small(), path)
    before = path.read_bytes()

    def broken(file, **arrays):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez_compressed", broken)
    with pytest.raises(OSError, match="disk full"):
        nn.save_weights(small(), path)
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def good():
    return {"0.W": np.zeros((3, 9)), "0.b": np.zeros((3, 1)), "4.W": np.zeros((10, 48)),
            "4.b": np.zeros((10, 1))}


def lying():
    """A header that promises a terabyte before a few bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, w in good().items():
            member = io.BytesIO()
            np.lib.format.write_array_header_1_0(
                member, {"descr": "<f4", "fortran_order": False, "shape": (10 ** 12,)})
            archive.writestr(name + ".npy", member.getvalue() + b"few")
    return buffer.getvalue()


def locked():
    """A file whose flags say that it is encrypted."""
    content = bytearray(npz(**good()))
    at = -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        content[at + 8] |= 1
    return bytes(content)


def otherwise():
    """Packed by a method that zip files have and NumPy does not use."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(npz(**good()))) as plain, zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as archive:
        for name in plain.namelist():
            archive.writestr(name, plain.read(name))
    return buffer.getvalue()


def bomb():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in good():
            archive.writestr(name + ".npy", b"\0" * 10_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize("content, words", [
    (b"not a zip file", "not a file of weights"),
    (npz(**good())[:-100], "not a file of weights"),
    (npz(**good() | {"0.W": np.array([{}], object)}), "is object .* another network"),
    (bomb(), "too many for"),
    (npz(W=np.zeros(3)), "another network"),
    (npz(**good() | {"0.W": np.zeros((3, 8))}), "another network"),
    (npz(**good() | {"0.W": np.zeros((3, 9), int)}), "another network"),
    (npz(**good() | {"0.W": np.full((3, 9), np.nan)}), "not finite"),
    (npz(**good() | {"0.W": np.full((3, 9), 1e300)}), "not finite in float32"),
    (npz(**good() | {"0.W": np.zeros((3, 9), "f4, f4")}), "another network"),
    (npz(**good(), more=np.zeros(3)), "another network"),
    (lying(), "another network"),
    (locked(), "not a file of weights"),
    (otherwise(), "NumPy does not use"),
    (b"", "not a file of weights"),
])
def test_a_wrong_file_of_weights_is_refused_and_changes_nothing(tmp_path, content, words):
    path, network = tmp_path / "w.npz", small()
    path.write_bytes(content)
    before = [getattr(layer, name).copy() for layer, name in network.parameters()]
    with pytest.raises(ValueError, match=words):
        nn.load_weights(network, path)
    for w, (layer, name) in zip(before, network.parameters()):
        np.testing.assert_array_equal(w, getattr(layer, name))


@settings(max_examples=150, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cut=st.floats(0, 1), flips=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), max_size=4))
def test_a_damaged_file_is_read_rightly_or_refused(tmp_path, cut, flips):
    """Cut anywhere, or with bytes changed anywhere: a ValueError, or the very same weights."""
    network, path = small(), tmp_path / "w.npz"
    nn.save_weights(network, path)
    content = bytearray(path.read_bytes())
    for where, change in flips:
        content[int(where * (len(content) - 1))] ^= change
    path.write_bytes(content[:len(content) if flips else int(cut * len(content))])
    copy = small()
    for layer, name in copy.parameters():
        getattr(layer, name)[...] = 7
    try:
        nn.load_weights(copy, path)
    except ValueError:
        assert all((getattr(layer, name) == 7).all() for layer, name in copy.parameters())
    else:
        for (a, name), (b, _) in zip(network.parameters(), copy.parameters()):
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


# --- the quick way ---

@pytest.mark.parametrize("dtype, limit", [(np.float32, 1e-5), (np.float64, 1e-12)])
def test_pooling_before_relu_changes_no_value_and_no_gradient(dtype, limit):
    rng = RNG(5)
    network, x = nn.lenet(rng, dtype), digits.to_batch(digits.load("uci").test.images[:7], dtype)
    quick = network.pool_first()
    assert [type(layer).__name__ for layer in quick.layers[:6]] == [
        "Conv2D", "MaxPool2D", "ReLU"] * 2
    assert [type(layer).__name__ for layer in network.layers[:6]] == ["Conv2D", "ReLU", "MaxPool2D"] * 2
    dy = rng.standard_normal((10, 7)).astype(dtype)
    results = []
    for each in (network, quick):
        y, dx = each.forward(x), each.backward(dy)
        results.append([y, dx, *(getattr(layer, "d" + name).copy() for layer, name in network.parameters())])
    for slow, fast in zip(*results):
        assert nn.relative_error(slow, fast) <= limit


def test_only_the_plain_relu_changes_places():
    class Leaky(nn.ReLU):
        pass

    network = nn.Sequential(Leaky(), nn.MaxPool2D(2), nn.Tanh(), nn.MaxPool2D(2), nn.ReLU())
    assert network.pool_first().layers == network.layers


# --- several threads ---

def step(network, shared, x, labels):
    loss = nn.SoftmaxCrossEntropy()
    value = loss.forward(shared.forward(x), labels)
    dx = shared.backward(loss.backward())
    return value, dx, [getattr(layer, "d" + name).copy() for layer, name in network.parameters()]


@pytest.mark.parametrize("threads, N", [(2, 1), (2, 2), (2, 33), (3, 10), (3, 2), (4, 64)])
def test_threads_that_share_a_batch_compute_what_one_does(threads, N):
    rng = RNG(N)
    network = small(np.float64)
    x, labels = rng.standard_normal((1, 8, 8, N)), rng.integers(0, 10, N)
    alone = step(network, network, x, labels)
    together = step(network, nn.Parallel(network, threads), x, labels)
    assert together[0] == pytest.approx(alone[0], rel=1e-12)
    np.testing.assert_allclose(together[1], alone[1], rtol=1e-9, atol=1e-14)
    for a, b in zip(together[2], alone[2]):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-14)
    np.testing.assert_array_equal(network.predict(x, threads=threads), network.predict(x, threads=1))


def test_a_column_left_over_for_several_threads_is_predicted_too():
    """251 columns in parts of 250: the last part has fewer columns than there are threads."""
    network, x = small(), RNG(0).standard_normal((1, 8, 8, 251), dtype=np.float32)
    np.testing.assert_array_equal(network.predict(x, threads=2), network.predict(x, threads=1))


def test_a_thread_without_columns_adds_no_old_gradient():
    network, x = small(np.float64), RNG(0).standard_normal((1, 8, 8, 8))
    shared = nn.Parallel(network, 2)
    step(network, shared, x, np.arange(8))
    after = step(network, shared, x[..., :1], np.arange(1))
    for a, b in zip(after[2], step(network, network, x[..., :1], np.arange(1))[2]):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-14)


def test_twins_learn_with_the_network_and_keep_out_of_each_other_s_way():
    network, x = small(), RNG(0).standard_normal((1, 8, 8, 9), dtype=np.float32)
    shared = nn.Parallel(network, 2)
    before = shared.forward(x)
    network.layers[0].W += 1  # as an optimiser does: in place
    assert np.abs(shared.forward(x) - before).max() > 0.1
    np.testing.assert_allclose(shared.forward(x), network.forward(x), rtol=1e-5, atol=1e-5)
    shared.backward(np.ones((10, 9), np.float32))
    assert not any(np.shares_memory(layer.dW, twin.layers[0].dW)
                   for layer in network.layers[4:] for twin in shared.twins[1:] if hasattr(layer, "dW"))


def test_matrix_products_have_their_threads_back_afterwards():
    from course_lib.nn.parallel import blas_threads
    before = blas_threads()
    shared = nn.Parallel(small(), 2)
    shared.forward(np.zeros((1, 8, 8, 4), np.float32))
    with pytest.raises(ValueError):
        shared.forward(np.zeros((2, 8, 8, 4), np.float32))
    assert blas_threads() == before


def test_a_layer_that_looks_at_the_whole_batch_is_not_split():
    class Centre(nn.Layer):  # layers of one's own do not split unless they say so
        def forward(self, x):
            return x - x.mean()

        def backward(self, dy):
            return dy - dy.mean()

    network = nn.Sequential(nn.Linear(3, 3), Centre())
    assert not network.splits and small().splits
    with pytest.raises(ValueError, match="all of it at once"):
        nn.Parallel(network, 2)
    network.predict(np.zeros((3, 500), np.float32))  # one thread is chosen by itself
    assert not nn.Sequential(nn.Branches(nn.ReLU(), Centre())).splits


def test_training_with_threads_learns_as_without():
    data = digits.load("uci")
    x, labels = digits.to_batch(data.train.images[:200])[:, 2:26:3, 2:26:3], data.train.labels[:200]
    losses = [nn.train(small(np.float64), x.astype(np.float64), labels, steps=30, batch=64, lr=0.05,
                       rng=RNG(0), progress=False, threads=threads).loss for threads in (1, 2)]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-6)


# --- rates of single parameters ---

def test_single_parameters_learn_at_rates_of_their_own():
    network = nn.Sequential(nn.Linear(2, 2, init=nn.constant(1), dtype=np.float64),
                            nn.Linear(2, 1, init=nn.constant(1), dtype=np.float64))
    optimiser = nn.SGD(network, lr=0.1, bias_rate=2, rates={"0.W": 0, "1.b": 3})
    for layer, name in network.parameters():
        setattr(layer, "d" + name, np.ones_like(getattr(layer, name)))
    optimiser.step()
    moved = {path: 1 - getattr(layer, name).ravel()[0] - (name == "b")
             for path, layer, name in network.named_parameters()}
    assert moved == pytest.approx({"0.W": 0, "0.b": 0.2, "1.W": 0.1, "1.b": 0.3})
    with pytest.raises(ValueError, match=r"\['2.W'\]; the network's parameters are \['0.W'"):
        nn.SGD(network, lr=0.1, rates={"2.W": 1})


# --- dtype ---

class Spy(np.ndarray):
    """An array that tells which floating types every operation on it makes."""

    seen = None

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        def plain(array):
            return array.view(np.ndarray) if isinstance(array, Spy) else array
        if out is not None:
            kwargs["out"] = tuple(plain(each) for each in out)
        result = getattr(ufunc, method)(*(plain(each) for each in inputs), **kwargs)
        if isinstance(result, np.ndarray):
            Spy.seen.append((ufunc.__name__, result.dtype))
            return result.view(Spy)
        return result


@pytest.mark.parametrize("lr", [0.1, np.float64(0.1)])
def test_nothing_in_a_float32_step_is_float64(lr):
    """Every result of every operation on the pictures, the parameters or what follows from them."""
    Spy.seen, rng = [], RNG(0)
    network, loss = nn.lenet(rng), nn.SoftmaxCrossEntropy()
    for layer, name in network.parameters():
        setattr(layer, name, getattr(layer, name).view(Spy))
    optimiser = nn.SGD(network, lr=lr, momentum=0.9, weight_decay=np.float64(5e-4), bias_rate=2)
    x = rng.standard_normal((1, 28, 28, 4), dtype=np.float32).view(Spy)
    loss.forward(network.forward(x), np.arange(4))
    network.backward(loss.backward())
    optimiser.step()
    assert len(Spy.seen) > 60, "the spy sees the operations"
    assert {name for name, _ in Spy.seen} >= {"matmul", "maximum", "exp", "multiply", "add"}
    wide = [(name, dtype) for name, dtype in Spy.seen if dtype == np.float64]
    assert not wide, wide
