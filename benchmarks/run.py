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
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from tqdm import tqdm

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from sides import LEFT_OUT, PEERS, REFERENCES  # noqa: E402

RECORD = HERE.parent / "course_lib/speed/benchmark.json"
BATCHES, TASKS, THREADS = (1, 10, 100, 500), ("step", "predict"), (2, 1)
PARTS = ("table", "memory", "ladder", "scaling")
RUNGS = 10
INSTALL = {"torch": "pip install -e '.[referee]'"}
FOLDERS = {"chainer": HERE.parent / ".bench/chainer"}  # a side with packages of its own
BLAS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


# ---------------------------------------------------------------- processes


class SideFailed(Exception):
    """A side answered with an error, or not at all."""


class Process:
    """A side in a process of its own, which answers one request at a time."""

    def __init__(self, name, threads):
        environment = {**os.environ, **{name: str(threads) for name in BLAS}}
        if name in FOLDERS:
            environment["PYTHONPATH"] = str(FOLDERS[name])
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(HERE / "worker.py"), name, str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=environment)
        try:
            self.about = self._read()
        except SideFailed:
            self.close()
            raise

    def ask(self, do, **request):
        """Send one request, return its answer."""
        self.process.stdin.write(json.dumps({"do": do, **request}) + "\n")
        self.process.stdin.flush()
        return self._read()

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            raise SideFailed("the process ended without an answer")
        answer = json.loads(line)
        if "error" in answer:
            raise SideFailed(answer["error"])
        return answer

    def close(self):
        """Let the process end."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class Processes(dict):
    """Processes by name; a side that cannot start is left out, with its reason in `missing`."""

    def __init__(self, names, threads, missing):
        super().__init__()
        for name in names:
            try:
                self[name] = Process(name, threads)
            except SideFailed as reason:
                if name not in missing:
                    missing[name] = str(reason)
                    tqdm.write(f"{name} is left out: {reason}. "
                               + INSTALL.get(name, "To have it: make bench, or pip install -e '.[bench]'"))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for process in self.values():
            process.close()


# ---------------------------------------------------------------- measuring


class Clock:
    """The times of one side in one case."""

    def __init__(self, cap=float("inf")):
        self.cap, self.rounds, self.reason = cap, [], None

    @property
    def spent(self):
        return sum(map(sum, self.rounds))

    @property
    def best(self):
        return min(map(min, self.rounds))

    def wants(self):
        return self.reason is None and self.spent < self.cap

    def result(self):
        """Return what the record says: seconds of one call."""
        if not self.rounds:
            return {"left_out": self.reason}
        bests = [min(times) for times in self.rounds]
        return {"best": digits(self.best), "median": digits(statistics.median(sum(self.rounds, []))),
                "typical_round": digits(statistics.median(bests)), "worst_round": digits(max(bests)),
                "rounds": len(bests), "calls": sum(map(len, self.rounds))}


def digits(number, keep=5):
    """Round to some significant digits."""
    return float(f"{number:.{keep}g}")


def race(processes, cases, rounds, *, burst, seconds, caps=None, limits=None, label=""):
    """Let all processes run all cases in turn, round by round. Return {(name, case): Clock}.

    Parameters
    ----------
    processes : Processes
    cases : dict
        {name: [(task, case), ...]}; sides that have a case run it next to each other.
    rounds : int
    burst : float
        Seconds that a side may use in a round for a case; at least one call in any case.
    seconds : float
        After this time no new round begins, if there have been two: a busy machine gets fewer rounds.
    caps : dict
        {name: seconds} that a slow side may use for one case altogether.
    limits : dict
        {name: seconds} that one call of a slow side may take; beyond that it is left out.
    """
    caps, limits = caps or {}, limits or {}
    clocks = {(name, task, json.dumps(case)): Clock(caps.get(name, float("inf")))
              for name in processes for task, case in cases[name]}
    order = dict.fromkeys((task, json.dumps(case)) for name in processes for task, case in cases[name])
    end = time.monotonic() + seconds
    with tqdm(total=rounds * len(clocks), desc=label, leave=False) as bar:
        for number in range(rounds):
            if number >= 2 and time.monotonic() > end:
                break
            for task, case in order:
                for name, process in processes.items():
                    clock = clocks.get((name, task, case))
                    if clock is None:
                        continue
                    bar.update()
                    if clock.wants() and bearable(clocks, name, task, case, clock, limits.get(name)):
                        time_burst(process, clock, task, json.loads(case), burst)
    return clocks


def time_burst(process, clock, task, case, burst):
    time.sleep(0.03)  # threads of the side before still wait busily, OpenBLAS's some 25 ms
    try:
        answer = process.ask("run", task=task, case=case, seconds=burst, most=200)
        clock.rounds.append(answer["times"])
    except SideFailed as reason:
        clock.reason = str(reason)


def bearable(clocks, name, task, case, clock, limit):
    """Whether a call is likely to end within `limit` seconds, judged by the same side's other batches."""
    if clock.rounds or limit is None:
        return True
    size = json.loads(case)["batch"]
    known = [each.best * size / json.loads(other)["batch"] for (side, kind, other), each in clocks.items()
             if (side, kind) == (name, task) and each.rounds]
    expected = min(known, default=0)  # the least disturbed one
    if expected > limit:
        clock.reason = f"one call would take about {expected:.0f} s"
    return expected <= limit


