"""Is this one digit? A small network that says so, for the stages that join, cut and refuse.

The reader has ten answers and none for "no digit": half a 0 is a 1 to it. The judge has seen what
comes of cutting and joining wrongly, letters, scribbles and blots, beside digits, and tells the two
apart. `workshop.train_judge` trains it, on what the course makes alone.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from course_lib import digits, nn

WEIGHTS = Path(__file__).parent / "weights" / "judge.npz"


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
        raise FileNotFoundError(f"{WEIGHTS} is missing; make it with: python -m course_lib train judge")
    return nn.load_weights(judge_network(), WEIGHTS)


def is_digit(pictures) -> np.ndarray:
    """The probability (N,) that each of the pictures (N, 28, 28) shows one digit."""
    pictures = np.asarray(pictures, np.float32)
    if len(pictures) == 0:
        return np.zeros(0)
    return load_judge().probabilities(digits.to_batch(pictures))[1]
