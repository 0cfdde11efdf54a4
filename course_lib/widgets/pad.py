"""A sheet to draw a digit on: the course's own network reads along, in the page.

Scripts do the work there: ``js/drawing.js`` brings strokes to the picture that a network reads, as
`course_lib.digits.normalise` does, ``js/network.js`` has the layers of `course_lib.nn`, forward only, and
``js/pad.js`` is what is seen. The tests compare the first two with Python, step by step.

The weights are 1.1 MB as text and not part of the widget's state: the page asks for them on the first
touch. In Jupyter the kernel answers; in the built book a script stands beside the pages, which the
book's Sphinx extension makes from the same `packed_weights`.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from functools import cache
from html import escape

import anywidget
import numpy as np
import traitlets

from course_lib import digits, nn
from course_lib.digits import pen
from course_lib.digits.pen import nib
from course_lib.digits.pen.strokes import curve
from course_lib.reading import load_reader
from course_lib.reading.judge import DOUBT, is_digit, load_judge
from course_lib.reading.labels import classify
from course_lib.widgets.certainty import percent
from course_lib.widgets.scripts import module, rules

__all__ = ["DrawingPad", "drawing_pad", "drawing_pad_picture", "nib_width", "packed_weights", "picture_of",
           "verdict"]

SCRIPTS = ("elements.js", "network.js", "drawing.js", "weights.js", "telling.js", "sheet.js", "pad.js")
SIDE = 112                                            # of the sheet, in pixels: four for each of the network's
NIB = {"share": .14, "least": 2, "most": 10}          # its width: of the drawing's longer side, within limits
FAINT = .15                                           # chapter 10's: below it a map is quiet
#: what the page's script is given
GIVEN = ("strokes", "samples", "plans", "nib", "side", "faint", "doubt", "own")
#: digits that can be written at the press of a button: what the button says, in words, digit, form
FORMS = [(str(d), f"a {d}".replace("a 8", "an 8"), d, form)
         for d, form in enumerate((0, 4, 0, 0, 4, 0, 0, 0, 0, 0))]
FORMS += [("open 4", "an open 4", 4, 0),
          ("barred 7", "a 7 with a bar", 7, 4), ("1 with a foot", "a 1 with a foot", 1, 5)]
SCRIBBLE = [(.1, .3), (.9, .2), (.15, .45), (.85, .5), (.2, .65), (.9, .75), (.1, .85), (.6, .1), (.35, .95)]


# ---------------------------------------------------------------- strokes and pictures

def nib_width(strokes) -> float:
    """How wide the nib is for a drawing, in pixels of the sheet: a small digit is not to be a blot."""
    points = np.vstack(strokes)
    return float(np.clip(NIB["share"] * np.ptp(points, axis=0).max(), NIB["least"], NIB["most"]))


def picture_of(strokes: Sequence) -> np.ndarray:
    """The picture that the network is given of some strokes.

    Parameters
    ----------
    strokes : list of (n, 2) arrays
        In pixels of the sheet, x right, y down, each of two points or more.

    Returns
    -------
    (28, 28) float32 array in [0, 1], see `course_lib.digits.normalise`.

    Raises
    ------
    ValueError
        If there is no stroke, or none leaves ink on the sheet.
    """
    if len(strokes) == 0:
        raise ValueError("there is no stroke to make a picture of; draw one, or give a list of (n, 2) arrays")
    lines = [np.asarray(stroke, float) for stroke in strokes]
    return digits.normalise(nib.ink(lines, [nib_width(lines)] * len(lines), (SIDE, SIDE)))


def samples() -> list[dict]:
    """The digits behind the buttons, written with the course's pen, and a scribble that is none."""
    found = [{"name": name, "words": words, "strokes": _on_the_sheet([curve(s) for s in pen.SKELETONS[digit][form]])}
             for name, words, digit, form in FORMS]
    scribble = _on_the_sheet([curve(np.array(SCRIBBLE))])
    return [*found, {"name": "scribble", "words": "a scribble", "strokes": scribble}]


def _on_the_sheet(lines):
    """Polylines in the middle of the sheet, two thirds as high or wide as it is."""
    everything = np.vstack(lines)
    low, high = everything.min(axis=0), everything.max(axis=0)
    scale = SIDE * 2 / 3 / (high - low).max()
    return [np.round((line - (low + high) / 2) * scale + SIDE / 2, 1).tolist() for line in lines]


