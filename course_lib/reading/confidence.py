"""Confidence: from what the networks say to a probability that can be relied on.

A network's certainty is not the share of times it is right. Temperature scaling (Guo, Pleiss, Sun and
Weinberger, 2017) divides its logarithmic odds by one number, the temperature, and a second number, the
shift, is added (Platt, 1999); both are found on pages whose content is known. Of the digits that are
then said to be right with 90%, about nine in ten are. No label changes.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from course_lib.reading.judge import is_digit

RECORD = Path(__file__).parent / "weights" / "confidence.json"
LEAST = 1e-6


def confidences(pictures, p) -> np.ndarray:
    """How probable it is that each label is right, (N,).

    Of pictures (N, 28, 28) and the probabilities of all digits (N, 10): the reader's that it is this digit,
    times the judge's that it is a digit at all, calibrated.
    """
    return calibrated(p.max(axis=1) * is_digit(pictures))


@cache
def scaling() -> tuple[float, float]:
    """Temperature and shift that the course's pages gave; 1 and 0 (nothing changes) without a record."""
    if not RECORD.exists():
        return 1.0, 0.0
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    return float(record["temperature"]), float(record["shift"])


def calibrated(p, temperature: float | None = None, shift: float | None = None) -> np.ndarray:
    """Probabilities with their logarithmic odds divided by the temperature, plus the shift."""
    known = scaling()
    temperature, shift = (k if given is None else given for given, k in zip((temperature, shift), known))
    return 1 / (1 + np.exp(-(log_odds(p) / temperature + shift)))


def log_odds(p) -> np.ndarray:
    """log(p / (1 - p)), for p no nearer to 0 and 1 than a millionth."""
    p = np.clip(p, LEAST, 1 - LEAST)
    return np.log(p / (1 - p))
