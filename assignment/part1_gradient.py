"""Part 1 of the assignment: gradients by hand, depth without bends, counting. See tools/grading/parts.py."""
# ruff: noqa: E402

# %% [markdown]
# # Part 1: a gradient, a collapse, a count
# Six small functions, 20 points. Replace each `raise NotImplementedError()` by your code and run the cell under it:
# it says nothing when you are right, and tries to say why when you are not. More checks, on other numbers, are run
# when you hand in. Every notebook is marked by itself, so define in it whatever it uses; functions return new
# arrays and leave those that they are given as they are. NumPy is all you need.

# %% given tools
import checks
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))

# %% [markdown]
# ## 1.1 One derivative
# $f(x, w) = \sigma(\sigma(x_1 w_1)\, w_2 + x_2)$. Write $\partial f/\partial w_2$ as a function of all four numbers.
# At $w = (0, 0)$, $x = (1, 0)$ it is 0.125, which you can check by hand.
#
# Hint: The outer sigmoid gives `f * (1 - f)`. What it is multiplied by is whatever stands next to `w2`.

# %% answer df_dw2
def df_dw2(w1, w2, x1, x2):
    """The derivative of f by w2."""
    ### BEGIN SOLUTION
    hidden = sigmoid(x1 * w1)
    f = sigmoid(hidden * w2 + x2)
    return f * (1 - f) * hidden
    ### END SOLUTION

# %% check df_dw2 3
checks.close(df_dw2(0, 0, 1, 0), 0.125, "df/dw2 at the training point",
             {"that is f (1 - f), without the inner sigmoid": 0.25, "that is f, or the inner sigmoid, itself": 0.5})
### BEGIN HIDDEN TESTS
for w1, w2, x1, x2 in np.random.default_rng(11).normal(size=(9, 4)):
    F = lambda w: sigmoid(sigmoid(x1 * w1) * w + x2)
    checks.close(df_dw2(w1, w2, x1, x2), (F(w2 + 1e-5) - F(w2 - 1e-5)) / 2e-5, "df/dw2 at another point", {
        "that is f (1 - f), without the inner sigmoid": F(w2) * (1 - F(w2)),
        "f itself is missing: σ' is σ (1 - σ)": sigmoid(x1 * w1) * (1 - F(w2))}, tolerance=1e-8)
### END HIDDEN TESTS

# %% [markdown]
# ## 1.2 One step down
# The loss is $L = (y - f)^2$. Return $w_2$ after one step of gradient descent. The training point of the assignment
# has $y = 5$, which $f$ can never reach; the step goes in the right direction all the same.
#
# Hint: Descend the loss, not `f`. Its derivative by `w2` is `-2 * (y - f)` times that of `f`, and the step is minus
# the rate times that.

# %% answer step
def step(w1, w2, x1, x2, y, rate):
    """The value of w2 after one step."""
    ### BEGIN SOLUTION
    f = sigmoid(sigmoid(x1 * w1) * w2 + x2)
    return w2 + rate * 2 * (y - f) * df_dw2(w1, w2, x1, x2)
    ### END SOLUTION

# %% check step 3
checks.close(step(0, 0, 1, 0, y=5, rate=0.5), 0.5625, "w2 after one step", {
    "that descends f; it is the loss that has to become smaller": -0.0625,
    "that goes uphill: f should come nearer to 5": -0.5625,
    "that is the step of half the squared error; here L has no 1/2": 0.28125,
    "the arithmetic of -0.0625 lost its sign, and it descends f, not the loss": 0.0625})
### BEGIN HIDDEN TESTS
for w1, w2, x1, x2, y in np.random.default_rng(12).normal(size=(9, 5)):
    L = lambda w: (y - sigmoid(sigmoid(x1 * w1) * w + x2)) ** 2
    slope = (L(w2 + 1e-5) - L(w2 - 1e-5)) / 2e-5
    checks.close(step(w1, w2, x1, x2, y, 0.1), w2 - 0.1 * slope, "w2 after another step", {
        "that goes uphill": w2 + 0.1 * slope, "w2 itself is missing: this is the step alone": -0.1 * slope,
        "that is the step of half the squared error; here L has no 1/2": w2 - 0.05 * slope}, tolerance=1e-8)
### END HIDDEN TESTS

# %% [markdown]
# ## 1.3 Depth that is none
# Layers $h \mapsto W_t h + b_t$ without anything between them make one layer $x \mapsto Wx + b$. Return that $W$
# and $b$, for lists of any length. Biases are columns.
#
# Hint: Send the identity, and a zero, through all layers. Or go layer by layer: a new layer multiplies both
# what `W` and what `b` are so far from the left, and then adds its own bias.

