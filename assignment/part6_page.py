"""Part 6 of the assignment: a page of handwriting to rows of digits. See tools/grading/parts.py."""

# %% [markdown]
# # Part 6: reading a page
# 10 points and 6 stars. `page.npz` has a grey picture of a page of digits (0 is black, 255 white, the light is even),
# what is written on it, and a small trained network that reads pictures of 28x28 with ink 1 on paper 0.

# %% given tools
import checks
import numpy as np

with np.load("page.npz") as file:
    page, W1, b1, W2, b2 = (file[name] for name in ("page", "W1", "b1", "W2", "b2"))
    rows = [str(row) for row in file["rows"]]


def read(pictures):
    """The digits (N,) that the given network reads in pictures (N, 28, 28)."""
    x = np.asarray(pictures, float).reshape(-1, 784).T
    return np.argmax(W2 @ np.maximum(W1 @ x + b1, 0) + b2, axis=0)

# %% look page
import matplotlib.pyplot as plt

plt.imshow(page, cmap="gray")
_ = plt.title(" / ".join(rows))

# %% [markdown]
# ## 6.1 Where ink begins
# Otsu's threshold: the level `t` (a whole number; ink is `grey <= t`) for which the two classes are furthest apart,
# that is, $n_0 n_1 (m_0 - m_1)^2$ is largest: $n$ pixels and mean $m$ of each class. The lowest such level if there
# are several.
#
# Hint: Try all 256 levels; a class without pixels counts 0. `np.argmax` returns the first of equals.

# %% answer otsu
def otsu(grey):
    """The threshold of a grey picture with values 0 to 255."""
    ### BEGIN SOLUTION
    grey = grey.ravel().astype(float)
    apart = []
    for level in range(256):
        dark, light = grey[grey <= level], grey[grey > level]
        apart.append(len(dark) * len(light) * (dark.mean() - light.mean()) ** 2 if len(dark) and len(light) else 0)
    return int(np.argmax(apart))
    ### END SOLUTION

# %% check otsu 2
checks.equal(otsu(np.array([[10, 12, 11], [200, 210, 205]], np.uint8)), 12, "the threshold of six pixels", {
    "ink is grey <= t, so the threshold itself is ink": 13, "of several levels the lowest": 199})
checks.equal(otsu(np.array([[0, 0, 0, 0, 255]], np.uint8)), 0, "the threshold of black and white", {
    "of several levels the lowest": 254})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(61)
for dark, light, share in ((60, 200, 0.1), (100, 140, 0.5), (20, 240, 0.02)):
    grey = np.where(rng.random((40, 50)) < share, dark, light) + rng.normal(0, 12, (40, 50))
    grey = np.clip(grey, 0, 255).astype(np.uint8)
    values = grey.astype(np.int64)
    best = []
    for t in range(256):
        ink = values <= t
        n0, n1, s0, s1 = ink.sum(), (~ink).sum(), values[ink].sum(), values[~ink].sum()
        best.append((s0 * n1 - s1 * n0) ** 2 / (n0 * n1) if n0 * n1 else 0)
    checks.equal(otsu(grey), int(np.argmax(best)), f"the threshold of ink of {dark} on paper of {light}")
### END HIDDEN TESTS

# %% [markdown]
# ## 6.2 Pieces
# Number the connected pieces of ink: pixels that touch, also at a corner, have one number. Paper is 0, the pieces
# are 1, 2, 3 ... in any order. `ink` is an array of true and false.
#
# Hint: Take a pixel without a number, give it one, and put it on a list; for each pixel on the list, number its
# eight neighbours that are ink and have none, and put them on the list too.

# %% answer components
def components(ink):
    """Whole numbers, of the shape of ink."""
    ### BEGIN SOLUTION
    labels, count = np.zeros(ink.shape, int), 0
    for start in zip(*np.nonzero(ink)):
        if labels[start]:
            continue
        count += 1
        labels[start] = count
        waiting = [start]
        while waiting:
            i, j = waiting.pop()
            around = np.s_[max(0, i - 1):i + 2, max(0, j - 1):j + 2]
            for a, b in np.argwhere(ink[around] & (labels[around] == 0)) + (max(0, i - 1), max(0, j - 1)):
                labels[a, b] = count
                waiting.append((a, b))
    return labels
    ### END SOLUTION

