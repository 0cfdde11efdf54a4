"""How time grows: a convolution alone and a network, over batch, side of the picture and depth."""

import numpy as np
import task

from course_lib import nn
from sides.base import BaseSide


def layer(side, depth, rng):
    """Return `depth` equal convolutions with ReLU, 20 filters of 5 by 5 on 20 channels."""
    layers = [each for _ in range(depth) for each in (nn.Conv2D(20, 20, 5, pad=2, rng=rng), nn.ReLU())]
    return nn.Sequential(*layers), 20


def network(side, depth, rng):
    """Return LeNet for pictures of another side (a multiple of 4), with `depth` - 1 more convolutions."""
    more = [each for _ in range(depth - 1) for each in (nn.Conv2D(50, 50, 5, pad=2, rng=rng), nn.ReLU())]
    last = side // 4 - 3
    return nn.Sequential(
        nn.Conv2D(1, 20, 5, rng=rng), nn.MaxPool2D(2), nn.ReLU(),
        nn.Conv2D(20, 50, 5, rng=rng), nn.MaxPool2D(2), nn.ReLU(), *more, nn.Flatten(),
        nn.Linear(50 * last * last, 500, rng=rng), nn.ReLU(), nn.Linear(500, 10, rng=rng)), 1


def multiply_adds(network, x):
    """Return the predicted products of a step: forward, dW, and dx but for the first layer."""
    total, factor = 0, 2
    for each in network.layers:
        y = each.forward(x)
        if each.params:
            total += factor * each.W[0].size * y.size
            factor = 3
        x = y
    return total


class Side(BaseSide):
    packages = ("numpy",)

    def __init__(self, argument, threads):
        self.network = nn.Sequential()

    def give(self, case):
        rng = np.random.default_rng(0)
        build = {"layer": layer, "network": network}[case["of"]]
        self.network, channels = build(case["side"], case["depth"], rng)
        self.x = rng.random((channels, case["side"], case["side"], case["batch"]), np.float32)
        self.dy = rng.random(self.network.forward(self.x).shape, np.float32) / task.PARAMETERS

    def step(self):
        """Forward and backward; no optimiser, whose work does not depend on the batch."""
        y = self.network.forward(self.x)
        self.network.backward(self.dy, input_gradient=False)
        return float(y.flat[0])

    def multiply_adds(self):
        return multiply_adds(self.network, self.x)

    def parameters(self):
        return self.network.count
