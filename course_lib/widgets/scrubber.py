"""Scrub through a training: its loss and accuracy, the first filters, and digits that change their answer.

A `course_lib.workshop.film.Film` has kept the weights on their way; `scrubber` asks the network at each of
these steps, and every frame shows what it answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from PIL import Image

from course_lib import digits
from course_lib.figures import palette
from course_lib.widgets import svg
from course_lib.widgets.certainty import percent
from course_lib.widgets.frame import Frame
from course_lib.widgets.stepper import stepper
from course_lib.workshop.film import Film, Moment

__all__ = ["Run", "develop", "frames", "scrubber"]

WIDTH, HEIGHT = 320, 150                   # a chart's
LEFT, RIGHT, TOP, BOTTOM = 44, 308, 28, 130
FIRST, PITCH, TALL, ROW = 66, 18, 31, 40   # a digit's bars: where they begin, how far apart, how high
FOOT = 15                                  # how far the numbers of the axis stand below it

CSS = """
.course-scrubber .course-words { flex-basis: 100%; min-height: 0; }
.course-scrubber .course-words p { margin-bottom: 0.2rem; }
.course-scrubber .course-words .course-sentence { min-height: 2.9em; }
.course-scrubber .course-formula .stacked { display: inline; }
.course-scrubber .course-drawing { display: grid; gap: 0.75rem 1.25rem; flex-basis: 100%;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); align-items: start; }
.course-scrubber .course-drawing > * { max-width: 460px; width: 100%; margin: 0; }
.course-scrubber .filters { line-height: 1.35; font-size: 0.85rem;
  font-family: "Source Sans 3 Variable", system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
.course-scrubber .filters img { display: block; width: 301px; max-width: 100%; margin: 0.5rem 0 0;
  background: #fff; image-rendering: pixelated; box-sizing: content-box; }
.course-scrubber svg text { font-size: 13.5px; fill: var(--course-ink); }
.course-scrubber svg .title { font-weight: 600; }
.course-scrubber svg .axis { fill: var(--course-muted); font-size: 12px; }
.course-scrubber svg .mid { text-anchor: middle; }
.course-scrubber svg .end { text-anchor: end; }
.course-scrubber svg .value { font-weight: 600; paint-order: stroke; stroke: var(--course-paper);
  stroke-width: 4px; stroke-linejoin: round; }
.course-scrubber svg .right { font-weight: 600; fill: var(--course-forward); }
.course-scrubber svg .wrong { font-weight: 600; }
.course-scrubber .rule { stroke: var(--course-muted); stroke-width: 1; fill: none; }
.course-scrubber .dash { stroke-dasharray: 5 4; }
.course-scrubber .dots { stroke: var(--course-muted); stroke-width: 2.6; stroke-linecap: round; opacity: 0.75; }
.course-scrubber .line { stroke: var(--course-forward); stroke-width: 2; fill: none; }
.course-scrubber .cursor { stroke: var(--course-ink); stroke-width: 1.5; }
.course-scrubber .now { fill: var(--course-forward); stroke: var(--course-paper); stroke-width: 1.5; }
.course-scrubber .bar { fill: var(--course-muted); }
.course-scrubber .bar.true { fill: var(--course-forward); }
@media (max-width: 700px) { .course-scrubber .course-words .course-sentence { min-height: 5.8em; } }
"""


# ---------------------------------------------------------------- what the film shows

@dataclass(frozen=True)
class Run:
    """A training as the frames show it.

    Attributes
    ----------
    moments : list of Moment
        What the network was like after some of its steps.
    batches : list of float
        The loss of each step's batch.
    pictures : (N, 28, 28) array
        Held-out digits, with their `labels`.
    labels : (N,) integers
    """

    moments: list[Moment]
    batches: list[float]
    pictures: np.ndarray
    labels: np.ndarray

    @property
    def steps(self) -> int:
        """How many steps the training made."""
        return self.moments[-1].step

    def readings(self) -> np.ndarray:
        """What each digit was read as at each moment, (moments, N)."""
        return np.array([moment.probabilities.argmax(axis=0) for moment in self.moments])

    def right(self) -> np.ndarray:
        """How many digits were read right at each moment."""
        return (self.readings() == self.labels).sum(axis=1)

    def losses(self) -> np.ndarray:
        """The mean loss of the held-out digits at each moment."""
        of_truth = np.array([moment.probabilities[self.labels, np.arange(len(self.labels))]
                             for moment in self.moments], float)
        return -np.log(np.maximum(of_truth, 1e-30)).mean(axis=1)

    def moved(self) -> np.ndarray:
        """How far the first filters are from their start, as a share of their own length."""
        start = self.moments[0].filters
        return np.array([np.linalg.norm(moment.filters - start) for moment in self.moments]
                        ) / np.linalg.norm(start)

    def followed(self, count: int) -> list[int]:
        """Some digits to follow, from a typical one to the last to settle on its final answer.

        Ordered by when they settle, the last first, their ranks grow geometrically up to the middle. No
        two have the same label.
        """
        readings, N = self.readings(), len(self.labels)
        same = (readings == readings[-1])[::-1].cumprod(axis=0).sum(axis=0)    # moments since settling
        order, chosen = np.argsort(same, kind="stable"), {}
        for rank in np.geomspace(1, max(N / 2, 1), count) - 1:
            later = (i for i in order[int(rank):] if self.labels[i] not in chosen)
            if (i := next(later, None)) is not None:
                chosen[self.labels[i]] = int(i)
        return list(chosen.values())[::-1]


def develop(film: Film, loss: Sequence[float], pictures, labels) -> Run:
    """Ask the network of every moment of a film about some digits.

    Parameters
    ----------
    film : Film
        What `nn.train` was given as `watch`.
    loss : sequence of float
        The loss of every batch, `history.loss`.
    pictures : (N, 28, 28) array
        Held-out digits, which accuracy and loss are measured on.
    labels : (N,) integers
    """
    pictures, labels = np.asarray(pictures), np.asarray(labels)
    if len(loss) != film.steps:
        raise ValueError(f"the film is of a training of {film.steps} steps, but there are {len(loss)} losses; "
                         "give the history of the same training")
    if len(pictures) != len(labels) or not len(labels):
        raise ValueError(f"every picture needs its label: got {len(pictures)} pictures and {len(labels)} labels")
    return Run(list(film.moments(digits.to_batch(pictures))), list(loss), pictures, labels)


def scrubber(run: Run, *, count: int = 5):
    """A player that goes through a training, moment by moment.

    Parameters
    ----------
    run : Run
        See `develop`.
    count : int
        How many digits to follow.

    Returns
    -------
    Player
    """
    last = len(run.moments) - 1                 # stops lie close together early: print the first half's middle too
    return stepper(frames(run, count), css=CSS, look="course-scrubber", milliseconds=1000, slider="Stop",
                   paper={0, last // 4, last // 2, last})


def frames(run: Run, count: int = 5) -> list[Frame]:
    """One frame for every moment of the run."""
    followed, readings, right, losses, moved = (run.followed(count), run.readings(), run.right(),
                                                run.losses(), run.moved())
    limit = np.quantile(np.abs([moment.filters for moment in run.moments]), 0.99)   # a few go beyond
    made = []
    for k, moment in enumerate(run.moments):
        picture = (loss_chart(run, losses, k) + accuracy_chart(run, right, k)
                   + digits_chart(run, followed, k) + filters_figure(moment.filters, limit, moved[k]))
        total = len(run.labels)
        made.append(Frame(picture, _phase(moment.step, run.steps),
                          f"accuracy = {right[k]} / {total} = {right[k] / total:.0%}",
                          _sentence(run, readings[:, followed], run.labels[followed], losses[k], k)))
    return made


def _phase(step, steps):
    if step == 0:
        return "Before the first step"
    return f"After {step:,} of {steps:,} steps"


def _sentence(run, readings, truth, loss, k):
    """The loss in words, and which of the followed digits have changed their answer."""
    words = f"The loss of the held-out digits is {short(loss)}."
    if k == 0:
        return words + f" A guess has ln {len(run.moments[0].probabilities)} = 2.3."
    changes = [f"the {true} from {before} to {after}" for true, before, after
               in zip(truth, readings[k - 1], readings[k]) if before != after]
    before = run.moments[k - 1].step
    if not changes:
        return words + f" None of the {len(truth)} digits below has changed its answer since step {before:,}."
    return words + f" Changed since step {before:,}: {', '.join(changes)}."


# ---------------------------------------------------------------- charts

def across(step: float, steps: int) -> float:
    """Where a step stands on the horizontal axis, which is stretched at its beginning."""
    return LEFT + (RIGHT - LEFT) * (step / steps) ** 0.5


def marks(steps: int, apart: float = 30) -> list[int]:
    """The steps that get a number on the axis: round ones, not too close together."""
    kept, start = [steps], across(0, steps)
    for step in [n * 10**k for k in range(6, -1, -1) for n in (5, 3, 2, 1)]:
        if step < steps and start + apart <= across(step, steps) <= across(kept[-1], steps) - apart:
            kept.append(step)
    return [0] + kept[::-1]


def loss_chart(run: Run, losses, k: int) -> str:
    """Every batch's loss as a dot, the held-out digits' as a line, and the present one."""
    least = max(min(*run.batches, *losses), 1e-4)
    low, high = np.floor(np.log10(least)), np.ceil(np.log10(max(*run.batches, *losses)))

    def up(value):
        return BOTTOM - (BOTTOM - TOP) * (np.log10(max(value, least)) - low) / (high - low)

    ticks = [(10.0**n, f"{10.0**n:g}") for n in range(int(low), int(high) + 1)]
    return _chart("Loss", run, k, losses, up, ticks, np.log(len(run.moments[0].probabilities)), short,
                  dots=_dots([(across(i, run.steps), up(value)) for i, value in enumerate(run.batches)]))


def accuracy_chart(run: Run, right, k: int) -> str:
    """The share of the held-out digits that is read right."""
    def up(share):
        return BOTTOM - (BOTTOM - TOP) * share

    return _chart("Accuracy on the held-out digits", run, k, right / len(run.labels), up,
                  [(0, "0"), (0.5, "50%"), (1, "100%")], 1 / len(run.moments[0].probabilities),
                  "{:.0%}".format)


def _chart(title, run, k, values, up, ticks, guess, written, dots=""):
    """A curve over the steps with a cursor at moment `k`, as SVG."""
    places = [(across(moment.step, run.steps), up(value)) for moment, value in zip(run.moments, values)]
    line, (x, y) = " ".join(f"{a:.0f},{b:.0f}" for a, b in places), places[k]
    near, side = (x + 8, "") if x < 0.7 * WIDTH else (x - 8, " end")
    free = y + 18 if y < (TOP + 16 if dots else BOTTOM - 24) else y - 9     # where the curve does not go
    when = _phase(run.moments[k].step, run.steps).lower()
    return (f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="{title} over {run.steps} steps; {when}: {written(values[k])}.">'
            + text(0, 15, title, "title") + (_legend() if dots else "")
            + _axes(run.steps, up, ticks, guess) + dots + f'<polyline class="line" points="{line}"/>'
            + f'<path class="cursor" d="M{x:.1f} {TOP - 4}V{BOTTOM}"/>'
            + f'<circle class="now" cx="{x:.1f}" cy="{y:.1f}" r="5.5"/>'
            + text(near, free, written(values[k]), f"value{side}") + "</svg>")


def _legend():
    return (f'<path class="dots" d="M{WIDTH - 190} 10h0"/>' + text(WIDTH - 183, 15, "batches", "")
            + f'<path class="line" d="M{WIDTH - 118} 10h16"/>' + text(WIDTH - 98, 15, "held-out digits", ""))


def _axes(steps, up, ticks, guess):
    """Both axes with their numbers, and where a guess stands."""
    return ("".join(text(LEFT - 5, up(value) + 4, name, "axis end") for value, name in ticks)
            + "".join(text(across(n, steps), BOTTOM + FOOT, f"{n:,}", "axis mid") for n in marks(steps))
            + f'<path class="rule" d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}"/>'
            + f'<path class="rule dash" d="M{LEFT} {up(guess):.0f}H{RIGHT}"/>'
            + text(RIGHT - 8, up(guess) - 4, "a guess", "axis end"))


def _dots(places):
    """Points as one path, each relative to the one before: short."""
    path, (x0, y0) = [], (0, 0)
    for x, y in places:
        x, y = round(x), round(y)
        path.append(f"m{x - x0} {y - y0}h0")
        x0, y0 = x, y
    return f'<path class="dots" d="{"".join(path).replace(" -", "-")}"/>'


# ---------------------------------------------------------------- digits and filters

def digits_chart(run: Run, followed: Sequence[int], k: int) -> str:
    """The followed digits, each with its ten probabilities and its answer, as SVG."""
    p, end = run.moments[k].probabilities, FIRST + PITCH * len(run.moments[k].probabilities)
    parts = [text(0, 15, "A few held-out digits", "title"), text(46, 36, "is", "axis mid"),
             text(end, 36, "read as", "axis")]
    parts += [text(FIRST + PITCH * d, 36, str(d), "mid") for d in range(len(p))]
    parts += [_asked(run.pictures[i], run.labels[i], p[:, i], 42 + ROW * row, end)
              for row, i in enumerate(followed)]
    said = [f"a {run.labels[i]} is read as {p[:, i].argmax()} with {percent(p[:, i].max())}" for i in followed]
    return (f'<svg viewBox="0 0 {WIDTH} {48 + ROW * len(followed)}" role="img" '
            f'aria-label="{"; ".join(said)}.">' + "".join(parts) + "</svg>")


def _asked(picture, true, p, top, end):
    """One digit's row: its picture, what it is, a bar for each probability, what it is read as."""
    read, foot = p.argmax(), top + ROW - 6
    bars = "".join(
        f'<rect class="bar{" true" if d == true else ""}" x="{FIRST + PITCH * d - 6}" '
        f'y="{foot - TALL * p[d]:.0f}" width="12" height="{TALL * p[d]:.0f}"/>' for d in np.flatnonzero(p >= 0.01))
    mark, look = ("✓", "right") if read == true else ("✗", "wrong")
    sure = percent(p[read]).replace("over ", "&gt;")        # there is no room for the word
    return (f'<image href="{png(1 - picture, 16)}" x="0" y="{top}" width="34" height="34"/>'
            + text(46, foot - 10, str(true), "mid")
            + f'<path class="rule" d="M{FIRST - 8} {foot}H{end - 10}"/>' + bars
            + text(end, foot - 10, f"{read} {mark} {sure}", look))


def filters_figure(filters, limit: float, moved: float, columns: int = 7) -> str:
    """The first layer's filters as one picture: red above zero, white at it, blue below."""
    maps = filters.mean(axis=1)                 # over the channels; the LeNet has one
    side = maps.shape[-1] + 1
    rows = -(-len(maps) // columns)
    sheet = np.zeros((rows * side - 1, columns * side - 1))
    for i, each in enumerate(maps):
        y, x = side * (i // columns), side * (i % columns)
        sheet[y:y + side - 1, x:x + side - 1] = each
    shades = matplotlib.colormaps[palette.SIGNED].resampled(33)       # few, so that the picture is light
    colours = shades(0.5 + 0.5 * sheet / limit)[..., :3]
    return (f'<div class="filters"><b>The {len(maps)} filters of the first layer</b>, moved by {moved:.0%} of their '
            f'length. Red: above zero, blue: below.<img src="{png(colours)}" alt="The {len(maps)} first filters as '
            f'coloured squares, moved by {moved:.0%} from their start."></div>')


def png(pixels: np.ndarray, greys: int = 256) -> str:
    """A picture (H, W) or (H, W, 3) of numbers in [0, 1] as an address that holds it."""
    levels = np.round(np.clip(pixels, 0, 1) * (greys - 1)) * (255 / (greys - 1))
    image = Image.fromarray(np.round(levels).astype(np.uint8))
    if len(image.getcolors() or range(999)) <= 64:
        image = image.quantize(64)
    return svg.address(image, optimize=True)


def text(x: float, y: float, words: str, look: str) -> str:
    """A text in SVG, at a whole pixel."""
    return svg.text(f"{x:.0f}", f"{y:.0f}", words, look)


def short(number: float) -> str:
    """A loss in two significant digits: 2.3, 0.52, 0.0041."""
    return f"{number:#.2g}".rstrip(".")
