"""Fit the temperature and the shift that make the page reader's confidences true.

``python -m course_lib.workshop certainty`` calls `fit_certainty`.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from course_lib.reading.confidence import RECORD
from course_lib.workshop import pages
from course_lib.workshop.calibration import fit_scaling, raw_of
from course_lib.workshop.measure_pages import read_all


def fit_certainty(count: int = 36, first: int = 1000, out: str | Path | None = None) -> dict:
    """Fit temperature and shift on made pages of every level, and store them for the page reader.

    Parameters
    ----------
    count : int
        How many pages of each level.
    first : int
        The first page's seed. None of them is among those that measure.
    out : path, optional
        Where to write the record (.json); by default where the page reader looks.
    """
    read = [read_all(level, range(first, first + count)) for level in pages.LEVELS.values()]
    said, right = (np.concatenate([getattr(tally, name) for tally in read]) for name in ("said", "so"))
    temperature, shift = fit_scaling(raw_of(said), right)
    record = {"temperature": round(temperature, 3), "shift": round(shift, 3), "digits": len(said),
              "command": f"python -m course_lib.workshop certainty --pages {count} --first {first}",
              "of them right": round(float(np.mean(right)), 4)}
    Path(out or RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record
