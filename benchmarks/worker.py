"""One side of the comparison in a process of its own: JSON lines in, JSON lines out.

    python benchmarks/worker.py course 2

The words are the side's name and its number of threads; the environment must already say the same to
BLAS, which reads it when it is loaded. The worker's first line says that it is ready, or why it cannot
be. Then every line in has a line out:

    {"do": "run", "task": "step", "case": {"batch": 100}, "seconds": 0.1, "most": 50}
                        -> {"times": [seconds, ...]}; a case's first call is not counted
    {"do": "check", "case": {"batch": 7}}
                        -> {"labels": [...], "losses": [of the network as it is, after a step]}
    {"do": "count", "case": {...}}      -> {"multiply_adds": ...}   (scaling only)
    {"do": "peak"}                      -> {"bytes": ...}: most memory this process ever held

An error becomes {"error": "its words"}. Input that ends is the sign to leave.
"""

import json
import math
import os
import platform
import resource
import sys
from importlib.metadata import version
from time import perf_counter


class Worker:
    """Answers requests for one side."""

    def __init__(self, name, threads):
        from sides import load

        self.side = load(name)(name.partition(":")[2], threads)
        self.case, self.warm = None, set()

    def about(self):
        """Return what the record says of this side."""
        from threadpoolctl import threadpool_info

        keys = ("user_api", "internal_api", "version", "architecture", "num_threads")
        libraries = [{key: each[key] for key in keys if each.get(key) is not None}
                     for each in threadpool_info()]
        return {"parameters": int(self.side.parameters()), "note": self.side.note, "tasks": self.side.tasks,
                "versions": {name: version(name) for name in self.side.packages},
                "threads": libraries, "settings": self.side.settings()}

    def give(self, case):
        if case != self.case:
            self.side.give(case)
            self.case = case

    def run(self, task, case, seconds, most):
        """Time a short burst: at least one call, no more than `most`, about `seconds`."""
        self.give(case)
        work, key = getattr(self.side, task), (task, json.dumps(case))
        times, result = [], 0.0
        if key not in self.warm:  # the first call fetches memory and code; it counts if it is a long one
            self.warm.add(key)
            first, result = timed(work)
            times = [first] if first > max(1, seconds) else []
        while not times or (len(times) < most and sum(times) < seconds):
            last, result = timed(work)
            times.append(last)
        if task != "predict" and not math.isfinite(result):
            raise FloatingPointError(f"the loss became {result}: these times mean nothing")
        return {"times": times}

    def check(self, case):
        self.give(case)
        labels = [int(label) for label in self.side.predict()]
        losses = [float(self.side.step()), float(self.side.step())] if "step" in self.side.tasks else []
        return {"labels": labels, "losses": losses}

    def count(self, case):
        self.give(case)
        return {"multiply_adds": int(self.side.multiply_adds())}

    def peak(self):
        """The largest resident set of this process: ru_maxrss, which Linux counts in KiB."""
        unit = 1 if platform.system() == "Darwin" else 1024
        return {"bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit}

    def answer(self, request):
        return getattr(self, request.pop("do"))(**request)


def timed(work):
    """Return the seconds that a call took, and its result."""
    start = perf_counter()
    result = work()
    return perf_counter() - start, result


def explain(error):
    """Return an error in one line."""
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]


def main(name, threads):
    lines = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints goes to stderr, not between the answers

    def say(answer):
        lines.write(json.dumps(answer) + "\n")

    try:
        worker = Worker(name, int(threads))
        say({"ready": name, **worker.about()})
    except Exception as error:  # a peer may fail in any way: it is then listed with the reason
        say({"error": explain(error), "missing": isinstance(error, ModuleNotFoundError)})
        return
    for line in sys.stdin:
        try:
            say(worker.answer(json.loads(line)))
        except Exception as error:
            say({"error": explain(error)})


if __name__ == "__main__":
    main(*sys.argv[1:])
