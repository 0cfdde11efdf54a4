"""Measure the course's network against PyTorch, the floor and other NumPy libraries.

    python benchmarks/run.py                    the whole, about a quarter of an hour, on a quiet machine
    python benchmarks/run.py --quick            a few rounds: is everything in order?
    python benchmarks/run.py --only course torch --parts table

Every side runs in a process of its own. In every round each of them in turn runs a short burst of every
case, so that a disturbance hits all alike, and the best of many rounds counts: what disturbs can only
add time. The result goes to `course_lib/speed/benchmark.json`, which the chapter on speed reads
(`course_lib.speed`); a partial run prints its tables and writes only where `--out` says.
"""

import argparse
import datetime
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import parts  # noqa: E402
from record import machine, notes, settings, versions, write  # noqa: E402
from show import show  # noqa: E402
from sides import LEFT_OUT, PEERS, REFERENCES  # noqa: E402

RECORD = HERE.parent / "course_lib/speed/benchmark.json"


def table(options, sides, missing):
    cap, limit = (0.1, 1) if options.quick else (1.5, 10)
    rows, about = parts.table(sides, options.rounds, options.seconds, 0.75 * 60 * options.minutes, cap, limit, missing)
    return {"versions": versions(about), "notes": notes(about), "settings": settings(about),
            "table": rows, "ratios": parts.ratios(rows)}


def memory(options, sides, missing):
    return {"memory": parts.memory([name for name in sides if name not in NO_TRAINING], missing)}


def ladder(options, sides, missing):
    return {"ladder": parts.ladder(options.rounds, options.seconds, 0.1 * 60 * options.minutes, missing)}


def scaling(options, sides, missing):
    return {"scaling": parts.scaling(max(2, options.rounds // 4), options.seconds / 3,
                                     0.1 * 60 * options.minutes, missing)}


PARTS = {part.__name__: part for part in (table, memory, ladder, scaling)}
NO_TRAINING = ("products", "onnxruntime", "openvino")


def measure(options):
    """Run the parts that were asked for; return the record."""
    sides = [name for name in ("course", *REFERENCES, *PEERS) if not options.only or name in options.only]
    missing, start = dict(LEFT_OUT) if not options.only else {}, time.monotonic()
    record = {"about": "written by make bench; seconds of one call, memory in units of 10^6 bytes",
              "date": datetime.date.today().isoformat(), "machine": machine(), "versions": {},
              "notes": {}, "missing": missing, "settings": []}
    for name in PARTS:
        if name in options.parts:
            record |= PARTS[name](options, sides, missing)
    record["minutes"] = round((time.monotonic() - start) / 60, 1)
    return record


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few rounds; writes no record")
    parser.add_argument("--only", nargs="+", metavar="SIDE", default=[],
                        choices=["course", *REFERENCES, *PEERS], help="these sides only")
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS), help="these parts only")
    parser.add_argument("--rounds", type=int, help="rounds of bursts, 32 if left out")
    parser.add_argument("--seconds", type=float, help="seconds of one burst, 0.12 if left out")
    parser.add_argument("--minutes", type=float, help="begin no new round after so long, 14 if left out")
    parser.add_argument("--out", type=Path, help="where to write the record")
    options = parser.parse_args(words)
    options.rounds = options.rounds or (3 if options.quick else 32)
    options.minutes = options.minutes or (2 if options.quick else 14)
    options.seconds = options.seconds or (0.03 if options.quick else 0.12)
    return options


def main(words=None):
    options = parse(words)
    record = measure(options)
    show(record)
    whole = not options.quick and not options.only and set(options.parts) == set(PARTS)
    path = options.out or (RECORD if whole else None)
    if path:
        write(record, path)
        print(f"\nWritten after {record['minutes']} minutes: {path}")
    else:
        print("\nA partial run: nothing is written (--out FILE writes it there).")


if __name__ == "__main__":
    main()
