"""PyTorch on the CPU, its forward and backward compiled, anew for each size of a batch."""

import torch

from sides.torch import Side as Eager


class Side(Eager):
    note = "network and loss in one torch.compile, dynamic=False; the optimiser as in eager mode"

    def __init__(self, argument, threads):
        super().__init__(argument, threads)
        self.forward = torch.compile(self.network, dynamic=False)
        self.measure = torch.compile(lambda x, labels: self.loss(self.network(x), labels), dynamic=False)

    def step(self):
        self.optimiser.zero_grad()
        loss = self.measure(self.x, self.labels)
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def predict(self):
        with torch.inference_mode():
            return self.forward(self.x).argmax(dim=1).numpy()
