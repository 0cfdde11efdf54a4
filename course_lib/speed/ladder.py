"""The same network, from loops to the speed of a framework: a ladder with one change a rung.

Every rung is the course's LeNet and computes the same loss and the same gradients as `nn.lenet`; only
the way differs. `RUNGS` lists them from the slowest to the fastest. On the rungs 0 to 5 a batch is
laid out as most NumPy code lays it out, one image after the other: pictures (N, C, H, W), rows
(N, features). From rung 6 on it is batch last, as everywhere else in this course, and from rung 7 on
the layers are those of `course_lib.nn`. ::

    rung = RUNGS[3]
    network = rung.network(nn.lenet(rng))                         # the same weights in the rung's own layers
    loss = rung.gradients(network, rung.pictures(x), labels)      # stores dW and db in every layer
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_lib import nn
from course_lib.nn.layer import Layer

# ---------------------------------------------------------------- rungs 0 to 5: one image after the other


class RowsConv2D(nn.Conv2D):
    """Rung 1: convolution as one matrix product, (N, C, H, W) -> (N, F, OH, OW), stride 1, no padding."""

    def forward(self, x):
        """Lay every patch out as a row; the rows times the filters' columns."""
        self.x = x
        N, C, H, W = x.shape
        OH, OW = H - self.k + 1, W - self.k + 1
        windows = sliding_window_view(x, (self.k, self.k), axis=(2, 3))      # (N, C, OH, OW, k, k)
        self.rows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(N * OH * OW, -1)
        y = self.rows @ self.W.T + self.b.T
        return y.reshape(N, OH, OW, -1).transpose(0, 3, 1, 2)

    def parameter_gradient(self, dy):
        """dW = dyᵀ rows; db = the sum of dy over the images and the pixels."""
        dy = self._as_rows(dy)
        self.dW = dy.T @ self.rows
        self.db = dy.sum(axis=0)[:, None]

    def input_gradient(self, dy):
        """Every patch's gradient, added back to where the patch came from."""
        N, F, OH, OW = dy.shape
        C = self.x.shape[1]
        patches = (self._as_rows(dy) @ self.W).reshape(N, OH, OW, C, self.k, self.k)
        dx = np.zeros_like(self.x)
        for i in range(self.k):
            for j in range(self.k):
                dx[:, :, i:i + OH, j:j + OW] += patches[..., i, j].transpose(0, 3, 1, 2)
        return dx

    def _as_rows(self, dy):
        """(N, F, OH, OW) -> (N·OH·OW, F)."""
        return dy.transpose(0, 2, 3, 1).reshape(-1, len(self.W))


class LoopConv2D(RowsConv2D):
    """Rung 0: convolution as it is defined, one output pixel of one filter of one image at a time."""

    def forward(self, x):
        """y[n, f, r, c] = the sum of filter f times the window under (r, c), plus b[f]."""
        self.x = x
        N, C, H, W = x.shape
        filters = self.W.reshape(-1, C, self.k, self.k)
        y = np.empty((N, len(filters), H - self.k + 1, W - self.k + 1), x.dtype)
        for n, f, r, c in np.ndindex(y.shape):
            window = x[n, :, r:r + self.k, c:c + self.k]
            y[n, f, r, c] = (filters[f] * window).sum() + self.b[f, 0]
        return y

    def parameter_gradient(self, dy):
        """Every output pixel hands its dy to the filter, times the window it looked through."""
        dW = np.zeros((len(self.W), self.c_in, self.k, self.k), dy.dtype)
        for n, f, r, c in np.ndindex(dy.shape):
            dW[f] += dy[n, f, r, c] * self.x[n, :, r:r + self.k, c:c + self.k]
        self.dW, self.db = dW.reshape(self.W.shape), dy.sum(axis=(0, 2, 3))[:, None]

    def input_gradient(self, dy):
        """And to the window, times the filter."""
        filters, dx = self.W.reshape(-1, self.c_in, self.k, self.k), np.zeros_like(self.x)
        for n, f, r, c in np.ndindex(dy.shape):
            dx[n, :, r:r + self.k, c:c + self.k] += dy[n, f, r, c] * filters[f]
        return dx


