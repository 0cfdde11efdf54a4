"""numpy-ml: pictures (N, H, W, C), float64, pooling in loops."""

import collections
import collections.abc

import numpy as np
import task

from sides.base import BaseSide

collections.Hashable = collections.abc.Hashable  # Python 3.10 took this name away

from numpy_ml.neural_nets.layers import Conv2D, Flatten, FullyConnected, Pool2D, Softmax  # noqa: E402
from numpy_ml.neural_nets.losses import CrossEntropy  # noqa: E402
from numpy_ml.neural_nets.optimizers import SGD  # noqa: E402


class Side(BaseSide):
    packages = ("numpy-ml", "numpy")
    note = "collections.Hashable, which Python 3.10 removed, is set before the import; no weight decay"

    def __init__(self, argument, threads):
        def sgd():
            return SGD(lr=task.LEARNING_RATE, momentum=task.MOMENTUM)

        self.layers = [
            Conv2D(20, (5, 5), act_fn="ReLU", optimizer=sgd()), Pool2D((2, 2), 2),
            Conv2D(50, (5, 5), act_fn="ReLU", optimizer=sgd()), Pool2D((2, 2), 2), Flatten(),
            FullyConnected(500, act_fn="ReLU", optimizer=sgd()), FullyConnected(10, optimizer=sgd())]
        self.softmax, self.loss = Softmax(), CrossEntropy()
        self.forward(np.zeros((1, 28, 28, 1)), keep=False)  # the layers learn their shapes
        (W1, b1), (W2, b2), (W3, b3), (W4, b4) = task.weights()
        values = [(task.channels_last(W1), b1), (task.channels_last(W2), b2),
                  (task.flattened_channels_last(W3), b3), (task.transposed(W4), b4)]
        for layer, (W, b) in zip(self.learning(), values, strict=True):
            own = layer.parameters
            layer.parameters = {"W": W.astype(float), "b": b.reshape(own["b"].shape).astype(float)}

    def learning(self):
        return [layer for layer in self.layers if "W" in layer.parameters]

    def forward(self, x, keep):
        for layer in self.layers:
            x = layer.forward(x, retain_derived=keep)
        return self.softmax.forward(x, retain_derived=False)

    def give(self, case):
        images, labels = task.batch(case["batch"])
        self.x, self.labels = images.reshape(-1, 28, 28, 1).astype(float), task.one_hot(labels, float)

    def step(self):
        p = self.forward(self.x, keep=True)
        value = self.loss(self.labels, p) / len(p)
        dy = self.loss.grad(self.labels, p) / len(p)
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        for layer in self.layers:
            layer.update()
        return float(value)

    def predict(self):
        return self.forward(self.x, keep=False).argmax(axis=1)

    def parameters(self):
        return sum(value.size for layer in self.learning() for value in layer.parameters.values())
