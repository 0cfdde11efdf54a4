"""Every layer as the loop that says what it means: slow, obvious, the oracle of `course_lib.nn`.

Nothing here is shared with the library, and nothing is clever. Arrays are batch last, as in the
library: pictures (C, H, W, N), columns (features, N). Everything is computed in float64.
"""

import math

import numpy as np

# --- windows ---

def count_windows(size, k, stride, pad):
    """Walk a window of k along a padded side and count the places where it still fits."""
    places, left = 0, 0
    while left + k <= size + 2 * pad:
        places += 1
        left += stride
    return places


def padded(x, pad, value):
    C, H, W, N = x.shape
    big = np.full((C, H + 2 * pad, W + 2 * pad, N), value, np.float64)
    for r in range(H):
        for c in range(W):
            big[:, r + pad, c + pad] = x[:, r, c]
    return big


def cropped(big, pad):
    _, H, W, _ = big.shape
    return big[:, pad:H - pad, pad:W - pad]


def patches(x, k, stride, pad):
    """(C, H, W, N) -> (C*k*k, OH*OW*N), one entry at a time."""
    big = padded(x, pad, 0.0)
    C, H, W, N = x.shape
    OH, OW = count_windows(H, k, stride, pad), count_windows(W, k, stride, pad)
    cols = np.empty((C * k * k, OH * OW * N))
    for ch in range(C):
        for i in range(k):
            for j in range(k):
                for r in range(OH):
                    for c in range(OW):
                        for n in range(N):
                            cols[(ch * k + i) * k + j, (r * OW + c) * N + n] = (
                                big[ch, r * stride + i, c * stride + j, n])
    return cols


# --- convolution: W is (F, C, k, k), b is (F,) ---

def conv(x, W, b, stride, pad):
    F, C, k, _ = W.shape
    big = padded(x, pad, 0.0)
    _, H, Wd, N = x.shape
    OH, OW = count_windows(H, k, stride, pad), count_windows(Wd, k, stride, pad)
    y = np.empty((F, OH, OW, N))
    for f in range(F):
        for r in range(OH):
            for c in range(OW):
                for n in range(N):
                    window = big[:, r * stride:r * stride + k, c * stride:c * stride + k, n]
                    y[f, r, c, n] = (W[f] * window).sum() + b[f]
    return y


def conv_backward(dy, x, W, stride, pad):
    """Every output is sum(W[f] * window) + b[f]: each term hands its share of dy to both factors."""
    F, C, k, _ = W.shape
    big = padded(x, pad, 0.0)
    dbig, dW, db = np.zeros_like(big), np.zeros(W.shape), np.zeros(F)
    _, OH, OW, N = dy.shape
    for f in range(F):
        for r in range(OH):
            for c in range(OW):
                for n in range(N):
                    rows = slice(r * stride, r * stride + k)
                    columns = slice(c * stride, c * stride + k)
                    dW[f] += dy[f, r, c, n] * big[:, rows, columns, n]
                    dbig[:, rows, columns, n] += dy[f, r, c, n] * W[f]
                    db[f] += dy[f, r, c, n]
    return cropped(dbig, pad), dW, db


# --- max-pooling ---

def pool(x, k, stride, pad):
    y, _ = _pool_with_winners(x, k, stride, pad)
    return y


def pool_backward(dy, x, k, stride, pad):
    """Each window's winner, the first of equals in reading order, gets all of the window's dy."""
    _, winners = _pool_with_winners(x, k, stride, pad)
    dbig = np.zeros_like(padded(x, pad, 0.0))
    for (ch, r, c, n), (row, column) in winners.items():
        dbig[ch, row, column, n] += dy[ch, r, c, n]
    return cropped(dbig, pad)