# %% check components 3
labels = components(np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0], [1, 0, 1]], bool))
checks.shape(labels, (4, 3), "the numbers")
checks.equal(np.asarray(labels)[1, 1], np.asarray(labels)[0, 0], "the number of a pixel that touches at a corner")
checks.equal(np.max(labels), 3, "the count of pieces", {"pixels that touch at a corner belong together": 4})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(62)
for side, share in ((12, 0.3), (15, 0.45), (9, 0.15), (40, 0.25)):
    ink = rng.random((side, side + 3)) < share
    labels = checks.numbers(components(ink), "the numbers").astype(int)
    checks.shape(labels, ink.shape, "the numbers")
    checks.equal((labels > 0).tolist(), ink.tolist(), "where there is a number")
    wide = np.pad(np.where(ink, 1 + np.arange(ink.size).reshape(ink.shape), 0), 1)
    for _ in range(ink.size):
        spread = np.max([wide[1 + a:1 + a + ink.shape[0], 1 + b:1 + b + ink.shape[1]]
                         for a in (-1, 0, 1) for b in (-1, 0, 1)], axis=0) * ink
        if (spread == wide[1:-1, 1:-1]).all():
            break
        wide[1:-1, 1:-1] = spread
    pairs = {(int(ours), int(theirs)) for ours, theirs in zip(spread[ink], labels[ink])}
    count = len(np.unique(spread[ink]))
    checks.equal(sorted({theirs for _, theirs in pairs}), list(range(1, count + 1)), "the numbers of the pieces")
    checks.equal(len(pairs), count, "the count of pieces that are one piece each")
### END HIDDEN TESTS

# %% [markdown]
# ## 6.3 A picture of 28 by 28
# A piece of ink (an array of true and false) becomes what the network knows: pad it with paper to a square, ink in the
# middle (the odd pixel of paper goes below, or to the right); add a margin all around of a quarter of its side, rounded
# down; then pixel `(i, j)` of 28x28 takes the pixel `((2 i + 1) S // 56, (2 j + 1) S // 56)` of the square of side S.
#
# Hint: Stretching a 1 to a square makes a block of ink. Pad, do not stretch.

# %% answer frame
def frame(piece):
    """The picture (28, 28) of ones and zeros."""
    ### BEGIN SOLUTION
    H, W = piece.shape
    side = max(H, W)
    margin = side // 4
    square = np.zeros((side + 2 * margin,) * 2)
    top, left = margin + (side - H) // 2, margin + (side - W) // 2
    square[top:top + H, left:left + W] = piece
    places = (2 * np.arange(28) + 1) * len(square) // 56
    return square[np.ix_(places, places)]
    ### END SOLUTION

# %% check frame 3
picture = frame(np.ones((56, 4), bool))
checks.shape(picture, (28, 28), "the picture")
checks.close(np.sum(picture), 38, "the ink of a vertical stroke",
    {"that is a stretched stroke; pad it with paper": 19 * 19},
             tolerance=0.2)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(63)
