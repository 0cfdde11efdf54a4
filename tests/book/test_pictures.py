"""What sees a stale picture or a false alt text sees them, and nothing else: a line that differs by a hair is no fault."""

import base64
import io
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

from course_lib.figures import palette
from tests.book import pictures


def png(title="read 2024", bars=(3, 5), jitter=0.0, colour=palette.FORWARD, size=(5, 3.1)):
    """A small figure: two panels, a curve that falls, bars."""
    figure = Figure(figsize=size, dpi=200, layout="constrained")
    left, right = figure.subplots(1, 2)
    x = np.linspace(0, 1, 50)
    left.plot(x, np.exp(-3 * x) + jitter, color=colour, lw=2)
    left.set_title(title)
    right.bar(["now", "then"], bars, color=palette.BACKWARD)
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return base64.b64encode(out.getvalue()).decode("ascii")


@pytest.fixture(scope="module")
def stored():
    return png()


def test_the_same_picture_and_one_that_differs_by_a_hair_pass(stored):
    assert pictures.difference(stored, stored) == 0
    assert pictures.difference(stored, png(jitter=0.0005)) <= pictures.MANY


@pytest.mark.parametrize("changed", [{"title": "read 2074"}, {"bars": (3, 4.5)}, {"jitter": 0.1}, {"colour": palette.WEIGHT},
                                     {"size": (5, 4)}], ids=str)
def test_what_somebody_forgot_to_store_is_seen(stored, changed):
    assert pictures.difference(stored, png(**changed)) > pictures.MANY


def test_a_curve_may_run_elsewhere_but_not_in_another_colour():
    """What holds for a picture that may vary, too."""
    curve = png(bars=(0, 0))
    assert pictures.recoloured(curve, png(bars=(0, 0), jitter=0.1)) < 0.05
    assert pictures.recoloured(curve, png(bars=(0, 0), colour=palette.WEIGHT)) > 0.5


FACTS = {"words": ["ReLU", "sigmoid", "10", "20", "layers"], "counts": [2, 4, 16], "values": [0.25, 2.3, 1.3e-11],
         "curves": [{"name": "ReLU", "climbs": 0.0, "sinks": 0.8}, {"name": "sigmoid", "climbs": 0.5, "sinks": 0.0}]}
CELL = SimpleNamespace(source="figures.race(sizes, layers=16)", outputs=[{"text": "the end: 97.4%"}],
                       get=lambda name, default: [{"text": "the end: 97.4%"}] if name == "outputs" else default)


@pytest.mark.parametrize(("true", "false"), [
    ("Two panels with 16 layers.", "Three panels with 16 layers."), ("It peaks at 0.25.", "It peaks at 0.35."),
    ("down to about 1e-11.", "down to about 1e-13."), ("The end is 97.4 per cent.", "The end is 94.7 per cent."),
    ("A blue line.", "A green line."), ("The sigmoid rises.", "The sigmoid falls."), ("In 2 by 4.", "In 2 by 5."), ("ReLU falls.", "ReLU climbs."),
    ("Loss of ReLU in 4 layers.", "Loss of ELU in 4 layers.")])
def test_an_alt_text_says_what_is_there(stored, true, false):
    drawn = {"image/png": stored, pictures.MIME: FACTS}
    assert pictures.unseen(true, CELL, drawn, "with ReLU", set()) == []
    assert len(pictures.unseen(false, CELL, drawn, "with ReLU", set())) >= 1
