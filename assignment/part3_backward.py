"""Part 3 of the assignment: the gradients of the layers, and of a network. See tools/grading/parts.py."""

# %% [markdown]
# # Part 3: backward
# 20 points and 12 stars. Every layer is handed `dy`, the gradient of the loss by its output, with the output's
# shape, and returns the gradients by what it was given, each with the shape of what it belongs to. The loss is
# already a mean over the batch, so no layer divides by anything.

# %% given tools
import checks
import numpy as np

# %% [markdown]
# ## 3.1 ReLU
# The gradient passes where `x` was above zero, and nowhere else. At exactly zero the derivative is taken to be 0.
#
# Hint: `x > 0` is an array of true and false, which multiply as 1 and 0.

# %% answer relu_backward
def relu_backward(dy, x):
    """dx, for dy and x of one shape."""
    ### BEGIN SOLUTION
    return dy * (x > 0)
    ### END SOLUTION

# %% check relu_backward 4
dx = relu_backward(np.array([[5., 6., -7.]]), np.array([[-1., 0., 2.]]))
checks.close(dx, [[0, 0, -7]], "dx", {"at x = 0 the derivative is taken to be 0": [[0, 6, -7]],
                                      "that is relu(dy): which gradients pass depends on x, not on dy": [[5, 6, 0]]})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(31)
x, dy = rng.integers(-2, 3, size=(2, 5, 4, 3)).astype(float), rng.normal(size=(2, 5, 4, 3))
want = np.where(x > 0, dy, 0)
checks.close(relu_backward(dy.copy(), x.copy()), want, "dx of pictures", {
    "at x = 0 the derivative is taken to be 0": np.where(x >= 0, dy, 0),
    "that is relu(dy): which gradients pass depends on x, not on dy": np.maximum(dy, 0),
    "the derivative is 1 or 0, not x": dy * np.maximum(x, 0)})
### END HIDDEN TESTS

# %% [markdown]
# ## 3.2 Inner product
# For $y = Wx + b$: $\partial L/\partial x = W^T dy$, $\partial L/\partial W = dy\, x^T$, and the bias, which was
# added to every column, collects from every column.
#
# Hint: Shapes decide which way round. `dW` has the shape of `W`, `(m, n)`, and comes from `dy` `(m, N)` and `x`
# `(n, N)`. `db` is a column: `sum(axis=1, keepdims=True)`.

# %% answer inner_product_backward
def inner_product_backward(dy, x, W):
    """dx (n, N), dW (m, n), db (m, 1)."""
    ### BEGIN SOLUTION
    return W.T @ dy, dy @ x.T, dy.sum(axis=1, keepdims=True)
    ### END SOLUTION

# %% check inner_product_dx 3
dy, x, W = np.array([[1., 0.], [0., 2.]]), np.array([[1., 2.], [3., 4.]]), np.array([[1., 2.], [3., 5.]])
dx, dW, db = checks.several(inner_product_backward(dy, x, W), 3, "inner_product_backward")
checks.close(dx, [[1, 6], [2, 10]], "dx",
    {"W is used as in the forward pass; going back it is transposed": [[1, 4], [3, 10]]})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(32)
for m, n, N in ((4, 4, 4), (3, 6, 5), (5, 2, 1)):
    dy, x, W = rng.normal(size=(m, N)), rng.normal(size=(n, N)), rng.normal(size=(m, n))
    dx = checks.several(inner_product_backward(dy, x, W), 3, "inner_product_backward")[0]
    want = np.array([[sum(dy[i, j] * W[i, k] for i in range(m)) for j in range(N)] for k in range(n)])
    checks.close(dx, want, f"dx for W {W.shape}",
        {"you divided by the batch; the loss has done that": want / N}
                 | ({"W is used as in the forward pass; going back it is transposed": W @ dy} if m == n else {}))
### END HIDDEN TESTS

# %% check inner_product_dW 4
dy, x, W = np.array([[1., 0.], [0., 2.]]), np.array([[1., 2.], [3., 4.]]), np.array([[1., 2.], [3., 5.]])
dx, dW, db = checks.several(inner_product_backward(dy, x, W), 3, "inner_product_backward")
checks.close(dW, [[1, 3], [4, 8]], "dW", {"your dW is the transpose of the right one": [[1, 4], [3, 8]],
                                         "x is not transposed": [[1, 2], [6, 8]],
                                         "you divided by the batch; the loss has done that": [[0.5, 1.5], [2, 4]]})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(33)
