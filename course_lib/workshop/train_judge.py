"""How the judge that tells a digit from what is none is trained, and the record it leaves.

``python -m course_lib.workshop judge`` calls `train_judge`.
"""

from __future__ import annotations

import json
import platform
from pathlib import Path

import numpy as np

from course_lib import digits, nn
from course_lib.reading.judge import WEIGHTS, judge_network
from course_lib.workshop.judged import material
from course_lib.workshop.variation import vary


def varied(x, rng):
    """A batch (1, 28, 28, N) deformed and restroked."""
    return digits.to_batch(vary(x[0].transpose(2, 0, 1), rng))


def train_judge(lines: int = 3200, pages: int = 900, steps: int = 30_000, seed: int = 0,
                out: str | Path | None = None) -> dict:
    """Train the judge, write its weights (float16 .npz) and, beside them, the record (.json).

    Parameters
    ----------
    lines, pages : int
        How many written lines and made pages pieces are cut out of; a tenth as many others measure.
    out : path, optional
        Where to save the weights; by default those that the page reader uses.

    Returns
    -------
    dict
        The record: command, how many pictures, and the shares that the judge gets right of new ones.
    """
    out, rng = Path(out or WEIGHTS), np.random.default_rng(seed)
    x, t = material(rng, lines, range(pages))
    x_test, t_test = material(np.random.default_rng(seed + 1), max(50, lines // 10),
                              range(pages, pages + max(10, pages // 10)))
    network = judge_network(rng)
    nn.train(network, digits.to_batch(x), t, steps=steps, batch=100, rng=rng, augment=varied,
             lr=lambda i: .03 * min(20 * (i + 1) / steps, .5 + .5 * np.cos(np.pi * i / steps)))
    right = network.predict(digits.to_batch(x_test)) == t_test
    record = {"command": f"python -m course_lib.workshop judge --lines {lines} --pages {pages} "
                         f"--steps {steps} --seed {seed}",
              "pictures": len(t), "of them digits": int(t.sum()),
              "right on new ones": {"digits": round(float(right[t_test == 1].mean()), 3),
                                    "others": round(float(right[t_test == 0].mean()), 3)},
              "versions": {"python": platform.python_version(), "numpy": np.__version__}}
    nn.save_weights(network, out, dtype=np.float16)
    out.with_suffix(".json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return record
