"""What every side is asked to do: the course's LeNet, its first weights, and batches of pictures.

Needs NumPy alone, so that it does not count in any side's memory.
"""

import numpy as np

#: (filters or outputs, inputs of one of them) of the four layers with parameters: two convolutions
#: of 5 by 5 with 2-by-2 max-pooling and ReLU after them, two inner products with ReLU between
SHAPES = ((20, 25), (50, 500), (500, 800), (10, 500))
#: pixels of the two convolutions' outputs
PIXELS = (24 * 24, 8 * 8)
PARAMETERS = sum(rows * columns + rows for rows, columns in SHAPES)

LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 0.01, 0.9, 5e-4


def weights(seed=0):
    """Return [(W, b), ...] as `course_lib.nn` shapes them: W (out, in), b (out, 1); He's start."""
    rng = np.random.default_rng(seed)
    return [(rng.normal(0, np.sqrt(2 / columns), (rows, columns)).astype(np.float32),
             np.zeros((rows, 1), np.float32)) for rows, columns in SHAPES]


def batch(size, seed=0):
    """Return pictures (N, 1, 28, 28), float32, and labels (N,): noise costs the same as digits."""
    rng = np.random.default_rng(seed)
    return rng.random((size, 1, 28, 28), np.float32), rng.integers(10, size=size)


def one_hot(labels, dtype=np.float32):
    """Return (N, 10), 1 where the label is."""
    return np.eye(10, dtype=dtype)[labels]


def channels_first(W):
    """Filters (F, C·5·5) as (F, C, 5, 5)."""
    return W.reshape(len(W), -1, 5, 5)


def channels_last(W):
    """Filters (F, C·5·5) as (5, 5, C, F), the order of libraries whose pictures are (N, H, W, C)."""
    return np.ascontiguousarray(channels_first(W).transpose(2, 3, 1, 0))


def flattened_channels_last(W):
    """The first inner product (500, 800) as (800, 500) for columns in the order row, column, channel."""
    return np.ascontiguousarray(W.reshape(-1, 50, 4, 4).transpose(2, 3, 1, 0).reshape(800, -1))


def transposed(W):
    """(out, in) as (in, out)."""
    return np.ascontiguousarray(W.T)
