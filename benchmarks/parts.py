"""The parts of the benchmark: LeNet against the other sides, memory, the ladder, and how time grows."""

import json

from processes import Processes
from race import race, significant
from sides import PEERS
from tqdm import tqdm

BATCHES, TASKS, THREADS = (1, 10, 100, 500), ("step", "predict"), (2, 1)
RUNGS = 10


def table(sides, rounds, burst, seconds, cap, limit, missing):
    """Measure LeNet: every side, task, batch and number of threads.

    A peer may use `cap` seconds for one case altogether, and no call longer than `limit` is made.
    """
    rows, about = [], {}
    for threads in THREADS:
        with Processes(sides, threads, missing) as processes:
            about |= {(threads, name): process.about for name, process in processes.items()}
            cases = {name: [(task, {"batch": batch}) for batch in BATCHES for task in process.about["tasks"]]
                     for name, process in processes.items()}
            clocks = race(processes, cases, rounds, burst=burst, seconds=seconds / 2,
                          caps=dict.fromkeys(PEERS, cap), limits=dict.fromkeys(PEERS, limit),
                          label=f"{threads} thread{'s' * (threads > 1)}")
        for (name, task, case), clock in clocks.items():
            rows.append({"side": name, "threads": threads, "batch": json.loads(case)["batch"],
                         "task": task, **clock.result()})
    return rows, about


#: the ratio that counts, and the one of a typical round: how much they differ is the spread
RATIOS = {"ratio": "best", "typical_ratio": "typical_round"}


def ratios(rows):
    """Return the course's time over every other side's, in the same threads, batch and task."""
    def case(row):
        return {key: row[key] for key in ("threads", "batch", "task")}

    timed = [row for row in rows if "best" in row]
    course = {str(case(row)): row for row in timed if row["side"] == "course"}
    return [{"side": row["side"], **case(row),
             **{name: significant(course[str(case(row))][kind] / row[kind], 4) for name, kind in RATIOS.items()}}
            for row in timed if row["side"] != "course" and str(case(row)) in course]


def memory(sides, missing, batch=100, threads=2):
    """Return the peak resident memory of each side after training steps, in a process of its own."""
    rows = []
    for name in tqdm(sides, desc="memory", leave=False):
        with Processes([name], threads, missing) as processes:
            for process in processes.values():
                process.ask("run", task="step", case={"batch": batch}, seconds=1, most=20)
                rows.append({"side": name, "batch": batch, "threads": threads,
                             "megabytes": round(process.ask("peak")["bytes"] / 1e6, 1)})
    return rows


def ladder(rounds, burst, seconds, missing, batch=100):
    """Measure every rung of the ladder: one thread, the last one two; rung 0 on a single image."""
    from_one = {f"ladder:{rung}": 1 if rung == 0 else batch for rung in range(RUNGS)}
    *names, last = from_one
    cases = {name: [("gradients", {"batch": size})] for name, size in from_one.items()}
    with Processes(names, 1, missing) as processes, Processes([last], 2, missing) as faster:
        processes |= faster
        clocks = race(processes, cases, rounds, burst=burst, seconds=seconds, caps={"ladder:0": 5},
                      label="ladder")
    rows = []
    for (name, _, case), clock in clocks.items():
        measured = json.loads(case)["batch"]
        per_batch = clock.best * batch / measured
        rows.append({"rung": int(name.partition(":")[2]), "threads": 2 if name == last else 1,
                     "measured_batch": measured, **clock.result(), "seconds_per_batch": significant(per_batch)})
    for before, row in zip([None, *rows], rows):
        own = row["seconds_per_batch"]
        row["ratio_to_before"] = significant(own / before["seconds_per_batch"], 4) if before else None
        row["ratio_to_first"] = significant(own / rows[0]["seconds_per_batch"], 4)
    return rows


#: what grows, of what, its values, and what stays
GROWTHS = (
    ("batch", "layer", (1, 2, 4, 8, 16, 32, 64, 128, 256), {"side": 16, "depth": 1}),
    ("batch", "network", (1, 2, 5, 10, 20, 50, 100, 200, 500), {"side": 28, "depth": 1}),
    ("side", "layer", (8, 12, 16, 24, 32, 48, 64, 96), {"batch": 16, "depth": 1}),
    ("side", "network", (16, 20, 28, 40, 56, 80, 112), {"batch": 16, "depth": 1}),
    ("depth", "layer", (1, 2, 4, 8, 16), {"batch": 16, "side": 16}),
    ("depth", "network", (1, 2, 4, 8, 16), {"batch": 16, "side": 28}),
)


def scaling(rounds, burst, seconds, missing):
    """Measure how time grows, one thread, with the predicted multiply-adds beside it."""
    rows = [{"growing": growing, "of": of, growing: value, **fixed}
            for growing, of, values, fixed in GROWTHS for value in values]
    cases = [{key: row[key] for key in ("of", "batch", "side", "depth")} for row in rows]
    with Processes(["scaling"], 1, missing) as processes:
        clocks = race(processes, {"scaling": [("step", case) for case in cases]}, rounds, burst=burst,
                      seconds=seconds, label="scaling")
        for row, case in zip(rows, cases):
            row |= processes["scaling"].ask("count", case=case)
            row |= clocks["scaling", "step", json.dumps(case)].result()
    return rows
