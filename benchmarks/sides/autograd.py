"""HIPS autograd, in the way of its own example of a convolutional network."""

import autograd.numpy as np
import autograd.scipy.signal
import task
from autograd import value_and_grad
from autograd.scipy.special import logsumexp

from sides.base import BaseSide


def pool(x):
    N, C, H, W = x.shape
    return np.max(np.max(x.reshape(N, C, H // 2, 2, W // 2, 2), axis=3), axis=4)


def logits(parameters, x):
    (W1, b1), (W2, b2), (W3, b3), (W4, b4) = parameters
    for W, b in ((W1, b1), (W2, b2)):
        x = autograd.scipy.signal.convolve(x, W, axes=([2, 3], [2, 3]), dot_axes=([1], [0]), mode="valid")
        x = pool(np.maximum(x + b, 0))
    x = np.maximum(np.dot(x.reshape(len(x), -1), W3) + b3, 0)
    return np.dot(x, W4) + b4


def loss(parameters, x, labels):
    z = logits(parameters, x)
    return np.mean(logsumexp(z, axis=1) - z[np.arange(len(labels)), labels])


class Side(BaseSide):
    packages = ("autograd", "numpy")
    note = "it has no layers and no momentum on lists: the network and SGD are written with its arrays"

    def __init__(self, argument, threads):
        (W1, b1), (W2, b2), (W3, b3), (W4, b4) = task.weights()
        # a true convolution flips its filters, and wants them as (C, F, 5, 5)
        flipped = [task.channels_first(W)[:, :, ::-1, ::-1].transpose(1, 0, 2, 3).copy() for W in (W1, W2)]
        self.weights = [(flipped[0], b1.reshape(1, -1, 1, 1)), (flipped[1], b2.reshape(1, -1, 1, 1)),
                        (task.transposed(W3), b3[:, 0]), (task.transposed(W4), b4[:, 0])]
        self.velocity = [[np.zeros_like(value) for value in pair] for pair in self.weights]
        self.gradient = value_and_grad(loss)

    def give(self, case):
        self.x, self.labels = task.batch(case["batch"])

    def step(self):
        value, gradients = self.gradient(self.weights, self.x, self.labels)
        for values, velocities, steps in zip(self.weights, self.velocity, gradients, strict=True):
            for w, v, dw in zip(values, velocities, steps, strict=True):
                v *= task.MOMENTUM
                v += dw + task.WEIGHT_DECAY * w
                w -= task.LEARNING_RATE * v
        return float(value)

    def predict(self):
        return logits(self.weights, self.x).argmax(axis=1)

    def parameters(self):
        return sum(value.size for pair in self.weights for value in pair)
