"""Pooling: one number for every window, its largest or its mean."""

import numpy as np

from course_lib.nn import given
from course_lib.nn.layer import Layer
from course_lib.nn.windows import corners, output_size, pad_sides


class Pool2D(Layer):
    """What the poolings share: the windows."""

    splits = True

    def __init__(self, k=2, stride=None, pad=0, ceil_mode=False):
        stride = k if stride is None else stride
        given.whole(type(self).__name__, k=k, stride=stride)
        given.whole(type(self).__name__, 0, pad=pad)
        if pad > k // 2:
            raise ValueError(f"{type(self).__name__}: pad must be from 0 to k // 2; got k={k}, pad={pad}: "
                             "some windows would see nothing but padding")
        self.k, self.stride, self.pad, self.ceil_mode = k, stride, pad, ceil_mode

    def __repr__(self):
        ceil = ", ceil_mode=True" if self.ceil_mode else ""
        return f"{type(self).__name__}({self.k}, stride={self.stride}, pad={self.pad}{ceil})"

    def output_shape(self, shape):
        """(C, H, W, N) -> (C, OH, OW, N)."""
        C, H, W, N = shape
        size = (self.k, self.stride, self.pad, self.ceil_mode)
        return C, output_size(H, *size), output_size(W, *size), N

    def _padded(self, x, value):
        """x with `value` around it, as far as the windows reach."""
        given.pictures(self, x)
        self.x_shape, self.y_shape = x.shape, self.output_shape(x.shape)
        beyond = [max(0, (count - 1) * self.stride + self.k - side - 2 * self.pad)
                  for count, side in zip(self.y_shape[1:3], x.shape[1:3])]
        return pad_sides(x, self.pad, value, beyond)

    def _inside(self, dx):
        """dx without what `_padded` put around x."""
        _, H, W, _ = self.x_shape
        return dx[:, self.pad:self.pad + H, self.pad:self.pad + W]

    def _corners(self, x):
        """k·k views of the padded x: in each, the same pixel of every window."""
        return corners(x, self.k, self.stride, *self.y_shape[1:3])


class MaxPool2D(Pool2D):
    """Max-pooling: of every k-by-k window, the largest value.

    Parameters
    ----------
    k : int
        Side of the window in pixels.
    stride : int, optional
        Step from window to window; k if left out, so that the windows tile the picture.
    pad : int
        Pixels of minus infinity around the picture, at most half a window.
    ceil_mode : bool
        Whether a last window that sticks out of the picture counts, as in PyTorch.
    """

    def forward(self, x):
        """x (C, H, W, N) -> y (C, OH, OW, N): the largest of the rows, then of their columns."""
        self.x, s = self._padded(x, -np.inf), self.stride
        _, OH, OW, _ = self.y_shape
        rows = _largest([self.x[:, i:i + s * OH:s] for i in range(self.k)])
        self.y = _largest([rows[:, :, j:j + s * OW:s] for j in range(self.k)])
        return self.y

    def backward(self, dy):
        """Hand every dy to the pixel that won its window; among equals the first one wins."""
        y = self._kept("y")
        self._check_dy(dy, y.shape)
        tiled = self.stride == self.k and all(n % self.k == 0 for n in self.x.shape[1:3])
        dx = np.empty_like(self.x) if tiled else np.zeros_like(self.x)
        unpaid = np.ones_like(y, dtype=bool)  # windows that have not found their winner yet
        for corner, dcorner in zip(self._corners(self.x), self._corners(dx)):
            wins = corner == y
            wins &= unpaid
            unpaid ^= wins
            if tiled:
                np.multiply(dy, wins, out=dcorner)
            else:  # windows may overlap: a pixel may win several
                dcorner += dy * wins
        return self._inside(dx)


