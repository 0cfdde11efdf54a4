"""Chapter 7's walk through a whole network: one digit forward layer by layer, and its gradient back.

Each frame shows one array as maps, with its shape and its size. Gradients of one layer are drawn on one
scale for all labels, so that a small gradient looks small.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from course_lib import digits, nn
from course_lib.widgets.frame import Frame
from course_lib.widgets.mosaic import WIDTH, maps_figure
from course_lib.widgets.mosaic import short as _short
from course_lib.widgets.stepper import tracks

__all__ = ["Walk", "walk", "walk_stepper"]

SPACE = "\N{NO-BREAK SPACE}"
LONG = {"conv": 25, "ReLU": 27, "pool": 25}   # names that fill their place in the overview, and their widths
TALL, AXIS = 46, 74                          # the largest bar of the overview; how deep its middle lies

CSS = """
.course-walk text { font-size: 13px; fill: var(--course-ink); text-anchor: middle; }
.course-walk .title { text-anchor: start; font-weight: 600; }
.course-walk .now { font-weight: 700; }
.course-walk .forward { fill: var(--course-forward); }
.course-walk .backward { fill: var(--course-backward); }
.course-walk .faint { fill-opacity: 0.75; }
.course-walk .axis { stroke: var(--course-muted); }
.course-walk .dash { stroke: var(--course-backward); stroke-width: 2; stroke-dasharray: 4 3; fill: none; }
.course-walk .solid { stroke: var(--course-forward); stroke-width: 2; fill: none; }
.course-maps img { display: block; max-width: 100%; height: auto; margin: 0.4rem auto 0; background: #fff;
  image-rendering: pixelated; box-sizing: border-box; }
