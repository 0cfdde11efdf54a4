"""The layers: each has its forward pass and, beside it, its backward pass.

`forward(x)` returns y and keeps what the way back needs. `backward(dy)` is given dy = ∂L/∂y and
returns dx = ∂L/∂x; a layer with parameters also stores dW = ∂L/∂W and db = ∂L/∂b beside W and b.
Pictures are (C, H, W, N) and columns (features, N): one column per image, as in the text.
"""

import numpy as np

from course_lib.nn.initialisers import he
from course_lib.nn.windows import add_patches, corners, output_size, pad_sides, patches


class Layer:
    """What all layers share: names of parameters, and checks that say how to mend a call."""

    params = ()  # the names of what learns, e.g. ("W", "b")

    def forward(self, x):
        """Return y and keep what `backward` needs."""
        raise NotImplementedError

    def backward(self, dy):
        """Return dx, given dy; store the gradients of the parameters, if there are any."""
        raise NotImplementedError

    def __repr__(self):
        return f"{type(self).__name__}()"

    def _check_dy(self, dy, shape):
        if dy.shape != shape:
            raise ValueError(f"{self}: dy must have the shape of the layer's output, {shape}; "
                             f"got {dy.shape}")

    def _kept(self, name):
        """Return what forward kept under this name."""
        if not hasattr(self, name):
            raise RuntimeError(f"{self}: backward was called before forward; "
                               "run forward(x) first, it keeps what the way back needs")
        return getattr(self, name)


class Learnable(Layer):
    """A layer with weights W and biases b. Its backward pass has two independent halves."""

    params = ("W", "b")

    def backward(self, dy):
        """Store dW and db, and return dx."""
        self.parameter_gradient(dy)
        return self.input_gradient(dy)

    def parameter_gradient(self, dy):
        """Store dW and db."""
        raise NotImplementedError

    def input_gradient(self, dy):
        """Return dx."""
        raise NotImplementedError

    def _start(self, init, rng, shape, n_in, n_out, dtype):
        if rng is None:
            rng = np.random.default_rng(0)
        self.W = init(rng, shape, n_in, n_out).astype(dtype)
        self.b = np.zeros((shape[0], 1), dtype)

    def _check_dtype(self, x):
        if x.dtype != self.W.dtype:
            raise TypeError(f"{self}: the network computes in {self.W.dtype}, the input is {x.dtype}; "
                            f"convert it with x.astype(np.{self.W.dtype}), or build the network with "
                            f"dtype=np.{x.dtype}" + ("" if x.dtype.kind == "f" else " (a float type)"))


class Linear(Learnable):
    """The inner product, or fully connected layer: y = W x + b.

    Parameters
    ----------
    n_in, n_out : int
    rng : numpy.random.Generator, optional
        Where random weights come from; a generator with seed 0 if left out.
    init : callable
        See `course_lib.nn.initialisers`.

    Attributes
    ----------
    W, dW : (n_out, n_in) arrays
    b, db : (n_out, 1) arrays
    """

    def __init__(self, n_in, n_out, *, rng=None, init=he, dtype=np.float32):
        self._start(init, rng, (n_out, n_in), n_in, n_out, dtype)

    def __repr__(self):
        n_out, n_in = self.W.shape
        return f"Linear({n_in}, {n_out})"

    def forward(self, x):
        """x (n_in, N) -> y (n_out, N)."""
        if x.ndim != 2 or len(x) != self.W.shape[1]:
            raise ValueError(f"{self}: expected columns of shape ({self.W.shape[1]}, N); got {x.shape}"
                             + (". Put a Flatten() before it." if x.ndim == 4 else ""))
        self._check_dtype(x)
        self.x = x
        y = self.W @ x
        y += self.b
        return y

    def parameter_gradient(self, dy):
        """dW = dy xᵀ and db = the sum of dy over the batch."""
        x = self._kept("x")
        self._check_dy(dy, (len(self.W), x.shape[1]))
        self.dW = dy @ x.T
        self.db = dy.sum(axis=1, keepdims=True)

    def input_gradient(self, dy):
        """dx = Wᵀ dy."""
        self._check_dy(dy, (len(self.W), self._kept("x").shape[1]))
        return self.W.T @ dy


