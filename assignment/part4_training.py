"""Part 4 of the assignment: training, and what errors can say. See tools/grading/parts.py."""

# %% [markdown]
# # Part 4: training
# 20 points and 5 stars. `digits.npz` has 1,297 real digits to train on and 500 that are held out, as columns of 784
# numbers from 0 to 1. You train a network of one hidden layer, in the way of the assignment: momentum, weight decay,
# a rate that falls, biases at twice the rate. The star puts the whole LeNet together.

# %% given tools
import checks
import numpy as np

with np.load("digits.npz") as file:
    x_train, t_train, x_test, t_test = (file[name] for name in ("x_train", "t_train", "x_test", "t_test"))
x_train, x_test = (x.reshape(len(x), -1).T / 255 for x in (x_train, x_test))

# %% [markdown]
# ## 4.1 A rate that falls
# $0.01 \cdot (1 + 10^{-4}\, i)^{-0.75}$ at iteration $i$, which counts from 0.
#
# Hint: `**` binds closer than a minus in front of it; put the exponent in brackets.

# %% answer rate
def rate(iteration):
    """The learning rate."""
    ### BEGIN SOLUTION
    return 0.01 * (1 + 1e-4 * iteration) ** -0.75
    ### END SOLUTION

# %% check rate 2
checks.close(rate(0), 0.01, "the first rate", tolerance=1e-9)
checks.close(rate(10_000), 0.00594603558, "the rate at iteration 10,000", {
    "it grows; the exponent is negative": 0.0168179283}, tolerance=1e-9)
