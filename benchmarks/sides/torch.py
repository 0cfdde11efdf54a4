"""PyTorch on the CPU, eager."""

import task
import torch
from torch import nn

from sides.base import BaseSide


class Side(BaseSide):
    packages = ("torch",)

    def __init__(self, argument, threads):
        torch.set_num_threads(threads)
        self.network = nn.Sequential(
            nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.ReLU(),
            nn.MaxPool2d(2), nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10))
        learning = [layer for layer in self.network if hasattr(layer, "weight")]
        with torch.no_grad():
            for layer, (W, b) in zip(learning, task.weights(), strict=True):
                layer.weight.copy_(torch.from_numpy(W).reshape(layer.weight.shape))
                layer.bias.copy_(torch.from_numpy(b[:, 0]))
        self.loss = nn.CrossEntropyLoss()
        self.optimiser = torch.optim.SGD(self.network.parameters(), lr=task.LEARNING_RATE,
                                         momentum=task.MOMENTUM, weight_decay=task.WEIGHT_DECAY)

    def give(self, case):
        images, labels = task.batch(case["batch"])
        self.x, self.labels = torch.from_numpy(images), torch.from_numpy(labels)

    def step(self):
        self.optimiser.zero_grad()
        loss = self.loss(self.network(self.x), self.labels)
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def predict(self):
        with torch.inference_mode():
            return self.network(self.x).argmax(dim=1).numpy()

    def parameters(self):
        return sum(parameter.numel() for parameter in self.network.parameters())

    def settings(self):
        return {"threads": torch.get_num_threads(),
                "kernels": torch.backends.cpu.get_cpu_capability(),
                "mkl": torch.backends.mkl.is_available(),
                "onednn": torch.backends.mkldnn.is_available()}
