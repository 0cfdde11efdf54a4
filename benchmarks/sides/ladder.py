"""One rung of the ladder, "ladder:3"."""

import numpy as np
import task

from course_lib import nn
from course_lib.speed.ladder import RUNGS
from sides.base import BaseSide, give_weights


class Side(BaseSide):
    packages = ("numpy",)

    def __init__(self, argument, threads):
        self.rung = RUNGS[int(argument)]
        reference = nn.lenet()
        give_weights(reference)
        self.network = self.rung.network(reference)
        self.optimiser = nn.SGD(self.network, lr=task.LEARNING_RATE, momentum=task.MOMENTUM,
                                weight_decay=task.WEIGHT_DECAY)

    def give(self, case):
        images, self.labels = task.batch(case["batch"])
        self.x = self.rung.pictures(np.ascontiguousarray(images.transpose(1, 2, 3, 0)))

    def gradients(self):
        """Forward, loss and backward: a rung is about these, so they alone are timed."""
        return self.rung.gradients(self.network, self.x, self.labels)

    def step(self):
        value = self.gradients()
        self.optimiser.step()
        return value

    def predict(self):
        z = self.network.forward(self.x)
        return z.argmax(axis=1 if self.rung.rows else 0)

    def parameters(self):
        return self.network.count
