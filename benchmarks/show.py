"""The record as tables on a terminal."""

import statistics
from itertools import product

from parts import BATCHES, GROWTHS, TASKS, THREADS
from sides import REFERENCES


def show(record):
    """Print every part that was measured."""
    where = record["machine"]
    print(f"\n{where['processor']}, {where['cores']} cores, {record['date']}")
    print(", ".join(f"{name} {number}" for name, number in record["versions"].items()))
    for part, print_part in PRINT.items():
        if part in record:
            print_part(record)
    for name, reason in record["missing"].items():
        print(f"  not measured: {name}: {reason}")


def kernels(record):
    for each in record["settings"]:
        if each["side"] in ("course", "torch"):
            found = {f"{library['internal_api']} {library.get('architecture', '')}".strip()
                     + f" x{library['num_threads']}" for library in each["libraries"]}
            more = [f"kernels {each['kernels']}"] if "kernels" in each else []
            print(f"  {each['side']}, {each['threads']} thread(s): {', '.join(sorted(found) + more)}")


def ratios(record):
    sides = list(dict.fromkeys(row["side"] for row in record["ratios"]))
    print("\nThe course's time over each side's (below 1: the course is faster), best of all rounds")
    print(f"{'':24}{'course':>10}" + "".join(f"{name[:9]:>10}" for name in sides))
    for case in product(THREADS, TASKS, BATCHES):
        print(line(sides, case, by_side(record["table"], "best", case), by_side(record["ratios"], "ratio", case)))
    for name in ("course", *REFERENCES):
        spread(name, [row for row in record["table"] if row["side"] == name and "best" in row])


def by_side(rows, what, case):
    """What every side has in a case (threads, task, batch)."""
    return {row["side"]: row.get(what) for row in rows if (row["threads"], row["task"], row["batch"]) == case}


def line(sides, case, best, ratio):
    threads, task, batch = case
    own, cells = best.get("course"), [ratio.get(name) for name in sides]
    return (f"{threads} thr {task:8} batch {batch:4} " + (f"{own * 1e3:8.2f}ms" if own else " " * 10)
            + "".join(f"{cell:10.3g}" if cell else f"{'-':>10}" for cell in cells))


def spread(name, rows):
    """How much longer a side's typical round takes than its best."""
    found = [row["typical_round"] / row["best"] for row in rows]
    if found:
        print(f"  {name}: a typical round takes {statistics.median(found):.2f} times the best one "
              f"(median of the cases), {max(found):.2f} times at worst")


def memory(record):
    print("\nPeak memory (ru_maxrss), training at batch 100:")
    print("  " + ", ".join(f"{row['side']} {row['megabytes']:.0f} MB" for row in record["memory"]))


def ladder(record):
    print("\nThe ladder: seconds per batch of 100, ratio to the rung before, to the first")
    for row in record["ladder"]:
        before = f"{row['ratio_to_before']:6.3f}" if row["ratio_to_before"] else " " * 6
        print(f"  {row['rung']}  {row['seconds_per_batch']:9.4f} {before} {row['ratio_to_first']:9.5f}")


def scaling(record):
    print("\nScaling: multiply-adds and time, from the smallest to the largest")
    for growing, of, values, _ in GROWTHS:
        rows = [row for row in record["scaling"] if (row["growing"], row["of"]) == (growing, of)]
        first, last = rows[0], rows[-1]
        print(f"  {of:8} {growing:6} {values[0]:4} to {values[-1]:4}: multiply-adds "
              f"x {last['multiply_adds'] / first['multiply_adds']:7.1f}, "
              f"time x {last['best'] / first['best']:7.1f}")


PRINT = {"settings": kernels, "ratios": ratios, "memory": memory, "ladder": ladder, "scaling": scaling}