def table(sides, rounds, burst, seconds, cap, limit, missing):
    """Measure LeNet: every side, task, batch and number of threads.

    A peer may use `cap` seconds for one case altogether, and no call longer than `limit` is made.
    """
    rows, about = [], {}
    for threads in THREADS:
        with Processes(sides, threads, missing) as processes:
            about |= {(threads, name): process.about for name, process in processes.items()}
            cases = {name: [(task, {"batch": batch}) for batch in BATCHES for task in TASKS]
                     for name in processes}
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
    case = ("threads", "batch", "task")
    course = {tuple(row[key] for key in case): row for row in rows if row["side"] == "course"}
    return [{"side": row["side"], **{key: row[key] for key in case},
             **{name: digits(own[kind] / row[kind], 4) for name, kind in RATIOS.items()}}
            for row in rows if row["side"] != "course" and "best" in row
            and "best" in (own := course.get(tuple(row[key] for key in case), {}))]


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
    cases = {name: [("step", {"batch": size})] for name, size in from_one.items()}
    with Processes(names, 1, missing) as processes, Processes([last], 2, missing) as faster:
        processes |= faster
        clocks = race(processes, cases, rounds, burst=burst, seconds=seconds, caps={"ladder:0": 5},
                      label="ladder")
    rows = []
    for (name, _, case), clock in clocks.items():
        measured = json.loads(case)["batch"]
        per_batch = clock.best * batch / measured
        rows.append({"rung": int(name.partition(":")[2]), "threads": 2 if name == last else 1,
                     "measured_batch": measured, **clock.result(), "seconds_per_batch": digits(per_batch)})
    for before, row in zip([None, *rows], rows):
        own = row["seconds_per_batch"]
        row["ratio_to_before"] = digits(own / before["seconds_per_batch"], 4) if before else None
        row["ratio_to_first"] = digits(own / rows[0]["seconds_per_batch"], 4)
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


# ---------------------------------------------------------------- the record


def machine():
    """Return what the times depend on: the processor, not whose it is."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"processor": model, "cores": cores, "system": f"{platform.system()} {platform.machine()}"}


def settings(about):
    """Return each side's threads and kernels, as it reported them itself."""
    return [{"side": name, "threads": threads, "libraries": answer["threads"], **answer["settings"]}
            for (threads, name), answer in about.items()]


def versions(about):
    """Return {distribution: version} of everything that took part."""
    found = {"python": platform.python_version(), "course_lib": version("course_lib")}
    for answer in about.values():
        found |= answer["versions"]
    return found


def notes(about):
    return {name: answer["note"] for (_, name), answer in about.items() if answer["note"]}


