"""How many digits of random pages are read right, by condition, and what each stage contributes.

``python -m course_lib.workshop pages`` calls `measure_pages`. The pages come from `pages.random_page`. Seeds
below 10,000 are for development; the figures that are published come from those from 10,000 on. The same
seeds give the same figures.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from course_lib import digits, reading
from course_lib.workshop import RECORDS, pages
from course_lib.workshop.calibration import calibration_error, raw_of, reliability

RECORD = RECORDS / "pages.json"
CONDITIONS = {"paper": lambda m: m["paper"], "shadow": lambda m: m["shadow"],
              "light ink": lambda m: m["light ink"],
              "height": lambda m: ("under 24" if m["height"] < 24 else
                                   "24 to 80" if m["height"] < 80 else "over 80"),
              "ink": lambda m: "faint" if m["ink"] < .3 else "middling" if m["ink"] < .5 else "strong",
              "rotation": lambda m: "over 5" if abs(m["rotation"]) > 5 else "up to 5"}


@dataclass
class Tally:
    """What became of some pages.

    right, found  of every digit written: whether it was read right, whether a box was put around it
    said, so      of every digit read: its confidence, whether it stands there
    by            of every condition: a flag for each digit written under it, whether it was read right
    misread       of every page with mistakes: seed, mistakes, what it says, what was read
    """

    right: list = field(default_factory=list)
    found: list = field(default_factory=list)
    said: list = field(default_factory=list)
    so: list = field(default_factory=list)
    by: dict = field(default_factory=lambda: defaultdict(list))
    misread: list = field(default_factory=list)
    seconds: list = field(default_factory=list)
    refused: int = 0
    mistakes: int = 0

    def add(self, seed: int, made: pages.MadePage, page, seconds: float) -> None:
        """Take in what was read of one page."""
        score = pages.score(made, page)
        self.right += score.right
        self.found += score.found
        self.said += [digit.confidence for digit in page.digits]
        self.so += score.kept
        self.seconds.append(seconds)
        self.refused += len(page.refused)
        self.mistakes += score.mistakes
        for name, of in CONDITIONS.items():
            self.by[f"{name}: {of(made.made)}"] += score.right
        for written, good in zip(made.written, score.right):
            self.by[f"fault: {written.fault or 'none'}"].append(good)
        if score.mistakes:
            self.misread.append([seed, score.mistakes, " ".join(made.rows), " ".join(page.rows)])

    def as_dict(self) -> dict:
        """The figures for JSON."""
        written = len(self.right)
        return {"pages": len(self.seconds), "digits": written,
                "right": _share(self.right), "found": _share(self.found),
                "1 - mistakes / digits": round((written - self.mistakes) / max(written, 1), 4),
                "mistakes": self.mistakes, "refused": self.refused,
                "seconds of processor a page, median and largest":
                    [round(float(np.median(self.seconds)), 2), round(max(self.seconds), 2)],
                "by condition": {name: {"right": _share(flags), "digits": len(flags)}
                                 for name, flags in sorted(self.by.items())}}


def _share(flags) -> float:
    return round(sum(flags) / max(len(flags), 1), 4)


def read_all(level: pages.Level, seeds: Sequence[int], skip: Sequence[str] = ()) -> Tally:
    """Read one page of a level for each seed, leaving out the stages named."""
    tally = Tally()
    for seed in tqdm(seeds, desc=level.name, leave=False):
        made = pages.random_page(seed, level)
        start = time.process_time()
        page = reading.read_page(made.image, skip=skip)
        tally.add(seed, made, page, time.process_time() - start)
    return tally


def ablation(level: pages.Level, seeds: Sequence[int]) -> dict:
    """What is read right with all stages (under ""), and without each of them in turn."""
    return {"pages": len(seeds), "right without": {
        stage: read_all(level, seeds, [stage] if stage else []).as_dict()["1 - mistakes / digits"]
        for stage in ("", *reading.STAGES)}}


def reader_alone(count: int = 2000, seed: int = 3) -> dict:
    """The reader's own limit: the same digits without a page, each cut out perfectly and clean."""
    rng = np.random.default_rng(seed)
    real = digits.load("uci").test
    labels, pictures = rng.integers(10, size=count), []
    for label in labels:
        drawn = pages.handwritten(rng, int(label), 60, pages.foreign_hand(rng))
        pictures.append(digits.normalise(drawn))
    foreign = reading.classify(np.stack(pictures))[0] == labels
    held_out = reading.classify(real.images)[0] == real.labels
    return {"foreign hands": _share(foreign.tolist()), "held-out digits": _share(held_out.tolist())}


def certainty(said, so) -> dict:
    """How far confidences (N,) are from what was so (N,), as the networks give them and calibrated."""
    both = {"raw": raw_of(said), "calibrated": np.array(said)}
    return {"said, so, digits": {name: [[round(a, 3), round(b, 3), n] for a, b, n in reliability(p, so, 8)]
                                 for name, p in both.items()},
            "calibration error": {name: round(calibration_error(p, so), 3) for name, p in both.items()}}


def measure_pages(count: int = 300, first: int = 10_000, left_out: int = 40, *, levels: Sequence[str] = (),
                  skip: Sequence[str] = (), misread: bool = False, out: str | Path | None = None) -> dict:
    """Measure the page reader, and write the record that chapter 11 shows.

    Parameters
    ----------
    count : int
        How many pages of each level.
    first : int
        The first page's seed.
    left_out : int
        On so many pages each stage is left out in turn; 0: that is not measured.
    levels, skip : names, optional
        These levels only; without these stages.
    misread : bool
        Whether the pages with mistakes are listed.
    out : path, optional
        Where to write the record (.json); nothing is written if left out.
    """
    levels = {name: level for name, level in pages.LEVELS.items() if name in (levels or pages.LEVELS)}
    record = {"command": f"python -m course_lib.workshop pages --pages {count} --first {first} --ablation {left_out}"
                         + "".join(f" --skip {stage}" for stage in skip), "reader alone": reader_alone()}
    said, so = [], []
    for name, level in levels.items():
        tally = read_all(level, range(first, first + count), skip)
        record[name] = tally.as_dict() | ({"misread": tally.misread} if misread else {})
        if left_out:
            record[name]["ablation"] = ablation(level, range(first, first + left_out))
        said, so = said + tally.said, so + tally.so
    record |= certainty(said, so)
    if out is not None:
        Path(out).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record