# ---------------------------------------------------------------- networks

def plan(network: nn.Sequential) -> list[dict]:
    """The layers of a network as network.js wants them: kind, shape of W, side of the pool."""
    return [_layer(layer) for layer in network.layers]


def _layer(layer):
    kind = type(layer).__name__
    if isinstance(layer, nn.Conv2D) and (layer.stride, layer.pad, layer.groups) == (1, 0, 1):
        return {"kind": kind, "shape": [len(layer.W), layer.c_in, layer.k, layer.k]}
    if isinstance(layer, nn.MaxPool2D) and (layer.stride, layer.pad) == (layer.k, 0):
        return {"kind": kind, "k": layer.k}
    if isinstance(layer, nn.Linear):
        return {"kind": kind, "shape": list(layer.W.shape)}
    if isinstance(layer, (nn.ReLU, nn.Flatten)):
        return {"kind": kind}
    raise ValueError(f"the pad's script has no layer like {layer}: it computes convolutions of stride 1 without "
                     "padding or groups, tiled max-pooling, ReLU, Flatten and Linear")


def _networks(network=None):
    return {"reader": network or load_reader(), "judge": load_judge()}


@cache
def packed_weights() -> bytes:
    """All parameters of the reader and the judge as float16, packed by zlib."""
    return packed(_networks())


def packed(networks: dict) -> bytes:
    """All parameters of some networks as float16, packed by zlib.

    The lower bytes of all numbers come first, then the upper ones: among these (a sign, five bits of
    exponent, two of mantissa) there is something to pack.
    """
    numbers = np.concatenate([getattr(layer, name).ravel() for network in networks.values()
                              for layer, name in network.parameters()]).astype("<f2")
    return zlib.compress(numbers.view(np.uint8).reshape(-1, 2).T.tobytes(), 9)


# ---------------------------------------------------------------- the widget

class DrawingPad(anywidget.AnyWidget):
    """The widget that `drawing_pad` makes.

    Attributes
    ----------
    strokes : list
        What is drawn: lists of points [x, y] in pixels of the sheet, which is 112 wide. Where a kernel
        runs, read and set them here; `picture_of` and `course_lib.reading.labels.classify` go on from there.
    """

    _esm = module(*SCRIPTS)
    _css = rules("pad.css")
    strokes = traitlets.List().tag(sync=True)
    # As one text: a notebook file would spread the points over thousands of lines.
    samples = traitlets.List().tag(sync=True, to_json=lambda value, _: _text(value),
                                   from_json=lambda text, _: json.loads(text))
    # Pairs, not a dict: whoever stores a page's state may sort the names, and the weights have an order.
    plans = traitlets.List().tag(sync=True)
    nib = traitlets.Dict(NIB).tag(sync=True)
    side = traitlets.Int(SIDE).tag(sync=True)
    faint = traitlets.Float(FAINT).tag(sync=True)
    doubt = traitlets.Float(DOUBT).tag(sync=True)
    own = traitlets.Bool(False).tag(sync=True)  # whether the network is the caller's: only a kernel has its weights

    def __init__(self, network: nn.Sequential | None = None, **given):
        plans = [[name, plan(each)] for name, each in _networks(network).items()]
        super().__init__(own=network is not None, plans=plans, **given)
        self._network = network
        self.on_msg(self._answer)

    def __repr__(self):
        return f"DrawingPad({len(self.strokes)} strokes)"

    def _answer(self, _, message, buffers):
        """The page asks for the weights on the first touch."""
        if message == {"ask": "weights"}:
            weights = packed(_networks(self._network)) if self.own else packed_weights()
            self.send({"weights": len(weights)}, buffers=[weights])

    def given(self) -> dict:
        """What the script is given, by name: what a page without a widget manager needs as well."""
        return {name: getattr(self, name) for name in GIVEN} | {"samples": _text(self.samples)}


