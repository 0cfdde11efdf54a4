"""Chapter 6's players: a window slides over a small picture, for a convolution and for max-pooling.

Everything shown is what `nn.Conv2D`, `nn.patches` and `nn.MaxPool2D` did with the picture; which pixel
won a window is asked of the layer's backward pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course_lib import nn
from course_lib.widgets.frame import Frame
from course_lib.widgets.grid import COMMA, CSS, WIDTH, Grid, drawing, entry, in_words, number, sign
from course_lib.widgets.stepper import choice

__all__ = ["Convolution", "Pooling", "convolution_frames", "convolution_stepper", "pooling_frames",
           "pooling_stepper"]

NAME = 26                                    # room for the name above an array
SMALL = 26                                   # a cell of the product of row and columns
LONGEST = 120                                # what the longest name is wide


class Windows:
    """Where the windows stand: `x` (H, W), their side `k`, `stride`, `pad`, and the output `y` (OH, OW)."""

    @property
    def count(self) -> int:
        """How many windows there are."""
        return self.y.size

    def place(self, n: int) -> tuple[int, int]:
        """Window n's place in the output."""
        return divmod(n, self.y.shape[1])

    def corner(self, n: int) -> tuple[int, int]:
        """Window n's upper left pixel in the picture; negative in the margin."""
        r, c = self.place(n)
        return r * self.stride - self.pad, c * self.stride - self.pad

    def padded(self, value: float) -> np.ndarray:
        """The picture with its margin."""
        return np.pad(self.x, self.pad, constant_values=value)

    def done(self, n: int) -> np.ndarray:
        """The output when window n has been, NaN where it is not known yet."""
        y = self.y.astype(float)
        y.flat[n + 1:] = np.nan
        return y


@dataclass(frozen=True)
class Convolution(Windows):
    """What `nn.Conv2D` made of a picture with one filter.

    Attributes
    ----------
    x : (H, W) array
    row : (1, k·k) array
        The layer's W.
    stride, pad : int
    cols : (k·k, OH·OW) array
        `nn.patches` of the picture.
    y : (OH, OW) array
        What the layer put out.
    copies : (H, W) array
        In how many columns each pixel stands, from `nn.add_patches`.
    """

    x: np.ndarray
    row: np.ndarray
    stride: int
    pad: int
    cols: np.ndarray
    y: np.ndarray
    copies: np.ndarray

    @classmethod
    def run(cls, x, w, stride: int, pad: int) -> Convolution:
        """Run the layer on a picture x (H, W) with a filter w (k, k)."""
        x, w = (np.asarray(array, float) for array in (x, w))
        if x.ndim != 2 or w.ndim != 2 or w.shape[0] != w.shape[1]:
            raise ValueError(f"expected a picture (H, W) and a filter (k, k); got {x.shape} and {w.shape}")
        k, picture = len(w), x[None, :, :, None]
        layer = nn.Conv2D(1, 1, k, stride, pad, dtype=np.float64)
        layer.W = w.reshape(1, -1)
        y = layer.forward(picture)[0, :, :, 0]
        cols = nn.patches(picture, k, stride, pad)
        copies = nn.add_patches(np.ones_like(cols), picture.shape, k, stride, pad)[0, :, :, 0]
        return cls(x, layer.W, stride, pad, cols, y, copies)

    @property
    def k(self) -> int:
        """The side of a window."""
        return round(self.row.size ** 0.5)


@dataclass(frozen=True)
class Pooling(Windows):
    """What `nn.MaxPool2D` made of a picture.

    Attributes
    ----------
    x : (H, W) array
    k, stride, pad : int
    y : (OH, OW) array
    winners : list of (row, column)
        For every window the pixel that gets its gradient.
    """

    x: np.ndarray
    k: int
    stride: int
    pad: int
    y: np.ndarray
    winners: list[tuple[int, int]]

    @classmethod
    def run(cls, x, k: int, stride: int, pad: int) -> Pooling:
        """Run the layer on a picture x (H, W), and ask each output where it came from."""
        x = np.asarray(x, float)
        if x.ndim != 2:
            raise ValueError(f"expected a picture (H, W); got {x.shape}")
        layer = nn.MaxPool2D(k, stride, pad)
        y = layer.forward(x[None, :, :, None])
        winners = []
        for one in np.eye(y.size):
            dx = layer.backward(one.reshape(y.shape))[0, :, :, 0]
            winners.append(tuple(int(i) for i in np.argwhere(dx)[0]))
        return cls(x, k, stride, pad, y[0, :, :, 0], winners)

    def window(self, n: int) -> np.ndarray:
        """What window n sees, row by row."""
        r, c = self.corner(n)
        inside = self.padded(-np.inf)[r + self.pad:, c + self.pad:]
        return inside[:self.k, :self.k].ravel()