# %% answer collapse
def collapse(weights, biases):
    """W, b of the one layer that does what all of them do; weights[0] is applied first."""
    ### BEGIN SOLUTION
    W, b = weights[0], biases[0]
    for next_W, next_b in zip(weights[1:], biases[1:]):
        W, b = next_W @ W, next_W @ b + next_b
    return W, b
    ### END SOLUTION

# %% check collapse 3
first, second = np.array([[1., 2.], [0., 1.]]), np.array([[0., 1.], [1., 0.]])
W, b = checks.several(collapse([first, second], [np.ones((2, 1)), np.zeros((2, 1))]), 2, "collapse")
checks.close(W, [[0, 1], [1, 2]], "W", {"the product is the wrong way round: the first layer stands on the right":
                                       [[2, 1], [1, 0]]})
checks.close(b, [[1], [1]], "b")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(13)
for sides in ((4, 4, 4, 4), (5, 3, 6, 2), (3, 2)):
    weights = [rng.normal(size=(m, n)) for n, m in zip(sides, sides[1:])]
    biases = [rng.normal(size=(m, 1)) for m in sides[1:]]
    x = rng.normal(size=(sides[0], 7))
    y = x
    for layer, bias in zip(weights, biases):
        y = layer @ y + bias
    W, b = checks.several(collapse(weights, biases), 2, "collapse")
    checks.shape(W, (sides[-1], sides[0]), "W")
    checks.shape(b, (sides[-1], 1), "b")
    checks.close(np.asarray(W) @ x + b, y, "what the one layer does", {
        "the biases of the earlier layers have to go through the later ones": np.asarray(W) @ x + biases[-1]})
### END HIDDEN TESTS

# %% [markdown]
# ## 1.4 Dead units
# A ReLU unit is dead if no example of the data makes it answer more than zero: no gradient reaches it. Return the
# share of dead units of a layer `relu(W x + b)`, with one column of `x` for each example.
#
# Hint: `(W @ x + b > 0)` has a row for each unit. A unit lives if *any* entry of its row is true.

# %% answer dead_share
def dead_share(x, W, b):
    """The share of units, from 0 to 1, that no column of x switches on."""
    ### BEGIN SOLUTION
    return 1 - (W @ x + b > 0).any(axis=1).mean()
    ### END SOLUTION

# %% check dead_share 3
x = np.array([[1., -1., 2.], [0., 1., 1.]])
W, b = np.array([[1., 0.], [-1., 0.], [-1., -1.]]), np.array([[5.], [0.], [0.]])
checks.close(dead_share(x, W, b), 1 / 3, "the share of dead units", {
    "that is the share of zeros; a unit that answers to one example is alive": 5 / 9,
    "that is the share of living ones": 2 / 3})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(14)
for shift in (-6, -3, -2, 0, 9):
    x, W, b = rng.normal(size=(6, 40)), rng.normal(size=(50, 6)), rng.normal(size=(50, 1)) + shift
    alive = sum(1 for unit, bias in zip(W, b) if max(unit @ x + bias) > 0)
    checks.close(dead_share(x, W, b), 1 - alive / 50, "the share of dead units, other data", {
        "that is the share of zeros; a unit that answers to one example is alive": float((W @ x + b <= 0).mean())})
### END HIDDEN TESTS

# %% [markdown]
# ## 1.5 Copies
# Started from a constant, the units of a hidden layer stay copies of each other. How many different ones does a
# layer have? Two units are copies if they have the same incoming weights (rows of `W_in`) *and* the same outgoing
# weights (columns of `W_out`), up to 1e-9.
#
# Hint: Put what belongs to one unit into one row: `np.hstack([W_in, W_out.T])`. Then count rows that differ from
# all rows above them.

# %% answer different_units
def different_units(W_in, W_out):
    """How many units are no copy of an earlier one."""
    ### BEGIN SOLUTION
    units = np.hstack([W_in, W_out.T])
    return sum(all(np.abs(unit - other).max() > 1e-9 for other in units[:i]) for i, unit in enumerate(units))
    ### END SOLUTION

# %% check different_units 3
checks.equal(different_units(np.full((4, 3), 0.3), np.full((2, 4), 0.3)), 1, "the units of a layer that starts at 0.3")
checks.equal(different_units(np.full((2, 3), 0.3), np.array([[1., 2.]])), 2, "the units of a layer with one W_in", {
    "these two are used differently: look at the outgoing weights too": 1})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(15)
