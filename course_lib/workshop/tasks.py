"""What the reader writes in chapters 6 and 7: for each function, trials, the truth, and the mistakes that are usual."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from course_lib import nn


@dataclass(frozen=True)
class Task:
    """A function that the reader writes.

    Attributes
    ----------
    truth : function
        Returns what the reader's should, for the same arguments.
    names : tuple of str
        What the results are called, in their order.
    trials : list of tuples of arguments
        The first are small enough to be worked out by hand.
    slips : dict
        From a sentence to a function that makes this mistake.
    all_at_once : bool
        Whether the results do not depend on each other. A network's do: only the first wrong one is told.
    """

    truth: Callable
    names: tuple[str, ...]
    trials: list[tuple]
    slips: dict[str, Callable] = field(default_factory=dict)
    all_at_once: bool = True

    def batch(self, arguments):
        """How many pictures a trial has."""
        return arguments[0].shape[-1] if isinstance(arguments[0], np.ndarray) else len(arguments[-1])


def normal(*shape):
    """Random numbers, the same ones for the same shape."""
    return np.random.default_rng(len(shape) + sum(shape)).standard_normal(shape)


def levels(*shape):
    """Whole numbers from -3 to -1: many equals, nothing above 0."""
    return np.random.default_rng(sum(shape)).integers(-3, 0, shape).astype(float)


def picture(*rows):
    """One picture of one channel."""
    return np.array(rows, float)[None, :, :, None]


NINE = picture([1, 2, 0], [0, 3, 1], [2, 0, 1])
FOUR = np.array([[1.0, -1, 2, 0]])
SIZES = [(3, 1, 0), (3, 1, 1), (3, 2, 0), (3, 2, 1), (3, 3, 2)]     # window, stride, padding
PICTURES = (2, 7, 6, 3)


def places(shape, k, stride=1, pad=0):
    """Where a window stands, (OH, OW)."""
    return tuple(nn.output_size(side, k, stride, pad) for side in shape[1:3])


# ---------------------------------------------------------------- forward

def slide(x, w):
    """One filter on one picture, without a batch."""
    return (w.reshape(1, -1) @ nn.patches(x[None, :, :, None], len(w))).reshape(
        places((1, *x.shape, 1), len(w)))


def conv(x, W, b, k, stride=1, pad=0):
    """The filters, as rows, times the patches."""
    return (W @ nn.patches(x, k, stride, pad) + b).reshape(len(W), *places(x.shape, k, stride, pad), -1)


def turned(W, k):
    """Each filter turned by 180 degrees."""
    return W.reshape(len(W), -1, k, k)[:, :, ::-1, ::-1].reshape(W.shape)


def picture_fast(x, W, b, k, stride=1, pad=0):
    """The columns taken for picture by picture, where they stand place by place."""
    y = conv(x, W, b, k, stride, pad)
    return y.reshape(len(W), x.shape[3], *y.shape[1:3]).transpose(0, 2, 3, 1)


def patches_place_fast(x, k, stride=1, pad=0):
    """Columns in the wrong order."""
    cols = nn.patches(x, k, stride, pad)
    return cols.reshape(len(cols), -1, x.shape[3]).swapaxes(1, 2).reshape(cols.shape)


def patches_turned(x, k, stride=1, pad=0):
    """Each patch read column by column."""
    cols = nn.patches(x, k, stride, pad)
    return cols.reshape(len(x), k, k, -1).swapaxes(1, 2).reshape(cols.shape)


def patches_channel_fast(x, k, stride=1, pad=0):
    """Each patch read with its channels side by side."""
    cols = nn.patches(x, k, stride, pad)
    return cols.reshape(len(x), k * k, -1).swapaxes(0, 1).reshape(cols.shape)


def pool(x, k=2, stride=2):
    """The largest of each window."""
    return nn.MaxPool2D(k, stride).forward(x)


def softmax(z):
    """Probabilities, each column's adding up to 1."""
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


def each_layer(network, x):
    """What every layer puts out, one after the other."""
    for layer in network.layers:
        x = layer.forward(x)
        yield x


