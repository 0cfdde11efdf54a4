"""What a certainty is worth: how it compares with what is so, and the temperature and shift that mend it."""

from __future__ import annotations

import numpy as np

from course_lib.reading.confidence import LEAST, calibrated, log_odds, scaling


def fit_scaling(p, right) -> tuple[float, float]:
    """The temperature and the shift that make what happened most probable: (temperature, shift)."""
    right = np.asarray(right, bool)

    def surprise(pair):
        q = np.clip(calibrated(p, *pair), LEAST, 1 - LEAST)
        return -np.log(np.where(right, q, 1 - q)).mean()

    pairs = [(T, b) for T in np.geomspace(.5, 4, 43) for b in np.linspace(-3, 3, 61)]
    return min(pairs, key=surprise)


def reliability(p, right, bins: int = 5):
    """For bins of about as many digits each: mean probability said, share right, number of digits."""
    order = np.argsort(p)
    groups = np.array_split(order, bins)
    return [(float(np.mean(np.asarray(p)[g])), float(np.mean(np.asarray(right)[g])), len(g)) for g in groups]


def calibration_error(p, right, bins: int = 10) -> float:
    """How far what is said is from what is so, on average over the digits (bins of as many each)."""
    return float(sum(n * abs(said - so) for said, so, n in reliability(p, right, bins)) / len(p))


def raw_of(said) -> np.ndarray:
    """The networks' own probabilities, from those that the page reader gives now."""
    temperature, shift = scaling()
    return 1 / (1 + np.exp(-temperature * (log_odds(said) - shift)))
