"""The training chapter's recipe on any source, with a record of what came of it.

``python -m course_lib train lenet`` calls `train_lenet`.
"""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np

from course_lib import digits, nn, statistics
from course_lib.workshop import RECORDS, evaluation

BATCH, RATE = 50, 0.03
ASSIGNED, ASSIGNED_BATCH, ASSIGNED_RATE = 3000, 100, 0.01        # digits to learn from, and how
MNIST_RECORD, ASSIGNED_RECORD = RECORDS / "mnist_run.json", RECORDS / "assigned_run.json"


def parts(data: digits.Dataset, held_out: int | None = None):
    """The pictures and labels to learn from, and those to measure on.

    Parameters
    ----------
    data
    held_out
        None: the source's own training and test splits. A number: so many training digits, drawn by lot
        (always the same ones), are measured on, the others learned from; the test split is not touched.

    Raises
    ------
    ValueError
        If no more than a batch would be left to learn from.
    """
    if held_out is None:
        return data.train, data.test
    images, labels = data.train
    if not 1 <= held_out <= len(labels) - BATCH:
        raise ValueError(f"{held_out:,} of {len(labels):,} training digits cannot be held out: at least 1, "
                         f"and at least a batch of {BATCH} has to be left to learn from")
    order = np.random.default_rng(0).permutation(len(labels))
    return tuple(digits.Split(images[part], labels[part]) for part in (order[:-held_out], order[-held_out:]))


def train_lenet(data: str = "uci", data_dir: str | Path | None = None, *, steps: int = 300, seed: int = 0,
                held_out: int | None = None, assigned: bool = False, out: str | Path | None = None,
                progress: bool = True) -> dict:
    """Train the chapter's network as the chapter does, and measure it every 300 steps and at the end.

    Parameters
    ----------
    data, data_dir
        See `digits.load`.
    steps
        Batches of 50; the chapter makes 300.
    seed
        Of the first weights and of the order of the digits.
    held_out
        See `parts`.
    assigned
        The assignment's recipe in place of the chapter's: 3,000 digits, batches of 100, rate 0.01.
    out
        Where to save the weights (.npz); they are not saved if left out.

    Returns
    -------
    dict
        The record: command, source, how many digits were learned from and measured on, steps, seed, versions,
        and count, right, accuracy and its 95% interval, pairs of classes with their confusions, most first.
        "right after steps" has a count every 300 steps.
    """
    (pictures, t), measured_on = parts(digits.load(data, data_dir=data_dir), held_out)
    batch, rate = BATCH, RATE
    if assigned:
        pictures, t, batch, rate = pictures[:ASSIGNED], t[:ASSIGNED], ASSIGNED_BATCH, ASSIGNED_RATE
    rng = np.random.default_rng(seed)
    network = nn.lenet(rng)
    history = nn.train(network, digits.to_batch(pictures), t, steps=steps, batch=batch, rng=rng,
                       lr=nn.inverse_decay(rate), momentum=0.9, weight_decay=5e-4, bias_rate=2.0, every=300,
                       watch=lambda network: evaluation.evaluate(*measured_on, network, progress=False),
                       progress=progress)
    if out is not None:
        nn.save_weights(network, out, dtype=np.float16)
    found = history.watched[-1][1]
    return {
        "command": _command(data, data_dir, held_out, assigned, steps, seed),
        "data": data,
        "learned from": f"{len(t):,} digits of the training split",
        "measured on": f"{found.count:,} digits of the " + ("test split" if held_out is None else
                                                            "training split, held out by lot"),
        "steps": steps, "batch": batch, "rate": rate, "seed": seed,
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "course_lib": version("course_lib")},
        "count": found.count, "right": found.right,
        "accuracy": found.accuracy, "interval": list(found.interval),
        "confused pairs": {f"{a} and {b}": errors for a, b, errors in statistics.pairs(found.confusion)},
        "right after steps": {str(step): at.right for step, at in history.watched},
    }


def mnist_record(assigned: bool = False) -> dict:
    """The record of one run on MNIST that comes with the course; its "command" makes it again.

    Parameters
    ----------
    assigned
        The run by the assignment's recipe; else by the chapter's.
    """
    return json.loads((ASSIGNED_RECORD if assigned else MNIST_RECORD).read_text(encoding="utf-8"))


def _command(data, data_dir, held_out, assigned, steps, seed):
    """The command that makes such a record; the folder's own name stays out of it."""
    return (f"python -m course_lib train lenet --data {data}" + (" --data-dir FOLDER" if data_dir else "")
            + (f" --held-out {held_out}" if held_out else "") + " --assigned" * assigned
            + f" --steps {steps} --seed {seed} --json")
