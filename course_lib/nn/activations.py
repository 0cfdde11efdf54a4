"""Functions that bend every number by itself."""

import numpy as np

from course_lib.nn import given
from course_lib.nn.layer import Layer


class ReLU(Layer):
    """The rectifier: y = max(x, 0), entry by entry. Its derivative at 0 is taken to be 0."""

    splits = True

    def forward(self, x):
        """x -> y, any shape."""
        given.array(self, x)
        self.on = x > 0
        return np.maximum(x, 0)

    def backward(self, dy):
        """dx = dy where x was positive, else 0."""
        on = self._kept("on")
        self._check_dy(dy, on.shape)
        return dy * on


class Sigmoid(Layer):
    """The logistic sigmoid y = 1 / (1 + exp(-x)), entry by entry."""

    splits = True

    def forward(self, x):
        """x -> y, any shape; written as (1 + tanh(x/2)) / 2, which cannot overflow."""
        given.array(self, x)
        self.y = np.tanh(x / 2)
        self.y += 1
        self.y /= 2
        return self.y

    def backward(self, dy):
        """dx = dy (1 - y) y."""
        y = self._kept("y")
        self._check_dy(dy, y.shape)
        return dy * (1 - y) * y


class Tanh(Layer):
    """The hyperbolic tangent, entry by entry."""

    splits = True

    def forward(self, x):
        """x -> y, any shape."""
        given.array(self, x)
        self.y = np.tanh(x)
        return self.y

    def backward(self, dy):
        """dx = dy (1 - y²)."""
        y = self._kept("y")
        self._check_dy(dy, y.shape)
        return dy * (1 - y * y)