def _text(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def drawing_pad(network: nn.Sequential | None = None) -> DrawingPad:
    """A sheet to draw a digit on, with a network's probabilities and every layer's maps beside it.

    It works in the built page without a kernel and in Jupyter, by mouse, finger, stylus and keyboard.

    Parameters
    ----------
    network : Sequential, optional
        One of your own that reads pictures (1, 28, 28, N) as ten digits; without it, the course's reader. Its
        weights are asked for on the first touch, and then by a kernel only.

    Raises
    ------
    ValueError
        If the page cannot compute one of its layers.

    Examples
    --------
    >>> sheet = drawing_pad()
    >>> sheet.strokes = sheet.samples[7]["strokes"]          # or draw; this is the button "7"
    >>> picture_of(sheet.strokes).shape
    (28, 28)
    """
    return DrawingPad(network, samples=samples())


def verdict(p: np.ndarray, judged: float) -> str:
    """What is said of a drawing with the probabilities p (10,), that the judge takes for a digit with `judged`."""
    best, next_best = np.argsort(-np.asarray(p), kind="stable")[:2]
    name = {d: f"{'an' if d == 8 else 'a'} {d}" for d in range(10)}
    if np.log(max(judged * p[best], 1e-9)) < DOUBT:
        return (f"This does not look like a digit: the judge gives it {percent(judged)}. The reader has no answer "
                f"but a digit, and says {name[best]}, {percent(p[best])}.")
    doubt = f" Next comes {name[next_best]}, {percent(p[next_best])}." if p[best] < .9 else ""
    return f"It reads {name[best]}, {percent(p[best])}.{doubt}"


# ---------------------------------------------------------------- for paper

def still(name: str = "open 4", network: nn.Sequential | None = None) -> str:
    """One of the samples as a network reads it, as HTML: for paper and for pages without JavaScript."""
    sample = next((each for each in samples() if each["name"] == name), None)
    if sample is None:
        raise ValueError(f"no sample is called {name!r}; there are {', '.join(each['name'] for each in samples())}")
    picture = picture_of(sample["strokes"])
    p = network.probabilities(digits.to_batch(picture[None]))[:, 0] if network else classify(picture[None])[1][0]
    judged = is_digit(picture[None])[0]
    others = [percent(share) for digit, share in enumerate(p) if digit != p.argmax()]
    rest = f"{others[0]} each" if len(set(others)) == 1 else ", ".join(others)
    return (f'<div class="course-pad-still"><figure>{_sheet_and_bars(sample, p)}<figcaption>'
            f"{escape(sample['words'].capitalize())}, drawn with the course’s pen. {verdict(p, judged)} "
            f"The other nine have {rest}. {'' if network else _quiet_words(picture)} "
            "With JavaScript this is a sheet to draw on."
            "</figcaption></figure></div>")


def _sheet_and_bars(sample, p):
    """The strokes, and beside them the ten probabilities as bars."""
    lines = "".join(f'<polyline points="{" ".join(f"{x:g},{y:g}" for x, y in stroke)}"/>'
                    for stroke in sample["strokes"])
    bars = "".join(f'<text x="128" y="{11 * digit + 8}">{digit}</text>'
                   f'<rect x="140" y="{11 * digit + 1}" width="{100 * share:.0f}" height="7"/>'
                   for digit, share in enumerate(p))
    return (f'<svg viewBox="0 0 {SIDE + 140} {SIDE}" width="380" role="img" fill="currentColor" font-size="9" '
            f'aria-label="{escape(sample["words"].capitalize())}, and a bar for each of the ten probabilities">'
            f'<g fill="none" stroke="currentColor" stroke-width="{NIB["most"]}" stroke-linecap="round" '
            f'stroke-linejoin="round">{lines}</g>{bars}</svg>')


def _quiet_words(picture):
    """Which maps are quiet after the first ReLU, in words."""
    x = digits.to_batch(picture)
    for layer in load_reader().layers[:2]:
        x = layer.forward(x)
    brightest = x[..., 0].max(axis=(1, 2))
    silent = (np.flatnonzero((brightest < FAINT * brightest.max()) | (brightest <= 0)) + 1).tolist()
    verb = "is" if len(silent) == 1 else "are"
    which = f"{len(silent)} {verb} quiet ({', '.join(map(str, silent))})" if silent else "none is quiet"
    return f"Of the {len(brightest)} maps after the first ReLU {which}."


def drawing_pad_picture(name: str = "open 4", network: nn.Sequential | None = None):
    """One of the pad's samples with what the reader, or a network of one's own, makes of it.

    For paper and for pages without JavaScript; where the pad itself is drawn, it is not shown on the screen.

    Parameters
    ----------
    name : str
        What the sample's button says.
    network : Sequential, optional
        As for `drawing_pad`.

    Returns
    -------
    IPython.display.HTML
    """
    from IPython.display import HTML

    return HTML(still(name, network))
