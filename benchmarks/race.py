"""A race: every side runs every case in turn, round by round, and the best of its rounds counts."""

import json
import statistics
import time

from processes import SideFailed
from tqdm import tqdm


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
        return {"best": significant(self.best), "median": significant(statistics.median(sum(self.rounds, []))),
                "typical_round": significant(statistics.median(bests)), "worst_round": significant(max(bests)),
                "rounds": len(bests), "calls": sum(map(len, self.rounds))}


def significant(number, keep=5):
    """Round to some significant digits."""
    return float(f"{number:.{keep}g}")


def race(processes, cases, rounds, *, burst, seconds, caps=None, limits=None, label=""):
    """Let all processes run all cases in turn, round by round. Return {(name, task, case): Clock}.

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
    clocks = {run: Clock(caps.get(run[0], float("inf"))) for run in in_turn(processes, cases)}
    end = time.monotonic() + seconds
    with tqdm(total=rounds * len(clocks), desc=label, leave=False) as bar:
        for number in range(rounds):
            if number >= 2 and time.monotonic() > end:
                break
            for (name, task, case), clock in clocks.items():
                if clock.wants() and bearable(clocks, name, task, case, clock, limits.get(name)):
                    time_burst(processes[name], clock, task, json.loads(case), burst)
                bar.update()
    return clocks


def in_turn(processes, cases):
    """All (name, task, case), case by case: sides that have the same one run it next to each other."""
    order = dict.fromkeys((task, json.dumps(case)) for name in processes for task, case in cases[name])
    return [(name, task, case) for task, case in order for name in processes
            if (task, json.loads(case)) in cases[name]]


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
