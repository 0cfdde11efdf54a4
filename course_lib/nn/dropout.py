"""Dropout: while it trains, a network does without a random part of its numbers."""

import numpy as np

from course_lib.nn import given
from course_lib.nn.layer import Layer


class Dropout(Layer):
    """Set every number to 0 with probability `rate`, and the others to 1/(1 - rate) times themselves.

    So the expected value stays what it was, and after training nothing is left to do ("inverted"
    dropout; Srivastava et al., 2014, scale at test time instead). It acts only while the network
    is being trained, see `Layer.set_training`; otherwise y = x.

    Parameters
    ----------
    rate : float
        The probability, at least 0 and below 1.
    rng : numpy.random.Generator, optional
        The layer draws from a generator of its own, spawned from this one (seed 0 if left out), so
        that layers given the same one do not drop the same numbers. Nothing is drawn from `rng` itself.
    """

    splits = False  # threads would draw from one generator, in an order that nobody can repeat

    def __init__(self, rate=0.5, *, rng=None):
        if not 0 <= rate < 1:
            raise ValueError(f"Dropout: the rate is a probability, at least 0 and below 1; got {rate}")
        self.rate = float(rate)
        self.rng, = given.generator("Dropout", rng).spawn(1)

    def __repr__(self):
        return f"Dropout({self.rate})"

    def forward(self, x):
        """y = factor x, where every factor is 0 or 1/(1 - rate); y = x unless it is being trained."""
        given.array(self, x)
        self.x_shape, self.factor = x.shape, 1.0
        if self.training:
            kept = self.rng.random(x.shape, dtype=np.float32) >= self.rate
            self.factor = kept.astype(x.dtype) / (1 - self.rate)
        return x * self.factor

    def backward(self, dy):
        """dx = factor dy."""
        self._check_dy(dy, self._kept("x_shape"))
        return dy * self.factor