def network_of(*weights):
    """The LeNet with the given weights."""
    network = nn.lenet(np.random.default_rng(0), dtype=np.float64)
    for (layer, name), weight in zip(network.parameters(), weights, strict=True):
        setattr(layer, name, weight)
    return network


VALUES = ("z1", "a1", "p1", "z2", "a2", "p2", "flat", "z3", "a3", "z4")


def lenet(x, W1, b1, W2, b2, W3, b3, W4, b4):
    """All values on the way, by name."""
    values = dict(zip(VALUES, each_layer(network_of(W1, b1, W2, b2, W3, b3, W4, b4), x)))
    return values | {"p": softmax(values["z4"])}


def weights():
    """A LeNet's arrays, its biases off zero so that a forgotten one shows."""
    network = nn.lenet(np.random.default_rng(6), dtype=np.float64)
    return [getattr(layer, name) if name == "W" else 0.1 * normal(*layer.b.shape)
            for layer, name in network.parameters()]


# ---------------------------------------------------------------- backward

def linear_backward(dy, x, W):
    """dx, dW, db."""
    return W.T @ dy, dy @ x.T, dy.sum(axis=1, keepdims=True)


def relu_backward(dy, x):
    """dy where x is above 0."""
    return np.where(x > 0, dy, 0)


def pool_backward(dy, x, y, k=2, stride=2):
    """dy to the first of each window's largest."""
    layer = nn.MaxPool2D(k, stride)
    layer.forward(x)
    return layer.backward(dy)


def paid(dy, x, y, k, stride, share):
    """Every pixel that equals its window's largest gets its dy times `share` of how many do."""
    dx, corners = np.zeros_like(x), nn.windows.corners
    equal = [corner == y for corner in corners(x, k, stride, *y.shape[1:3])]
    for wins, dcorner in zip(equal, corners(dx, k, stride, *y.shape[1:3])):
        dcorner += dy * wins * share(sum(equal))
    return dx


def overwritten(dy, x, y, k=2, stride=2):
    """A pixel keeps the message of the last window that it won."""
    dx, (OH, OW) = np.zeros_like(x), y.shape[1:3]
    for r, c in np.ndindex(OH, OW):
        alone = np.zeros_like(dy)
        alone[:, r, c] = dy[:, r, c]
        share = pool_backward(alone, x, y, k, stride)
        dx = np.where(share != 0, share, dx)
    return dx


def copied_back(cols, shape, k, stride=1, pad=0):
    """`=` where `+=` should be: of every pixel's copies the last one stays."""
    number = np.arange(1.0, np.prod(shape) + 1).reshape(shape)
    into = nn.patches(number, k, stride, pad).astype(int).ravel()       # 0 is the margin
    x = np.zeros(np.prod(shape) + 1)
    x[into] = cols.ravel()
    return x[1:].reshape(shape)


def conv_backward(dy, x, W, k, stride=1, pad=0, back=nn.add_patches):
    """dx, dW, db; `back` brings columns back into a picture."""
    rows = dy.reshape(len(dy), -1)
    return (back(W.T @ rows, x.shape, k, stride, pad), rows @ nn.patches(x, k, stride, pad).T,
            rows.sum(axis=1, keepdims=True))


def cross_entropy_backward(z, labels):
    """p minus one-hot, over the batch."""
    p = softmax(z)
    p[labels, np.arange(len(labels))] -= 1
    return p / len(labels)


MESSAGES = ("da3", "dz3", "dflat", "dp2", "da2", "dz2", "dp1", "da1", "dz1", "dx")
GRADIENTS = ("dz4", "da3", "dW4", "db4", "dz3", "dflat", "dW3", "db3", "dp2", "da2", "dz2",
             "dp1", "dW2", "db2", "da1", "dz1", "dx", "dW1", "db1")


def backward(v, labels):
    """All gradients on the way, by name, in the order in which they come about."""
    network = network_of(v.W1, v.b1, v.W2, v.b2, v.W3, v.b3, v.W4, v.b4)
    list(each_layer(network, v.x))
    found = {"dz4": cross_entropy_backward(v.z4, labels)}
    message, number = found["dz4"], 4
    for layer, name in zip(reversed(network.layers), MESSAGES, strict=True):
        found[name] = message = layer.backward(message)
        if layer.params:
            found |= {f"dW{number}": layer.dW, f"db{number}": layer.db}
            number -= 1
    return found