class AveragePool2D(Pool2D):
    """Average pooling: of every k-by-k window, the mean.

    Parameters
    ----------
    k : int
        Side of the window in pixels.
    stride : int, optional
        Step from window to window; k if left out, so that the windows tile the picture.
    pad : int
        Pixels of zero, which count as pixels, around the picture, at most half a window.
    ceil_mode : bool
        Whether a last window that sticks out of the picture counts, as in PyTorch.
    """

    def forward(self, x):
        """x (C, H, W, N) -> y (C, OH, OW, N)."""
        x = self._padded(x, 0)
        self.padded_shape = x.shape
        y = sum(self._corners(x))
        y /= self._counts(y.dtype)
        return y

    def backward(self, dy):
        """Every pixel of a window gets the same share of its dy."""
        dx = np.zeros(self._kept("padded_shape"), dy.dtype)
        self._check_dy(dy, self.y_shape)
        share = dy / self._counts(dy.dtype)
        for dcorner in self._corners(dx):
            dcorner += share
        return self._inside(dx)

    def _counts(self, dtype):
        """Pixels in every window, padding included but nothing beyond it, (OH, OW, 1)."""
        sides = [np.minimum(self.k, side + 2 * self.pad - self.stride * np.arange(count))
                 for side, count in zip(self.x_shape[1:3], self.y_shape[1:3])]
        return np.multiply.outer(*sides)[:, :, None].astype(dtype)


class GlobalAveragePool2D(Layer):
    """The mean of every map: (C, H, W, N) -> (C, 1, 1, N), whatever the maps' size."""

    splits = True

    def forward(self, x):
        """x (C, H, W, N) -> y (C, 1, 1, N)."""
        given.pictures(self, x)
        self.x_shape = x.shape
        return x.mean(axis=(1, 2), keepdims=True, dtype=x.dtype)

    def backward(self, dy):
        """Every pixel of a map gets the same share of its dy."""
        C, H, W, N = self._kept("x_shape")
        self._check_dy(dy, (C, 1, 1, N))
        return np.broadcast_to(dy / (H * W), self.x_shape).copy()


class AdaptiveAveragePool2D(Layer):
    """The means of size x size windows that cover every map, whatever the map's size.

    Window i of a side of H pixels reaches from ⌊i H / size⌋ up to ⌈(i + 1) H / size⌉, PyTorch's rule:
    the windows tile the map if size divides its side, else neighbours share a row or a column.

    Parameters
    ----------
    size : int
        Side of the output, in pixels.
    """

    splits = True

    def __init__(self, size):
        given.whole("AdaptiveAveragePool2D", size=size)
        self.size = size

    def __repr__(self):
        return f"AdaptiveAveragePool2D({self.size})"

    def forward(self, x):
        """x (C, H, W, N) -> y (C, size, size, N)."""
        given.pictures(self, x)
        self.x_shape = C, _, _, N = x.shape
        y = np.empty((C, self.size, self.size, N), x.dtype)
        for pixel, window in self._windows():
            y[pixel] = x[window].mean(axis=(1, 2))
        return y

    def backward(self, dy):
        """Every pixel of a window gets the same share of its dy."""
        C, _, _, N = self._kept("x_shape")
        self._check_dy(dy, (C, self.size, self.size, N))
        dx = np.zeros(self.x_shape, dy.dtype)
        for pixel, window in self._windows():
            dx[window] += (dy[pixel] / dx[window][0, :, :, 0].size)[:, None, None]
        return dx

    def _windows(self):
        """Yield where in y each pixel is and where in x its window is, both as an index."""
        rows, columns = ([slice(i * side // self.size, -(-(i + 1) * side // self.size))
                          for i in range(self.size)] for side in self.x_shape[1:3])
        for r, c in np.ndindex(self.size, self.size):
            yield (slice(None), r, c), (slice(None), rows[r], columns[c])


def _largest(views):
    """The entrywise maximum of some arrays of one shape, in a new array."""
    y = np.maximum(views[0], views[-1])  # the same one twice if there is only one
    for view in views[1:-1]:
        np.maximum(y, view, out=y)
    return y
