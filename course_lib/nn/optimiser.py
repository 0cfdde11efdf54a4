"""Stochastic gradient descent, and how its learning rate falls."""

import numpy as np


class SGD:
    """Gradient descent with momentum and weight decay.

    For every parameter w: v <- momentum · v + (dw + weight_decay · w), then w <- w - lr · v.
    Biases learn at `bias_rate` times the rate, as in the assignment (where it is 2).

    Parameters
    ----------
    network : Sequential
    lr : float
        The learning rate; may be changed between steps.
    """

    def __init__(self, network, *, lr, momentum=0.0, weight_decay=0.0, bias_rate=1.0):
        self.network, self.lr = network, lr
        self.momentum, self.weight_decay, self.bias_rate = momentum, weight_decay, bias_rate
        self.velocity = [np.zeros_like(getattr(layer, name)) for layer, name in network.parameters()]

    def step(self):
        """Move every parameter one step, by the gradients that `backward` stored."""
        for v, (layer, name) in zip(self.velocity, self.network.parameters()):
            if not hasattr(layer, "d" + name):
                raise RuntimeError(f"{layer} has no gradient d{name} yet: run network.forward(x) and "
                                   "network.backward(dy) before the step")
            w, dw = getattr(layer, name), getattr(layer, "d" + name)
            rate = self.lr * (self.bias_rate if name == "b" else 1.0)
            v *= self.momentum
            v += dw
            v += self.weight_decay * w
            w -= rate * v


def inverse_decay(lr, gamma=1e-4, power=0.75):
    """Return the assignment's schedule: the rate at iteration i is lr · (1 + gamma · i)^-power."""
    return lambda iteration: lr * (1 + gamma * iteration) ** -power
