"""Channel by channel: some of the channels, or each with a scale and a shift of its own."""

import numpy as np

from course_lib.nn import given
from course_lib.nn.layer import Layer, Learnable


class Select(Layer):
    """Some of the channels and no others: y = x[channels].

    A convolution behind it sees those only. Side by side in `Branches` they make a layer whose
    filters each have channels of their own, like C3 of LeNet-5.

    Parameters
    ----------
    channels : sequence of int
        Which, in the order wanted; each at most once.
    """

    splits = True

    def __init__(self, channels):
        self.channels = list(channels)
        if not self.channels or min(self.channels) < 0 or len(set(self.channels)) < len(self.channels):
            raise ValueError("Select: name at least one channel, each once, counted from 0; "
                             f"got {self.channels}")

    def __repr__(self):
        return f"Select({self.channels})"

    def forward(self, x):
        """x (C, ...) -> y (len(channels), ...)."""
        given.array(self, x)
        if max(self.channels) >= len(x):
            raise ValueError(f"{self}: x has channels 0 to {len(x) - 1} only; its shape is {x.shape}")
        self.x_shape = x.shape
        return x[self.channels]

    def backward(self, dy):
        """Each dy goes to its channel; the channels that were not chosen get 0."""
        shape = self._kept("x_shape")
        self._check_dy(dy, (len(self.channels), *shape[1:]))
        dx = np.zeros(shape, dy.dtype)
        dx[self.channels] = dy
        return dx


class Scale(Learnable):
    """Each channel times a number that is learned, plus another: y = W x + b, channel by channel.

    It starts as y = x. Behind an average pool it makes the subsampling of LeNet-5 (LeCun et al.,
    1998), which multiplies the *sum* of a window: the paper's coefficient is W / k².

    Parameters
    ----------
    channels : int

    Attributes
    ----------
    W, dW : (C, 1) arrays
    b, db : (C, 1) arrays
    """

    splits = True

    def __init__(self, channels, *, dtype=np.float32):
        self.W, self.b = np.ones((channels, 1), dtype), np.zeros((channels, 1), dtype)

    def __repr__(self):
        return f"{type(self).__name__}({len(self.W)})"

    def forward(self, x):
        """x (C, ...) -> y (C, ...), pictures or columns."""
        self._check_channels(x)
        self.x = x
        return self._like(self.W, x) * x + self._like(self.b, x)

    def parameter_gradient(self, dy):
        """dW = the sum of dy x, db = the sum of dy, over all but the channels."""
        x = self._kept("x")
        self._check_dy(dy, x.shape)
        self.dW = (dy * x).reshape(len(x), -1).sum(axis=1, keepdims=True)
        self.db = dy.reshape(len(x), -1).sum(axis=1, keepdims=True)

    def input_gradient(self, dy):
        """dx = W dy."""
        self._check_dy(dy, self._kept("x").shape)
        return self._like(self.W, dy) * dy

    def _check_channels(self, x):
        given.array(self, x)
        if len(x) != len(self.W):
            raise ValueError(f"{self}: expected {len(self.W)} channels on the first axis; got {x.shape}")
        given.dtype(self, x, self.W.dtype)

    @staticmethod
    def _like(w, x):
        """w (C, 1), in as many axes as x has."""
        return w.reshape(len(w), *[1] * (x.ndim - 1))