def kept():
    """What `forward` keeps for the way back, of two random pictures."""
    names, x = [f"{kind}{number}" for number in (1, 2, 3, 4) for kind in "Wb"], normal(1, 28, 28, 2)
    arrays = dict(zip(names, weights()))
    return SimpleNamespace(x=x, **arrays, **lenet(x, *arrays.values()))


# ---------------------------------------------------------------- the reader's functions

COLUMNS = (np.array([[1.0, 2], [3, -1], [0, 2]]), np.array([[1.0, 2, 0], [3, 4, -1], [0, 1, 1]]),
           np.array([[10.0], [20], [30]]))
ABOVE = np.array([[1.0, 0], [0, 2], [1, -1]])
SIXTEEN = picture([1, 3, 0, 0], [2, 1, 0, 0], [-4, -1, 5, 2], [-3, -2, 0, 6])
TENS = picture([10, 20], [30, 40])

FORWARD = {
    "slide": Task(slide, ("y",), [(NINE[0, :, :, 0], FOUR.reshape(2, 2)), (normal(6, 5), normal(3, 3))], {
        "the filter was turned by 180 degrees": lambda x, w: slide(x, w[::-1, ::-1]),
        "rows and columns of the filter are exchanged": lambda x, w: slide(x, w.T)}),
    "patches": Task(nn.patches, ("cols",), [(NINE, 2), *((normal(*PICTURES), *size) for size in SIZES)], {
        "the places run fastest here, and the pictures of the batch should": patches_place_fast,
        "rows and columns of each patch are exchanged": patches_turned,
        "the channel runs fastest here, and should be slowest": patches_channel_fast}),
    "conv": Task(conv, ("y",), [(NINE, FOUR, np.array([[10.0]]), 2), *(
        (normal(*PICTURES), normal(4, 18), normal(4, 1), *size) for size in SIZES)], {
        "the bias is missing": lambda x, W, b, *size: conv(x, W, 0 * b, *size),
        "the filter was turned by 180 degrees": lambda x, W, b, k, *more: conv(x, turned(W, k), b, k, *more),
        "the columns stand place by place, the picture fastest: fold them in this order": picture_fast}),
    "linear": Task(lambda x, W, b: W @ x + b, ("y",), [COLUMNS, (normal(5, 4), normal(3, 5), normal(3, 1))], {
        "the bias is missing": lambda x, W, b: W @ x,
        "W is used transposed": lambda x, W, b: W.T @ x + b if W.shape[0] == W.shape[1] else W @ x + b}),
    "relu": Task(lambda z: np.where(z > 0, z, 0), ("y",), [(np.array([[-1.0, 0, 2], [3, -0.5, 0.25]]),),
                                                          (normal(2, 4, 3, 2),)], {
        "that is the absolute value": abs, "that says where z is positive, not how large it is": lambda z: z > 0}),
    "pool": Task(pool, ("y",), [(SIXTEEN,), *((normal(3, 9, 8, 5), k, s) for k, s in [(2, 2), (3, 2), (3, 3), (2, 1)]),
                                (levels(2, 6, 6, 2),)], {
        "the search begins at 0, and where all are negative 0 wins": lambda x, *size: np.maximum(pool(x, *size), 0),
        "that is the smallest": lambda x, *size: -pool(-x, *size),
        "that is the mean": lambda x, *size: nn.AveragePool2D(*(size or (2, 2))).forward(x)}),
    "softmax": Task(softmax, ("p",), [(np.array([[2.0, 0], [1, 0], [0, 0]]),), (normal(10, 6),),
                                      (1000 + normal(10, 3),)], {
        "they are not divided by their sum": np.exp,
        "they are not divided by their sum, though nothing overflows": lambda z: np.exp(z - z.max(axis=0)),
        "the sum went along the batch: each column has to add up to 1": lambda z: softmax(z.T).T,
        "the sum went over all pictures: each column has to add up to 1": lambda z: np.exp(z) / np.exp(z).sum()}),
    "lenet": Task(lenet, (*VALUES, "p"), [(normal(1, 28, 28, 2), *weights())], all_at_once=False),
}