### BEGIN HIDDEN TESTS
for i in (1, 377, 2999, 30_000):
    checks.close(rate(i), 0.01 / np.exp(0.75 * np.log1p(1e-4 * i)), f"the rate at iteration {i}", tolerance=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ## 4.2 One step
# $v \leftarrow \mu v + (dw + \lambda w)$, then $w \leftarrow w - \eta v$. Return the new `w` and the new `v`;
# what you are given stays as it is.
#
# Hint: The rate does not go into `v`. The decay, `decay * w`, is added to the gradient, so it pulls towards zero.

# %% answer sgd_step
def sgd_step(w, dw, v, lr, momentum=0.9, decay=5e-4):
    """w and v after one step."""
    ### BEGIN SOLUTION
    v = momentum * v + dw + decay * w
    return w - lr * v, v
    ### END SOLUTION

# %% check sgd_step 4
got = sgd_step(np.array([[1., -2.]]), np.array([[0.5, 0.]]), np.array([[1., 1.]]), 0.1, 0.9, 0.1)
w, v = checks.several(got, 2, "sgd_step")
checks.close(v, [[1.5, 0.7]], "v", {"the rate is in v; it belongs to the step": [[0.96, 0.88]],
                                    "the decay is missing": [[1.4, 0.9]],
                                    "the decay pushes away from zero": [[1.3, 1.1]]})
checks.close(w, [[0.85, -2.07]], "w", {"the step goes uphill": [[1.15, -1.93]],
                                       "w moves by the old v": [[0.9, -2.1]]})
checks.unchanged(sgd_step, np.ones((1, 2)), np.ones((1, 2)), np.ones((1, 2)), 0.1)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(42)
for shape, lr, momentum, decay in (((3, 4), 0.3, 0.9, 0.01), ((5, 1), 0.01, 0.5, 0.2), ((2, 2), 0.1, 0.0, 0.0)):
    w, dw, v = rng.normal(size=(3, *shape))
    new_w, new_v = checks.several(sgd_step(w.copy(), dw.copy(), v.copy(), lr, momentum, decay), 2, "sgd_step")
    pull = dw + decay * w
    checks.close(new_v, momentum * v + pull, "v", {"the rate is in v; it belongs to the step": momentum * v + lr * pull,
                                                  "the decay is missing": momentum * v + dw}, tolerance=1e-9)
    checks.close(new_w, w - lr * momentum * v - lr * pull, "w", {"w moves by the old v": w - lr * v}, tolerance=1e-9)
w, v = checks.several(sgd_step(np.ones((1, 1)), np.ones((1, 1)), np.zeros((1, 1)), 1.0), 2, "sgd_step")
checks.close(w, [[-0.0005]], "w with the momentum and the decay of the assignment", tolerance=1e-9)
### END HIDDEN TESTS

# %% [markdown]
# ## 4.3 Training
# Take one step for each row of `batches`, which says which columns of `x` are its batch, and return the four
# parameters at the end. The network is that of Part 3 (inner product, ReLU, inner product, softmax, mean negative
# log-likelihood). Step `i` has `rate(i)` for weights and twice that for biases; momentum 0.9, weight decay 5e-4 on
# all four; every `v` starts at zero.
#
# Hint: Four parameters, four velocities, two lists. Copy `gradients` of Part 3 into the cell, or write it anew.

# %% answer train
def train(x, labels, batches, W1, b1, W2, b2):
    """W1, b1, W2, b2 after one step for each row of batches."""
    ### BEGIN SOLUTION
    parameters = [W1, b1, W2, b2]
    velocities = [np.zeros(w.shape) for w in parameters]
    for i, batch in enumerate(batches):
        slopes = gradients(x[:, batch], labels[batch], *parameters)
        for j, (w, dw, v) in enumerate(zip(parameters, slopes, velocities)):
            parameters[j], velocities[j] = sgd_step(w, dw, v, rate(i) * (1 + j % 2))
    return parameters


def gradients(x, labels, W1, b1, W2, b2):
    """The mean loss's gradients by the four parameters."""
    h = W1 @ x + b1
    a = np.maximum(h, 0)
    z = W2 @ a + b2
    dz = np.exp(z - z.max(axis=0))
    dz /= dz.sum(axis=0)
    dz[labels, np.arange(len(labels))] -= 1
    dz /= len(labels)
    dh = W2.T @ dz * (h > 0)
    return dh @ x.T, dh.sum(axis=1, keepdims=True), dz @ a.T, dz.sum(axis=1, keepdims=True)
    ### END SOLUTION

# %% check train 3
x, labels = np.array([[1.], [2.]]), np.array([1])
got = train(x, labels, [[0]], np.eye(2), np.zeros((2, 1)), np.zeros((2, 2)), np.zeros((2, 1)))
parts = checks.several(got, 4, "train")
checks.close(parts[2], [[-0.005, -0.01], [0.005, 0.01]], "W2 after one step from zero",
    {"that goes uphill": [[0.005, 0.01], [-0.005, -0.01]]},
             tolerance=1e-9)
checks.close(parts[3], [[-0.01], [0.01]], "b2 after one step from zero",
    {"biases learn at twice the rate": [[-0.005], [0.005]]},
             tolerance=1e-9)
### BEGIN HIDDEN TESTS
def slope(loss, p, number, nudge=1e-5):
    found = np.empty_like(p[number])
    for place in np.ndindex(found.shape):
        ends = []
        for sign in (1, -1):
            moved = [array.copy() for array in p]
            moved[number][place] += sign * nudge
            ends.append(loss(moved))
        found[place] = (ends[0] - ends[1]) / (2 * nudge)
    return found


def trained(x, labels, batches, p, twice=2, momentum=0.9):
    v = [np.zeros_like(array) for array in p]
    for i, batch in enumerate(batches):
        def loss(p):
            z = p[2] @ np.maximum(p[0] @ x[:, batch] + p[1], 0) + p[3]
            return (np.logaddexp.reduce(z, axis=0) - z[labels[batch], np.arange(len(batch))]).mean()

        slopes = [slope(loss, p, number) for number in range(4)]
        v = [momentum * old + s + 5e-4 * w for old, s, w in zip(v, slopes, p)]
        lr = 0.01 / np.exp(0.75 * np.log1p(1e-4 * i))
        p = [w - lr * (twice if j % 2 else 1) * new for j, (w, new) in enumerate(zip(p, v))]
    return p


rng = np.random.default_rng(43)
x, labels = rng.normal(size=(3, 9)), rng.integers(0, 3, 9)
p = [rng.normal(size=shape) for shape in ((4, 3), (4, 1), (3, 4), (3, 1))]
batches = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8], [8, 1, 4], [2, 2, 0]])
got = checks.several(train(x, labels, batches, *p), 4, "train")
want, equal_rates = (trained(x, labels, batches, p, twice) for twice in (2, 1))
fresh = trained(x, labels, batches, p, momentum=0)
for number, name in enumerate(("W1", "b1", "W2", "b2")):
    checks.close(got[number], want[number], f"{name} after five steps", {
        "biases learn at twice the rate": equal_rates[number],
        "the velocity is forgotten from step to step": fresh[number]}, tolerance=1e-8)
