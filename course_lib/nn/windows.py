"""Windows sliding over a picture: how many there are, and their pixels as columns."""

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from course_lib.nn import given


def output_size(size, k, stride=1, pad=0, ceil_mode=False):
    """Return how many windows of `k` pixels fit along a side: floor((size + 2 pad - k) / stride) + 1.

    Parameters
    ----------
    size, k, stride, pad : int
        The side, the window, the step from one window to the next, and the zeros added at
        either end, all in pixels.
    ceil_mode : bool
        Round up instead: one more window where pixels are left over, provided that it begins
        inside the side or its left padding (PyTorch's rule for pooling).

    Raises
    ------
    ValueError
        If not even one window fits.
    """
    given.whole("output_size", size=size, k=k, stride=stride)
    given.whole("output_size", 0, pad=pad)
    if k > size + 2 * pad:
        raise ValueError(f"a window of {k} pixels does not fit a side of {size} with {pad} of padding "
                         f"at either end ({size + 2 * pad} in all): use a smaller window or more padding")
    count = (size + 2 * pad - k) // stride + 1
    left_over = (size + 2 * pad - k) % stride > 0
    return count + 1 if ceil_mode and left_over and count * stride < size + pad else count


def pad_sides(x, pad, value=0, beyond=(0, 0)):
    """Return x (C, H, W, N) with `pad` rows and columns of `value` around every picture.

    `beyond` says how many more rows to add at the bottom and columns at the right.
    """
    given.pictures("windows", x)
    given.whole("windows", 0, pad=pad)
    if pad == 0 and not any(beyond):
        return x
    sides = [(pad, pad + more) for more in beyond]
    return np.pad(x, ((0, 0), *sides, (0, 0)), constant_values=value)


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
    output_size(min(x.shape[1:3]), k, stride, pad)         # says so if no window fits
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


def strips(x, k, stride=1, pad=0):
    """Lay the k pixels that a window sees of one row out as a column: `patches`, sideways only.

    Parameters
    ----------
    x : (C, H, W, N) array

    Returns
    -------
    (H + 2 pad, C·k, OW·N) array
        Strip h belongs to row h of the padded picture: its column c·N + n holds what the windows
        in column c of image n see there, in the order channel, column. A copy k times as large
        as x (for stride 1), where `patches` makes one k² times as large.
    """
    rows = pad_sides(x, pad).transpose(1, 0, 2, 3)
    H, C, W, N = rows.shape
    OW = output_size(W, k, stride)
    step_h, step_c, step_w, step_n = rows.strides
    seen = as_strided(rows, (H, C, k, OW, N), (step_h, step_c, step_w, stride * step_w, step_n),
                      writeable=False)
    return seen.copy().reshape(H, C * k, OW * N)


def bands(strips, k, stride=1):
    """See k neighbouring strips, one above the other, as the patches under one row of the output.

    Parameters
    ----------
    strips : (H, C·k, OW·N) array
        As `strips` makes it, in one piece: a strip begins in memory where the one above it ends.

    Returns
    -------
    (OH, k·C·k, OW·N) view
        Band r holds the columns of `patches` for output row r, their entries in the order row,
        channel, column. Nothing is copied: bands overlap in memory, and what is added to a band
        is added to its strips.
    """
    H, K, P = strips.shape
    step, row, entry = strips.strides
    return np.ndarray((output_size(H, k, stride), k * K, P), strips.dtype, strips,
                      strides=(stride * step, row, entry))


def add_strips(strips, shape, k, stride=1, pad=0):
    """Add every strip back to the row it came from: the transpose (adjoint) of `strips`.

    Parameters
    ----------
    strips : (H + 2 pad, C·k, OW·N) array
    shape : (C, H, W, N)
        The shape of the pictures that the strips were taken from.

    Returns
    -------
    (C, H, W, N) array
    """
    C, H, W, N = shape
    OW = output_size(W, k, stride, pad)
    rows = np.zeros((H + 2 * pad, C, W + 2 * pad, N), strips.dtype)
    strips = strips.reshape(H + 2 * pad, C, k, OW, N)
    for j in range(k):
        rows[:, :, j:j + stride * OW:stride] += strips[:, :, j]
    return rows.transpose(1, 0, 2, 3)[:, pad:pad + H, pad:pad + W]
