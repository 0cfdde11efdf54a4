"""Part 2 of the assignment: the layers of a convolutional network, forward. See tools/grading/parts.py."""

# %% [markdown]
# # Part 2: forward
# Four layers, 20 points and 3 stars. Pictures are `(C, H, W, N)`: channels, height, width, and last of all the
# batch. Columns are `(features, N)`, one column for each picture. Loops are right as long as their results are;
# only the star asks for speed.

# %% given tools
import time

import checks
import numpy as np

# %% [markdown]
# ## 2.1 Inner product
# $y = Wx + b$ for a whole batch: `x` is `(n, N)`, `W` is `(m, n)`, `b` is `(m, 1)`.
#
# Hint: One product of matrices does all columns. The bias, a column, is added to each of them by itself.

# %% answer inner_product
def inner_product(x, W, b):
    """The outputs (m, N)."""
    ### BEGIN SOLUTION
    return W @ x + b
    ### END SOLUTION

# %% check inner_product 4
x, W, b = np.array([[1., 2., 0.], [0., 1., 1.]]), np.array([[1., 2.], [3., 4.]]), np.array([[10.], [20.]])
checks.close(inner_product(x, W, b), [[11, 14, 12], [23, 30, 24]], "W x + b", {
    "W is used transposed": [[11, 15, 13], [22, 28, 24]], "the bias is missing": [[1, 4, 2], [3, 10, 4]]})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(21)
for m, n, N in ((4, 4, 4), (3, 7, 5), (6, 2, 1), (1, 3, 9)):
    x, W, b = rng.normal(size=(n, N)), rng.normal(size=(m, n)), rng.normal(size=(m, 1))
    want = np.array([[sum(W[i, k] * x[k, j] for k in range(n)) + b[i, 0] for j in range(N)] for i in range(m)])
    slips = {"the bias is missing": want - b}
    if m == n:
        slips |= {"W is used transposed": W.T @ x + b, "the bias is added along the batch": want - b + b.T}
    checks.close(inner_product(x, W, b), want, f"W x + b for W {W.shape} and x {x.shape}", slips)
### END HIDDEN TESTS

# %% [markdown]
# ## 2.2 ReLU
# $\max(x, 0)$, entry by entry, for arrays of any shape. `x` itself stays as it is: the backward pass needs it.
#
# Hint: `np.maximum` takes an array and a number. Setting `x[x < 0] = 0` changes the caller's array.

# %% answer relu
def relu(x):
    """max(x, 0)."""
    ### BEGIN SOLUTION
    return np.maximum(x, 0)
    ### END SOLUTION

