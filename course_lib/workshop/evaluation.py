"""How well a network reads a whole split of a source, and how sure that is.

``python -m course_lib evaluate`` prints what `evaluate` finds for the shipped reader.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from tqdm.auto import tqdm

from course_lib import digits, statistics
from course_lib.reading import load_reader


@dataclass(frozen=True)
class Evaluation:
    """What became of every picture.

    Attributes
    ----------
    confusion : (10, 10) integers
        One row for each digit, one column for what it was read as: right answers on the diagonal.
    """

    confusion: np.ndarray

    @property
    def count(self) -> int:
        """How many pictures were read."""
        return int(self.confusion.sum())

    @property
    def right(self) -> int:
        """How many of them were read right."""
        return int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float:
        """The share that was read right."""
        return self.right / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of that share; see `statistics.wilson`."""
        return statistics.wilson(self.right, self.count)

    def as_dict(self) -> dict:
        """The figures for JSON."""
        return {"accuracy": self.accuracy, "interval": list(self.interval), "count": self.count,
                "confusion": self.confusion.tolist()}

    def table(self) -> str:
        """The confusion matrix with its shares, and the accuracy, as text."""
        width = max(5, len(f" {self.confusion.max():,}"))
        cells = [["digit", *range(10), "right"]]
        for digit, row in enumerate(self.confusion):
            share = f"{row[digit] / row.sum():.1%}" if row.sum() else "none"
            cells.append([digit, *(f"{n:,}" if n else "." for n in row), share])
        widths = [7] + [width] * 10 + [8]
        lines = ["".join(f"{cell:>{w}}" for cell, w in zip(row, widths)) for row in cells]
        low, high = self.interval
        return "\n".join(["rows: the digit; columns: what it was read as", *lines, "",
                          f"{self.right:,} of {self.count:,} right: {self.accuracy:.2%}, "
                          f"95% interval {low:.2%} to {high:.2%}"])


def evaluate(images, labels, network=None, *, batch=500, progress=True) -> Evaluation:
    """Let a network read pictures and compare.

    Parameters
    ----------
    images : (N, 28, 28) array
        Ink is high, in [0, 1].
    labels : (N,) integers from 0 to 9
    network : Sequential, optional
        The shipped reader if left out.
    batch : int
        How many pictures are before the network at a time; bounds the memory.
    progress : bool
        Whether a progress bar (on standard error) shows up if it takes longer than two seconds.

    Raises
    ------
    ValueError
        If there are no pictures, or not one label for each.
    """
    if not len(images) == len(labels) > 0:
        raise ValueError(f"expected one label for each picture, and at least one picture; got {len(images)} "
                         f"pictures and {len(labels)} labels")
    network = load_reader() if network is None else network
    confusion = np.zeros((10, 10), int)
    for start in tqdm(range(0, len(images), batch), desc="reading", unit_scale=batch, unit="digit",
                      delay=2, disable=not progress):
        part = slice(start, start + batch)
        np.add.at(confusion, (labels[part], network.predict(digits.to_batch(images[part]))), 1)
    return Evaluation(confusion)
