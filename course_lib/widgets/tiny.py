"""Chapter 7's smallest network: every number of its forward and its backward pass in one picture, step by step.

A picture of 4 × 4, one convolution, ReLU, max-pooling, an inner product, softmax. All numbers are what the layers
of `nn` put out and return; those of `example` are such that each can be checked in the head.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course_lib import nn
from course_lib.widgets.frame import Frame
from course_lib.widgets.grid import CSS, Grid, drawing, in_words, number, sign
from course_lib.widgets.stepper import stepper

__all__ = ["Tiny", "draw", "example", "frames", "tiny_stepper"]

NAME, CELL = 24, 38
PAIRS = CSS + """
.course-grids .pair text { font-size: 14px; }
.course-grids .pair text.below:not(.quiet) { fill: var(--course-backward); }
"""
#: Where each array stands: left, top (in cells and names), kind
PLACES = {"x": (0, 0, "data"), "W1": (206, 0, "weight"), "b1": (316, 0, "weight"),
          "z1": (0, 1, "forward"), "a1": (142, 1, "forward"), "p1": (288, 1, "forward"),
          "W2": (0, 2, "weight"), "b2": (166, 2, "weight"), "z2": (232, 2, "forward"), "p": (282, 2, "forward"),
          "L": (332, 2, "forward")}
TOPS = (NAME, 2 * NAME + 4 * CELL + 8, 3 * NAME + 7 * CELL + 16)
HEIGHT = TOPS[-1] + 2 * CELL + 6


@dataclass(frozen=True)
class Tiny:
    """The network after one pass forward and one back.

    Attributes
    ----------
    values, gradients : dict
        From a name of `PLACES` to the array as it is drawn, (rows, columns).
    label : int
        The right class.
    winners : list of (row, column)
        Which entry of a1 each entry of p1 came from.
    """

    values: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]
    label: int
    winners: list[tuple[int, int]]

    @classmethod
    def run(cls, x, w, b1: float, W2, b2, label: int) -> Tiny:
        """Send a picture x (4, 4) forward and the loss back; w is (2, 2), W2 (2, 4), b2 (2, 1)."""
        x, w = np.asarray(x, float), np.asarray(w, float)
        if x.shape != (4, 4) or w.shape != (2, 2):
            raise ValueError(f"expected a picture (4, 4) and a filter (2, 2); got {x.shape} and {w.shape}")
        conv, linear = (nn.Conv2D(1, 1, 2, dtype=np.float64), nn.Linear(4, 2, dtype=np.float64))
        pool = nn.MaxPool2D(2, stride=1)
        conv.W, conv.b = w.reshape(1, 4), np.array([[float(b1)]])
        linear.W, linear.b = np.asarray(W2, float), np.asarray(b2, float)
        values, gradients = _there_and_back([conv, nn.ReLU(), pool, nn.Flatten(), linear], x, label)
        values |= {"W1": w, "b1": conv.b, "W2": linear.W, "b2": linear.b}
        gradients |= {"W1": conv.dW.reshape(2, 2), "b1": conv.db, "W2": linear.dW, "b2": linear.db}
        winners = [tuple(int(i) for i in np.argwhere(pool.backward(one.reshape(1, 2, 2, 1))[0, :, :, 0])[0])
                   for one in np.eye(4)]
        return cls(values, gradients, label, winners)


def _there_and_back(layers, x, label):
    """What every layer puts out and what every layer returns, as it is drawn."""
    names, loss, values, gradients = ["x", "z1", "a1", "p1", "flat", "z2"], nn.SoftmaxCrossEntropy(), {}, {}
    message = x[None, :, :, None]
    for name, layer in zip(names, [None, *layers]):
        message = layer.forward(message) if layer else message
        values[name] = _flat(message)
    L = loss.forward(message, np.array([label]))
    message = loss.backward()
    for name, layer in zip(reversed(names), [None, *reversed(layers)]):
        message = layer.backward(message) if layer else message
        gradients[name] = _flat(message)
    del values["flat"], gradients["flat"]
    return values | {"p": loss.p, "L": np.array([[L]])}, gradients


def _flat(array):
    """An array as it is drawn."""
    return array[0, :, :, 0] if array.ndim == 4 else array


def example() -> Tiny:
    """Numbers for the head: the network is undecided, so all gradients are halves."""
    return Tiny.run([[1, 2, 0, 1], [0, 3, 1, 0], [2, 0, 1, 2], [0, 1, 3, 0]], [[1, -1], [2, 0]], -4,
                    [[1, 0, 2, -1], [0, 2, -1, 1]], [[4], [-2]], 0)


# ---------------------------------------------------------------- the steps

def tiny_stepper(run: Tiny):
    """A player: five steps forward, five back.

    Parameters
    ----------
    run : Tiny

    Returns
    -------
    Player
    """
    return stepper(frames(run), css=PAIRS, slider="Step")


def frames(run: Tiny) -> list[Frame]:
    """One frame before anything is computed, then one for each step."""
    given = ["x", "W1", "b1", "W2", "b2"]
    made = [Frame(draw(run, given, [], []), "Given", "x, W1, b1, W2, b2",
                  "A picture, one filter with its bias, two rows of weights with theirs. The right class is "
                  f"{run.label}. Each cell has room for a value and, below it, for its gradient.")]
    known, back = list(given), []
    for count, (names, formula, sentence) in enumerate(_forward(run), 1):
        known += names
        made.append(Frame(draw(run, known, back, names), f"Forward, {count} of 5", formula, sentence, "forward"))
    for count, (names, formula, sentence) in enumerate(_backward(run), 1):
        back += names
        made.append(Frame(draw(run, known, back, names, below=True), f"Backward, {count} of 5", formula, sentence,
                          "backward"))
    return made


def _forward(run):
    """What each step forward adds: names, a formula for one entry, a sentence."""
    v, (r, c) = run.values, run.winners[0]
    patch, flat = v["x"][r:r + 2, c:c + 2], v["p1"].ravel()
    negative = int((v["z1"] < 0).sum())
    return [
        (["z1"], f"z1[{r}, {c}] = {_sum(v['W1'].ravel(), patch.ravel())} + {_bracket(v['b1'][0, 0])} "
         f"= {number(v['z1'][r, c])}",
         "The filter visits nine places. At each, weights times pixels, and the bias on top."),
        (["a1"], "a1 = max(z1, 0)", f"{negative} of the nine numbers are below 0, and become 0."),
        (["p1"], f"p1[0, 0] = max({_list(v['a1'][0:2, 0:2])}) = {number(v['p1'][0, 0])}",
         f"Windows of 2 × 2 at stride 1: they overlap. {_wins(run)}"),
        (["z2"], f"z2[0] = {_sum(v['W2'][0], flat)} + {_bracket(v['b2'][0, 0])} = {number(v['z2'][0, 0])}",
         "The four numbers, read row by row, are a column. Each row of W2 makes a logit of it."),
        (["p", "L"], f"L = −ln p[{run.label}] = −ln {_round(v['p'][run.label, 0])} = {_round(v['L'][0, 0])}",
         "Softmax makes probabilities, and the loss is the logarithm of the right one."
         + (" Equal logits: the network is undecided." if np.ptp(v["z2"]) == 0 else "")),
    ]


def _backward(run):
    """What each step back adds."""
    v, g, t = run.values, run.gradients, run.label
    stopped = int(((g["a1"] != 0) & (g["z1"] == 0)).sum())
    (r, c), sent = run.winners[0], [g["p1"].flat[i] for i, at in enumerate(run.winners) if at == run.winners[0]]
    places = np.argwhere(g["z1"])
    terms = " + ".join(f"{_bracket(g['z1'][i, j])}·{_bracket(v['x'][i + 1, j])}" for i, j in places)
    return [
        (["z2"], f"dz2[{t}] = {_round(v['p'][t, 0])} − 1 = {_round(g['z2'][t, 0])}",
         "What it said minus what it should have said: p minus one-hot."),
        (["W2", "b2", "p1"], f"dp1[0, 0] = {_sum(v['W2'][:, 0], g['z2'][:, 0])} = {number(g['p1'][0, 0])}",
         "dW2 is the message times what came in, dW2 = dz2 p1ᵀ; db2 is the message; and dp1 = W2ᵀ dz2, a column of W2 "
         "for each entry."),
        (["a1"], f"da1[{r}, {c}] = {' + '.join(_bracket(m) for m in sent)} = {number(g['a1'][r, c])}",
         f"Each message goes to the winner of its window. The {number(v['a1'][r, c])} won {len(sent)} windows, and "
         f"what comes back to it adds up.{_ties(v['a1'])}"),
        (["z1"], "dz1 = da1 · [z1 > 0]", "ReLU stops what comes back to a unit that was off: "
         f"{stopped} of the messages ends here. {len(places)} are left."),
        (["W1", "b1", "x"], f"dW1[1, 0] = {terms} = {number(g['W1'][1, 0])}",
         "The filter gets each patch times its message, the bias the sum of the messages, and the pixels under each "
         "window the filter times its message. A pixel where no message arrives has the gradient 0."),
    ]


def _wins(run):
    """Whether an entry won more than one window."""
    first = run.winners[0]
    return f"The {number(run.values['a1'][first])} wins {run.winners.count(first)} of the four."


def _ties(a1):
    """A sentence if some window holds equals only."""
    tied = any(np.ptp(a1[i:i + 2, j:j + 2]) == 0 for i in (0, 1) for j in (0, 1))
    return " In the window of four equals the first of them is paid." if tied else ""


def _sum(weights, values):
    return " + ".join(f"{_bracket(w)}·{_bracket(x)}" for w, x in zip(weights, values))


def _list(array):
    return ",\N{NO-BREAK SPACE}".join(number(value) for value in array.ravel())


def _bracket(value):
    return f"({number(value)})" if value < 0 else number(value)


def _round(value):
    """A number to two digits behind the point, fewer if they are zeros."""
    return number(round(float(value), 2))


# ---------------------------------------------------------------- the picture

def draw(run: Tiny, known: Sequence[str], back: Sequence[str], now: Sequence[str], below: bool = False) -> str:
    """All arrays, with the values in `known` and the gradients in `back`; those of the step in `now` are bold."""
    parts, words = [], []
    for name, (left, row, kind) in PLACES.items():
        array, gradient = run.values[name], run.gradients.get(name)
        grid = Grid(np.full(array.shape, np.nan), name, kind, left, TOPS[row], CELL)
        parts.append(grid.svg() + f'<g class="{kind} pair">')
        if name in known:
            parts += _numbers(grid, array, -3, "now" if name in now and not below else "")
            words.append(f"{name}: {in_words(array.round(2))}.")
        if name in back:
            parts += _numbers(grid, gradient, 14, "now below" if name in now else "below")
            words.append(f"d{name}: {in_words(gradient.round(2))}.")
        parts.append("</g>")
        if name in now:
            parts.append(grid.box(0, 0, *array.shape, look="backward" if below else ""))
    parts += [sign("∗", 180, TOPS[0] + CELL), sign("→", 128, TOPS[1] + 1.5 * CELL), sign("→", 272, TOPS[1] + CELL)]
    return drawing(parts, HEIGHT, " ".join(words))


def _numbers(grid, array, shift, look):
    """Numbers in the cells of a grid, above or below the middle; zeros that came back are quiet."""
    for (r, c), value in np.ndenumerate(array):
        x, y = grid.centre(r, c)
        quiet = " quiet" if "below" in look and value == 0 else ""
        yield f'<text class="{look}{quiet}" x="{x:g}" y="{y + shift:g}">{_round(value)}</text>'