# ---------------------------------------------------------------- players and frames

def convolution_stepper(x, w, variants: Sequence[tuple[int, int]]):
    """A player in which the filter w visits the picture x, with a button for each stride and padding.

    Parameters
    ----------
    x : (H, W) array
    w : (k, k) array
    variants : sequence of (stride, pad)

    Returns
    -------
    Player
    """
    return choice({f"stride {stride}, pad {pad}": convolution_frames(Convolution.run(x, w, stride, pad))
                   for stride, pad in variants}, "Window", css=CSS, slider="Place")


def convolution_frames(run: Convolution) -> list[Frame]:
    """One frame for every place of the window."""
    made = []
    for n in range(run.count):
        row, column = run.place(n)
        terms = " + ".join(f"{_bracket(w)}·{_bracket(x)}" for w, x in zip(run.row[0], run.cols[:, n]))
        made.append(Frame(draw_convolution(run, n), _phase(run, n),
                          f"{entry('y', row, column)} = {terms} = {number(run.y[row, column])}",
                          _about_patch(run, n), "forward"))
    return made


def pooling_stepper(x, variants: Sequence[tuple[int, int, int]]):
    """A player in which each window of the picture x picks its winner, with a button for each size.

    Parameters
    ----------
    x : (H, W) array
    variants : sequence of (k, stride, pad)

    Returns
    -------
    Player
    """
    def name(k, stride, pad):
        return f"{k} × {k}, stride {stride}" + (f", pad {pad}" if pad else "")

    return choice({name(*size): pooling_frames(Pooling.run(x, *size)) for size in variants},
                  "Window", css=CSS, slider="Place")


def pooling_frames(run: Pooling) -> list[Frame]:
    """One frame for every place of the window."""
    made = []
    for n in range(run.count):
        row, column = run.place(n)
        seen = COMMA.join(number(v) for v in run.window(n))
        made.append(Frame(draw_pooling(run, n), _phase(run, n),
                          f"{entry('y', row, column)} = max({seen}) = {number(run.y[row, column])}",
                          _about_winner(run, n), "forward"))
    return made


# ---------------------------------------------------------------- the drawings

def draw_convolution(run: Convolution, n: int) -> str:
    """Picture, filter and map above; below, the same as row times columns."""
    wide = run.row.size + run.count
    if wide * SMALL + 18 > WIDTH:
        raise ValueError(f"a row of {run.row.size} and {run.count} columns are too wide to draw in readable "
                         f"numbers: at most {int((WIDTH - 18) // SMALL)} together; take a smaller picture or "
                         "filter, or a larger stride")
    (r, c), (row, column) = run.corner(n), run.place(n)
    picture = Grid(run.padded(0), "picture x", "data", 0, NAME, SMALL, run.pad)
    map_ = Grid(run.done(n), "map y", "forward", WIDTH - run.y.shape[1] * SMALL, NAME, SMALL)
    filter_ = Grid(run.row.reshape(run.k, run.k), "filter", "weight",
                   (picture.right + map_.left - run.k * SMALL) / 2, NAME, SMALL)
    middle = NAME + run.k * SMALL / 2
    below = picture.bottom + NAME + 12
    cols = np.where(np.arange(run.count) <= n, run.cols, np.nan)
    columns = Grid(cols, "patches, columns", "data", WIDTH - max(run.count * SMALL, LONGEST), below, SMALL)
    filter_row = Grid(run.row, "filter, a row", "weight", columns.left - 18 - run.row.size * SMALL,
                      columns.bottom + 12, SMALL)
    products = Grid(run.done(n).reshape(1, -1), "", "forward", columns.left, filter_row.top, SMALL)
    parts = [picture.svg(), sign("∗", (picture.right + filter_.left) / 2, middle), filter_.svg(),
             sign("=", (filter_.right + map_.left) / 2, middle), map_.svg([(row, column)]),
             columns.svg((i, n) for i in range(run.row.size)), filter_row.svg(), products.svg([(0, n)]),
             _name_below(products, "map y, as a row"),
             picture.box(r + run.pad, c + run.pad, run.k, run.k), map_.box(row, column),
             columns.box(0, n, run.row.size, 1), products.box(0, n)]
    return drawing(parts, products.bottom + 24, _convolution_in_words(run, n))


