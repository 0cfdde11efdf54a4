"""Let the shipped reader read MNIST's 60,000 training images, and store what came of it for chapter 11.

It has learned from none of them. The 10,000 test images are left alone. ``python -m course_lib.workshop mnist``
calls `measure_mnist`.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from course_lib import digits
from course_lib.reading.labels import WEIGHTS
from course_lib.workshop import RECORDS, evaluation

RECORD = RECORDS / "reader_on_mnist.json"
COMMAND = "python -m course_lib evaluate --data mnist --split train --json"


def measure_mnist(data_dir: str | Path | None = None, out: str | Path | None = None) -> dict:
    """Measure, write the record (by default the one that chapter 11 shows) and return it."""
    found = evaluation.evaluate(*digits.load("mnist", data_dir=data_dir).train)
    record = {"command": COMMAND, "weights": hashlib.sha256(WEIGHTS.read_bytes()).hexdigest(), **found.as_dict()}
    Path(out or RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record
