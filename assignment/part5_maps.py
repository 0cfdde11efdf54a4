"""Part 5 of the assignment: what the feature maps show. See tools/grading/parts.py."""

# %% [markdown]
# # Part 5: looking inside
# 10 points. `maps.npz` has one digit, the twenty filters `W` `(20, 25)` and biases `b` `(20, 1)` of a trained
# network's first layer, and the outputs of its layer 2 (the convolution) and layer 3 (the ReLU after it) for that
# digit, `(20, 24, 24)` each.

# %% given tools
import checks
import numpy as np

with np.load("maps.npz") as file:
    digit, W, b, layer2, layer3 = (file[name] for name in ("digit", "W", "b", "layer2", "layer3"))

# %% [markdown]
# ## 5.1 A mosaic
# Twenty maps as one picture, 4 rows of 5, in reading order: the second map stands to the right of the first.
#
# Hint: Reshape to `(rows, columns, H, W)`, then bring the axes into the order row, H, column, W.

# %% answer mosaic
def mosaic(maps, rows, columns):
    """One picture (rows * H, columns * W) of maps (rows * columns, H, W)."""
    ### BEGIN SOLUTION
    _, H, W = maps.shape
    return maps.reshape(rows, columns, H, W).transpose(0, 2, 1, 3).reshape(rows * H, columns * W)
    ### END SOLUTION

# %% check mosaic 2
checks.close(mosaic(np.arange(8.).reshape(4, 1, 2), 2, 2), [[0, 1, 2, 3], [4, 5, 6, 7]],
    "four maps of 1x2 in two rows", {
    "the second map stands to the right of the first, not below": [[0, 1, 4, 5], [2, 3, 6, 7]]})
### BEGIN HIDDEN TESTS
for rows, columns, H, side in ((4, 5, 24, 24), (2, 3, 4, 5), (3, 1, 2, 2)):
    maps = np.random.default_rng(51).normal(size=(rows * columns, H, side))
    want = np.vstack([np.hstack(list(maps[row * columns:(row + 1) * columns])) for row in range(rows)])
    checks.close(mosaic(maps, rows, columns), want, f"{rows} rows of {columns} maps of {H}x{side}")
### END HIDDEN TESTS

# %% look at-them
import matplotlib.pyplot as plt

plt.imshow(mosaic(layer2, 4, 5), cmap="coolwarm", vmin=-abs(layer2).max(), vmax=abs(layer2).max())
_ = plt.axis("off")

# %% [markdown]
# ## 5.2 What black hides
# Layers 2 and 3 look the same when negative numbers are shown in black, as zero is. In which share of a map's pixels
# do they differ? Return one share for each map.
#
# Hint: ReLU changes a pixel exactly if it is below zero.

# %% answer hidden_share
def hidden_share(layer2):
    """The shares (maps,) of pixels that ReLU changes, of maps (maps, H, W)."""
    ### BEGIN SOLUTION
    return (layer2 < 0).mean(axis=(1, 2))
    ### END SOLUTION

# %% check hidden_share 2
checks.close(hidden_share(np.array([[[-1., 0.], [0., 2.]], [[-1., -2.], [-3., 4.]]])), [0.25, 0.75],
    "the shares of two maps", {
    "a pixel that is zero stays zero": [0.75, 0.75], "that is the share that stays": [0.75, 0.25]})
### BEGIN HIDDEN TESTS
maps = np.random.default_rng(52).integers(-2, 3, size=(7, 5, 6)).astype(float)
checks.close(hidden_share(maps), (np.maximum(maps, 0) != maps).mean(axis=(1, 2)), "the shares of seven maps", {
    "a pixel that is zero stays zero": (maps <= 0).mean(axis=(1, 2))})
checks.close(hidden_share(layer2), (layer3 != layer2).mean(axis=(1, 2)), "the shares of the trained layer's maps")
### END HIDDEN TESTS