def _pool_with_winners(x, k, stride, pad):
    big, winners = padded(x, pad, -math.inf), {}
    C, H, W, N = x.shape
    OH, OW = count_windows(H, k, stride, pad), count_windows(W, k, stride, pad)
    y = np.empty((C, OH, OW, N))
    for index in np.ndindex(y.shape):
        ch, r, c, n = index
        best = -math.inf
        for i in range(k):
            for j in range(k):
                row, column = r * stride + i, c * stride + j
                if big[ch, row, column, n] > best:
                    best, winners[index] = big[ch, row, column, n], (row, column)
        y[index] = best
    return y, winners


# --- inner product: W is (n_out, n_in), b is (n_out, 1) ---

def linear(x, W, b):
    n_out, n_in = W.shape
    N = x.shape[1]
    y = np.empty((n_out, N))
    for o in range(n_out):
        for n in range(N):
            y[o, n] = b[o, 0]
            for i in range(n_in):
                y[o, n] += float(W[o, i]) * float(x[i, n])
    return y


def linear_backward(dy, x, W):
    n_out, n_in = W.shape
    dx, dW, db = np.zeros(x.shape), np.zeros(W.shape), np.zeros((n_out, 1))
    for o in range(n_out):
        for n in range(x.shape[1]):
            db[o, 0] += dy[o, n]
            for i in range(n_in):
                dW[o, i] += float(dy[o, n]) * float(x[i, n])
                dx[i, n] += float(W[o, i]) * float(dy[o, n])
    return dx, dW, db


# --- entry by entry ---

def each(function, *arrays):
    """Apply a scalar function to every entry."""
    out = np.empty(arrays[0].shape)
    for index in np.ndindex(out.shape):
        out[index] = function(*(float(array[index]) for array in arrays))
    return out


def relu(x):
    return each(lambda v: v if v > 0 else 0.0, x)


def relu_backward(dy, x):
    return each(lambda d, v: d if v > 0 else 0.0, dy, x)


def _logistic(v):
    return 1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v))


def sigmoid(x):
    return each(_logistic, x)


def sigmoid_backward(dy, x):
    return each(lambda d, v: d * _logistic(v) * _logistic(-v), dy, x)


def tanh(x):
    return each(math.tanh, x)


def tanh_backward(dy, x):
    return each(lambda d, v: d / math.cosh(v) ** 2, dy, x)


def flatten(x):
    C, H, W, N = x.shape
    y = np.empty((C * H * W, N))
    for ch, r, c in np.ndindex(C, H, W):
        y[(ch * H + r) * W + c] = x[ch, r, c]
    return y


def unflatten(dy, shape):
    dx = np.empty(shape)
    C, H, W, _ = shape
    for ch, r, c in np.ndindex(C, H, W):
        dx[ch, r, c] = dy[(ch * H + r) * W + c]
    return dx


# --- losses ---

def cross_entropy(z, labels):
    """Mean over the columns of log(sum of exp z) - z of the true class; and its gradient."""
    classes, N = z.shape
    total, dz = 0.0, np.empty((classes, N))
    for n in range(N):
        column = [float(v) for v in z[:, n]]
        top = max(column)
        log_sum = top + math.log(sum(math.exp(v - top) for v in column))
        total += log_sum - column[labels[n]]
        for k in range(classes):
            dz[k, n] = (math.exp(column[k] - log_sum) - (1 if k == labels[n] else 0)) / N
    return total / N, dz


def squared_error(y, t):
    """Mean over the columns of half the squared distance; and its gradient."""
    total, dy, N = 0.0, np.empty(y.shape), y.shape[1]
    for i, n in np.ndindex(y.shape):
        total += (float(y[i, n]) - float(t[i, n])) ** 2 / 2
        dy[i, n] = (float(y[i, n]) - float(t[i, n])) / N
    return total / N, dy


# --- poolings whose last window may stick out (ceil_mode) ---

