"""The network, its training and its weights on disk: contracts, dtypes and error messages."""

import io
import zipfile

import numpy as np
import pytest

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
    (lambda: nn.Linear(3, 2).forward(np.zeros((3, 1), int)), TypeError, "int64.*a float type"),
    (lambda: nn.Conv2D(1, 2, 3).forward(np.zeros((3, 1), np.float32)), ValueError, "batch last"),
    (lambda: nn.Conv2D(2, 2, 3).forward(np.zeros((1, 5, 5, 1), np.float32)), ValueError, r"\(2, H, W, N\)"),
    (lambda: nn.Conv2D(1, 2, 5).forward(np.zeros((1, 4, 4, 1), np.float32)), ValueError, "does not fit"),
    (lambda: nn.Conv2D(1, 2, 3, stride=0), ValueError, "stride"),
    (lambda: nn.MaxPool2D(2, pad=2), ValueError, "pad from 0 to"),
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


def bomb():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in good():
            archive.writestr(name + ".npy", b"\0" * 10_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize("content, words", [
    (b"not a zip file", "not a file of weights"),
    (npz(**good())[:-100], "not a file of weights"),
    (npz(**good() | {"0.W": np.array([{}], object)}), "not a file of weights"),
    (bomb(), "too many for"),
    (npz(W=np.zeros(3)), "another network"),
    (npz(**good() | {"0.W": np.zeros((3, 8))}), "another network"),
    (npz(**good() | {"0.W": np.zeros((3, 9), int)}), "another network"),
    (npz(**good() | {"0.W": np.full((3, 9), np.nan)}), "not finite"),
])
def test_a_wrong_file_of_weights_is_refused_and_changes_nothing(tmp_path, content, words):
    path, network = tmp_path / "w.npz", small()
    path.write_bytes(content)
    before = [getattr(layer, name).copy() for layer, name in network.parameters()]
    with pytest.raises(ValueError, match=words):
        nn.load_weights(network, path)
    for w, (layer, name) in zip(before, network.parameters()):
        np.testing.assert_array_equal(w, getattr(layer, name))
