"""MyGrad, with the layers and the optimiser of its companion MyNN: pictures (N, C, H, W)."""

import mygrad
import task
from mygrad.nnet.activations import relu
from mygrad.nnet.layers import max_pool
from mygrad.nnet.losses import softmax_crossentropy
from mynn.layers.conv import conv
from mynn.layers.dense import dense
from mynn.optimizers.sgd import SGD

from sides.base import BaseSide


class LeNet:
    def __init__(self):
        self.layers = conv(1, 20, 5, 5), conv(20, 50, 5, 5), dense(800, 500), dense(500, 10)
        for layer, (W, b) in zip(self.layers, task.weights(), strict=True):
            W = task.channels_first(W) if isinstance(layer, conv) else task.transposed(W)
            layer.weight.data[:] = W
            layer.bias.data[:] = b.reshape(layer.bias.shape)

    def __call__(self, x):
        conv1, conv2, dense1, dense2 = self.layers
        y = max_pool(relu(conv1(x)), (2, 2), 2)
        y = max_pool(relu(conv2(y)), (2, 2), 2)
        return dense2(relu(dense1(y.reshape(len(x), -1))))

    @property
    def parameters(self):
        return [each for layer in self.layers for each in layer.parameters]


class Side(BaseSide):
    packages = ("mygrad", "mynn", "numpy")
    note = "decays the weights beside the momentum, not through it, and no biases"

    def __init__(self, argument, threads):
        self.network = LeNet()
        self.optimiser = SGD(self.network.parameters, learning_rate=task.LEARNING_RATE,
                             momentum=task.MOMENTUM, weight_decay=task.WEIGHT_DECAY)

    def give(self, case):
        self.x, self.labels = task.batch(case["batch"])

    def step(self):
        loss = softmax_crossentropy(self.network(self.x), self.labels)
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def predict(self):
        with mygrad.no_autodiff:
            return self.network(self.x).data.argmax(axis=1)

    def parameters(self):
        return sum(parameter.size for parameter in self.network.parameters)
