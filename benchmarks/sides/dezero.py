"""DeZero, of the book "Deep Learning from Scratch 3": pictures (N, C, H, W)."""

import numpy as np
import task
from sides.base import BaseSide

np.int = int  # NumPy 1.24 took this name away; DeZero asks for it when it is imported

import dezero  # noqa: E402
import dezero.functions as F  # noqa: E402
import dezero.layers as L  # noqa: E402
from dezero.optimizers import MomentumSGD, WeightDecay  # noqa: E402


class LeNet(dezero.Model):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = L.Conv2d(20, 5), L.Conv2d(50, 5)
        self.linear1, self.linear2 = L.Linear(500), L.Linear(10)

    def forward(self, x):
        y = F.pooling(F.relu(self.conv1(x)), 2, 2)
        y = F.pooling(F.relu(self.conv2(y)), 2, 2)
        return self.linear2(F.relu(self.linear1(F.reshape(y, (len(x), -1)))))

    def set_weights(self):
        layers = self.conv1, self.conv2, self.linear1, self.linear2
        for layer, (W, b) in zip(layers, task.weights(), strict=True):
            W = task.channels_first(W) if isinstance(layer, L.Conv2d) else task.transposed(W)
            layer.W.data[:], layer.b.data[:] = W, b[:, 0]


class Side(BaseSide):
    packages = ("dezero", "numpy")
    note = "np.int, which NumPy 1.24 removed, is set before the import"

    def __init__(self, argument, threads):
        self.network = LeNet()
        self.network(np.zeros((1, 1, 28, 28), np.float32))  # the layers learn their shapes
        self.network.set_weights()
        self.optimiser = MomentumSGD(task.LEARNING_RATE, task.MOMENTUM).setup(self.network)
        self.optimiser.add_hook(WeightDecay(task.WEIGHT_DECAY))

    def give(self, case):
        self.x, self.labels = task.batch(case["batch"])

    def step(self):
        loss = F.softmax_cross_entropy(self.network(self.x), self.labels)
        self.network.cleargrads()
        loss.backward()
        self.optimiser.update()
        return float(loss.data)

    def predict(self):
        with dezero.no_grad():
            return self.network(self.x).data.argmax(axis=1)

    def parameters(self):
        return sum(parameter.size for parameter in self.network.params())
