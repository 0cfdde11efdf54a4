"""Layers in a row, and the course's own network."""

import numpy as np

from course_lib.nn.layers import Conv2D, Flatten, Layer, Linear, MaxPool2D, ReLU


class Sequential(Layer):
    """Layers applied one after the other; on the way back, in reverse.

    Attributes
    ----------
    layers : tuple of Layer
    """

    def __init__(self, *layers):
        self.layers = layers

    def __repr__(self):
        return "Sequential(\n" + "".join(f"    {layer},\n" for layer in self.layers) + ")"

    def forward(self, x):
        """x -> y through every layer."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dy, input_gradient=True):
        """Return dx and store every layer's dW and db.

        Training has no use for the gradient of the pictures themselves; with
        `input_gradient=False` a first layer with parameters skips it, and None is returned.
        """
        first, *others = self.layers
        for layer in reversed(others):
            dy = layer.backward(dy)
        if input_gradient or not first.params:
            return first.backward(dy)
        return first.parameter_gradient(dy)

    def parameters(self):
        """Yield (layer, name) for every array that learns: its value is getattr(layer, name)."""
        for layer in self.layers:
            for name in layer.params:
                yield layer, name

    @property
    def count(self):
        """The number of parameters."""
        return sum(getattr(layer, name).size for layer, name in self.parameters())

    def logits(self, x, batch=250):
        """Return the network's output for any number of columns, computed in parts to save memory."""
        parts = [self.forward(np.ascontiguousarray(x[..., i:i + batch]))
                 for i in range(0, x.shape[-1], batch)]
        return np.concatenate(parts, axis=-1)

    def predict(self, x):
        """Return the most probable label of every column, (N,) integers."""
        return self.logits(x).argmax(axis=0)

    def probabilities(self, x):
        """Return the softmax of the output, (classes, N)."""
        z = self.logits(x)
        p = np.exp(z - z.max(axis=0))
        return p / p.sum(axis=0)


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
