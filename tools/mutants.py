"""Plant faults one at a time and report who notices: make mutants.

    python tools/mutants.py                       every fault of tests/mutants.yml, and everything below
    python tools/mutants.py --minutes 30          as many as the time allows, drawn by lot with --seed 0
    python tools/mutants.py nn/pooling.py         those of some files
    python tools/mutants.py --log FILE            writes each result into it, and goes on where it has ended
    python tools/mutants.py --stored              only what is stored in the chapters, see tools/stored_faults.py

A fault is planted in a copy of the project. The chapter that uses the file is run against its stored outputs
(nbval alone), then the unit tests of its room, first those that reach the changed line, the quickest at their head
(`tools/reach.py` finds them, once); either stops at the first thing that it notices. Both have to pass without a fault
first: `make test` says so.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import reach
import stored_faults
import yaml

ROOT = Path(__file__).parents[1]
PARTS = ("course_lib", "tests", "tools", "book", "benchmarks", "pyproject.toml", "requirements.txt")
PATIENCE = 900          # seconds: a fault that never ends is noticed by whoever waits


def faults():
    """Every fault as {file, chapter, tests, was, becomes, why}."""
    for group in yaml.safe_load((ROOT / "tests/mutants.yml").read_text(encoding="utf-8")):
        for was, becomes, why in group.pop("faults"):
            yield {**group, "was": was, "becomes": becomes, "why": why}


def copy_to(folder):
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_*"))
        else:
            shutil.copy(ROOT / part, folder)


def environment(folder):
    """The environment of tests in a copy: its own library, one thread."""
    return {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1",
            "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def notices(folder, tests):
    """Run tests in a copy; whether one of them fails, and how long it took."""
    start = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not slow", *tests]
    try:
        done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False,
                              timeout=PATIENCE)
        if done.returncode > 2:
            sys.exit(f"The tests {tests} could not be run:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        seen = done.returncode != 0
    except subprocess.TimeoutExpired:
        seen = True
    return seen, time.monotonic() - start


def plant(folder, fault):
    """Put a fault into the copy; return what takes it out again."""
    path = folder / "course_lib" / fault["file"]
    text = path.read_text(encoding="utf-8")
    if text.count(fault["was"]) != 1:
        sys.exit(f"{fault['file']} has changed: {fault['was']!r} has to stand there once. Mend tests/mutants.yml.")
    path.write_text(text.replace(fault["was"], fault["becomes"]), encoding="utf-8")
    return lambda: path.write_text(text, encoding="utf-8")


def line_of(folder, fault):
    """The number of the line that a fault changes."""
    text = (folder / "course_lib" / fault["file"]).read_text(encoding="utf-8")
    return text[:text.index(fault["was"])].count("\n") + 1


def before(chosen, log):
    """The chosen faults that a log has, with who noticed, and those that it has not."""
    names = lambda fault: tuple(fault[key] for key in ("file", "was", "becomes"))
    known = json.loads(log.read_text(encoding="utf-8")) if log and log.exists() else []
    wanted, there = set(map(names, chosen)), set(map(names, known))
    return ([fault for fault in known if names(fault) in wanted],
            [fault for fault in chosen if names(fault) not in there])


def hunt(folder, chosen, minutes, log):
    """Try faults until the time is over; return those tried, now or before, each with who noticed."""
    tried, left = before(chosen, log)
    reached = reach.Reached(folder, left, environment(folder)) if left else None
    start = time.monotonic()
    for fault in left:
        if time.monotonic() - start > 60 * minutes:
            break
        tests = reached.tests(fault, line_of(folder, fault))
        heal = plant(folder, fault)
        fault["nbval"], slow = notices(folder, [f"book/{fault['chapter']}.ipynb"])
        fault["units"], quick = notices(folder, tests)
        heal()
        tried.append(fault)
        who = " and ".join(name for name in ("nbval", "units") if fault[name]) or "NOBODY"
        what = f"{fault['file']}: {fault['why']}"
        print(f"{len(tried):3} {what[:74]:75} {who} ({slow:.0f} s, {quick:.0f} s)", flush=True)
        if log:
            log.write_text(json.dumps(tried, indent=1), encoding="utf-8")
    return tried


def report(tried, count):
    nbval, units = (sum(fault[who] for fault in tried) for who in ("nbval", "units"))
    either = sum(fault["nbval"] or fault["units"] for fault in tried)
    whole = "" if len(tried) == count else f", drawn by lot from {count}"
    print(f"\n{len(tried)} faults{whole}: the chapters' outputs noticed {nbval}, the unit tests {units}, "
          f"one of both {either}.")
    for fault in tried:
        if missing := [name for name in ("nbval", "units") if not fault[name]]:
            print(f"  not by {' nor '.join(missing)}: {fault['file']}: {fault['why']}")


def main():
    ask = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ask.add_argument("files", nargs="*")
    ask.add_argument("--minutes", type=float, default=1e6)
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--stored", action="store_true")
    ask.add_argument("--log", type=Path)
    asked = ask.parse_args()
    every = list(faults())
    chosen = [fault for fault in every if not asked.files or fault["file"] in asked.files]
    random.Random(asked.seed).shuffle(chosen)
    with tempfile.TemporaryDirectory() as folder:
        copy_to(Path(folder))
        if not asked.stored:
            report(hunt(Path(folder), chosen, asked.minutes, asked.log), len(chosen))
        if asked.stored or not asked.files:
            stored_faults.hunt(Path(folder), asked.seed)


if __name__ == "__main__":
    main()
