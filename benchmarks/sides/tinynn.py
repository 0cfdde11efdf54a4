"""tinynn: layers on pictures (N, H, W, C)."""

import task
from tinynn.core.layer import Conv2D, Dense, Flatten, MaxPool2D, ReLU
from tinynn.core.loss import SoftmaxCrossEntropy
from tinynn.core.model import Model
from tinynn.core.net import Net
from tinynn.core.optimizer import Momentum

from sides.base import BaseSide


class Side(BaseSide):
    packages = ("tinynn", "numpy")
    note = "decays the weights beside the momentum, not through it"

    def __init__(self, argument, threads):
        net = Net([Conv2D(kernel=[5, 5, 1, 20], padding="VALID"), ReLU(), MaxPool2D(),
                   Conv2D(kernel=[5, 5, 20, 50], padding="VALID"), ReLU(), MaxPool2D(), Flatten(),
                   Dense(500), ReLU(), Dense(10)])
        self.model = Model(net, SoftmaxCrossEntropy(),
                           Momentum(task.LEARNING_RATE, task.MOMENTUM, task.WEIGHT_DECAY))
        (W1, b1), (W2, b2), (W3, b3), (W4, b4) = task.weights()
        values = [(task.channels_last(W1), b1), (task.channels_last(W2), b2),
                  (task.flattened_channels_last(W3), b3), (task.transposed(W4), b4)]
        for layer, (W, b) in zip([each for each in net.layers if each.param_names], values, strict=True):
            layer.params = {"w": W, "b": b[:, 0]}
            layer.is_init = True

    def give(self, case):
        images, labels = task.batch(case["batch"])
        self.x, self.labels = images.reshape(-1, 28, 28, 1), task.one_hot(labels)

    def step(self):
        self.model.is_training = True
        loss, gradients = self.model.backward(self.model.forward(self.x), self.labels)
        self.model.apply_grads(gradients)
        return float(loss)

    def predict(self):
        self.model.is_training = False
        return self.model.forward(self.x).argmax(axis=1)

    def parameters(self):
        return sum(value.size for value in self.model.net.params.values)
