"""Stochastic gradient descent, and how its learning rate falls."""

import numpy as np

from course_lib.nn import given

BLOCK = 2**16  # numbers: so many of w, dw and v stay in the cache while they are worked on


class SGD:
    """Gradient descent with momentum and weight decay.

    For every parameter w: v <- momentum · v + (dw + weight_decay · w), then w <- w - lr · v.

    Parameters
    ----------
    network : Sequential
    lr : float
        The learning rate; may be changed between steps.
    momentum, weight_decay : float
    bias_rate : float
        Biases learn at this multiple of the rate; the assignment's is 2.
    rates : dict, optional
        Multiples for single parameters, by their names in `network.named_parameters()`:
        {"0.W": 0} keeps the first layer's filters as they are.
    """

    def __init__(self, network, *, lr, momentum=0.0, weight_decay=0.0, bias_rate=1.0, rates=None):
        given.number("SGD", lr=lr, weight_decay=weight_decay, bias_rate=bias_rate)
        given.number("SGD", below=1, momentum=momentum)
        self.lr, self.momentum, self.weight_decay = lr, float(momentum), float(weight_decay)
        self.parameters = list(network.parameters())
        self.velocity = [np.zeros_like(getattr(layer, name)) for layer, name in self.parameters]
        paths = [path for path, _, _ in network.named_parameters()]
        rates = {} if rates is None else rates
        if unknown := set(rates) - set(paths):
            raise ValueError(f"rates names {sorted(unknown)}; the network's parameters are {paths}")
        given.number("SGD", **{f"the rate of {path}": rate for path, rate in rates.items()})
        self.rates = [rates.get(path, bias_rate if path.split(".")[-1] == "b" else 1.0) for path in paths]

    def step(self):
        """Move every parameter one step, by the gradients that `backward` stored."""
        given.number("SGD", lr=self.lr)
        for velocity, rate, (layer, name) in zip(self.velocity, self.rates, self.parameters):
            if not hasattr(layer, "d" + name):
                raise RuntimeError(f"{layer} has no gradient d{name} yet: run network.forward(x) and "
                                   "network.backward(dy) before the step")
            lr = float(self.lr * rate)  # a NumPy float64 would turn float32 arrays into float64
            for v, w, dw in _blocks(velocity, getattr(layer, name), getattr(layer, "d" + name)):
                v *= self.momentum
                v += dw
                v += self.weight_decay * w
                w -= lr * v


def _blocks(*arrays):
    """Yield the same few rows of every array, then the next: views of about BLOCK numbers."""
    rows = max(1, BLOCK * len(arrays[0]) // max(1, arrays[0].size))
    for i in range(0, len(arrays[0]), rows):
        yield [array[i:i + rows] for array in arrays]


def inverse_decay(lr, gamma=1e-4, power=0.75):
    """Return the assignment's schedule: the rate at iteration i is lr · (1 + gamma · i)^-power."""
    given.number("inverse_decay", lr=lr, gamma=gamma, power=power)
    return lambda iteration: lr * (1 + gamma * iteration) ** -power
