"""The player of chapters 3 and 4: what every layer of a deep network puts out, and gets back.

`through` sends pictures through a network and the loss's gradient back, once, and keeps what each
hidden layer's activation put out and which gradient reached it. A frame shows all layers of one
such run below each other: to the left the activations, which travel down, to the right the
gradients, which travel up. `signals` makes a player of many runs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate, groupby

import numpy as np

from course_lib.nn import Linear, Sequential, SoftmaxCrossEntropy
from course_lib.widgets.frame import Frame
from course_lib.widgets.stepper import tracks
from course_lib.widgets.svg import text as _text

__all__ = ["Signals", "frame", "signals", "through"]

BINS, BIN, BAR, APART = 24, 4, 8, 3          # bars of a histogram, their width; the bars beside it
LEFT, RIGHT, WIDTH, TOP, PITCH = 26, 204, 370, 30, 26
TALL = 20                                    # the height of a histogram
DECADES = (-9, 3)                            # gradients: powers of ten of the size of the logits' own
FLAT = 0.01                                  # a slope below this is saturated, as in chapter 3

CSS = """
.course-signals text { font-size: 13.5px; fill: var(--course-ink); font-variant-numeric: tabular-nums; }
.course-signals .end { text-anchor: end; }
.course-signals .middle { text-anchor: middle; }
.course-signals .quiet { fill: var(--course-muted); }
.course-signals .head { font-weight: 600; }
.course-signals .y { fill: var(--course-forward); }
.course-signals .dz { fill: var(--course-backward); }
.course-signals .aside { fill: var(--course-muted); }
.course-signals .line { stroke: var(--course-muted); stroke-width: 1; fill: none; }
.course-signals .one { stroke: var(--course-muted); stroke-dasharray: 2 3; fill: none; }
"""


@dataclass(frozen=True)
class Signals:
    """What passed through the hidden layers of a network, the first layer first.

    Attributes
    ----------
    ys : list of arrays (n, N)
        What each activation put out, one row a unit and one column a picture.
    slopes : list of arrays (n, N)
        The activation's own derivative at each of them.
    dzs : list of arrays (n, N)
        The gradient that reached each layer, behind its activation: dz = ∂L/∂z.
    dz_logits : array (K, N)
        The gradient at the logits, where it comes from.
    """

    ys: list
    slopes: list
    dzs: list
    dz_logits: np.ndarray

    @property
    def activations(self) -> np.ndarray:
        """The size of the activations of every layer (root mean square)."""
        return np.array([size(y) for y in self.ys])

    @property
    def gradients(self) -> np.ndarray:
        """The size of every layer's dz, compared with the logits'."""
        return np.array([size(dz) for dz in self.dzs]) / (size(self.dz_logits) or 1)

    @property
    def switches(self) -> bool:
        """Whether the activation only lets through or not, as ReLU does: all slopes are 0 or 1."""
        return all(np.isin(slope, (0, 1)).all() for slope in self.slopes)

    @property
    def saturated(self) -> float:
        """The share of all outputs at which the slope is below FLAT."""
        return float(np.mean([slope < FLAT for slope in self.slopes]))

    @property
    def zero(self) -> float:
        """The share of all outputs that are exactly zero."""
        return float(np.mean([y == 0 for y in self.ys]))

    @property
    def silent(self) -> int:
        """How many units have slope zero, and so no gradient, for every picture."""
        return int(sum((slope == 0).all(axis=1).sum() for slope in self.slopes))

    @property
    def units(self) -> int:
        """The number of hidden units."""
        return sum(len(y) for y in self.ys)

    @property
    def copies(self) -> bool:
        """Whether, in every layer, all units put out the same (up to rounding)."""
        return all(np.ptp(y, axis=0).max() <= 1e-9 * np.abs(y).max() for y in self.ys)


def through(network: Sequential, x, t) -> Signals:
    """Send pictures forward and the gradient of the mean loss back, and keep what passes.

    Parameters
    ----------
    network : Sequential
        Layers with parameters, each but the last followed by an activation.
    x, t : arrays (n, N) and (N,)
        Pictures as columns, and their labels.

    Returns
    -------
    Signals
    """
    layers = network.layers
    hidden = [layer for layer in layers if not layer.params]
    if not hidden or not layers[-1].params:
        raise ValueError("expected layers with parameters, each but the last followed by an "
                         f"activation; got {network}")
    outputs = list(accumulate(layers, lambda y, layer: layer.forward(y), initial=x))[1:]
    loss = SoftmaxCrossEntropy()
    loss.forward(outputs[-1], t)
    dz_logits = loss.backward()

    def back(dy, layer):
        return without_rounding(layer, dy) if layer.params else layer.backward(dy)

    dys = list(accumulate(reversed(layers[1:]), back, initial=dz_logits))[:0:-1]       # of layers[1:], the first first
    ys = [y for layer, y in zip(layers, outputs) if layer in hidden]
    dzs = [dy for layer, dy in zip(layers[1:], dys) if layer in hidden]
    return Signals(ys, [layer.backward(np.ones_like(y)) for layer, y in zip(hidden, ys)], dzs, dz_logits)


def without_rounding(layer: Linear, dz):
    """What comes down through a layer, with zeros where a sum leaves nothing but rounding.

    Equal weights add up the logits' dz, which sum to zero: what a computer then has left, some 1e-17,
    would look like a gradient, and the layers below would enlarge it.
    """
    dy = layer.backward(dz)
    terms = np.abs(layer.W).T @ np.abs(dz)
    return np.where(np.abs(dy) < 100 * np.finfo(dy.dtype).eps * terms, 0, dy)


# ---------------------------------------------------------------- players and frames

def signals(runs: Mapping, description: str | Sequence[str], *, slider: str, start: int = 0,
            paper: Collection[int] | None = None):
    """A player of runs: the slider goes through the runs of a track, buttons choose the track.

    Parameters
    ----------
    runs : mapping
        From what a button says to {what the slider's position means: Signals}. For two rows of
        buttons, one mapping deeper.
    description : str or sequence of str
        What stands beside the buttons: one text for each row of them.
    slider : str
        What stands beside the slider.
    start : int
        Where the slider stands first, counted from 0.
    paper : collection of int, optional
        Which positions of each track are printed, see `stepper`.

    Returns
    -------
    Player
    """
    deep = 1 if isinstance(description, str) else len(description)

    def framed(level, names):
        if len(names) < deep:
            return {name: framed(inner, [*names, name]) for name, inner in level.items()}
        return [frame(run, ", ".join([*names, place])) for place, run in level.items()]

    return tracks(framed(runs, []), description, css=CSS, slider=slider, start=start, paper=paper)


def frame(run: Signals, name: str) -> Frame:
    """One run as a frame; `name` says which."""
    up, down = factor(run.activations), factor(run.gradients[::-1])
    return Frame(draw(run), name, f"a layer: activations {up}, gradients {down}",
                 " ".join(sentences(run)), "forward")


def sentences(run: Signals):
    """What the histograms show, in numbers."""
    gradient = short(run.gradients[0])
    if gradient == "0":
        yield "No gradient reaches the first layer."
    else:
        yield f"The first layer’s gradient is {gradient} times as large as the logits’."
    if run.switches:
        yield (f"{run.zero:.0%} of all outputs are zero, and {run.silent:,} of {run.units:,} units are "
               f"off for all {run.ys[0].shape[1]} pictures.")
    else:
        yield f"{run.saturated:.0%} of all outputs are saturated: their slope is below 1/100."
    if run.copies:
        yield "All units of a layer put out the same: they are copies."


# ---------------------------------------------------------------- the drawing

def draw(run: Signals) -> str:
    """All layers of a run as SVG: histograms of activations and gradients, and their sizes."""
    foot, unit = TOP + PITCH * len(run.ys), size(run.dz_logits) or 1
    bases = [TOP + PITCH * ell - 4 for ell in range(1, len(run.ys) + 1)]
    off = [(y == 0) & run.switches for y in run.ys]
    powers = [np.log10(np.abs(dz[dz != 0]) / unit) for dz in run.dzs]
    spans = span(run)
    parts = [f'<svg class="course-signals" viewBox="0 0 {WIDTH} {foot + 42}" role="img" '
             f'aria-label="{escape(_in_words(run))}">', *_ends(foot, *spans),
             *_histograms(LEFT, bases, [y[~zero] for y, zero in zip(run.ys, off)],
                          [zero.mean() for zero in off], *spans, "y"),
             *_histograms(RIGHT, bases, powers, [(dz == 0).mean() for dz in run.dzs], *DECADES, "dz"),
             _column(18, bases, range(1, len(bases) + 1), "quiet end"),
             _column(RIGHT - 12, bases, map(short, run.activations), "end"),
             _column(WIDTH, bases, map(short, run.gradients), "end")]
    return "".join(parts) + "</svg>"


def _histograms(left, bases, values, zeros, low, high, look):
    """One histogram a layer, scaled to its tallest bar, between grey bars for what is not on the axis.

    The grey bar to the left is the share of zeros and of what is below `low`, the one to the right
    the share of what is above `high`; as high as a histogram they would be all there is.
    """
    start, right = left + BAR + APART, left + BAR + 2 * APART + BINS * BIN
    stairs, asides, lines = "", "", ""
    for base, v, zero in zip(bases, values, zeros):
        count = np.histogram(v, BINS, (low, high))[0]
        heights = np.ceil(TALL * count / max(count.max(), 1)).astype(int)
        stairs += _stairs(start, base, heights) if heights.any() else ""
        on = 1 - zero
        outside = [(left, zero + on * np.mean(v < low) if v.size else zero),
                   (right, on * np.mean(v > high) if v.size else 0)]
        asides += "".join(f"M{x} {base}v{-max(1, round(TALL * share))}h{BAR}V{base}"
                          for x, share in outside if share > 0)
        lines += f"M{left} {base}.5H{right + BAR}"
    return [f'<path class="line" d="{lines}"/>', f'<path class="{look}" d="{stairs}"/>',
            f'<path class="aside" d="{asides}"/>']


def _column(x, bases, words, look):
    """One text a layer, below each other."""
    return f'<g class="{look}">' + "".join(
        f'<text x="{x}" y="{y}">{word}</text>' for y, word in zip(bases, words)) + "</g>"


def _stairs(x, base, heights):
    """A histogram's outline from the left end of its base to the right end."""
    path, last = f"M{x} {base}", 0
    for h, run in groupby(heights):
        path += (f"v{last - h}" if h != last else "") + f"h{BIN * len(list(run))}"
        last = h
    return path + (f"v{last}" if last else "")


def _ends(foot, low, high):
    """What stands above and below the histograms: their names, and what their axes mean."""
    start, wide = LEFT + BAR + APART, BINS * BIN
    one = RIGHT + BAR + APART - wide * DECADES[0] / (DECADES[1] - DECADES[0])
    ticks = [(start, f"{low:g}"), (start + wide, f"{high:g}"),
             (RIGHT + BAR + APART + 12, power_of_ten(DECADES[0])), (round(one), "1")]
    return [_text(0, 16, "layer", "quiet"), _text(LEFT + 20, 16, "activations ↓", "y head"),
            _text(RIGHT, 16, "gradients ↑", "dz head"), _text(RIGHT - 12, 16, "size", "quiet end"),
            _text(WIDTH, 16, "size", "quiet end"),
            f'<path class="one" d="M{one:.0f} {TOP}V{foot + 2}"/>',
            *(_text(x, foot + 15, words.replace("-", "−"), "quiet middle") for x, words in ticks),
            _text(0, foot + 36, "grey bars: left, zero or nearly; right, off the scale", "quiet")]


def span(run: Signals) -> tuple[float, float]:
    """From where to where activations are drawn: all that an S-shaped one reaches, or up to 1.5."""
    lowest = min(y.min() for y in run.ys)
    if not run.switches and max(np.abs(y).max() for y in run.ys) <= 1:
        return (0, 1) if lowest >= 0 else (-1, 1)
    return (0, 1.5) if lowest >= 0 else (-1.5, 1.5)


def _in_words(run):
    """What the picture shows, for those who hear it."""
    def listed(numbers):
        return ", ".join(map(short, numbers))

    return (f"Histograms of {len(run.ys)} layers, the first on top. Sizes of the activations from the "
            f"first layer to the last: {listed(run.activations)}. Sizes of the gradients, compared "
            f"with the logits’: {listed(run.gradients)}.")


# ---------------------------------------------------------------- numbers

def size(array) -> float:
    """The root mean square; scaled first, so that its square neither overflows nor vanishes."""
    largest = np.abs(array).max()
    return float(largest * np.sqrt(np.mean((array / largest) ** 2))) if largest > 0 else 0.0


def factor(sizes) -> str:
    """By what each of these sizes is multiplied to give the next, on (geometric) average, as text."""
    if len(sizes) < 2 or sizes[0] == 0:
        return "none" if not any(sizes) else "–"
    return "× " + short((sizes[-1] / sizes[0]) ** (1 / (len(sizes) - 1)))


def short(number: float) -> str:
    """Two digits, or a digit and a power of ten where the number is small or large."""
    if number == 0:
        return "0"
    if 0.01 <= number < 99.5:
        return f"{number:#.2g}".rstrip(".")
    digit, power = f"{number:.0e}".split("e")
    return ("" if digit == "1" else f"{digit}·") + power_of_ten(int(power))


def power_of_ten(power: int) -> str:
    """10 to this power, as text."""
    return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