### END HIDDEN TESTS

# %% check held_out 2
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(44)
sizes = (0.05, (32, 784)), (0, (32, 1)), (0.25, (10, 32)), (0, (10, 1))
start = [size * rng.normal(size=shape) for size, shape in sizes]
batches = rng.integers(0, x_train.shape[1], (300, 50))
W1, b1, W2, b2 = checks.several(train(x_train, t_train, batches, *start), 4, "train")
for got, want, name in zip((W1, b1, W2, b2), start, ("W1", "b1", "W2", "b2")):
    checks.shape(got, want.shape, name)
right = (np.argmax(W2 @ np.maximum(W1 @ x_test + b1, 0) + b2, axis=0) == t_test).mean()
assert right > 0.85, f"after 300 steps {right:.1%} of the held-out digits are read; 85% should be."
### END HIDDEN TESTS
start = [0.05 * np.cos(np.arange(32 * 784.)).reshape(32, 784), np.zeros((32, 1)),
         0.3 * np.cos(np.arange(320.)).reshape(10, 32), np.zeros((10, 1))]
W1, b1, W2, b2 = train(x_train, t_train, np.arange(5000).reshape(100, 50) % 1297, *start)
checks.shape(W1, (32, 784), "W1")

# %% [markdown]
# ## 4.4 The confusion matrix
# Rows are what the digits are, columns what was answered: entry `(i, j)` counts the digits `i` that were read as `j`.
#
# Hint: `np.add.at(matrix, (truth, answers), 1)` counts pairs that come several times; `matrix[truth, answers] += 1`
# does not.

# %% answer confusion
def confusion(truth, answers, classes=10):
    """The matrix (classes, classes) of counts."""
    ### BEGIN SOLUTION
    return np.bincount(truth * classes + answers, minlength=classes ** 2).reshape(classes, classes)
    ### END SOLUTION

# %% check confusion 3
checks.close(confusion(np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]), 2), [[1, 2], [0, 1]], "the matrix", {
    "rows and columns are exchanged: rows are the truth": [[1, 0], [2, 1]],
    "a pair that comes twice is counted once: += counts each place once": [[1, 1], [0, 1]]})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(45)
for classes, count in ((10, 500), (4, 30), (3, 3)):
    truth, answers = rng.integers(0, classes, (2, count))
    want = np.array([[np.sum((truth == i) & (answers == j)) for j in range(classes)] for i in range(classes)])
    checks.close(confusion(truth, answers, classes), want, f"the matrix of {count} answers", {
        "rows and columns are exchanged: rows are the truth": want.T,
        "a pair that comes twice is counted once: += counts each place once": np.minimum(want, 1),
        "these are shares; counts are asked for": want / count})
### END HIDDEN TESTS

# %% [markdown]
# ## 4.5 Confused pairs
# Which two classes are confused most? Return a list of `(a, b, errors)` with `a < b`: errors either way round
# together, only pairs that were confused at all, most errors first, equal ones in the order of `(a, b)`.
#
# Hint: `matrix + matrix.T` does not mind which axis is the truth. Sort by `(-errors, a, b)`.

# %% answer confused_pairs
def confused_pairs(matrix):
    """[(a, b, errors), ...]."""
    ### BEGIN SOLUTION
    both = matrix + matrix.T
    found = [(a, b, int(both[a, b])) for a in range(len(both)) for b in range(a + 1, len(both)) if both[a, b]]
    return sorted(found, key=lambda pair: (-pair[2], pair[0], pair[1]))
    ### END SOLUTION

