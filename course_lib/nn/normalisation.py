"""Batch normalisation: every channel is brought to mean 0 and variance 1, then scaled and shifted."""

import numpy as np

from course_lib.nn.channels import Scale


class BatchNorm(Scale):
    """Batch normalisation (Ioffe and Szegedy, 2015), channel by channel: y = W x̂ + b.

    While the network is being trained (see `Layer.set_training`), x̂ = (x - m) / √(v + eps), where m
    and v are mean and variance of the channel over the pixels and the images of the batch: an image
    then depends on those it shares a batch with. Otherwise m and v are the running averages.

    Parameters
    ----------
    channels : int
    eps : float
        Keeps the division safe where a channel is constant.
    momentum : float
        The part of the running averages that every batch replaces (1 - the usual decay).

    Attributes
    ----------
    W, dW : (C, 1) arrays
    b, db : (C, 1) arrays
    mean : (C, 1) array
        Running average, 0 to begin with. It is saved with the weights, as `variance` is.
    variance : (C, 1) array
        Running average, 1 to begin with, of the unbiased variance (divided by the count less one),
        as in PyTorch.
    """

    state = ("mean", "variance")
    splits = False  # while it trains, it looks at the whole batch at once

    def __init__(self, channels, *, eps=1e-5, momentum=0.1, dtype=np.float32):
        super().__init__(channels, dtype=dtype)
        self.eps, self.momentum = float(eps), float(momentum)
        self.mean, self.variance = np.zeros((channels, 1), dtype), np.ones((channels, 1), dtype)

    def forward(self, x):
        """x (C, ...) -> y (C, ...), pictures or columns."""
        self._check_channels(x)
        self.from_batch = self.training
        m, v = self._statistics(x) if self.from_batch else (self.mean, self.variance)
        self.deviation = np.sqrt(v + self.eps)
        return super().forward((x - self._like(m, x)) / self._like(self.deviation, x))

    def input_gradient(self, dy):
        """dx from dx̂ = W dy: m and v, where they come from the batch, depend on x as well."""
        dx = super().input_gradient(dy)
        if self.from_batch:  # take away the parts along 1 and along x̂: m and v undo such changes of x
            dx = dx - self._like(_mean(dx), dx) - self.x * self._like(_mean(dx * self.x), dx)
        return dx / self._like(self.deviation, dx)

    def _statistics(self, x):
        """Return mean and variance of every channel of the batch; move the running averages."""
        count = x[0].size
        if count < 2:
            raise ValueError(f"{self}: one number per channel has no variance; train with more images "
                             f"or larger pictures than {x.shape}, or call set_training(False)")
        m = _mean(x)
        v = _mean((x - self._like(m, x)) ** 2)
        self.mean += self.momentum * (m - self.mean)
        self.variance += self.momentum * (v * (count / (count - 1)) - self.variance)
        return m, v


def _mean(x):
    """The mean of every channel, (C, 1)."""
    return x.reshape(len(x), -1).mean(axis=1, keepdims=True)
