"""The judge: is this ink one digit? A small network says so, and the other digits of the page.

The reader has ten answers and none for "no digit": half a 0 is a 1 to it. The judge has seen what
comes of cutting and joining wrongly, letters, scribbles and blots, beside digits, and tells the two
apart. `workshop.train_judge` trains it, on what the course makes alone.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from course_lib import digits, nn
from course_lib.reading.labels import as_pictures, classify
from course_lib.reading.measures import HIGH, LOW, WIDE
from course_lib.reading.part import Part

WEIGHTS = Path(__file__).parent / "weights" / "judge.npz"
SURE = -.1                 # log probability above which a part is taken for one digit without more ado
DOUBT = -4.0               # log probability below which nobody would bet on a digit
NO_DIGIT = -2.5            # log probability that ink is no digit at all, for each digit's width of it
ODD_PRICE = 12.0, 8.0      # what each share of height and width costs that hardly any digit has, in log probability
FLOOR = 1e-4               # no picture is evidence without end


def judge_network(rng=None) -> nn.Sequential:
    """The judge's layers: a LeNet with fewer filters and two answers, no (0) and yes (1)."""
    rng = np.random.default_rng(0) if rng is None else rng
    return nn.Sequential(
        nn.Conv2D(1, 16, 5, rng=rng), nn.MaxPool2D(2), nn.ReLU(),
        nn.Conv2D(16, 32, 5, rng=rng), nn.MaxPool2D(2), nn.ReLU(), nn.Flatten(),
        nn.Linear(32 * 16, 100, rng=rng), nn.ReLU(), nn.Linear(100, 2, rng=rng))


@cache
def load_judge() -> nn.Sequential:
    """The judge with the weights the course ships; read once and kept."""
    if not WEIGHTS.exists():
        raise FileNotFoundError(f"{WEIGHTS} is missing; make it with: python -m course_lib.workshop judge")
    return nn.load_weights(judge_network(), WEIGHTS)


def is_digit(pictures) -> np.ndarray:
    """The probability (N,) that each of the pictures (N, 28, 28) shows one digit."""
    pictures = as_pictures(pictures)
    if len(pictures) == 0:
        return np.zeros(0)
    return load_judge().probabilities(digits.to_batch(pictures))[1]


def legibility(pictures, reader) -> np.ndarray:
    """How much each picture (N, 28, 28) looks like one digit, and like one digit above others.

    The logarithm of the product: the judge's probability that it is a digit, times the reader's that
    it is the one it looks most like.
    """
    _, p = classify(pictures, reader)
    return np.log(np.maximum(is_digit(pictures) * p.max(axis=1), FLOOR))


def oddness(parts: list[Part], size: float, width: float) -> np.ndarray:
    """What each part gains, 0 or less, in log probability by being as large as the digits of its page.

    A network that sees one part alone, enlarged, cannot know: half a 4 looks like a whole 1.
    Where fewer than five parts say what is usual (`width` is infinite), nothing is odd.
    """
    if np.isinf(width):
        return np.zeros(len(parts))
    off = np.array([max(0.0, LOW - part.height / size, part.height / size - HIGH) for part in parts])
    wide = np.array([max(0.0, part.width / width - WIDE) for part in parts])
    return -ODD_PRICE[0] * off - ODD_PRICE[1] * wide


def at_the_least(scores, parts: list[Part], size: float) -> np.ndarray:
    """The scores of parts, none below what it costs to take their ink for no digit at all."""
    return np.maximum(scores, [NO_DIGIT * max(1.0, part.width / size) for part in parts])
