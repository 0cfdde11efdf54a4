"""The measured speed of the course's network: the record that `make bench` writes, read.

::

    record = speed.load()
    record.ratio("torch", batch=100, task="step", threads=2)     # below 1: the course is faster

All times are seconds of one call, the best of many rounds; memory is in units of 10^6 bytes. What was
measured, on which processor and with which versions stands in the record itself.
"""

import json
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).with_name("benchmark.json")
#: sides that are no NumPy libraries: a framework, compilers, engines that only predict, the floor
REFERENCES = ("torch", "torch_compile", "jax", "onnxruntime", "openvino", "products")


@dataclass(frozen=True)
class Record:
    """One run of the benchmark.

    Attributes
    ----------
    date : str
    machine : dict
        Processor model, cores and system.
    versions : dict
        {distribution: version} of everything that took part.
    settings : list of dict
        Every side's threads and the kernels its products used, as it reported them.
    missing : dict
        {side: why it was not measured}.
    notes : dict
        {side: what had to be done to make it run, and where its step differs}.
    table : list of dict
        Times by `side`, `threads`, `batch` and `task` ("step" or "predict"): `best`, `median` of all
        calls, `typical_round` and `worst_round` (median and maximum of the rounds' best times).
    ratios : list of dict
        The same cases: the course's best time over that side's, `ratio`; and of typical rounds.
    memory : list of dict
        Every side's peak resident memory in `megabytes`, training, in a process of its own.
    ladder : list of dict
        The rungs of `course_lib.speed.ladder`, in order: `seconds_per_batch`, `ratio_to_before`,
        `ratio_to_first`; rung 0 was measured with `measured_batch` images and scaled.
    scaling : list of dict
        A convolution ("layer") or the network with one of `batch`, `side` and `depth` `growing`:
        predicted `multiply_adds`, and `best`.
    """

    date: str
    machine: dict
    versions: dict
    settings: list
    missing: dict
    notes: dict
    table: list
    ratios: list
    memory: list
    ladder: list
    scaling: list

    def seconds(self, side, *, batch, task="step", threads=2):
        """Return the best time of a side, in seconds; None if it was too slow to be measured."""
        return self._find(self.table, side, batch, task, threads).get("best")

    def ratio(self, side, *, batch, task="step", threads=2):
        """Return the course's best time over a side's: below 1, the course is faster."""
        return self._find(self.ratios, side, batch, task, threads)["ratio"]

    def megabytes(self, side):
        """Return the peak memory of a side, in units of 10^6 bytes."""
        for row in self.memory:
            if row["side"] == side:
                return row["megabytes"]
        raise LookupError(self._unknown(side))

    def peers(self):
        """Return the names of the NumPy libraries that were measured, the fastest first."""
        best = {row["side"]: row["ratio"] for row in self.ratios
                if (row["batch"], row["task"], row["threads"]) == (100, "step", 1)}
        return [name for name in sorted(best, key=best.get, reverse=True) if name not in REFERENCES]

    def growth(self, growing, of):
        """Return (values, multiply-adds, seconds) with `growing` "batch", "side" or "depth"."""
        rows = [row for row in self.scaling if (row["growing"], row["of"]) == (growing, of)]
        if not rows:
            known = sorted({f"{row['growing']} of a {row['of']}" for row in self.scaling})
            raise LookupError(f"nothing was measured for growing={growing!r} and of={of!r}; there are "
                              + ", ".join(known))
        return tuple([row[key] for row in rows] for key in (growing, "multiply_adds", "best"))

    def _find(self, rows, side, batch, task, threads):
        wanted = {"side": side, "batch": batch, "task": task, "threads": threads}
        for row in rows:
            if all(row[key] == value for key, value in wanted.items()):
                return row
        raise LookupError(f"nothing was measured for batch={batch}, task={task!r}, threads={threads}. "
                          + self._unknown(side))

    def _unknown(self, side):
        sides = sorted({row["side"] for row in self.table})
        why = f": {self.missing[side]}" if side in self.missing else ""
        return f"{side!r}{why}; the sides are {', '.join(sides)}"


def load(path=None):
    """Return the record of a run of the benchmark, the book's own if no path is given.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such file, or if it is not a record of this benchmark.
    """
    path = PATH if path is None else path
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        return Record(**{name: content[name] for name in Record.__dataclass_fields__})
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} does not exist; make bench writes it") from None
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a whole record of the benchmark ({type(error).__name__}: {error}); "
                         "make bench writes a new one") from None