# %% check relu 2
x = np.array([[-1., 0., 2.], [3., -0.5, 0.25]])
checks.close(relu(x.copy()), [[0, 0, 2], [3, 0, 0.25]], "relu(x)", {"that is the absolute value": abs(x)})
checks.unchanged(relu, x)
### BEGIN HIDDEN TESTS
x = np.random.default_rng(22).normal(size=(3, 4, 5, 2))
checks.close(relu(x.copy()), np.where(x > 0, x, 0), "relu of pictures")
checks.close(relu(1e-3 * x[0, 0]), np.where(x[0, 0] > 0, 1e-3 * x[0, 0], 0), "relu of small numbers", tolerance=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ## 2.3 How many places
# In how many places does a window of side `k` fit on a side of `size` pixels, with `pad` zeros at *both* ends and
# steps of `stride`? A window that would stick out at the end does not count.
#
# Hint: Its last place begins `size + 2 pad - k` pixels after its first.

# %% answer output_size
def output_size(size, k, stride=1, pad=0):
    """The number of places, a whole number."""
    ### BEGIN SOLUTION
    return (size + 2 * pad - k) // stride + 1
    ### END SOLUTION

# %% check output_size 2
checks.equal(output_size(28, 5), 24, "the places of a 5 on 28", {"the first place counts too: + 1": 23})
checks.equal(output_size(227, 11, stride=4), 55, "the places of an 11 on 227 in steps of 4")
### BEGIN HIDDEN TESTS
for size in (5, 7, 8, 12):
    for k, stride, pad in ((3, 1, 1), (2, 2, 0), (3, 2, 1), (5, 3, 2), (1, 4, 0), (3, 2, 0)):
        places = len(range(-pad, size + pad - k + 1, stride))
        checks.equal(output_size(size, k, stride, pad), places,
            f"the places of a {k} on {size}, stride {stride}, pad {pad}", {
            "there are zeros at both ends: twice the pad": (size + pad - k) // stride + 1,
            "it has to be a whole number, //": (size + 2 * pad - k) / stride + 1})
### END HIDDEN TESTS

# %% [markdown]
# ## 2.4 Max-pooling
# Of every `k` by `k` window the largest value. The padding never wins, also where all pixels are negative.
#
# Hint: For each place `(i, j)` take `x[:, i*stride : i*stride + k, j*stride : j*stride + k]` and its maximum over
# axes 1 and 2. What you pad with has to be smaller than every pixel: `-np.inf`.

# %% answer max_pool
def max_pool(x, k, stride, pad=0):
    """x (C, H, W, N) to (C, OH, OW, N)."""
    ### BEGIN SOLUTION
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)), constant_values=-np.inf)
    OH, OW = ((side - k) // stride + 1 for side in x.shape[1:3])
    y = np.empty((len(x), OH, OW, x.shape[3]))
    for i in range(OH):
        for j in range(OW):
            y[:, i, j] = x[:, i * stride:i * stride + k, j * stride:j * stride + k].max(axis=(1, 2))
    return y
    ### END SOLUTION

# %% check max_pool 3
x = np.array([[1., 2., 5., 6.], [3., 4., 7., 8.], [0., 1., 0., 0.], [2., 9., 0., -1.]]).reshape(1, 4, 4, 1)
y = max_pool(x, 2, 2)
checks.shape(y, (1, 2, 2, 1), "the pooled picture")
checks.close(np.asarray(y)[0, :, :, 0], [[4, 8], [9, 0]], "the pooled picture", {
    "that is the mean of each window": [[2.5, 6.5], [3, -0.25]]})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(24)
for C, H, W, N, k in ((3, 6, 6, 3, 2), (2, 9, 6, 4, 3), (1, 4, 8, 2, 4)):
    x = rng.normal(size=(C, H, W, N))
    want = x.reshape(C, H // k, k, W // k, k, N).max(axis=(2, 4))
    checks.close(max_pool(x, k, k), want, f"windows of {k} that tile a batch {x.shape}")
### END HIDDEN TESTS

# %% check max_pool_pad 3
checks.close(max_pool(-np.ones((1, 3, 3, 1)), 3, 2, pad=1), -np.ones((1, 2, 2, 1)), "a picture of -1, with padding", {
    "the padding wins; it must be smaller than every pixel": np.zeros((1, 2, 2, 1))})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(25)
cases = (2, 7, 7, 3, 3, 2, 0), (2, 6, 9, 2, 3, 2, 1), (1, 5, 7, 3, 3, 1, 1), (3, 5, 5, 1, 2, 3, 0)
for C, H, W, N, k, stride, pad in cases:
    x = rng.normal(size=(C, H, W, N)) - 4
    wide = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)), constant_values=-np.inf)
    want = np.lib.stride_tricks.sliding_window_view(wide, (k, k), (1, 2))[:, ::stride, ::stride].max(axis=(-1, -2))
    checks.close(max_pool(x, k, stride, pad), want, f"windows of {k}, stride {stride}, pad {pad} on {x.shape}")
### END HIDDEN TESTS

# %% [markdown]
# ## 2.5 Convolution
# Every filter slides over the picture; at each place, the sum of the products, over all channels, and the filter's
# bias. `W` is `(F, C, k, k)`, `b` is `(F, 1)`. As everywhere in the field, the filter is *not* flipped.
#
# Hint: A window `x[:, i:i+k, j:j+k]` is `(C, k, k, N)`. `np.tensordot(W, window, axes=3)` sums over the three
# axes that both have and leaves `(F, N)`.