for m, n, N in ((4, 4, 4), (3, 6, 5), (5, 2, 1), (5, 5, 3)):
    dy, x, W = rng.normal(size=(m, N)), rng.normal(size=(n, N)), rng.normal(size=(m, n))
    dW = checks.several(inner_product_backward(dy, x, W), 3, "inner_product_backward")[1]
    want = sum(np.outer(dy[:, j], x[:, j]) for j in range(N))
    checks.close(dW, want, f"dW for W {W.shape} and a batch of {N}", {
        "you divided by the batch; the loss has done that": want / N}
        | ({"your dW is the transpose of the right one": want.T} if m == n else {}))
### END HIDDEN TESTS

# %% check inner_product_db 2
dy, x, W = np.array([[1., 0., 4.], [0., 2., 1.]]), np.ones((2, 3)), np.ones((2, 2))
dx, dW, db = checks.several(inner_product_backward(dy, x, W), 3, "inner_product_backward")
checks.close(db, [[5], [3]], "db", {"that is the mean over the batch; the bias collects the sum": [[5 / 3], [1]]})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(34)
for m, n, N in ((4, 4, 4), (3, 6, 5), (5, 2, 1)):
    dy, x, W = rng.normal(size=(m, N)), rng.normal(size=(n, N)), rng.normal(size=(m, n))
    db = checks.several(inner_product_backward(dy, x, W), 3, "inner_product_backward")[2]
    checks.close(db, dy @ np.ones((N, 1)), f"db for a batch of {N}", {
        "that is the mean over the batch; the bias collects the sum": dy @ np.ones((N, 1)) / N})
### END HIDDEN TESTS

# %% [markdown]
# ## 3.3 A whole network
# Inner product, ReLU, inner product, softmax, and the mean over the batch of the negative logarithm of the right
# class's probability. Return the loss and the gradients of all four parameters.
#
# Hint: The loss's gradient by the last layer's output is `(p - onehot) / N`: the batch is divided by here,
# and nowhere else. Subtract each column's maximum before `np.exp`. The inner gradients are what 3.1 and 3.2 return.

# %% answer gradients
def gradients(x, labels, W1, b1, W2, b2):
    """The loss, dW1, db1, dW2, db2; x is (n, N), labels (N,) whole numbers."""
    ### BEGIN SOLUTION
    h = W1 @ x + b1
    z = W2 @ np.maximum(h, 0) + b2
    p = np.exp(z - z.max(axis=0))
    p /= p.sum(axis=0)
    columns = np.arange(len(labels))
    loss = -np.log(p[labels, columns]).mean()
    p[labels, columns] -= 1
    da, dW2, db2 = inner_product_backward(p / len(labels), np.maximum(h, 0), W2)
    _, dW1, db1 = inner_product_backward(relu_backward(da, h), x, W1)
    return loss, dW1, db1, dW2, db2
    ### END SOLUTION

# %% check loss 2
nothing = np.zeros((3, 2)), np.zeros((3, 1)), np.zeros((4, 3)), np.zeros((4, 1))
loss = checks.several(gradients(np.ones((2, 5)), np.array([0, 1, 2, 3, 0]), *nothing), 5, "gradients")[0]
checks.close(loss, 1.3862943611, "the loss of a network that knows nothing of four classes (log 4)", {
    "that is the sum over the batch; the loss is the mean": 5 * 1.3862943611})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(35)
for n, hidden, classes, N, size in ((4, 6, 3, 5, 1), (3, 5, 4, 1, 1), (3, 4, 4, 6, 300)):
    x, labels = size * rng.normal(size=(n, N)), rng.integers(0, classes, N)
    p = [rng.normal(size=shape) for shape in ((hidden, n), (hidden, 1), (classes, hidden), (classes, 1))]
    z = p[2] @ np.maximum(p[0] @ x + p[1], 0) + p[3]
    want = (np.logaddexp.reduce(z, axis=0) - z[labels, np.arange(N)]).mean()
    loss = checks.several(gradients(x, labels, *p), 5, "gradients")[0]
    checks.close(loss, want, f"the loss of outputs of about {size}", {
        "that is the sum over the batch; the loss is the mean": N * want})
### END HIDDEN TESTS

