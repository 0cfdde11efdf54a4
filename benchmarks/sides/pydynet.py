"""PyDyNet: pictures (N, C, H, W)."""

import warnings

import task

from sides.base import BaseSide

warnings.simplefilter("ignore")  # it misses CuPy

import pydynet  # noqa: E402
from pydynet import nn, optim  # noqa: E402
from pydynet.nn import functional as F  # noqa: E402


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 20, 5), nn.Conv2d(20, 50, 5)
        self.linear1, self.linear2 = nn.Linear(800, 500), nn.Linear(500, 10)
        layers = self.conv1, self.conv2, self.linear1, self.linear2
        for layer, (W, b) in zip(layers, task.weights(), strict=True):
            W = task.channels_first(W) if isinstance(layer, nn.Conv2d) else task.transposed(W)
            layer.weight.data = W
            layer.bias.data = b.reshape(layer.bias.shape)

    def forward(self, x):
        y = F.max_pool2d(F.relu(self.conv1(x)), 2, 2)
        y = F.max_pool2d(F.relu(self.conv2(y)), 2, 2)
        return self.linear2(F.relu(self.linear1(y.reshape(x.shape[0], -1))))


class Side(BaseSide):
    packages = ("pydynet", "numpy")

    def __init__(self, argument, threads):
        self.network = LeNet()
        self.loss = nn.CrossEntropyLoss()
        self.optimiser = optim.SGD(self.network.parameters(), lr=task.LEARNING_RATE,
                                   momentum=task.MOMENTUM, weight_decay=task.WEIGHT_DECAY, nesterov=False)

    def give(self, case):
        images, self.labels = task.batch(case["batch"])
        self.x = pydynet.Tensor(images)

    def step(self):
        self.network.train()
        self.optimiser.zero_grad()
        loss = self.loss(self.network(self.x), self.labels)
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def predict(self):
        self.network.eval()
        with pydynet.no_grad():
            return self.network(self.x).data.argmax(axis=1)

    def parameters(self):
        return sum(parameter.data.size for parameter in self.network.parameters())
