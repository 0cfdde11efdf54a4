"""Chapter 6's player of a whole convolution: a window goes through all channels at once, each filter writes a map.

Shown is what `nn.Conv2D` made of a small picture; what each channel adds to a number is the layer's output when
the other channels are empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course_lib import nn
from course_lib.widgets.frame import Frame
from course_lib.widgets.grid import CSS, WIDTH, Grid, drawing, in_words, number, sign
from course_lib.widgets.stepper import Player, stepper

__all__ = ["Channels", "channels_stepper", "draw", "example", "frames"]

NAME, CELL, GAP = 26, 28, 20                 # room for a name, a cell, what is between two channels


@dataclass(frozen=True)
class Channels:
    """What `nn.Conv2D` made of a picture with several channels.

    Attributes
    ----------
    x : (C, H, W) array
    W : (F, C, k, k) array
    b : (F,) array
    y : (F, OH, OW) array
        What the layer put out, at stride 1 and without padding.
    parts : (C, F, OH, OW) array
        What each channel adds to it.
    """

    x: np.ndarray
    W: np.ndarray
    b: np.ndarray
    y: np.ndarray
    parts: np.ndarray

    @classmethod
    def run(cls, x, W, b) -> Channels:
        """Run the layer on x (C, H, W) with filters W (F, C, k, k) and biases b (F,)."""
        x, W, b = (np.asarray(array, float) for array in (x, W, b))
        if x.ndim != 3 or W.ndim != 4 or len(x) != W.shape[1] or b.shape != W.shape[:1]:
            raise ValueError("expected x (C, H, W), W (F, C, k, k) and b (F,); "
                             f"got {x.shape}, {W.shape} and {b.shape}")
        layer = nn.Conv2D(len(x), len(W), W.shape[2], dtype=np.float64)
        layer.W, layer.b = W.reshape(len(W), -1), b[:, None]
        y = layer.forward(x[..., None])[..., 0]
        alone = [np.where(np.arange(len(x))[:, None, None] == ch, x, 0) for ch in range(len(x))]
        parts = np.stack([layer.forward(one[..., None])[..., 0] - b[:, None, None] for one in alone])
        return cls(x, W, b, y, parts)


def example() -> Channels:
    """Three channels of nine pixels, two filters."""
    return Channels.run(
        [[[1, 2, 0], [0, 3, 1], [2, 0, 1]], [[0, 1, 1], [2, 0, 1], [1, 1, 0]], [[2, 0, 1], [1, 1, 0], [0, 2, 3]]],
        [[[[1, -1], [2, 0]], [[0, 1], [1, 0]], [[1, 0], [0, -1]]],
         [[[0, 1], [0, 1]], [[-1, 0], [0, 2]], [[0, 0], [1, 1]]]],
        [1, -2])


def channels_stepper(run: Channels) -> Player:
    """A player with a step for each place and each filter.

    Parameters
    ----------
    run : Channels
    """
    return stepper(frames(run), css=CSS, slider="Number")


def frames(run: Channels) -> list[Frame]:
    """One frame for every number that the layer puts out: all filters at a place, then the next place."""
    return [Frame(draw(run, n), *_words(run, n), "forward") for n in range(run.y.size)]


def at(run, n):
    """Which number is made in step n: (filter, row, column)."""
    place, f = divmod(n, len(run.W))
    return f, *divmod(place, run.y.shape[2])


def draw(run: Channels, n: int) -> str:
    """The channels above; below, a row for each filter: its slices, what each channel adds, its bias, its map."""
    (_, r, c), k, words = at(run, n), run.W.shape[2], []
    parts, top, left = [], NAME, 0
    for ch, channel in enumerate(run.x):
        grid = Grid(channel, f"channel {ch}", "data", left, top, CELL)
        parts += [grid.svg(), grid.box(r, c, k, k)]
        words.append(f"Channel {ch}: {in_words(channel)}.")
        left = grid.right + GAP
    top = grid.bottom + NAME + 8
    for g in range(len(run.W)):
        row, said, top = _filter(run, n, g, top)
        parts += row
        words.append(said)
    words.append(f"The window outlined starts at row {r}, column {c}.")
    return drawing(parts, top - NAME - 4, " ".join(words))


def _filter(run, n, g, top):
    """Filter g's row of the drawing, its words, and where the next row begins."""
    (f, r, c), parts, left = at(run, n), [], 0
    for ch, slice_ in enumerate(run.W[g]):
        grid = Grid(slice_, f"filter {g}" if ch == 0 else "", "weight", left, top, CELL)
        parts.append(grid.svg())
        if g == f:
            x, y = left + CELL, grid.bottom + 20
            parts += [_sum(run.parts[ch, f, r, c], x, y), sign("+", grid.right + GAP / 2, y - 6)]
        left = grid.right + GAP
    bias = Grid(run.b[g:g + 1, None], "b", "weight", left, top, CELL)
    known = np.full(run.y.shape, np.nan)
    for made in (at(run, m) for m in range(n + 1)):
        known[made] = run.y[made]
    known = known[g]
    map_ = Grid(known, f"map {g}", "forward", WIDTH - run.y.shape[2] * CELL, top, CELL)
    parts += [bias.svg(), map_.svg([(r, c)] if g == f else [])]
    if g == f:
        parts += [_sum(run.b[g], bias.left + CELL / 2, map_.bottom + 20), map_.box(r, c),
                  sign("=", (bias.right + map_.left) / 2, map_.bottom + 14)]
    slices = "; ".join(map(in_words, run.W[g]))
    words = (f"Filter {g}: {slices}; bias {number(run.b[g])}. "
             f"Map {g} so far: {in_words(known)}.")
    return parts, words, map_.bottom + 2 * NAME + 8


def _sum(value, x, y):
    """A term of the sum, below what it comes from."""
    return f'<g class="forward"><text class="now" x="{x:g}" y="{y:g}">{number(value)}</text></g>'


def _words(run, n):
    """Phase, formula, sentence."""
    f, r, c = at(run, n)
    k, adds = run.W.shape[2], run.parts[:, f, r, c]
    terms = zip(run.W[f, 0].ravel(), run.x[0, r:r + k, c:c + k].ravel())
    product = " + ".join(f"{_bracket(w)}·{_bracket(v)}" for w, v in terms)
    first = ("The same window through another filter: another number, in another map." if f else
             "The window moves, in all channels at once.")
    if n == 0:
        first = (f"Channel 0 adds {product} = {number(adds[0])}. The others do the same with their own slices of the "
                 "filter; then the bias, once.")
    if n == run.y.size - 1:
        first += (f" Done: {len(run.x)} channels went in, {len(run.W)} maps came out, one for each filter. "
                  f"A filter has {run.W[0].size} weights and one bias.")
    formula = (f"y[{f}, {r}, {c}] = {' + '.join(_bracket(v) for v in adds)} + {_bracket(run.b[f])} "
               f"= {number(run.y[f, r, c])}")
    return f"Filter {f}, row {r}, column {c}", formula, first


def _bracket(value):
    return f"({number(value)})" if value < 0 else number(value)