# %% check confused_pairs 3
checks.equal(confused_pairs(np.array([[9, 1, 0], [2, 9, 1], [0, 0, 9]])), [(0, 1, 3), (1, 2, 1)], "the list of pairs", {
    "0 read as 1 and 1 read as 0 are the same pair": [(1, 0, 2), (0, 1, 1), (1, 2, 1)],
    "pairs without an error are left out": [(0, 1, 3), (1, 2, 1), (0, 2, 0)]})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(46)
for classes in (3, 5, 10):
    matrix = rng.integers(0, 3, (classes, classes)) + 50 * np.eye(classes, dtype=int)
    want = [(a, b, int(matrix[a, b] + matrix[b, a])) for a in range(classes) for b in range(a + 1, classes)]
    want = sorted((pair for pair in want if pair[2]), key=lambda pair: (-pair[2], pair[0], pair[1]))
    checks.equal(confused_pairs(matrix), want, f"the pairs of {classes} classes")
### END HIDDEN TESTS

# %% [markdown]
# ## 4.6 How sure is a share
# 487 of 500 right: which true shares agree with that? Return Wilson's interval at 95% (z = 1.96):
# $\left(\hat p + \frac{z^2}{2n} \pm z\sqrt{\frac{\hat p (1 - \hat p)}{n} + \frac{z^2}{4n^2}}\right) \Big/ \left(1
# + \frac{z^2}{n}\right)$.
#
# Hint: It stays inside 0 and 1, also for 500 of 500; the middle is not the share itself, it leans towards a half.

# %% answer wilson
def wilson(right, count, z=1.96):
    """The two ends, low and high."""
    ### BEGIN SOLUTION
    share, scale = right / count, 1 + z**2 / count
    middle = share + z**2 / (2 * count)
    reach = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return (middle - reach) / scale, (middle + reach) / scale
    ### END SOLUTION

# %% check wilson 3
checks.close(checks.several(wilson(487, 500), 2, "wilson"), [0.956028, 0.984744], "the interval of 487 of 500", {
    "that is share ± z sqrt(p (1 - p) / n), which leaves 0 to 1 for rare errors": [0.960051, 0.987949]})
