"""Layers in a row, layers side by side, and the course's own network."""

import numpy as np

from course_lib.nn import given
from course_lib.nn.activations import ReLU
from course_lib.nn.convolution import Conv2D
from course_lib.nn.layer import Layer, Learnable
from course_lib.nn.linear import Flatten, Linear
from course_lib.nn.parallel import share
from course_lib.nn.pooling import MaxPool2D


class Sequential(Layer):
    """Layers applied one after the other; on the way back, in reverse.

    Attributes
    ----------
    layers : tuple of Layer
    """

    def __init__(self, *layers):
        self.layers = layers

    def __repr__(self):
        return "Sequential(\n" + _indented(self.layers) + ")"

    def forward(self, x):
        """x -> y through every layer."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dy, input_gradient=True):
        """Return dx and store every layer's dW and db.

        Training has no use for the gradient of the pictures themselves; with
        `input_gradient=False` the first layer skips it, and None is returned.
        """
        first, *others = self.layers
        for layer in reversed(others):
            dy = layer.backward(dy)
        if input_gradient:
            return first.backward(dy)
        if isinstance(first, Sequential):
            return first.backward(dy, input_gradient=False)
        if isinstance(first, Learnable):
            return first.parameter_gradient(dy)
        first.backward(dy)

    @property
    def splits(self):
        """Whether every layer computes every column on its own."""
        return all(layer.splits for layer in self.layers)

    def pool_first(self):
        """Return the same layers with every max-pooling before the ReLU in front of it.

        The largest of max(x, 0) is max(the largest x, 0), and on the way back as well nothing
        changes but the work: of a tiled picture, pooling leaves ReLU a quarter.
        """
        layers = list(self.layers)
        for i, pair in enumerate(zip(self.layers, self.layers[1:])):
            if (type(pair[0]), type(pair[1])) == (ReLU, MaxPool2D):
                layers[i:i + 2] = pair[::-1]
        return Sequential(*layers)

    def quick(self, columns, threads=None):
        """Return what computes the same in less time, for training and prediction.

        Pooling comes before ReLU, and several threads share every batch. The parameters are this
        network's own, and `backward` leaves the gradients in its layers.

        Parameters
        ----------
        columns : int
            The size of the batches to come.
        threads : int, optional
            If left out, as many as NumPy's matrix products use, each with at least 32 columns;
            one, where a layer looks at the whole batch at once.
        """
        return share(self.pool_first(), threads, columns)

    def logits(self, x, batch=250, threads=None):
        """Return the network's output for any number of columns, computed in parts to save memory.

        `threads` is that of `quick`.
        """
        given.finite("the network's input", x)
        network = self.quick(min(batch, x.shape[-1]), threads)
        return np.concatenate([network.forward(np.ascontiguousarray(x[..., i:i + batch]))
                               for i in range(0, x.shape[-1], batch)], axis=-1)

    def predict(self, x, threads=None):
        """Return the most probable label of every column, (N,) integers."""
        return self.logits(x, threads=threads).argmax(axis=0)

    def probabilities(self, x, threads=None):
        """Return the softmax of the output, (classes, N)."""
        z = self.logits(x, threads=threads)
        p = np.exp(z - z.max(axis=0))
        return p / p.sum(axis=0)


class Branches(Layer):
    """Layers side by side: all see the same pictures, and their outputs are joined by channel.

    Parameters
    ----------
    *layers : Layer
        Their outputs must agree in everything but the first axis.
    """

    def __init__(self, *layers):
        self.layers = layers

    def __repr__(self):
        return "Branches(\n" + _indented(self.layers) + ")"

    @property
    def splits(self):
        """Whether every layer computes every column on its own."""
        return all(layer.splits for layer in self.layers)

    def forward(self, x):
        """x (C, H, W, N) -> y: the channels of the first branch, then of the second, ..."""
        ys = [layer.forward(x) for layer in self.layers]
        if len({y.shape[1:] for y in ys}) > 1:
            raise ValueError("the outputs of branches must agree in all but their channels; got "
                             + ", ".join(str(y.shape) for y in ys))
        self.channels = [len(y) for y in ys]
        return np.concatenate(ys)

    def backward(self, dy):
        """Every branch gets its own channels of dy; x went to all of them, so their dx add up."""
        if len(dy) != sum(self._kept("channels")):
            raise ValueError(f"Branches: dy must have {sum(self.channels)} channels; got {dy.shape}")
        parts = np.split(dy, np.cumsum(self.channels)[:-1])
        return sum(layer.backward(part) for layer, part in zip(self.layers, parts))


def _indented(layers):
    return "".join(f"    {line}\n" for layer in layers for line in f"{layer},".splitlines())


def lenet(rng=None, dtype=np.float32):
    """Return the course's network, the assignment's LeNet: 431,080 parameters.

    Input (1, 28, 28, N), one ink-is-high picture of a digit per column; output (10, N) logits.
    """
    return Sequential(
        Conv2D(1, 20, 5, rng=rng, dtype=dtype), ReLU(), MaxPool2D(2),
        Conv2D(20, 50, 5, rng=rng, dtype=dtype), ReLU(), MaxPool2D(2),
        Flatten(),
        Linear(800, 500, rng=rng, dtype=dtype), ReLU(),
        Linear(500, 10, rng=rng, dtype=dtype))