# %% check gradients 5
x, labels = np.array([[1., 2.], [0., 1.]]), np.array([0, 1])
zeros = np.eye(2), np.zeros((2, 1)), np.zeros((2, 2)), np.zeros((2, 1))
_, dW1, db1, dW2, db2 = checks.several(gradients(x, labels, *zeros), 5, "gradients")
checks.close(dW2, [[0.25, 0.25], [-0.25, -0.25]], "dW2", {
    "you divided by the batch twice": [[0.125, 0.125], [-0.125, -0.125]],
    "you did not divide by the batch": [[0.5, 0.5], [-0.5, -0.5]]})
checks.close(dW1, np.zeros((2, 2)), "dW1")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(36)
for n, hidden, classes, N in ((4, 4, 4, 4), (3, 6, 5, 7)):
    x, labels = rng.normal(size=(n, N)), rng.integers(0, classes, N)
    p = [rng.normal(size=shape) for shape in ((hidden, n), (hidden, 1), (classes, hidden), (classes, 1))]
    got = checks.several(gradients(x, labels, *p), 5, "gradients")[1:]

    def loss(p):
        z = p[2] @ np.maximum(p[0] @ x + p[1], 0) + p[3]
        return (np.logaddexp.reduce(z, axis=0) - z[labels, np.arange(N)]).mean()

    for number, name in enumerate(("dW1", "db1", "dW2", "db2")):
        want = np.empty_like(p[number])
        for place in np.ndindex(want.shape):
            ends = []
            for nudge in (1e-5, -1e-5):
                moved = [array.copy() for array in p]
                moved[number][place] += nudge
                ends.append(loss(moved))
            want[place] = (ends[0] - ends[1]) / 2e-5
        checks.close(got[number], want, name, {"you divided by the batch twice": want / N,
                                               "you did not divide by the batch": want * N}, tolerance=1e-7)
### END HIDDEN TESTS

# %% [markdown]
# ## 3.4 Star: max-pooling
# Each `dy` goes to the pixel that won its window; among equals the first one, row by row, wins. Where windows
# overlap, a pixel collects from all that it won. No padding here.
#
# Hint: `np.argmax` of a window gives its first winner; add to `dx`, with `+=`.

# %% answer max_pool_backward
def max_pool_backward(dy, x, k, stride):
    """dx (C, H, W, N) for dy (C, OH, OW, N)."""
    ### BEGIN SOLUTION
    dx = np.zeros(x.shape)
    c, n = np.ogrid[:x.shape[0], :x.shape[3]]
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            window = x[:, i * stride:i * stride + k, j * stride:j * stride + k]
            row, column = np.divmod(window.reshape(len(x), k * k, -1).argmax(axis=1), k)
            dx[c, i * stride + row, j * stride + column, n] += dy[:, i, j]
    return dx
    ### END SOLUTION

# %% check star-max_pool 4
x = np.array([[1., 2.], [2., 0.]]).reshape(1, 2, 2, 1)
dx = max_pool_backward(np.full((1, 1, 1, 1), 3.), x, 2, 2)
checks.shape(dx, (1, 2, 2, 1), "dx")
checks.close(np.asarray(dx)[0, :, :, 0], [[0, 3], [0, 0]], "dx", {
    "ties are paid twice": [[0, 3], [3, 0]], "ties are shared; here the first one wins": [[0, 1.5], [1.5, 0]]})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(37)
for C, H, W, N, k, stride in ((2, 6, 6, 2, 2, 2), (2, 7, 5, 3, 3, 2), (1, 5, 6, 2, 3, 1), (2, 5, 5, 2, 2, 3)):
    x = rng.integers(0, 5, size=(C, H, W, N)).astype(float)
    OH, OW = (H - k) // stride + 1, (W - k) // stride + 1
    dy, want, last, paid = rng.normal(size=(C, OH, OW, N)), *np.zeros((3, C, H, W, N))
    for c, i, j, n in np.ndindex(C, OH, OW, N):
        window = x[c, i * stride:i * stride + k, j * stride:j * stride + k, n]
        winners = np.argwhere(window == window.max()) + (i * stride, j * stride)
        want[c, winners[0][0], winners[0][1], n] += dy[c, i, j, n]
        last[c, winners[0][0], winners[0][1], n] = dy[c, i, j, n]
        paid[c, winners[:, 0], winners[:, 1], n] += dy[c, i, j, n]
    checks.close(max_pool_backward(dy, x, k, stride), want, f"dx for windows of {k} in steps of {stride}", {
        "ties are paid twice": paid, "a pixel that wins several windows collects from each: +=": last})
### END HIDDEN TESTS

