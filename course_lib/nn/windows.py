"""Windows sliding over a picture: how many there are, and their pixels as columns."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def output_size(size, k, stride=1, pad=0):
    """Return how many windows of `k` pixels fit along a side: floor((size + 2 pad - k) / stride) + 1.

    Parameters
    ----------
    size, k, stride, pad : int
        The side, the window, the step from one window to the next, and the zeros added at
        either end, all in pixels.

    Raises
    ------
    ValueError
        If not even one window fits.
    """
    if k > size + 2 * pad:
        raise ValueError(f"a window of {k} pixels does not fit a side of {size} with {pad} of padding "
                         f"at either end ({size + 2 * pad} in all): use a smaller window or more padding")
    return (size + 2 * pad - k) // stride + 1


def pad_sides(x, pad, value=0):
    """Return x (C, H, W, N) with `pad` rows and columns of `value` around every picture."""
    if pad == 0:
        return x
    return np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)), constant_values=value)


def corners(x, k, stride, OH, OW):
    """Yield k*k views of x (C, H, W, N): in each, the same corner of every window, (C, OH, OW, N)."""
    for i in range(k):
        for j in range(k):
            yield x[:, i:i + stride * OH:stride, j:j + stride * OW:stride]


def patches(x, k, stride=1, pad=0):
    """Lay the k-by-k patch under every output pixel out as a column ("im2col").

    Parameters
    ----------
    x : (C, H, W, N) array

    Returns
    -------
    (C·k·k, OH·OW·N) array
        Column (r·OW + c)·N + n is the patch of image n under output pixel (r, c), its entries in
        the order channel, row, column.
    """
    windows = sliding_window_view(pad_sides(x, pad), (k, k), axis=(1, 2))  # (C, ., ., N, k, k), a view
    windows = windows[:, ::stride, ::stride]
    return windows.transpose(0, 4, 5, 1, 2, 3).reshape(len(x) * k * k, -1)  # the one copy


def add_patches(cols, shape, k, stride=1, pad=0):
    """Add every column back to the pixels it came from: the transpose (adjoint) of `patches`.

    Parameters
    ----------
    cols : (C·k·k, OH·OW·N) array
    shape : (C, H, W, N)
        The shape of the pictures that the columns were taken from.

    Returns
    -------
    (C, H, W, N) array
        Where patches overlap, their contributions add up.
    """
    C, H, W, N = shape
    OH, OW = output_size(H, k, stride, pad), output_size(W, k, stride, pad)
    x = np.zeros((C, H + 2 * pad, W + 2 * pad, N), cols.dtype)
    cols = cols.reshape(C, k * k, OH, OW, N)
    for position, corner in enumerate(corners(x, k, stride, OH, OW)):
        corner += cols[:, position]
    return x[:, pad:pad + H, pad:pad + W]