# %% answer convolve
def convolve(x, W, b, stride=1, pad=0):
    """x (C, H, W, N) to (F, OH, OW, N)."""
    ### BEGIN SOLUTION
    x, k = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0))), W.shape[2]
    OH, OW = ((side - k) // stride + 1 for side in x.shape[1:3])
    y = np.empty((len(W), OH, OW, x.shape[3]))
    for i in range(OH):
        for j in range(OW):
            window = x[:, i * stride:i * stride + k, j * stride:j * stride + k]
            y[:, i, j] = np.tensordot(W, window, axes=3) + b
    return y
    ### END SOLUTION

# %% check convolve 3
x = np.arange(9.).reshape(1, 3, 3, 1)
y = convolve(x, np.array([[[[1., 2.], [0., 0.]]]]), np.array([[100.]]))
checks.shape(y, (1, 2, 2, 1), "the filtered picture")
checks.close(np.asarray(y)[0, :, :, 0], [[102, 105], [111, 114]], "the filtered picture", {
    "the filter is flipped": [[110, 113], [119, 122]], "the bias is missing": [[2, 5], [11, 14]],
    "rows and columns of the filter are exchanged": [[106, 109], [115, 118]]})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(26)
for C, H, side, N, F, k in ((3, 6, 6, 3, 3, 3), (2, 7, 5, 4, 5, 2), (1, 5, 8, 2, 4, 5)):
    x, W, b = rng.normal(size=(C, H, side, N)), rng.normal(size=(F, C, k, k)), rng.normal(size=(F, 1))
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k), (1, 2))
    filtered = lambda W: np.einsum("chwnij,fcij->fhwn", windows, W)
    checks.close(convolve(x, W, b), filtered(W) + b[:, :, None, None], f"filters {W.shape} on {x.shape}", {
        "the filter is flipped": filtered(W[:, :, ::-1, ::-1]) + b[:, :, None, None],
        "the bias is missing": filtered(W),
        "rows and columns of the filter are exchanged": filtered(W.transpose(0, 1, 3, 2)) + b[:, :, None, None]})
### END HIDDEN TESTS

# %% check convolve_pad 3
y = convolve(np.ones((1, 3, 3, 1)), np.ones((1, 1, 3, 3)), np.zeros((1, 1)), stride=2, pad=1)
checks.close(y, np.full((1, 2, 2, 1), 4),
    "a picture of ones under a filter of ones that sees four of them in each corner (stride 2, pad 1)")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(27)
for C, H, side, N, F, k, stride, pad in ((2, 7, 7, 2, 3, 3, 2, 0), (2, 6, 9, 2, 4, 3, 2, 1), (1, 5, 7, 3, 2, 5, 1, 2)):
    x, W, b = rng.normal(size=(C, H, side, N)), rng.normal(size=(F, C, k, k)), rng.normal(size=(F, 1))
    wide = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(wide, (k, k), (1, 2))[:, ::stride, ::stride]
    want = np.einsum("chwnij,fcij->fhwn", windows, W) + b[:, :, None, None]
    checks.close(convolve(x, W, b, stride, pad), want, f"stride {stride}, pad {pad}, filters {W.shape} on {x.shape}")
### END HIDDEN TESTS

# %% [markdown]
# ## 2.6 Star: fast
# The LeNet's first layer on a batch of 100 within a second and a half. A loop over places is quick enough, a loop over
# pixels and filters is not.

# %% check star-fast 3
x, W = np.random.default_rng(0).normal(size=(1, 28, 28, 100)), np.random.default_rng(1).normal(size=(20, 1, 5, 5))
took = []
for _ in range(3):
    start = time.perf_counter()
    checks.shape(convolve(x, W, np.zeros((20, 1))), (20, 24, 24, 100), "the first layer's output")
    took.append(time.perf_counter() - start)
    if took[-1] < 1.5:
        break
assert min(took) < 1.5, f"it is right to use loops, and for the star too slow: {min(took):.1f} s instead of 1.5 s."
### BEGIN HIDDEN TESTS
windows = np.lib.stride_tricks.sliding_window_view(x[..., :3], (5, 5), (1, 2))
checks.close(convolve(x[..., :3], W, np.ones((20, 1))), np.einsum("chwnij,fcij->fhwn", windows, W) + 1,
    "the first layer's output")
### END HIDDEN TESTS