BACKWARD = {
    "linear_backward": Task(linear_backward, ("dx", "dW", "db"), [
        (ABOVE, *COLUMNS[:2]), (normal(3, 4), normal(5, 4), normal(3, 5))], {
        "W is used as on the way there: on the way back it is transposed": lambda dy, x, W: (
            W @ dy if W.shape[0] == W.shape[1] else W.T @ dy, *linear_backward(dy, x, W)[1:])}),
    "relu_backward": Task(relu_backward, ("dx",), [
        (np.array([[10.0, 20], [-30, 40]]), np.array([[2.0, -1], [0.5, 0]])),
        (normal(2, 4, 3, 2), normal(3, 4, 3, 2)[:2])], {
        "at x = 0 nothing passes: > rather than >=": lambda dy, x: dy * (x >= 0),
        "a test on y that is always true: everything passes": lambda dy, x: dy,
        "that is relu(dy): what passes depends on x": lambda dy, x: np.maximum(dy, 0),
        "the slope is 1 or 0, not x": lambda dy, x: dy * np.maximum(x, 0)}),
    "pool_backward": Task(pool_backward, ("dx",), [(TENS, SIXTEEN, pool(SIXTEEN)), *(
        (normal(*pool(x, k, s).shape), x, pool(x, k, s), k, s)
        for x, k, s in [(levels(2, 6, 6, 3), 2, 2), (normal(2, 9, 7, 3), 3, 2), (levels(2, 5, 5, 3), 2, 1)])], {
        "ties are paid twice or more: every equal gets all of the message":
            lambda dy, x, y, k=2, stride=2: paid(dy, x, y, k, stride, lambda ties: 1),
        "equals share the message. That is a subgradient too, but this page gives all to the first":
            lambda dy, x, y, k=2, stride=2: paid(dy, x, y, k, stride, lambda ties: 1 / ties),
        "the last of equals is paid, and should be the first": lambda dy, x, y, *size: pool_backward(
            dy[:, ::-1, ::-1], x[:, ::-1, ::-1], y[:, ::-1, ::-1], *size)[:, ::-1, ::-1],
        "a pixel that wins several windows collects from each: +=": overwritten}),
    "add_patches": Task(nn.add_patches, ("x",), [(np.ones((4, 4)), (1, 3, 3, 1), 2), *(
        (normal(18, 3 * np.prod(places(PICTURES, *size))), PICTURES, *size) for size in SIZES)], {
        "of a pixel's copies only the last one stays: += rather than =": copied_back}),
    "conv_backward": Task(conv_backward, ("dx", "dW", "db"), [
        (picture([1, 2], [-1, 3]), NINE, FOUR, 2),
        *((normal(4, *places(PICTURES, *size), 3), normal(*PICTURES), normal(4, 18), *size) for size in SIZES)], {
        "of a pixel's copies only the last one stays: += rather than =":
            lambda *given: conv_backward(*given, back=copied_back),
        "one db for each filter, the sum over places and pictures": lambda dy, *given: (
            *conv_backward(dy, *given)[:2], dy.sum(axis=(1, 2)))}),
    "cross_entropy_backward": Task(cross_entropy_backward, ("dz",), [
        (np.array([[2.0, 0], [1, 0], [0, 0]]), np.array([1, 0])), (normal(10, 6), np.array([3, 1, 4, 1, 5, 9])),
        (np.array([[1000.0, 0], [0, 1000]]), np.array([1, 1]))], {
        "you divided by the batch twice": lambda z, labels: cross_entropy_backward(z, labels) / len(labels),
        "the loss is a mean: divide by the batch": lambda z, labels: cross_entropy_backward(z, labels) * len(labels),
        "that is one-hot minus p: what it said minus what it should have said":
            lambda z, labels: -cross_entropy_backward(z, labels),
        "the 1 of the right class is not subtracted": lambda z, labels: softmax(z) / len(labels)}),
    "backward": Task(backward, GRADIENTS, [(kept(), np.array([3, 7]))], all_at_once=False),
}

TASKS = FORWARD | BACKWARD