class Conv2D(Learnable):
    """Convolution: every filter slides over the picture; under each window, an inner product.

    As everywhere in the field, the filter is not flipped: strictly this is a cross-correlation.

    Parameters
    ----------
    c_in, c_out : int
        Channels in, filters (channels out).
    k, stride, pad : int
        Side of the filter, step from window to window, zeros around the picture, in pixels.
    rng, init, dtype
        As for `Linear`.

    Attributes
    ----------
    W, dW : (c_out, c_in·k·k) arrays
        One filter a row, its entries in the order channel, row, column.
    b, db : (c_out, 1) arrays
    """

    def __init__(self, c_in, c_out, k, stride=1, pad=0, *, rng=None, init=he, dtype=np.float32):
        if min(c_in, c_out, k, stride) < 1 or pad < 0:
            raise ValueError("Conv2D: c_in, c_out, k and stride must be at least 1 and pad at least 0; "
                             f"got c_in={c_in}, c_out={c_out}, k={k}, stride={stride}, pad={pad}")
        self.c_in, self.k, self.stride, self.pad = c_in, k, stride, pad
        self._start(init, rng, (c_out, c_in * k * k), c_in * k * k, c_out * k * k, dtype)

    def __repr__(self):
        return f"Conv2D({self.c_in}, {len(self.W)}, k={self.k}, stride={self.stride}, pad={self.pad})"

    def output_shape(self, shape):
        """(C, H, W, N) -> (F, OH, OW, N)."""
        C, H, W, N = shape
        size = (self.k, self.stride, self.pad)
        return len(self.W), output_size(H, *size), output_size(W, *size), N

    def forward(self, x):
        """x (C, H, W, N) -> y (F, OH, OW, N): the filters' rows times the patches' columns."""
        if x.ndim != 4 or len(x) != self.c_in:
            raise ValueError(f"{self}: expected pictures of shape ({self.c_in}, H, W, N), channels "
                             f"first and the batch last; got {x.shape}")
        self._check_dtype(x)
        y_shape = self.output_shape(x.shape)
        self.x_shape, self.cols = x.shape, patches(x, self.k, self.stride, self.pad)
        y = self.W @ self.cols
        y += self.b
        return y.reshape(y_shape)

    def parameter_gradient(self, dy):
        """dW = dy colsᵀ and db = the sum of dy over the pixels and the batch."""
        cols = self._kept("cols")
        self._check_dy(dy, self.output_shape(self.x_shape))
        dy = dy.reshape(len(dy), -1)
        self.dW = (cols @ dy.T).T  # the same numbers as dy @ cols.T, read in the faster order
        self.db = dy.sum(axis=1, keepdims=True)

    def input_gradient(self, dy):
        """dx: Wᵀ dy is the gradient of every patch; added back to where the patch came from."""
        self._check_dy(dy, self.output_shape(self._kept("x_shape")))
        dcols = self.W.T @ dy.reshape(len(dy), -1)
        return add_patches(dcols, self.x_shape, self.k, self.stride, self.pad)


class MaxPool2D(Layer):
    """Max-pooling: of every k-by-k window, the largest value.

    Parameters
    ----------
    k : int
        Side of the window in pixels.
    stride : int, optional
        Step from window to window; k if left out, so that the windows tile the picture.
    pad : int
        Pixels of minus infinity around the picture, at most half a window.
    """

    def __init__(self, k=2, stride=None, pad=0):
        stride = k if stride is None else stride
        if k < 1 or stride < 1 or not 0 <= pad <= k // 2:
            raise ValueError("MaxPool2D: k and stride must be at least 1 and pad from 0 to k // 2; "
                             f"got k={k}, stride={stride}, pad={pad}")
        self.k, self.stride, self.pad = k, stride, pad

    def __repr__(self):
        return f"MaxPool2D({self.k}, stride={self.stride}, pad={self.pad})"

    def _corners(self, x):
        return corners(x, self.k, self.stride, *self.y.shape[1:3])

    def forward(self, x):
        """x (C, H, W, N) -> y (C, OH, OW, N)."""
        if x.ndim != 4:
            raise ValueError(f"{self}: expected pictures of shape (C, H, W, N); got {x.shape}")
        C, H, W, N = x.shape
        size = (self.k, self.stride, self.pad)
        self.x = pad_sides(x, self.pad, -np.inf)
        self.y = np.full((C, output_size(H, *size), output_size(W, *size), N), -np.inf, x.dtype)
        for corner in self._corners(self.x):
            np.maximum(self.y, corner, out=self.y)
        return self.y

    def backward(self, dy):
        """Hand every dy to the pixel that won its window; among equals the first one wins."""
        y = self._kept("y")
        self._check_dy(dy, y.shape)
        dx = np.zeros(self.x.shape, dy.dtype)
        unpaid = np.ones(dy.shape, bool)  # windows that have not found their winner yet
        for corner, dcorner in zip(self._corners(self.x), self._corners(dx)):
            wins = (corner == y) & unpaid
            dcorner += dy * wins
            unpaid ^= wins
        H, W = (side - 2 * self.pad for side in dx.shape[1:3])
        return dx[:, self.pad:self.pad + H, self.pad:self.pad + W]


class ReLU(Layer):
    """The rectifier: y = max(x, 0), entry by entry. Its derivative at 0 is taken to be 0."""

    def forward(self, x):
        """x -> y, any shape."""
        self.on = x > 0
        return np.maximum(x, 0)

    def backward(self, dy):
        """dx = dy where x was positive, else 0."""
        on = self._kept("on")
        self._check_dy(dy, on.shape)
        return dy * on


class Sigmoid(Layer):
    """The logistic sigmoid y = 1 / (1 + exp(-x)), entry by entry."""

    def forward(self, x):
        """x -> y, any shape; written as (1 + tanh(x/2)) / 2, which cannot overflow."""
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

    def forward(self, x):
        """x -> y, any shape."""
        self.y = np.tanh(x)
        return self.y

    def backward(self, dy):
        """dx = dy (1 - y²)."""
        y = self._kept("y")
        self._check_dy(dy, y.shape)
        return dy * (1 - y * y)


class Flatten(Layer):
    """Pictures to columns: (C, H, W, N) -> (C·H·W, N), in C order."""

    def forward(self, x):
        """x (C, H, W, N) -> y (C·H·W, N)."""
        self.x_shape = x.shape
        return x.reshape(-1, x.shape[-1])

    def backward(self, dy):
        """The same numbers in the pictures' shape again."""
        *sides, N = self._kept("x_shape")
        self._check_dy(dy, (int(np.prod(sides)), N))
        return dy.reshape(self.x_shape)