for H, side in ((20, 20), (31, 8), (9, 40), (3, 2), (1, 1), (57, 56)):
    piece = rng.random((H, side)) < 0.6
    length = max(H, side)
    wide = np.pad(piece, (((length - H) // 2, (length - H + 1) // 2), ((length - side) // 2, (length - side + 1) // 2)))
    wide = np.pad(wide, length // 4).astype(float)
    want = [[wide[(2 * i + 1) * len(wide) // 56, (2 * j + 1) * len(wide) // 56] for j in range(28)] for i in range(28)]
    checks.close(frame(piece), want, f"the picture of a piece of {H}x{side}")
### END HIDDEN TESTS

# %% [markdown]
# ## 6.4 Reading order
# Boxes are `(top, left, bottom, right)`. Return their numbers in rows, from the top, each row from the left: a box
# belongs to a row if its middle height lies between the top and the bottom of the row's first box. Go through the
# boxes by their middle heights, lowest number first; each that fits no row begins one.
#
# Hint: Sort by the left side alone and the second row ends up in the first. Rows first, then left to right in each.

# %% answer reading_order
def reading_order(boxes):
    """A list of rows, each a list of positions in the list of boxes."""
    ### BEGIN SOLUTION
    middle = lambda i: (boxes[i][0] + boxes[i][2]) / 2
    rows = []
    for i in sorted(range(len(boxes)), key=middle):
        for row in rows:
            if boxes[row[0]][0] <= middle(i) <= boxes[row[0]][2]:
                row.append(i)
                break
        else:
            rows.append([i])
    return [sorted(row, key=lambda i: boxes[i][1]) for row in rows]
    ### END SOLUTION

# %% check reading_order 2
boxes = [(50, 10, 70, 20), (2, 40, 22, 50), (0, 10, 20, 20), (52, 40, 72, 50)]
checks.equal(reading_order(boxes), [[2, 1], [0, 3]], "the order of four boxes", {
    "columns come first here; people read rows": [[2, 0], [1, 3]], "return a list for each row": [2, 1, 0, 3]})
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(64)
for count, columns in ((5, 10), (2, 6), (1, 4)):
    corners = [(60 * row, 40 * column) for row in range(count) for column in range(columns)]
    boxes = [(top + int(rng.integers(-8, 9)), left + int(rng.integers(-5, 6))) for top, left in corners]
    boxes = [(top, left, top + 40, left + 25) for top, left in boxes]
    order = rng.permutation(len(boxes))
    place = np.argsort(order)
    want = [[int(place[row * columns + column]) for column in range(columns)] for row in range(count)]
    checks.equal(reading_order([boxes[i] for i in order]), want, f"{count} rows of {columns}")
### END HIDDEN TESTS

# %% [markdown]
# ## 6.5 Star: the page
# All together: `read_page(grey)` returns the rows as words, such as `["123", "456"]`. Pieces of fewer than 12 pixels
# are specks. `read` above is the network.
#
# Hint: `otsu`, `components`, a box around each number, `frame` for what is inside the box *and* has its number,
# `reading_order`, `read`.

# %% answer read_page
def read_page(grey):
    """The digits of a page, a word for each row."""
    ### BEGIN SOLUTION
    labels = components(grey <= otsu(grey))
    boxes, pieces = [], []
    for number in range(1, labels.max() + 1):
        mine = labels == number
        if mine.sum() < 12:
            continue
        down, across = np.flatnonzero(mine.any(axis=1)), np.flatnonzero(mine.any(axis=0))
        boxes.append((down[0], across[0], down[-1] + 1, across[-1] + 1))
        pieces.append(frame(mine[down[0]:down[-1] + 1, across[0]:across[-1] + 1]))
    if not pieces:
        return []
    digits = read(np.stack(pieces))
    return ["".join(str(digits[i]) for i in row) for row in reading_order(boxes)]
    ### END SOLUTION

# %% check star-page 6
got = read_page(page)
checks.equal([len(row) for row in got], [len(row) for row in rows], "the number of digits in each row")
right = sum(a == b for ours, theirs in zip(got, rows) for a, b in zip(ours, theirs))
assert right >= 0.9 * sum(map(len, rows)), f"{right} digits of the page are right; nine of ten should be: {got}."
### BEGIN HIDDEN TESTS
swapped = [1, 0] if len(rows) == 2 else list(range(1, len(rows))) + [0]
bands = np.array_split(page, len(rows))
other = np.vstack([bands[i] for i in swapped])
other[5, 5:9] = 0
got, want = read_page(other), [rows[i] for i in swapped]
checks.equal([len(row) for row in got], [len(row) for row in want], "the number of digits in each row of another page")
right = sum(a == b for ours, theirs in zip(got, want) for a, b in zip(ours, theirs))
assert right >= 0.9 * sum(map(len, want)), f"{right} digits of another page are right; nine of ten should be."
checks.equal(read_page(np.full((30, 30), 230, np.uint8)), [], "an empty page")
### END HIDDEN TESTS