class ArgmaxPool(Layer):
    """Rung 1: 2-by-2 pooling by asking every window where its largest value is, (N, C, H, W)."""

    def forward(self, x):
        """Bring the four pixels of every window side by side; take the largest."""
        N, C, H, W = self.x_shape = x.shape
        windows = x.reshape(N, C, H // 2, 2, W // 2, 2).transpose(0, 1, 2, 4, 3, 5)
        windows = windows.reshape(N, C, H // 2, W // 2, 4)
        self.winner = windows.argmax(axis=4)[..., None]
        return np.take_along_axis(windows, self.winner, axis=4)[..., 0]

    def backward(self, dy):
        """Put every dy where the winner was, and the pixels back in their places."""
        N, C, H, W = self.x_shape
        windows = np.zeros((N, C, H // 2, W // 2, 4), dy.dtype)
        np.put_along_axis(windows, self.winner, dy[..., None], axis=4)
        windows = windows.reshape(N, C, H // 2, W // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5)
        return windows.reshape(N, C, H, W)


class SlicesPool(Layer):
    """Rung 4: 2-by-2 pooling as the maximum of four pictures of half the side, (N, C, H, W)."""

    def forward(self, x):
        """x -> y, entry by entry the largest of the four corners."""
        self.x = x
        a, b, c, d = self._corners(x)
        self.y = np.maximum(np.maximum(a, b), np.maximum(c, d))
        return self.y

    def backward(self, dy):
        """Hand every dy to the corner that won; among equals the first one wins."""
        dx = np.empty_like(self.x)
        unpaid = np.ones_like(self.y, dtype=bool)
        for corner, dcorner in zip(self._corners(self.x), self._corners(dx)):
            wins = (corner == self.y) & unpaid
            unpaid ^= wins
            np.multiply(dy, wins, out=dcorner)
        return dx

    def _corners(self, x):
        """Four views: in each, the same pixel of every window."""
        return [x[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1)]


class MaskReLU(Layer):
    """Rung 1: the rectifier by looking for the entries to set to zero."""

    def forward(self, x):
        """x -> y, any shape."""
        self.x, y = x, x.copy()
        y[y < 0] = 0
        return y

    def backward(self, dy):
        """dy -> dx, any shape."""
        dx = dy.copy()
        dx[self.x <= 0] = 0
        return dx


class RowsLinear(nn.Linear):
    """The inner product on rows: y = x Wᵀ + bᵀ, (N, n_in) -> (N, n_out)."""

    def forward(self, x):
        """x -> y."""
        self.x = x
        return x @ self.W.T + self.b.T

    def parameter_gradient(self, dy):
        """dW = dyᵀ x."""
        self.dW, self.db = dy.T @ self.x, dy.sum(axis=0)[:, None]

    def input_gradient(self, dy):
        """dx = dy W."""
        return dy @ self.W


class RowsFlatten(Layer):
    """(N, C, H, W) -> (N, C·H·W)."""

    def forward(self, x):
        """x -> y."""
        self.x_shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy):
        """dy -> dx."""
        return dy.reshape(self.x_shape)


# ---------------------------------------------------------------- rung 6: batch last


class PlainConv2D(nn.Conv2D):
    """Rung 6: the convolution of chapters 6 and 7, one product with all patches, (C, H, W, N)."""

    def forward(self, x):
        """The filters' rows times the patches' columns."""
        self.x_shape, self.cols = x.shape, nn.patches(x, self.k, self.stride, self.pad)
        y = self.W @ self.cols
        y += self.b
        return y.reshape(self.output_shape(x.shape))

    def parameter_gradient(self, dy):
        """dW = dy colsᵀ; db = the sum of dy over the pixels and the batch."""
        dy = dy.reshape(len(dy), -1)
        self.dW = (self.cols @ dy.T).T  # the same numbers as dy @ cols.T, read in the faster order
        self.db = dy.sum(axis=1, keepdims=True)

    def input_gradient(self, dy):
        """Wᵀ dy is the gradient of every patch; added back to where the patch came from."""
        dcols = self.W.T @ dy.reshape(len(dy), -1)
        return nn.add_patches(dcols, self.x_shape, self.k, self.stride, self.pad)


# ---------------------------------------------------------------- the ladder


@dataclass(frozen=True)
class Rung:
    """One way to compute the network.

    Attributes
    ----------
    change : str
        What is different from the rung before.
    reason : str
        Why that is faster, in terms of memory and of what the processor is good at.
    layers : callable
        Makes the layers from a convolution, a linear layer ... of the rung; see `RUNGS`.
    rows : bool
        Whether a batch is laid out as (N, ...) rather than (..., N).
    dtype : type
        Of all numbers.
    input_gradient : bool
        Whether the first layer computes the gradient of the pictures, which training does not need.
    threads : int
        How many threads share a batch.
    """

    change: str
    reason: str
    layers: Callable
    rows: bool = False
    dtype: type = np.float32
    input_gradient: bool = False
    threads: int = 1

    def network(self, reference):
        """Return the rung's network with copies of a network's parameters, such as `nn.lenet()`'s."""
        network = nn.Sequential(*self.layers())
        for (mine, name), (other, _) in zip(network.parameters(), reference.parameters(), strict=True):
            setattr(mine, name, getattr(other, name).astype(self.dtype))
        return network

    def pictures(self, x):
        """Return pictures x (C, H, W, N) in the rung's own layout and dtype."""
        x = x.transpose(3, 0, 1, 2) if self.rows else x
        return np.ascontiguousarray(x, self.dtype)

    def gradients(self, network, x, labels):
        """Return the loss on a batch, and store every layer's gradients: a step but for the step.

        Parameters
        ----------
        network : Sequential
            What `self.network` made.
        x : array
            What `self.pictures` made.
        labels : (N,) integers
        """
        if self.threads > 1:
            network = nn.Parallel(network, self.threads)
        loss, z = nn.SoftmaxCrossEntropy(), network.forward(x)
        value = loss.forward(z.T if self.rows else z, labels)
        dz = loss.backward()
        network.backward(dz.T if self.rows else dz, input_gradient=self.input_gradient)
        return value


def _lenet(conv, pool, relu, flatten=nn.Flatten, linear=nn.Linear, pool_first=False):
    """Return a function that makes LeNet's layers out of these kinds."""
    def after_convolution():
        return [pool(), relu()] if pool_first else [relu(), pool()]

    return lambda: [conv(1, 20, 5), *after_convolution(), conv(20, 50, 5), *after_convolution(),
                    flatten(), linear(800, 500), relu(), linear(500, 10)]


_loops = _lenet(LoopConv2D, ArgmaxPool, MaskReLU, RowsFlatten, RowsLinear)
_product = _lenet(RowsConv2D, ArgmaxPool, MaskReLU, RowsFlatten, RowsLinear)
_slices = _lenet(RowsConv2D, SlicesPool, MaskReLU, RowsFlatten, RowsLinear)
_no_branch = _lenet(RowsConv2D, SlicesPool, nn.ReLU, RowsFlatten, RowsLinear)
_plain = _lenet(PlainConv2D, nn.MaxPool2D, nn.ReLU)
_strips = _lenet(nn.Conv2D, nn.MaxPool2D, nn.ReLU)
_pool_first = _lenet(nn.Conv2D, nn.MaxPool2D, nn.ReLU, pool_first=True)

_slow = {"rows": True, "dtype": np.float64, "input_gradient": True}

# from the slowest to the fastest
RUNGS = (
    Rung("loops over pixels, filters and images",
         "every window costs several calls from Python, each for a handful of numbers",
         _loops, **_slow),
    Rung("convolution as one matrix product",
         "the product is left to BLAS, which keeps its numbers in registers and cache",
         _product, **_slow),
    Rung("numbers of four bytes (float32) instead of eight",
         "half the memory to move, and twice as many numbers in every register",
         _product, rows=True, input_gradient=True),
    Rung("no gradient for the pictures themselves",
         "nobody learns from it: the cheapest work is what is left out",
         _product, rows=True),
    Rung("pooling as the maximum of four slices",
         "no positions to compute and look up; four passes that read memory in order",
         _slices, rows=True),
    Rung("ReLU without branches",
         "y[y < 0] = 0 has the processor guess at every number; np.maximum does the same for all of them",
         _no_branch, rows=True),
    Rung("the batch as the last axis",
         "every copy of a patch moves whole rows of neighbours, and no result has to be transposed",
         _plain),
    Rung("patches unfolded sideways only",
         "k times the picture is copied instead of k² times, and a row's patches still fit the cache",
         _strips),
    Rung("pooling before ReLU",
         "the two may change places, and a quarter of the numbers is left for ReLU",
         _pool_first),
    Rung("two threads, half of the batch each",
         "while one of them copies or pools, the other one multiplies: no core waits",
         _pool_first, threads=2),
)
