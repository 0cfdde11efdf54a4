"""How the shipped reader is trained: what it sees, how that is varied, and the record it leaves.

The reader is the course's LeNet. It sees pen strokes, drawn by `digits.pen` while it learns and never
twice, the 1,297 training digits of scikit-learn's set, each deformed afresh at every step, and digits of
both kinds as they come off photographed pages (`cuttings`). It sees no other handwriting; the 500 held-out
digits of the set only measure it.

``python -m course_lib train reader`` calls `train_reader`.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from course_lib import digits, nn
from course_lib.digits import pen
from course_lib.reading.labels import WEIGHTS
from course_lib.workshop import cuttings
from course_lib.workshop.variation import vary

RECORD = WEIGHTS.with_suffix(".json")
STEPS, BATCH = 30_000, 50
PAGES = 900                    # that digits are cut out of
REAL, CUT = .16, .2            # the shares of scikit-learn's digits and of such digits in a batch


# ---------------------------------------------------------------- the material

def pen_digits_for(seed: int, count: int, block: int = 5000) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield `count` new pen digits after another, for ever: pictures (count, 28, 28) and labels.

    A second thread draws the next `block` digits meanwhile; block k has a generator of its own, so that
    the digits depend on the seed alone.
    """
    def drawn(k):
        rng = np.random.default_rng([seed, k])
        labels = rng.integers(0, 10, max(block, count))
        return pen.draw(rng, labels), labels

    with ThreadPoolExecutor(1) as second:
        k, coming = 0, second.submit(drawn, 0)
        while True:
            images, labels = coming.result()
            k, coming = k + 1, second.submit(drawn, k + 1)
            for i in range(0, len(labels) - count + 1, count):
                yield images[i:i + count], labels[i:i + count]


def material(seed: int, cut: digits.Split, batch: int = BATCH,
             block: int = 5000) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield one batch after another of what the reader learns from: (batch, 28, 28) and labels.

    A share of each, `REAL`, are training digits of scikit-learn's set, always varied, and another, `CUT`,
    digits cut out of pages. The others are pen strokes; these and the cut ones differ by themselves and
    are varied less often.
    """
    rng = np.random.default_rng([seed, 2**32 - 1])
    real = digits.load("uci").train
    for images, labels in pen_digits_for(seed, batch - round(REAL * batch) - round(CUT * batch), block):
        from_set, from_pages = (rng.integers(0, len(source.labels), round(share * batch))
                                for source, share in ((real, REAL), (cut, CUT)))
        yield (np.concatenate([vary(images, rng, .6, .3), vary(real.images[from_set], rng),
                               vary(cut.images[from_pages], rng, .6, .3)]),
               np.concatenate([labels, real.labels[from_set], cut.labels[from_pages]]))


# ---------------------------------------------------------------- the recipe

class Average:
    """A network's weights averaged over its last steps, the latest counting most.

    Steps jump to and fro across a valley, and their mean lies nearer to its floor. Polyak and
    Juditsky (1992).
    """

    def __init__(self, network, memory: int = 2000):
        self.network, self.memory, self.steps = network, memory, 0
        self.weights = [getattr(layer, name).copy() for layer, name in network.parameters()]

    def step(self):
        """Take the network's present weights into the mean."""
        self.steps += 1
        share = max(1 / self.memory, 1 / (1 + self.steps / 10))   # at first, the start is soon forgotten
        for mean, (layer, name) in zip(self.weights, self.network.parameters()):
            mean += np.float32(share) * (getattr(layer, name) - mean)

    def apply(self):
        """Give the network the mean."""
        for mean, (layer, name) in zip(self.weights, self.network.parameters()):
            setattr(layer, name, mean.copy())


def train_reader(steps: int = STEPS, seed: int = 0, out: str | Path | None = None,
                 pages: int = PAGES, pen_digits: int = 5000, peak: float = .03,
                 progress: bool = True) -> dict:
    """Train the reader, write its weights (float16 .npz) and, beside them, the record (.json).

    The learning rate rises over the first twentieth of the steps to `peak` and falls from there to
    nothing along a half cosine. Nothing is written before the end: an interrupted training leaves the
    old files.

    Parameters
    ----------
    pages : int
        How many pages digits are cut out of.
    pen_digits : int
        How many digits the pen draws at a time.

    Returns
    -------
    dict
        The record: command, seed, commit, versions, sizes, and the share of the 500 held-out digits that
        the stored weights read right.
    """
    out = Path(out or WEIGHTS)
    network, loss = nn.lenet(np.random.default_rng(seed)), nn.SoftmaxCrossEntropy()
    quick, average = network.quick(BATCH), Average(network)
    optimiser = nn.SGD(network, lr=peak, momentum=.9, weight_decay=5e-4, bias_rate=2)
    cut = cuttings.cut_out(pages, progress)
    batches = material(seed, cut, block=pen_digits)
    bar = tqdm(range(steps), desc="training", unit="step", disable=not progress)
    for iteration in bar:
        images, labels = next(batches)
        value = loss.forward(quick.forward(digits.to_batch(images)), labels)
        quick.backward(loss.backward(), input_gradient=False)
        done = iteration / steps
        optimiser.lr = peak * min(20 * (done + 1 / steps), .5 + .5 * np.cos(np.pi * done))
        optimiser.step()
        average.step()
        bar.set_postfix_str(f"loss {value:.3f}", refresh=False)
    batches.close()
    average.apply()
    return _store(network, out, {
        "command": f"python -m course_lib train reader --steps {steps} --seed {seed}",
        "seed": seed, "steps": steps, "batch": BATCH, "commit": _commit(), "versions": _versions(),
        "material": {"pen strokes": steps * (BATCH - round(REAL * BATCH) - round(CUT * BATCH)),
                     "scikit-learn's training digits": len(digits.load("uci").train.labels),
                     "digits cut out of pages": len(cut.labels)}})


def _store(network, out: Path, record: dict) -> dict:
    """Measure the weights as they will be stored, then put weights and record into place."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".reader") as folder:
        weights, text = Path(folder) / "weights.npz", Path(folder) / "record.json"
        nn.save_weights(network, weights, dtype=np.float16)
        stored = nn.load_weights(nn.lenet(), weights)
        record["accuracy on the 500 held-out digits"] = round(accuracy(stored), 3)
        text.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        os.replace(weights, out)
        os.replace(text, out.with_suffix(".json"))
    return record


def _versions() -> dict:
    """What the numbers depend on."""
    names = {"numpy": "numpy", "scikit-learn": "scikit-learn", "course": "course_lib"}
    return {"python": platform.python_version()} | {name: version(package) for name, package in names.items()}


def _commit() -> str | None:
    """The commit of the course that is run, "-dirty" if files were changed since; None outside git."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--match=", "--exclude=*"]
    try:
        run = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, timeout=20,
                             check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return run.stdout.strip() or None


def accuracy(network) -> float:
    """The share of the 500 held-out digits of scikit-learn's set that a network reads right."""
    images, labels = digits.load("uci").test
    return float((network.predict(digits.to_batch(images)) == labels).mean())
