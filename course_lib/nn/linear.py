"""The inner product, and the way to it from pictures."""

import numpy as np

from course_lib.nn import given
from course_lib.nn.initialisers import he
from course_lib.nn.layer import Layer, Learnable
from course_lib.nn.product import product


class Linear(Learnable):
    """The inner product, or fully connected layer: y = W x + b.

    Parameters
    ----------
    n_in, n_out : int
    rng : numpy.random.Generator, optional
        Where random weights come from; a generator with seed 0 if left out.
    init : callable
        See `course_lib.nn.initialisers`.
    bias : bool
        Whether every output adds a number of its own.

    Attributes
    ----------
    W, dW : (n_out, n_in) arrays
    b, db : (n_out, 1) arrays
    """

    splits = True

    def __init__(self, n_in, n_out, *, bias=True, rng=None, init=he, dtype=np.float32):
        given.whole("Linear", n_in=n_in, n_out=n_out)
        self._start(init, rng, (n_out, n_in), n_in, n_out, dtype, bias)

    def __repr__(self):
        n_out, n_in = self.W.shape
        return f"Linear({n_in}, {n_out})"

    def forward(self, x):
        """x (n_in, N) -> y (n_out, N)."""
        given.array(self, x)
        if x.ndim != 2 or len(x) != self.W.shape[1]:
            mend = {1: ". One column has to be x[:, None].", 4: ". Put a Flatten() before it."}
            raise ValueError(f"{self}: expected columns of shape ({self.W.shape[1]}, N); got {x.shape}"
                             + mend.get(x.ndim, ""))
        given.dtype(self, x, self.W.dtype)
        self.x = x
        y = product(self.W, x)
        if self.b is not None:
            y += self.b
        return y

    def parameter_gradient(self, dy):
        """dW = dy xᵀ and db = the sum of dy over the batch."""
        x = self._kept("x")
        self._check_dy(dy, (len(self.W), x.shape[1]))
        one = x.shape[1] == 1
        self.dW = dy * x.T if one else product(dy, x.T)  # the same; of one column, a product entry by entry is faster
        if self.b is not None:
            self.db = dy.sum(axis=1, keepdims=True)

    def input_gradient(self, dy):
        """dx = Wᵀ dy."""
        self._check_dy(dy, (len(self.W), self._kept("x").shape[1]))
        return product(self.W.T, dy)


class Flatten(Layer):
    """Pictures to columns: (C, H, W, N) -> (C·H·W, N), in C order."""

    splits = True

    def forward(self, x):
        """x (C, H, W, N) -> y (C·H·W, N)."""
        given.array(self, x)
        self.x_shape = x.shape
        return x.reshape(-1, x.shape[-1])

    def backward(self, dy):
        """The same numbers in the pictures' shape again."""
        *sides, N = self._kept("x_shape")
        self._check_dy(dy, (int(np.prod(sides)), N))
        return dy.reshape(self.x_shape)
