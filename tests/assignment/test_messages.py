"""The visible checks recognise the slips that they know: a wrong answer, and the words that it is met with."""

import pytest
from grading import parts

from tests.assignment.handins import part_of, solution


def like(number, name, *changes):
    """The solution's answer with some words exchanged."""
    source = solution(part_of(number), name)
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


BACK = "def inner_product_backward(dy, x, W): return "
STEP = "def sgd_step(w, dw, v, lr, momentum=.9, decay=5e-4):\n    "
LAST = "dy.sum(axis=1, keepdims=True)"

SLIPS = [
    (1, "df_dw2", like(1, "df_dw2", ("return f * (1 - f) * hidden", "return f * (1 - f)")), "without the inner sigmoid"),
    (1, "df_dw2", "def df_dw2(w1, w2, x1, x2): return sigmoid(x1 * w1)", "f, or the inner sigmoid, itself"),
    (1, "df_dw2", "def df_dw2(w1, w2, x1, x2): return sigmoid(sigmoid(x1 * w1) * w2 + x2)", "f, or the inner sigmoid, itself"),
    (1, "step", like(1, "step", ("w2 + rate", "w2 - rate")), "goes uphill"),
    (1, "step", like(1, "step", ("rate * 2", "rate")), "half the squared error"),
    (1, "step", "def step(*_, y, rate): return -rate * 0.125", "descends f"),
    (1, "step", "def step(*_, y, rate): return rate * 0.125", "lost its sign"),
    (1, "collapse", like(1, "collapse", ("next_W @ W,", "W @ next_W,")), "the wrong way round"),
    (1, "dead_share", "def dead_share(x, W, b): return (W @ x + b <= 0).mean()", "the share of zeros"),
    (1, "dead_share", like(1, "dead_share", ("1 - ", "")), "the share of living ones"),
    (1, "different_units", "def different_units(a, b): return 4", "the units of a layer that starts at 0.3: 4 in place of 1."),
    (1, "different_units", "def different_units(a, b): return len(np.unique(a, axis=0))", "the outgoing weights too"),
    (1, "count_one", like(1, "count_parameters", ("(k * k * C + 1)", "k * k * C")), "the biases are missing"),
    (1, "count_one", like(1, "count_parameters", ("(k * k * C + 1)", "(k * k + 1)")), "all three channels"),
    (1, "count_one", like(1, "count_parameters", ("(C * H * W + 1)", "(C * H * W)")), "the biases are missing"),
    (2, "inner_product", "def inner_product(x, W, b): return W.T @ x + b", "W is used transposed"),
    (2, "inner_product", "def inner_product(x, W, b): return W @ x", "the bias is missing"),
    (2, "relu", "def relu(x): return abs(x)", "the absolute value"),
    (2, "relu", "def relu(x):\n    x[x < 0] = 0\n    return x", "changes the array"),
    (2, "output_size", like(2, "output_size", (" + 1", "")), "the first place counts too"),
    (2, "max_pool", like(2, "max_pool", (".max(axis=(1, 2))", ".mean(axis=(1, 2))")), "the mean of each window"),
    (2, "max_pool_pad", like(2, "max_pool", (", constant_values=-np.inf", "")), "the padding wins"),
    (2, "convolve", like(2, "convolve", ("tensordot(W,", "tensordot(W[:, :, ::-1, ::-1],")), "the filter is flipped"),
    (2, "convolve", like(2, "convolve", ("tensordot(W,", "tensordot(W.swapaxes(2, 3),")), "are exchanged"),
    (2, "convolve", like(2, "convolve", (" + b", "")), "the bias is missing"),
    (3, "relu_backward", "def relu_backward(dy, x): return dy * (x >= 0)", "at x = 0"),
    (3, "relu_backward", "def relu_backward(dy, x): return np.maximum(dy, 0)", "that is relu(dy)"),
    (3, "inner_product_dx", f"{BACK}W @ dy, dy @ x.T, {LAST}", "going back it is transposed"),
    (3, "inner_product_dW", f"{BACK}W.T @ dy, x @ dy.T, {LAST}", "your dW is the transpose of the right one"),
    (3, "inner_product_dW", f"{BACK}W.T @ dy, dy @ x, {LAST}", "x is not transposed"),
    (3, "inner_product_dW", f"{BACK}W.T @ dy, dy @ x.T / len(x.T), {LAST}", "you divided by the batch"),
    (3, "inner_product_db", f"{BACK}W.T @ dy, dy @ x.T, dy.mean(axis=1, keepdims=True)", "the mean over the batch"),
    (3, "inner_product_db", f"{BACK}W.T @ dy", "should return 3 things, in the order it describes; it returns one ndarray."),
    (3, "inner_product_db", f"{BACK}None", "does your function return its result?"),
    (3, "loss", like(3, "gradients", (".mean()", ".sum()")), "the sum over the batch"),
    (3, "gradients", like(3, "gradients", ("p / len(labels)", "p / len(labels)**2")), "you divided by the batch twice"),
    (3, "gradients", like(3, "gradients", ("p / len(labels)", "p")), "you did not divide by the batch"),
    (3, "star-max_pool", "def max_pool_backward(dy, x, *_): return dy * (x == x.max())", "ties are paid twice"),
    (3, "star-max_pool", "def max_pool_backward(dy, x, *_): return dy * (x == x.max()) / 2", "ties are shared"),
    (4, "rate", like(4, "rate", ("-0.75", "0.75")), "the exponent is negative"),
    (4, "sgd_step", f"{STEP}v = momentum * v + lr * (dw + decay * w)\n    return w - v, v", "the rate is in v"),
    (4, "sgd_step", like(4, "sgd_step", (" + decay * w", "")), "the decay is missing"),
    (4, "sgd_step", like(4, "sgd_step", ("+ decay * w", "- decay * w")), "pushes away from zero"),
    (4, "sgd_step", like(4, "sgd_step", ("w - lr", "w + lr")), "goes uphill"),
    (4, "sgd_step", f"{STEP}return w - lr * v, momentum * v + dw + decay * w", "w moves by the old v"),
    (4, "train", like(4, "train", ("(1 + j % 2)", "1")), "biases learn at twice the rate"),
    (4, "train", like(4, "train", ("rate(i)", "-rate(i)")), "goes uphill"),
    (4, "confusion", like(4, "confusion", ("classes, classes)", "classes, classes).T")), "rows are the truth"),
    (4, "confusion", "def confusion(t, a, K=10):\n    m = np.zeros((K, K))\n    m[t, a] += 1\n    return m", "counted once"),
    (4, "confused_pairs", like(4, "confused_pairs", ("matrix + matrix.T", "matrix"), ("range(a + 1, ", "range("),
                               ("if both", "if a != b and both")), "the same pair"),
    (4, "confused_pairs", like(4, "confused_pairs", (" if both[a, b]", "")), "pairs without an error"),
    (4, "wilson", "def wilson(r, n, z=1.96):\n    p = r / n\n    d = z * (p * (1 - p) / n)**.5\n    return p - d, p + d", "share ±"),
    (5, "mosaic", like(5, "mosaic", ("reshape(rows, columns, H, W).transpose(0, 2, 1, 3)",
                                     "reshape(columns, rows, H, W).transpose(1, 2, 0, 3)")), "not below"),
    (5, "hidden_share", like(5, "hidden_share", ("< 0", "<= 0")), "a pixel that is zero stays zero"),
    (5, "hidden_share", like(5, "hidden_share", ("< 0", ">= 0")), "the share that stays"),
    (5, "blank_maps", like(5, "blank_maps", ("np.abs(W).max(axis=1) <= 1e-6", "np.abs(W.sum(axis=1)) < 2")), "add up to zero"),
    (5, "blank_maps", like(5, "blank_maps", ("np.flatnonzero(blank)", "range(3)")), "map 1 has a pixel"),
    (5, "twins", like(5, "twins", ("flat @ flat.T", "abs(flat @ flat.T)")), "the opposite is not the same"),
    (5, "twins", "def twins(maps, least): return []", "divide by the length"),
    (6, "otsu", like(6, "otsu", ("int(np.argmax(apart))", "int(np.argmax(apart)) + 1")), "the threshold itself is ink"),
    (6, "otsu", like(6, "otsu", ("int(np.argmax(apart))", "255 - int(np.argmax(apart[::-1]))")), "of several levels the lowest"),
    (6, "frame", "def frame(piece):\n    i = (np.arange(28) > 4) & (np.arange(28) < 24)\n    return np.outer(i, i) * 1.0", "a stretched stroke"),
    (6, "reading_order", "def reading_order(boxes): return [[2, 0], [1, 3]]", "columns come first"),
]


@pytest.mark.parametrize(("number", "name", "answer", "words"), SLIPS, ids=[f"{slip[1]}: {slip[3]}" for slip in SLIPS])
def test_a_slip_is_called_by_its_name(number, name, answer, words, material, monkeypatch):
    part, spaces = part_of(number), {}
    monkeypatch.chdir(material)
    monkeypatch.syspath_prepend(str(material))
    for cell in part.of("given", "answer"):
        exec(cell.source, spaces)
    exec(answer, spaces)
    (check,) = [check for check in part.checks if check.name == name]
    with pytest.raises(AssertionError) as raised:
        exec(parts.without(check.source, "HIDDEN TESTS"), spaces)
    assert words in str(raised.value)