.course-maps p { margin: 0.3rem 0 0; font-size: 0.85rem; line-height: 1.35; text-align: center;
  color: var(--course-ink);
  font-family: "Source Sans 3 Variable", system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
"""


@dataclass(frozen=True)
class Walk:
    """One picture's way through a network and its gradient's way back.

    Attributes
    ----------
    network : Sequential
    label : int
        What the network was told that the picture is.
    values : list of arrays
        The picture (1, H, W, 1), then what each layer put out.
    gradients : list of arrays
        For each of the values, the gradient of the loss.
    learned : list of dict
        For each layer the gradients of what it learns: {"W": dW, "b": db}, or {}.
    p : (classes,) array
        The probabilities.
    loss : float
    """

    network: nn.Sequential
    label: int
    values: list[np.ndarray]
    gradients: list[np.ndarray]
    learned: list[dict[str, np.ndarray]]
    p: np.ndarray
    loss: float


def walk(network: nn.Sequential, picture, label: int) -> Walk:
    """Send a picture (H, W) forward layer by layer, and the gradient of its loss back.

    Parameters
    ----------
    network : Sequential
    picture : (H, W) array
    label : int
        What the network is told that it is.
    """
    picture = np.asarray(picture)
    if picture.ndim != 2:
        raise ValueError(f"expected one picture (H, W); got {picture.shape}")
    values, loss = [digits.to_batch(picture)], nn.SoftmaxCrossEntropy()
    for layer in network.layers:
        values.append(layer.forward(values[-1]))
    L = loss.forward(values[-1], np.array([label]))
    gradients, learned = [loss.backward()], []
    for layer in reversed(network.layers):
        gradients.append(layer.backward(gradients[-1]))
        learned.append({name: getattr(layer, f"d{name}").copy() for name in layer.params})
    return Walk(network, label, values, gradients[::-1], learned[::-1], loss.p[:, 0], L)


def walk_stepper(network: nn.Sequential, picture, labels: Mapping[str, int]):
    """A player that goes through all layers and back, with a button for each label.

    Parameters
    ----------
    network : Sequential
        Ends in logits.
    picture : (H, W) array
    labels : mapping
        From what a button says to what the network is told that the picture is.

    Returns
    -------
    Player
    """
    walks = {name: walk(network, picture, label) for name, label in labels.items()}
    last = len(network.layers)             # the frame of the loss is last + 1, and as many lead back
    paper = {0, 1, last + 1, last + 2, 2 * last + 1, 2 * last + 2}
    scales = [max(np.abs(run.gradients[i]).max() for run in walks.values())
              for i in range(last + 1)]
    return tracks({name: frames(run, scales) for name, run in walks.items()}, "Told that it is a", css=CSS,
                  slider="Layer", paper=paper)


def frames(run: Walk, scales=None) -> list[Frame]:
    """A frame for the picture, each layer and the loss, then back for each of them.

    Parameters
    ----------
    run : Walk
    scales : sequence of float, optional
        For each array the gradient that is drawn in the deepest colour; its own largest if left out.
    """
    if scales is None:
        scales = [np.abs(gradient).max() for gradient in run.gradients]
    last, made = len(run.network.layers), [_frame(run, 0, "forward", scales)]
    made += [_frame(run, i, "forward", scales) for i in range(1, last + 1)]
    made += [_loss_frame(run), *(_frame(run, i, "backward", scales) for i in range(last, -1, -1))]
    return made


def _frame(run, i, direction, scales):
    """The values of array i (`direction` "forward") or their gradient."""
    forward = direction == "forward"
    array, last = (run.values if forward else run.gradients)[i], len(run.network.layers)
    limit = np.abs(array).max() if forward else scales[i]
    if i == last:
        picture = bars(array[:, 0], direction)
    else:
        picture = maps_figure(array, limit, "ink" if forward and i == 0 else direction)
    if forward:
        phase = f"Forward, {i} of {last + 1}: {label(run.network.layers[i - 1])}" if i else "Start: the picture"
        sentence = _forward_words(run, i)
    else:
        through = "the loss" if i == last else label(run.network.layers[i])
        phase = f"Backward, {last - i + 1} of {last + 1}: through {through}"
        sentence = _backward_words(run, i)
    return Frame(overview(run, i, direction) + picture, phase, _size(array, direction), sentence, direction)


def _loss_frame(run):
    last = len(run.network.layers)
    total = sum(value.size for value in run.values)
    sentence = (f"Softmax makes probabilities of the logits: the label {run.label} gets {_percent(run.p[run.label])}, "
                f"so the loss is {run.loss:.2g}. All arrays up to the logits have {total:,} values together, and as "
                "many gradients will come back.")
    return Frame(overview(run, last + 1, "forward") + bars(run.p, "forward", "p"),
                 f"Forward, {last + 1} of {last + 1}: softmax and loss",
                 f"L = −ln p[{run.label}] = {run.loss:.2g}", sentence, "forward")


# ---------------------------------------------------------------- words

def label(layer: nn.Layer) -> str:
    """What a layer is called in a frame: "convolution 5 × 5", "ReLU", ..."""
    k = getattr(layer, "k", None)
    window = f"{k}{SPACE}×{SPACE}{k}"
    return {nn.Conv2D: f"convolution {window}", nn.MaxPool2D: f"max-pool {window}", nn.ReLU: "ReLU",
            nn.Flatten: "flatten", nn.Linear: "linear"}.get(type(layer), type(layer).__name__)


def _size(array, direction):
    """Shape, number of values and bytes of an array, without its batch of one."""
    shape = " × ".join(map(str, array.shape[:-1]))
    values = "values" if direction == "forward" else "gradients"
    product = f"{shape} = {array.size:,} {values}" if array.ndim > 2 else f"{array.size:,} {values}"
    return f"{product} = {array.nbytes:,} bytes"


def _forward_words(run, i):
    """What layer i - 1 did on the way forward."""
    if i == 0:
        whole = run.values[0].shape[1:3] == (28, 28)
        return "28 rows of 28 pixels, ink 1 on paper 0." if whole else "Ink 1 on paper 0."
    layer, x, y = run.network.layers[i - 1], run.values[i - 1], run.values[i]
    if isinstance(layer, nn.Conv2D):
        words = f"Each of {len(y)} filters has drawn a map of its own. {_range(y)} {_learns(layer)}"
    elif isinstance(layer, nn.ReLU):
        words = f"What was negative is 0 now: {np.mean(y == 0):.0%} of the values. The rest is unchanged."
    elif isinstance(layer, nn.MaxPool2D):
        words = (f"Of each window the largest value is left: {y.size:,} of {x.size:,}. "
                 f"{np.mean(y == 0):.0%} of them are 0.")
    elif isinstance(layer, nn.Flatten):
        words = "The same numbers, one after the other in a column (drawn here in rows). Nothing is computed."
    else:
        words = f"Each of {len(y):,} outputs is an inner product of all {len(x):,} values. {_learns(layer)}"
        if i == len(run.network.layers):
            words += f" The largest logit is that of the {y.argmax()}."
    return words


def _backward_words(run, i):
    """What the gradient went through to reach array i."""
    gradient, last = run.gradients[i], len(run.network.layers)
    size = f"The largest is {_short(np.abs(gradient).max())} in size."
    if i == last:
        return (f"p minus one-hot: {_percent(run.p[run.label])} for the {run.label} was "
                f"{_percent(1 - run.p[run.label])} too little. That is all that goes back. {size}")
    layer, arrived = run.network.layers[i], np.mean(run.gradients[i] != 0)
    learned = run.learned[i]
    if isinstance(layer, nn.ReLU):
        words = f"Where x was not above 0 the message stops: {1 - arrived:.0%} of the gradients are 0."
    elif isinstance(layer, nn.MaxPool2D):
        words = f"Each message goes to the winner of its window: {1 - arrived:.0%} of the gradients are 0."
    elif isinstance(layer, nn.Flatten):
        words = "The same numbers in the shape of the maps again."
    elif isinstance(layer, nn.Conv2D):
        words = (f"Each message spreads over the {layer.k} × {layer.k} pixels of its window "
                 "and adds up with its neighbours.")
    else:
        words = "Wᵀ dy: each message goes to all inputs, along the weights."
    if learned:
        words += f" dW{SPACE}{_shape(learned['W'])} and db{SPACE}{_shape(learned['b'])} come off here."
    if i == 0:
        words += " This is the gradient of the picture: blue is where more ink would lower the loss."
    return f"{words} {size}"


def _range(y):
    return f"They go from {_short(y.min())} to {_short(y.max())}."


def _learns(layer):
    """How much a layer has to learn."""
    return f"W{SPACE}{_shape(layer.W)} and b{SPACE}{_shape(layer.b)}: {layer.count:,} parameters."


def _shape(array):
    return "×".join(map(str, array.shape))


def _percent(share):
    return f"{share:.1%}" if 0.0005 <= share <= 0.9995 else "less than 0.1%" if share < 0.5 else "more than 99.9%"


# ---------------------------------------------------------------- pictures

def overview(run: Walk, at: int, direction: str) -> str:
    """All arrays as bars of their sizes: values upwards as far as known, gradients downwards."""
    counts = [value.size for value in run.values]
    names = ["x", *map(_tag, run.network.layers), "L"]
    forward = direction == "forward"
    title = f'<text class="title" x="0" y="13">{"Values" if forward else "Values and gradients"}, layer by layer</text>'
    parts = [_place(i, name, counts, at, direction) for i, name in enumerate(names)]
    words = (f"The sizes of all arrays as bars, from the picture to the logits: "
             f"{', '.join(f'{count:,}' for count in counts)}. ")
    words += (f"The values are known up to {names[at]}." if forward
              else f"All values are known, the gradients from the logits back to {names[at]}.")
    return (f'<svg class="course-walk" viewBox="-2 0 {WIDTH + 4} {AXIS + 14 + TALL}" role="img" aria-label="{words}">'
            + "".join([title, *parts]) + "</svg>")


def _place(i: int, name: str, counts: list[int], at: int, direction: str) -> str:
    """One array of the overview: its name, what is known of it as bars, a frame where the walk stands."""
    pitch, last = WIDTH / (len(counts) + 1), len(counts) - 1
    x, now, forward = (i + 0.5) * pitch, i == at, direction == "forward"
    high = max(TALL * (counts[i] if i <= last else 1) / max(counts), 1.5)
    size = f'width="{pitch * 0.72:.1f}" height="{high:.1f}"'
    look = ' class="now"' if now else ""
    parts = [f'<text{look} x="{x:.1f}" y="{AXIS + 5}"{_fitted(name)}>{name}</text>']
    left = x - pitch * 0.36
    if i <= (at if forward else last + 1):
        parts.append(_known("forward", now and forward, left, AXIS - 10 - high, size))
    if not forward and at <= i <= last:
        parts.append(_known("backward", now, left, AXIS + 12, size))
    if now:
        parts.append(f'<rect class="{"solid" if forward else "dash"}" x="{x - pitch / 2 + 0.7:.1f}" y="{AXIS - 11}" '
                     f'width="{pitch - 1.4:.1f}" height="22" rx="3"/>')
    return "".join(parts)


def _known(kind: str, now: bool, left: float, top: float, size: str) -> str:
    """The bar of an array that is known: full where the walk stands, else faint."""
    y = f"{top:.1f}" if kind == "forward" else top
    return f'<rect class="{kind}{"" if now else " faint"}" x="{left:.1f}" y="{y}" {size}/>'


def _fitted(name):
    """A long name's width, as wide as in the book's font: in a wider one it would touch the next name."""
    return f' textLength="{LONG[name]}" lengthAdjust="spacingAndGlyphs"' if name in LONG else ""


def _tag(layer):
    return {nn.Conv2D: "conv", nn.MaxPool2D: "pool", nn.ReLU: "ReLU", nn.Flatten: "flat",
            nn.Linear: "lin"}.get(type(layer), "?")


def bars(numbers, direction: str, name: str = "") -> str:
    """Ten numbers as ten bars with their values."""
    name = name or ("z" if direction == "forward" else "dz")
    limit, pitch = np.abs(numbers).max() or 1, WIDTH / len(numbers)
    up = 62 if numbers.min() >= 0 else 62 * max(numbers.max(), 0) / limit
    down = 0 if numbers.min() >= 0 else 62 * -numbers.min() / limit
    zero = 24 + up
    parts = [_bar(value, (k + 0.5) * pitch, zero, 62 * abs(value) / limit, direction)
             for k, value in enumerate(numbers)]
    foot = zero + down + (20 if down else 4)
    parts.append(f'<path class="axis" d="M0 {zero:.1f}H{WIDTH}"/>')
    parts += [f'<text class="now" x="{(k + 0.5) * pitch:.1f}" y="{foot + 16:.1f}">{k}</text>'
              for k in range(len(numbers))]
    words = f"{name} as bars: " + ", ".join(f"{_decimals(v)} for {k}" for k, v in enumerate(numbers)) + "."
    return (f'<svg class="course-walk" viewBox="-2 0 {WIDTH + 4} {foot + 24:.1f}" role="img" '
            f'aria-label="{words}">' + "".join(parts) + "</svg>")


def _bar(value, x, zero, high, direction):
    """A bar up or down from zero, with its value beyond its end."""
    top, text_y = (zero - high, zero - high - 5) if value > 0 else (zero, zero + high + 15)
    return (f'<rect class="{direction}" x="{x - 11:.1f}" y="{top:.1f}" width="22" height="{high:.1f}"/>'
            f'<text x="{x:.1f}" y="{text_y:.1f}">{_decimals(value)}</text>')


def _decimals(value):
    """At most two digits after the point, and none that would only say 0."""
    if abs(value) >= 1:
        return f"{value:.1f}".replace("-", "−")
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−").replace("0.", ".")
