"""Chainer 7, the last of its line: pictures (N, C, H, W), functions in NumPy."""

import warnings

import numpy as np
import task

from sides.base import BaseSide

warnings.simplefilter("ignore")
np.sctypes = {  # NumPy 2 took this list of types away; Chainer asks for it when it is imported
    "int": [np.int8, np.int16, np.int32, np.int64], "uint": [np.uint8, np.uint16, np.uint32, np.uint64],
    "float": [np.float16, np.float32, np.float64], "complex": [np.complex64, np.complex128]}

import chainer  # noqa: E402
import chainer.functions as F  # noqa: E402
import chainer.links as L  # noqa: E402


class LeNet(chainer.Chain):
    def __init__(self):
        super().__init__()
        (W1, b1), (W2, b2), (W3, b3), (W4, b4) = task.weights()
        with self.init_scope():
            self.conv1 = L.Convolution2D(1, 20, 5, initialW=task.channels_first(W1), initial_bias=b1[:, 0])
            self.conv2 = L.Convolution2D(20, 50, 5, initialW=task.channels_first(W2), initial_bias=b2[:, 0])
            self.linear1 = L.Linear(800, 500, initialW=W3, initial_bias=b3[:, 0])
            self.linear2 = L.Linear(500, 10, initialW=W4, initial_bias=b4[:, 0])

    def forward(self, x):
        y = F.max_pooling_2d(F.relu(self.conv1(x)), 2)
        y = F.max_pooling_2d(F.relu(self.conv2(y)), 2)
        return self.linear2(F.relu(self.linear1(y)))


class Side(BaseSide):
    packages = ("chainer", "numpy")
    note = ("np.sctypes, which NumPy 2 removed, is set before the import; in a folder of its own "
            "with setuptools before 81, whose pkg_resources it imports")

    def __init__(self, argument, threads):
        self.network = LeNet()
        self.optimiser = chainer.optimizers.MomentumSGD(task.LEARNING_RATE, task.MOMENTUM)
        self.optimiser.setup(self.network)
        self.optimiser.add_hook(chainer.optimizer_hooks.WeightDecay(task.WEIGHT_DECAY))

    def give(self, case):
        self.x, self.labels = task.batch(case["batch"])

    def step(self):
        self.network.cleargrads()
        loss = F.softmax_cross_entropy(self.network(self.x), self.labels)
        loss.backward()
        self.optimiser.update()
        return float(loss.array)

    def predict(self):
        with chainer.using_config("train", False), chainer.no_backprop_mode():
            return self.network(self.x).array.argmax(axis=1)

    def parameters(self):
        return self.network.count_params()