for count, hidden in ((1, 6), (3, 7), (5, 5), (4, 9)):
    W_in, W_out = rng.normal(size=(count, 4)), rng.normal(size=(3, count))
    which = rng.permutation(np.arange(hidden) % count)
    wobble = 1e-13 * rng.normal(size=(hidden, 4))
    checks.equal(different_units(W_in[which] + wobble, W_out[:, which]), count, f"the units of a layer of {hidden}")
W_in, W_out = np.array([[1., 2.], [2., 1.], [1., 2.]]), np.array([[1., 1., 2.]])
checks.equal(different_units(W_in, W_out), 3, "the units of a layer whose rows come twice", {
    "a unit that is used differently is another one: look at the outgoing weights too": 2})
### END HIDDEN TESTS

# %% [markdown]
# ## 1.6 Counting
# A network is a list: `("conv", filters, k, stride, pad)`, `("pool", k, stride)`, `("linear", units)`. Count its
# parameters, biases included, for an input of `(channels, height, width)`. AlexNet without groups has 62,378,344;
# VGG-16 is among the hidden checks.
#
# Hint: Carry the shape along. A window of side `k` has `(H + 2 * pad - k) // stride + 1` places on a side of
# `H`; a filter has `k * k * C` weights and one bias; the first linear layer sees `C * H * W` numbers.

# %% given alexnet
ALEXNET = [("conv", 96, 11, 4, 0), ("pool", 3, 2), ("conv", 256, 5, 1, 2), ("pool", 3, 2), ("conv", 384, 3, 1, 1),
           ("conv", 384, 3, 1, 1), ("conv", 256, 3, 1, 1), ("pool", 3, 2),
           ("linear", 4096), ("linear", 4096), ("linear", 1000)]

# %% answer count_parameters
def count_parameters(layers, shape):
    """How many weights and biases the layers have, for pictures of a shape (C, H, W)."""
    ### BEGIN SOLUTION
    (C, H, W), total = shape, 0
    for kind, *numbers in layers:
        if kind == "linear":
            total += numbers[0] * (C * H * W + 1)
            C, H, W = numbers[0], 1, 1
            continue
        k, stride, pad = (numbers[1:] if kind == "conv" else [*numbers, 0])
        if kind == "conv":
            total += numbers[0] * (k * k * C + 1)
            C = numbers[0]
        H, W = ((side + 2 * pad - k) // stride + 1 for side in (H, W))
    return total
    ### END SOLUTION

# %% check count_one 2
checks.equal(count_parameters([("conv", 96, 11, 4, 0)], (3, 227, 227)), 34_944, "the first layer of AlexNet", {
    "the biases are missing": 34_848, "a filter sees all three channels": 11_712})
checks.equal(count_parameters([("linear", 10)], (1, 28, 28)), 7_850, "ten units on a picture",
    {"the biases are missing": 7_840})
### BEGIN HIDDEN TESTS
checks.equal(count_parameters([("conv", 20, 5, 1, 0)], (1, 28, 28)), 520, "the first layer of the LeNet", {
    "the biases are missing": 500})
checks.equal(count_parameters([("conv", 7, 3, 1, 1), ("conv", 5, 1, 1, 0)], (4, 9, 6)), 299, "two small layers")
### END HIDDEN TESTS

# %% check count_all 3
checks.equal(count_parameters(ALEXNET, (3, 227, 227)), 62_378_344, "the parameters of AlexNet")
### BEGIN HIDDEN TESTS
vgg = [layer for filters, times in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
       for layer in [("conv", filters, 3, 1, 1)] * times + [("pool", 2, 2)]]
vgg += [("linear", 4096), ("linear", 4096), ("linear", 1000)]
checks.equal(count_parameters(vgg, (3, 224, 224)), 138_357_544, "the parameters of VGG-16")
lenet = [("conv", 20, 5, 1, 0), ("pool", 2, 2), ("conv", 50, 5, 1, 0), ("pool", 2, 2), ("linear", 500), ("linear", 10)]
checks.equal(count_parameters(lenet, (1, 28, 28)), 431_080, "the parameters of the LeNet")
checks.equal(count_parameters([("conv", 2, 3, 2, 1), ("linear", 3)], (1, 8, 5)), 95, "a picture that is no square", {
    "height and width are two sides": 2 * 10 + 3 * (2 * 4 * 4 + 1)})
### END HIDDEN TESTS