# %% [markdown]
# ## 3.5 Star: convolution
# The gradients of `y = convolve(x, W, b, stride, pad)`, with `W` of shape `(F, C, k, k)`.
#
# Hint: In the forward pass the window at `(i, j)` gave `y[:, i, j] = tensordot(W, window) + b`, an inner product.
# Its `dW` is a tensordot of `dy[:, i, j]` with the window over the batch; its share of `dx` is added where the
# window was taken. Cut the padding off at the end.

# %% answer convolve_backward
def convolve_backward(dy, x, W, stride=1, pad=0):
    """dx (C, H, W, N), dW (F, C, k, k), db (F, 1)."""
    ### BEGIN SOLUTION
    sides = ((0, 0), (pad, pad), (pad, pad), (0, 0))
    x, k, dW = np.pad(x, sides), W.shape[2], np.zeros(W.shape)
    dx = np.zeros(x.shape)
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            seen = np.s_[:, i * stride:i * stride + k, j * stride:j * stride + k]
            dW += np.tensordot(dy[:, i, j], x[seen], axes=(1, 3))
            dx[seen] += np.tensordot(W, dy[:, i, j], axes=(0, 0))
    return dx[:, pad:x.shape[1] - pad, pad:x.shape[2] - pad], dW, dy.sum(axis=(1, 2, 3))[:, None]
    ### END SOLUTION

# %% check star-convolve_dW 4
x = np.arange(9.).reshape(1, 3, 3, 1)
dx, dW, db = checks.several(convolve_backward(np.ones((1, 2, 2, 1)), x, np.ones((1, 1, 2, 2))), 3, "convolve_backward")
checks.close(dW, np.array([[8., 12.], [20., 24.]]).reshape(1, 1, 2, 2), "dW")
checks.close(db, [[4]], "db")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(38)
for C, H, side, N, F, k, stride, pad in ((2, 5, 5, 2, 2, 3, 1, 0), (3, 6, 7, 2, 2, 3, 2, 1), (1, 5, 4, 3, 3, 2, 1, 1)):
    x, W = rng.normal(size=(C, H, side, N)), rng.normal(size=(F, C, k, k))
    wide = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(wide, (k, k), (1, 2))[:, ::stride, ::stride]
    dy = rng.normal(size=(F, *windows.shape[1:3], N))
    dx, dW, db = checks.several(convolve_backward(dy, x, W, stride, pad), 3, "convolve_backward")
    want = np.einsum("fhwn,chwnij->fcij", dy, windows)
    checks.close(dW, want, "dW", {"you divided by the batch; the loss has done that": want / N,
                                 "rows and columns of the filter are exchanged": want.transpose(0, 1, 3, 2),
                                 "the filter is flipped": want[:, :, ::-1, ::-1]})
    checks.close(db, np.einsum("fhwn->f", dy)[:, None], "db")
### END HIDDEN TESTS

# %% check star-convolve_dx 4
got = convolve_backward(np.ones((1, 2, 2, 1)), np.zeros((1, 3, 3, 1)), np.ones((1, 1, 2, 2)))
dx = checks.several(got, 3, "convolve_backward")[0]
checks.close(dx, np.array([[1., 2., 1.], [2., 4., 2.], [1., 2., 1.]]).reshape(1, 3, 3, 1), "dx")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(39)
for C, H, side, N, F, k, stride, pad in ((2, 5, 5, 2, 2, 3, 1, 0), (3, 6, 7, 2, 2, 3, 2, 1), (1, 5, 4, 3, 3, 2, 1, 1)):
    x, W = rng.normal(size=(C, H, side, N)), rng.normal(size=(F, C, k, k))
    OH, OW = ((length + 2 * pad - k) // stride + 1 for length in (H, side))
    dy, want = rng.normal(size=(F, OH, OW, N)), np.zeros((C, H + 2 * pad, side + 2 * pad, N))
    for f, i, j, c in np.ndindex(F, OH, OW, C):
        for a, e in np.ndindex(k, k):
            want[c, i * stride + a, j * stride + e] += W[f, c, a, e] * dy[f, i, j]
    want = want[:, pad:H + pad, pad:side + pad]
    dx = checks.several(convolve_backward(dy, x, W, stride, pad), 3, "convolve_backward")[0]
    checks.close(dx, want, f"dx for stride {stride}, pad {pad}", {
        "you divided by the batch; the loss has done that": want / N})
### END HIDDEN TESTS