def draw_pooling(run: Pooling, n: int) -> str:
    """The picture with its winners so far, and the map."""
    (r, c), (row, column) = run.corner(n), run.place(n)
    picture = Grid(run.padded(-np.inf), "picture x", "data", 0, NAME, 34, run.pad)
    map_ = Grid(run.done(n), "map y", "forward", WIDTH - 10 - run.y.shape[1] * 34, NAME, 34)
    won = set(run.winners[:n + 1])
    parts = [picture.svg([(i + run.pad, j + run.pad) for i, j in [run.winners[n]]]),
             sign("→", (picture.right + map_.left) / 2, (NAME + max(picture.bottom, map_.bottom)) / 2),
             map_.svg([(row, column)]), *(picture.ring(i + run.pad, j + run.pad, "forward") for i, j in sorted(won)),
             picture.box(r + run.pad, c + run.pad, run.k, run.k), map_.box(row, column)]
    return drawing(parts, max(picture.bottom, map_.bottom) + 6, _pooling_in_words(run, n))


def _name_below(grid, name):
    return f'<text class="name {grid.kind}" x="{grid.left:g}" y="{grid.bottom + 18:g}">{name}</text>'


# ---------------------------------------------------------------- in words

def _phase(run, n):
    r, c = run.corner(n)
    return f"Window {n + 1} of {run.count}, from row {number(r)}, column {number(c)}"


def _about_patch(run, n):
    """What becomes of window n's patch."""
    patch = ", ".join(number(v) for v in run.cols[:, n])
    if n == 0:
        words = (f"Read row by row, the patch is {patch}: column 0. Read in the same way, the filter is the row. "
                 "Row times column is the first pixel of the map.")
    else:
        words = f"The patch {patch} is column {n}. The row stays; the product is the next pixel."
    r, c = run.corner(n)
    if min(r, c) < 0 or max(r + run.k - run.x.shape[0], c + run.k - run.x.shape[1]) > 0:
        words += " Part of the window stands on the margin, whose zeros count as pixels."
    return words + (f" {_about_copies(run)}" if n == run.count - 1 else "")


def _about_copies(run):
    """What the columns hold once all are written."""
    words = f"Done: {run.count} windows, and {run.x.size} pixels have become {run.cols.size} numbers."
    most, never = int(run.copies.max()), int((run.copies == 0).sum())
    if zeros := run.cols.size - int(run.copies.sum()):
        words += f" {zeros} of these are zeros of the margin."
    if never:
        return f"{words} {never} pixels are in no window: the steps are longer than the window."
    if most == 1:
        return f"{words} The windows do not overlap: each pixel is in one column."
    return f"{words} A pixel is in up to {most} columns."


def _about_winner(run, n):
    """Who won window n, and whether that was a close thing."""
    seen, winner = run.window(n), run.winners[n]
    best, before = number(run.y[run.place(n)]), run.winners[:n].count(winner)
    equals = int((seen == seen.max()).sum())
    if equals > 1:
        words = (f"A tie: {equals} of the pixels are {best}. For y it makes no difference which one counts; "
                 "the first in reading order gets the ring.")
    else:
        words = f"The {best} is the largest: it gets the ring."
    if before:
        words += f" It has won before, this is its window number {before + 1}."
    if np.isinf(seen).any():
        words += " Outside the picture there is −∞, which never wins."
    elif seen.max() < 0:
        words += " All are negative, and the largest of them is kept all the same."
    return words + (f" {_about_winners(run)}" if n == run.count - 1 else "")


def _about_winners(run):
    won = len(set(run.winners))
    return (f"Done: {run.count} windows, and {won} of the {run.x.size} pixels have won. "
            "A change in any other would not be noticed, unless it were large enough to win.")


def _convolution_in_words(run, n):
    """What the picture shows, for those who hear it."""
    r, c = run.corner(n)
    margin = f" with a margin of {run.pad} of zeros" if run.pad else ""
    return (f"Picture{margin}: {in_words(run.padded(0))}. The window outlined starts at row {number(r)}, column "
            f"{number(c)} and holds {in_words(run.cols[:, n].reshape(run.k, run.k))}. Filter: "
            f"{in_words(run.row.reshape(run.k, run.k))}; as a row: {in_words(run.row)}. Patches as columns: "
            + "; ".join(in_words(column[None]) for column in run.cols.T[:n + 1])
            + f". Map so far: {in_words(run.done(n))}.")


def _pooling_in_words(run, n):
    r, c = run.corner(n)
    margin = f" with a margin of {run.pad} of minus infinity" if run.pad else ""
    rings = ", ".join(f"the {number(run.x[i, j])} in row {i}, column {j}"
                      for i, j in dict.fromkeys(run.winners[:n + 1]))
    return (f"Picture{margin}: {in_words(run.padded(-np.inf))}. The window outlined starts at row {number(r)}, "
            f"column {number(c)}. Winners so far, ringed: {rings}. Map so far: {in_words(run.done(n))}.")


def _bracket(value):
    text = number(value)
    return f"({text})" if value < 0 else text