### BEGIN HIDDEN TESTS
for right, count, z in ((500, 500, 1.96), (0, 7, 1.96), (3, 9, 2.576), (50, 100, 1.0)):
    shares = np.linspace(0, 1, 400_001)
    kept = shares[np.abs(right / count - shares) <= z * np.sqrt(shares * (1 - shares) / count) + 1e-12]
    checks.close(checks.several(wilson(right, count, z), 2, "wilson"), [kept.min(), kept.max()],
                 f"the interval of {right} of {count}, z = {z}", tolerance=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# ## 4.7 Star: the LeNet, put together
# One pass there and back: convolution 5x5, ReLU, max-pool 2/2, convolution 5x5, ReLU, max-pool 2/2, inner product,
# ReLU, inner product, softmax. `p` has the arrays `W1 b1 W2 b2 W3 b3 W4 b4` (filters `(F, C, 5, 5)`, biases as
# columns); return the mean loss and a dictionary of gradients by the same names.
#
# Hint: Your layers of Parts 2 and 3 are all there is to it. A picture becomes a column in the order channel, row,
# column: `y.reshape(-1, N)`.

# %% answer lenet
def lenet(x, labels, p):
    """The loss of pictures x (1, H, W, N), and {"W1": dW1, "b1": db1, ...}."""
    ### BEGIN SOLUTION
    tape, slopes, N = [], {}, x.shape[3]
    for number in (1, 2):
        h = convolved(x, p[f"W{number}"]) + p[f"b{number}"][:, :, None, None]
        tiles = np.maximum(h, 0)
        C, H, W, _ = tiles.shape
        tiles = tiles.reshape(C, H // 2, 2, W // 2, 2, N).transpose(0, 1, 3, 2, 4, 5).reshape(C, H // 2, W // 2, 4, N)
        tape.append((x, h, tiles.argmax(axis=3)))
        x = tiles.max(axis=3)
    column = x.reshape(-1, N)
    h = p["W3"] @ column + p["b3"]
    z = p["W4"] @ np.maximum(h, 0) + p["b4"]
    loss = (np.logaddexp.reduce(z, axis=0) - z[labels, np.arange(N)]).mean()
    dz = np.exp(z - np.logaddexp.reduce(z, axis=0))
    dz[labels, np.arange(N)] -= 1
    dz /= N
    dh = p["W4"].T @ dz * (h > 0)
    slopes |= {"W4": dz @ np.maximum(h, 0).T, "b4": dz.sum(axis=1, keepdims=True),
               "W3": dh @ column.T, "b3": dh.sum(axis=1, keepdims=True)}
    dy = (p["W3"].T @ dh).reshape(x.shape)
    for number, (x, h, winners) in zip((2, 1), tape[::-1]):
        C, OH, OW, _ = dy.shape
        tiles = (winners[:, :, :, None] == np.arange(4)[:, None]) * dy[:, :, :, None]
        dh = tiles.reshape(C, OH, OW, 2, 2, N).transpose(0, 1, 3, 2, 4, 5).reshape(h.shape) * (h > 0)
        windows = np.lib.stride_tricks.sliding_window_view(x, (5, 5), (1, 2))
        slopes[f"W{number}"] = np.einsum("fhwn,chwnij->fcij", dh, windows, optimize=True)
        slopes[f"b{number}"] = dh.sum(axis=(1, 2, 3))[:, None]
        wide = np.pad(dh, ((0, 0), (4, 4), (4, 4), (0, 0)))
        dy = convolved(wide, p[f"W{number}"].transpose(1, 0, 2, 3)[:, :, ::-1, ::-1])
    return loss, slopes


def convolved(x, W):
    """x (C, H, W, N) under filters (F, C, 5, 5)."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (5, 5), (1, 2))
    return np.einsum("chwnij,fcij->fhwn", windows, W, optimize=True)
    ### END SOLUTION

# %% check star-lenet 5
nothing = {"W1": np.zeros((2, 1, 5, 5)), "b1": np.zeros((2, 1)), "W2": np.zeros((3, 2, 5, 5)), "b2": np.zeros((3, 1)),
           "W3": np.zeros((6, 3)), "b3": np.zeros((6, 1)), "W4": np.zeros((4, 6)), "b4": np.zeros((4, 1))}
loss, slopes = checks.several(lenet(np.ones((1, 16, 16, 2)), np.array([0, 1]), nothing), 2, "lenet")
checks.close(loss, 1.3862943611, "the loss of a network that knows nothing (log 4)")
checks.close(slopes["b4"], [[-0.25], [-0.25], [0.25], [0.25]], "db4")
### BEGIN HIDDEN TESTS
def lenet_loss(x, labels, p):
    for number in (1, 2):
        windows = np.lib.stride_tricks.sliding_window_view(x, (5, 5), (1, 2))
        h = np.einsum("chwnij,fcij->fhwn", windows, p[f"W{number}"]) + p[f"b{number}"][:, :, None, None]
        x = np.maximum(h, 0).reshape(len(h), h.shape[1] // 2, 2, h.shape[2] // 2, 2, -1).max(axis=(2, 4))
    z = p["W4"] @ np.maximum(p["W3"] @ x.reshape(-1, x.shape[3]) + p["b3"], 0) + p["b4"]
    return (np.logaddexp.reduce(z, axis=0) - z[labels, np.arange(x.shape[3])]).mean()


rng = np.random.default_rng(47)
x, labels = rng.normal(size=(1, 20, 16, 3)), rng.integers(0, 4, 3)
p = {name: 0.3 * rng.normal(size=w.shape if name != "W3" else (6, 6)) for name, w in nothing.items()}
loss, slopes = checks.several(lenet(x, labels, p), 2, "lenet")
checks.close(loss, lenet_loss(x, labels, p), "the loss")
for name, w in p.items():
    checks.shape(slopes[name], w.shape, "d" + name)
    for _ in range(4):
        way = rng.normal(size=w.shape)
        ends = [lenet_loss(x, labels, p | {name: w + nudge * way}) for nudge in (1e-6, -1e-6)]
        checks.close(np.sum(way * checks.numbers(slopes[name], name)), (ends[0] - ends[1]) / 2e-6,
            f"d{name} along a direction", tolerance=1e-5)
### END HIDDEN TESTS
