"""Convolution: forward, every row of the output is one matrix product; backward, the two transposes."""

import numpy as np

from course_lib.nn import given
from course_lib.nn.initialisers import he
from course_lib.nn.layer import Learnable
from course_lib.nn.product import product
from course_lib.nn.windows import add_strips, bands, output_size, strips

SHORT = 128  # pixels of a batch's output row: fewer are too few for a fast product


class Conv2D(Learnable):
    """Convolution: every filter slides over the picture; under each window, an inner product.

    As everywhere in the field, the filter is not flipped: strictly this is a cross-correlation.

    Chapter 6 lays every patch out as a column, y = W cols. Here the patches under one row of the
    output, a *band*, are such columns, and y_row = W band; the bands overlap in memory, so that
    only k times the picture is copied instead of k² times. Where rows are short (small pictures in
    small batches) all of them make one band, which is a copy: chapter 6's way, with strips between.

    Parameters
    ----------
    c_in, c_out : int
        Channels in, filters (channels out).
    k, stride, pad : int
        Side of the filter, step from window to window, zeros around the picture, in pixels.
    groups : int
        Into how many equal parts channels and filters are split; each part of the filters sees
        its own part of the channels only.
    bias : bool
        Whether every filter adds a number of its own.
    rng, init, dtype
        As for `Linear`.

    Attributes
    ----------
    W, dW : (c_out, c_in/groups·k·k) arrays
        One filter a row, its entries in the order channel, row, column.
    b, db : (c_out, 1) arrays
    """

    splits = True

    def __init__(self, c_in, c_out, k, stride=1, pad=0, *, groups=1, bias=True, rng=None, init=he,
                 dtype=np.float32):
        given.whole("Conv2D", c_in=c_in, c_out=c_out, k=k, stride=stride, groups=groups)
        given.whole("Conv2D", 0, pad=pad)
        if c_in % groups or c_out % groups:
            raise ValueError(f"Conv2D: {groups} groups must divide both the {c_in} channels and the "
                             f"{c_out} filters")
        self.c_in, self.k, self.stride, self.pad, self.groups = c_in, k, stride, pad, groups
        n_in, n_out = (c // groups * k * k for c in (c_in, c_out))
        self._start(init, rng, (c_out, n_in), n_in, n_out, dtype, bias)

    def __repr__(self):
        groups = f", groups={self.groups}" if self.groups > 1 else ""
        return (f"Conv2D({self.c_in}, {len(self.W)}, k={self.k}, stride={self.stride}, pad={self.pad}"
                f"{groups})")

    def output_shape(self, shape):
        """(C, H, W, N) -> (F, OH, OW, N)."""
        C, H, W, N = shape
        size = (self.k, self.stride, self.pad)
        return len(self.W), output_size(H, *size), output_size(W, *size), N

    def forward(self, x):
        """x (C, H, W, N) -> y (F, OH, OW, N): for every row of y, y_row = W band + b."""
        given.pictures(self, x, self.c_in)
        given.dtype(self, x, self.W.dtype)
        F, OH, OW, N = self.output_shape(x.shape)
        self.x_shape, parts = x.shape, x.reshape(self.groups, -1, *x.shape[1:])
        self.short = OW * N < SHORT
        self.bands = [self._bands(strips(part, self.k, self.stride, self.pad)) for part in parts]
        B, _, P = self.bands[0].shape
        y = np.empty((B, F, P), x.dtype)
        for filters, seen in self._groups():
            W = self.W[filters] if self.short else self._by_rows(self.W[filters])
            product(W, seen, out=y[:, filters])
        if self.b is not None:
            y += self.b
        return y.transpose(1, 0, 2).reshape(F, OH, OW, N)  # a view

    def parameter_gradient(self, dy):
        """dWᵀ = the sum over the rows of band dy_rowᵀ; db = the sum of dy over pixels and batch."""
        dy = self._rows(dy, len(self._kept("bands")[0]))
        self.dW = np.empty_like(self.W)
        for filters, seen in self._groups():
            dWt = product(seen, dy[:, filters].transpose(0, 2, 1))
            self.dW[filters] = dWt[0].T if self.short else self._by_channels(dWt.sum(axis=0).T)
        if self.b is not None:
            ones = np.ones(dy.shape[2], dy.dtype)  # a row's sum as a product: BLAS is faster at it
            self.db = (dy @ ones).sum(axis=0)[:, None]

    def input_gradient(self, dy):
        """dx: strip h gets Wᵢᵀ dy_row from every row of y that saw it, as row i of its windows."""
        C, H, _, N = self._kept("x_shape")
        _, OH, OW, _ = self.output_shape(self.x_shape)
        dy, dx, k, s = self._rows(dy, OH), [], self.k, self.stride
        for filters, _ in self._groups():
            W = self._by_rows(self.W[filters]).reshape(len(self.W) // self.groups, k, -1)
            W = np.ascontiguousarray(W.transpose(1, 0, 2)[::-1])  # (i, filter, ...): the last row first
            dstrips = np.empty((H + 2 * self.pad, W.shape[2], OW * N), dy.dtype)
            for h, dstrip in enumerate(dstrips):
                first, last = max(0, (h - k) // s + 1), min(OH - 1, h // s)
                seen = dy[first:last + 1, filters]
                Wh = W[k - 1 - h + s * first::s][:len(seen)]
                product(Wh.reshape(-1, W.shape[2]).T, seen.reshape(-1, OW * N), out=dstrip)
            dx.append(add_strips(dstrips, (C // self.groups, *self.x_shape[1:]), k, s, self.pad))
        return dx[0] if self.groups == 1 else np.concatenate(dx)

    def _bands(self, strips):
        """(bands, entries, columns): one band for every row of y, or one for all where they are short.

        The one band is a copy, so its entries can be in the filters' own order: channel, row, column.
        """
        rows = bands(strips, self.k, self.stride)
        if not self.short:
            return rows
        OH, K, P = rows.shape
        windows = rows.reshape(OH, self.k, -1, self.k, P)       # (OH, row, channel, column, .), a view
        return windows.transpose(2, 1, 3, 0, 4).reshape(1, K, OH * P)

    def _groups(self):
        """Yield, group by group, which filters it has and the bands that they see."""
        size = len(self.W) // self.groups
        for group, seen in enumerate(self._kept("bands")):
            yield slice(group * size, (group + 1) * size), seen

    def _rows(self, dy, count):
        """dy (F, OH, OW, N) in `count` pieces, (count, F, columns): no copy where `forward` left that order."""
        self._check_dy(dy, self.output_shape(self.x_shape))
        return np.ascontiguousarray(dy.reshape(len(dy), count, -1).transpose(1, 0, 2))

    def _by_rows(self, W):
        """Filters' entries from the order channel, row, column to the bands' row, channel, column."""
        return W.reshape(len(W), -1, self.k, self.k).transpose(0, 2, 1, 3).reshape(W.shape)

    def _by_channels(self, W):
        """And back."""
        return W.reshape(len(W), self.k, -1, self.k).transpose(0, 2, 1, 3).reshape(W.shape)