def write(record, path):
    """Write the record in one piece: a run that is stopped leaves the old one."""
    text = layout(record)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".json", delete=False,
                                     encoding="utf-8") as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def layout(record):
    """JSON with one measurement a line, so that two records can be compared."""
    parts = []
    for key, value in record.items():
        if isinstance(value, list) and value:
            lines = ",\n".join("  " + json.dumps(each, ensure_ascii=False) for each in value)
            text = f"[\n{lines}\n ]"
        else:
            text = json.dumps(value, indent=1, ensure_ascii=False).replace("\n", "\n ")
        parts.append(f" {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


# ---------------------------------------------------------------- printing


def show(record):
    """Print the tables."""
    where = record["machine"]
    print(f"\n{where['processor']}, {where['cores']} cores, {record['date']}")
    print(", ".join(f"{name} {number}" for name, number in record["versions"].items()))
    for each in record.get("settings", []):
        if each["side"] in ("course", "torch"):
            kernels = {f"{library['internal_api']} {library.get('architecture', '')}".strip()
                       + f" x{library['num_threads']}" for library in each["libraries"]}
            more = [f"{key} {each[key]}" for key in ("kernels",) if key in each]
            print(f"  {each['side']}, {each['threads']} thread(s): {', '.join(sorted(kernels) + more)}")
    if "table" in record:
        show_ratios(record)
    if "memory" in record:
        print("\nPeak memory (ru_maxrss), training at batch 100:")
        print("  " + ", ".join(f"{row['side']} {row['megabytes']:.0f} MB" for row in record["memory"]))
    if "ladder" in record:
        print("\nThe ladder: seconds per batch of 100, ratio to the rung before, to the first")
        for row in record["ladder"]:
            before = f"{row['ratio_to_before']:6.3f}" if row["ratio_to_before"] else " " * 6
            print(f"  {row['rung']}  {row['seconds_per_batch']:9.4f} {before} {row['ratio_to_first']:9.5f}")
    if "scaling" in record:
        print("\nScaling: multiply-adds and time, from the smallest to the largest")
        for growing, of, values, _ in GROWTHS:
            rows = [row for row in record["scaling"] if (row["growing"], row["of"]) == (growing, of)]
            first, last = rows[0], rows[-1]
            print(f"  {of:8} {growing:6} {values[0]:4} to {values[-1]:4}: multiply-adds "
                  f"x {last['multiply_adds'] / first['multiply_adds']:7.1f}, "
                  f"time x {last['best'] / first['best']:7.1f}")
    for name, reason in record["missing"].items():
        print(f"  not measured: {name}: {reason}")


def show_ratios(record):
    sides = list(dict.fromkeys(row["side"] for row in record["ratios"]))
    ratio = {(row["side"], row["threads"], row["batch"], row["task"]): row["ratio"]
             for row in record["ratios"]}
    best = {(row["side"], row["threads"], row["batch"], row["task"]): row.get("best")
            for row in record["table"]}
    print("\nThe course's time over each side's (below 1: the course is faster), best of all rounds")
    print(f"{'':24}{'course':>10}" + "".join(f"{name[:9]:>10}" for name in sides))
    for threads in THREADS:
        for task in TASKS:
            for batch in BATCHES:
                own = best.get(("course", threads, batch, task))
                cells = [ratio.get((name, threads, batch, task)) for name in sides]
                print(f"{threads} thr {task:8} batch {batch:4} "
                      + (f"{own * 1e3:8.2f}ms" if own else " " * 10)
                      + "".join(f"{cell:10.3g}" if cell else f"{'-':>10}" for cell in cells))
    for name in ("course", *REFERENCES):
        spread = [row["typical_round"] / row["best"] for row in record["table"]
                  if row["side"] == name and "best" in row]
        if spread:
            print(f"  {name}: a typical round takes {statistics.median(spread):.2f} times the best one "
                  f"(median of the cases), {max(spread):.2f} times at worst")


# ---------------------------------------------------------------- the command


def measure(options):
    """Run the parts that were asked for; return the record."""
    sides = [name for name in ("course", *REFERENCES, *PEERS) if not options.only or name in options.only]
    missing, start = dict(LEFT_OUT) if not options.only else {}, time.monotonic()
    record = {"about": "written by make bench; seconds of one call, memory in units of 10^6 bytes",
              "date": datetime.date.today().isoformat(), "machine": machine(), "versions": {},
              "notes": {}, "missing": missing, "settings": []}
    rounds, burst, seconds = options.rounds, options.seconds, options.minutes * 60
    if "table" in options.parts:
        cap, limit = (0.1, 1) if options.quick else (1.5, 10)
        rows, about = table(sides, rounds, burst, 0.75 * seconds, cap, limit, missing)
        record |= {"versions": versions(about), "notes": notes(about), "settings": settings(about),
                   "table": rows, "ratios": ratios(rows)}
    if "memory" in options.parts:
        record["memory"] = memory([name for name in sides if name != "products"], missing)
    if "ladder" in options.parts:
        record["ladder"] = ladder(rounds, burst, 0.1 * seconds, missing)
    if "scaling" in options.parts:
        record["scaling"] = scaling(max(2, rounds // 4), burst / 3, 0.1 * seconds, missing)
    record["minutes"] = round((time.monotonic() - start) / 60, 1)
    return record


def parse(words):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few rounds; writes no record")
    parser.add_argument("--only", nargs="+", metavar="SIDE", default=[],
                        choices=["course", *REFERENCES, *PEERS], help="these sides only")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="these parts only")
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