# %% [markdown]
# ## 5.3 Why is a map blank
# A map of layer 3 that is zero everywhere was "not activated by this digit, or its weights are zero". Decide. For
# each blank map return its number and `"weights"` if all weights of its filter are zero up to 1e-6, else
# `"digit"`, in the order of the numbers.
#
# Hint: Two conditions, `maps.max(axis=(1, 2)) == 0` and `abs(W).max(axis=1) <= 1e-6`.

# %% answer blank_maps
def blank_maps(layer3, W):
    """[(number, "weights" or "digit"), ...]."""
    ### BEGIN SOLUTION
    blank, dead = layer3.max(axis=(1, 2)) == 0, np.abs(W).max(axis=1) <= 1e-6
    return [(int(number), "weights" if dead[number] else "digit") for number in np.flatnonzero(blank)]
    ### END SOLUTION

# %% check blank_maps 3
maps = np.zeros((3, 2, 2))
maps[1, 0, 0] = 1
checks.equal(blank_maps(maps, np.array([[0., 1e-9], [0., 0.], [-3., 2.]])), [(0, "weights"), (2, "digit")],
    "the blank maps", {
    "weights that add up to zero are not zero": [(0, "weights"), (2, "weights")],
    "map 1 has a pixel: it is not blank": [(0, "weights"), (1, "weights"), (2, "digit")]})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(53)
maps, filters = np.maximum(rng.normal(size=(12, 6, 6)), 0), rng.normal(size=(12, 25))
maps[[1, 4, 5, 9]], filters[[4, 9, 10]] = 0, 0
filters[5] = np.linspace(-1, 1, 25)
filters[9, 3] = -1e-8
checks.equal(blank_maps(maps, filters), [(1, "digit"), (4, "weights"), (5, "digit"), (9, "weights")],
    "the blank maps of twelve")
checks.equal(blank_maps(maps[:1], filters[:1]), [], "the blank maps of a layer that has none")
### END HIDDEN TESTS

# %% [markdown]
# ## 5.4 Nearly the same
# Which pairs of maps are nearly the same? Two maps are if the cosine of the angle between them, seen as long
# vectors, is at least `least`. A blank map is like no other. Return pairs `(i, j)` with `i < j`, in order.
#
# Hint: Divide every map by its length, then one product of matrices has all the cosines. Mind the length zero.

# %% answer twins
def twins(maps, least):
    """[(i, j), ...] of maps (maps, H, W)."""
    ### BEGIN SOLUTION
    flat = maps.reshape(len(maps), -1)
    lengths = np.linalg.norm(flat, axis=1, keepdims=True)
    flat = flat / np.where(lengths > 0, lengths, 1)
    cosines = flat @ flat.T
    return [(i, j) for i in range(len(maps)) for j in range(i + 1, len(maps)) if cosines[i, j] >= least]
    ### END SOLUTION

# %% check twins 3
maps = np.array([[[1., 0.]], [[5., 1.]], [[0., 0.]], [[-1., 0.]]])
checks.equal(twins(maps, 0.9), [(0, 1)], "the twins of four maps", {
    "the opposite is not the same": [(0, 1), (0, 3), (1, 3)],
    "twice as bright is the same map: divide by the length": []})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(54)
maps = rng.normal(size=(6, 5, 4))
maps[3], maps[5], maps[2] = 7 * maps[0] + 0.01, 0.1 * maps[1] + 0.001 * maps[4], 0
checks.equal(twins(maps, 0.97), [(0, 3), (1, 5)], "the twins of six maps")
want = [(i, j) for i in range(20) for j in range(i + 1, 20) if layer2[i].ravel() @ layer2[j].ravel()
        >= 0.9 * np.linalg.norm(layer2[i]) * np.linalg.norm(layer2[j])]
checks.equal(twins(layer2, 0.9), want, "the twins of the trained layer")
### END HIDDEN TESTS