def window_starts(size, k, stride, pad, ceil_mode=False):
    """Where the windows along a side begin; the padding has negative places.

    With `ceil_mode` one more, if pixels (or padding) are left over behind the last one, and if it
    does not begin beyond the last pixel.
    """
    starts, left = [], -pad
    while left + k <= size + pad:
        starts.append(left)
        left += stride
    left_over = starts and starts[-1] + k < size + pad
    return starts + [left] if ceil_mode and left_over and left < size else starts


def pool_windows(shape, k, stride, pad, ceil_mode):
    """For every pixel of the output: its place, the pixels of x under it, and how many with padding."""
    _, H, W, _ = shape
    for r, top in enumerate(window_starts(H, k, stride, pad, ceil_mode)):
        for c, left in enumerate(window_starts(W, k, stride, pad, ceil_mode)):
            places = [(i, j) for i in range(top, top + k) for j in range(left, left + k)
                      if i < H + pad and j < W + pad]
            yield (r, c), [(i, j) for i, j in places if 0 <= i < H and 0 <= j < W], len(places)


def pool_shape(shape, k, stride, pad, ceil_mode):
    C, H, W, N = shape
    return C, *(len(window_starts(side, k, stride, pad, ceil_mode)) for side in (H, W)), N


def max_pool(x, dy, k, stride, pad, ceil_mode):
    """y and dx: the first of a window's largest pixels, in reading order, gets all of its dy."""
    y, dx = np.empty(pool_shape(x.shape, k, stride, pad, ceil_mode)), np.zeros(x.shape)
    for (r, c), pixels, _ in pool_windows(x.shape, k, stride, pad, ceil_mode):
        for ch in range(x.shape[0]):
            for n in range(x.shape[3]):
                i, j = max(pixels, key=lambda pixel: x[ch, *pixel, n])  # max takes the first of equals
                y[ch, r, c, n] = x[ch, i, j, n]
                dx[ch, i, j, n] += dy[ch, r, c, n]
    return y, dx


def average_pool(x, dy, k, stride, pad, ceil_mode):
    """y and dx: the padding counts as pixels of 0, what lies beyond it does not count."""
    y, dx = np.zeros(pool_shape(x.shape, k, stride, pad, ceil_mode)), np.zeros(x.shape)
    for (r, c), pixels, count in pool_windows(x.shape, k, stride, pad, ceil_mode):
        for i, j in pixels:
            y[:, r, c] += x[:, i, j]
            dx[:, i, j] += dy[:, r, c].astype(np.float64) / count
        y[:, r, c] /= count
    return y, dx


def adaptive_pool(x, dy, size):
    """y and dx of means over size x size windows: pixel h is in window i if they overlap."""
    _, H, W, _ = x.shape

    def inside(i, side):  # pixel h covers [h, h + 1], window i covers [i side / size, (i + 1) side / size]
        return [h for h in range(side) if h * size < (i + 1) * side and (h + 1) * size > i * side]

    y, dx = np.zeros((len(x), size, size, x.shape[3])), np.zeros(x.shape)
    for r, c in np.ndindex(size, size):
        pixels = [(i, j) for i in inside(r, H) for j in inside(c, W)]
        for i, j in pixels:
            y[:, r, c] += x[:, i, j]
            dx[:, i, j] += dy[:, r, c].astype(np.float64) / len(pixels)
        y[:, r, c] /= len(pixels)
    return y, dx


# --- batch normalisation: W, b, mean and variance are (C,) ---

def batch_norm(x, W, b, eps, mean=None, variance=None):
    """y, and the statistics used: those given, or each channel's own."""
    y, used = np.empty(x.shape), []
    for ch in range(len(x)):
        numbers = [float(v) for v in x[ch].ravel()]
        m = sum(numbers) / len(numbers) if mean is None else float(mean[ch])
        v = sum((u - m) ** 2 for u in numbers) / len(numbers) if variance is None else float(variance[ch])
        used.append((m, v))
        y[ch] = each(lambda u: W[ch] * (u - m) / math.sqrt(v + eps) + b[ch], x[ch])
    return y, used
