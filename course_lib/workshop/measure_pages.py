"""How many digits of random pages are read right, and what each stage contributes.

    python -m course_lib.workshop.measure_pages --pages 30 --level hard     while working on the stages
    python -m course_lib.workshop.measure_pages --ablation 10               and each stage left out in turn
    python -m course_lib.workshop.measure_pages --calibrate --pages 100     fit the confidences' temperature and shift
    python -m course_lib.workshop.measure_pages --pages 100 --first 10000 --record FILE

The pages come from `course_lib.workshop.pages.random_page`. Seeds below 10,000 are for development; the figures
that are published come from those from 10,000 on. The same seeds give the same figures.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from tqdm import tqdm

from course_lib import digits, reading
from course_lib.reading.confidence import RECORD, calibration_error, fit_scaling, log_odds, reliability, scaling
from course_lib.workshop import pages

CONDITIONS = {"paper": lambda m: m["paper"], "shadow": lambda m: m["shadow"],
              "light ink": lambda m: m["light ink"],
              "height": lambda m: ("under 24" if m["height"] < 24 else
                                   "24 to 80" if m["height"] < 80 else "over 80"),
              "ink": lambda m: "faint" if m["ink"] < .3 else "middling" if m["ink"] < .5 else "strong",
              "rotation": lambda m: "over 5" if abs(m["rotation"]) > 5 else "up to 5"}


def measure(level, seeds, skip=(), show=False, keep=False) -> dict:
    """Read one page for each seed: shares of digits right and found, mistakes, and by condition."""
    by, misread, seconds, said, so = defaultdict(lambda: [0, 0]), [], [], [], []
    total = right = found = mistakes = refused = 0
    for seed in tqdm(seeds, desc=level.name, leave=False):
        made = pages.random_page(seed, level)
        start = time.process_time()
        page = reading.read_page(made.image, skip=skip)
        seconds.append(time.process_time() - start)
        score = pages.score(made, page)
        said, so = said + [d.confidence for d in page.digits], so + list(score.kept)
        refused += len(page.refused)
        total, right = total + made.count, right + sum(score.right)
        found, mistakes = found + sum(score.found), mistakes + score.mistakes
        for name, of in CONDITIONS.items():
            _add(by[f"{name}: {of(made.made)}"], score.right)
        for written, good in zip(made.written, score.right):
            _add(by[f"fault: {written.fault or 'none'}"], [good])
        if score.mistakes:
            misread.append([seed, score.mistakes, " ".join(made.rows), " ".join(page.rows)])
    result = {"pages": len(seeds), "digits": total,
              "right": _share(right, total), "found": _share(found, total),
              "1 - mistakes / digits": _share(total - mistakes, total), "mistakes": mistakes,
              "refused": refused,
              "seconds of processor a page, median and largest":
                  [round(float(np.median(seconds)), 2), round(max(seconds), 2)],
              "by condition": {k: {"right": _share(*by[k]), "digits": by[k][1]} for k in sorted(by)}}
    return result | ({"misread": misread} if show else {}) | ({"said": said, "so": so} if keep else {})


def _add(tally, flags):
    tally[0] += sum(flags)
    tally[1] += len(flags)


def _rounded(said, so):
    return [[round(a, 3), round(b, 3), n] for a, b, n in reliability(said, so, 8)]


def _share(part, whole) -> float:
    return round(part / max(whole, 1), 4)


def reader_alone(count=2000, seed=3) -> dict:
    """The reader's own limit: the same digits without a page, each cut out perfectly and clean."""
    rng = np.random.default_rng(seed)
    real = digits.load("uci").test
    labels, pictures = rng.integers(10, size=count), []
    for label in labels:
        drawn = pages.handwritten(rng, int(label), 60, pages.foreign_hand(rng))
        pictures.append(digits.normalise(drawn))
    foreign = reading.classify(np.stack(pictures))[0] == labels
    held_out = reading.classify(real.images)[0] == real.labels
    return {"foreign hands": _share(foreign.sum(), count),
            "held-out digits": _share(held_out.sum(), len(held_out))}


def raw_of(said):
    """The networks' own probabilities, from calibrated ones."""
    T, shift = scaling()
    return 1 / (1 + np.exp(-T * (log_odds(said) - shift)))


def calibrate(levels, seeds):
    """Fit temperature and shift on pages of all levels and store it for the page reader."""
    told = [measure(level, seeds, keep=True) for level in levels]
    said, so = (np.concatenate([t[name] for t in told]) for name in ("said", "so"))
    T, shift = fit_scaling(raw_of(said), so)
    record = {"temperature": round(T, 3), "shift": round(shift, 3), "digits": len(said),
              "command": "python -m course_lib.workshop.measure_pages " + " ".join(sys.argv[1:]),
              "of them right": _share(so.sum(), len(so))}
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(record, indent=1))


def main():
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--level", choices=[*pages.LEVELS, "both"], default="both")
    parser.add_argument("--pages", type=int, default=40, help="pages at each level")
    parser.add_argument("--first", type=int, default=0, help="the first page's seed")
    parser.add_argument("--skip", nargs="*", default=[], help="stages to leave out")
    parser.add_argument("--ablation", type=int, default=0,
                        help="leave out each stage in turn, on so many pages")
    parser.add_argument("--misread", action="store_true", help="list the pages with mistakes")
    parser.add_argument("--record", type=Path, help="a file (JSON) to write the figures to")
    parser.add_argument("--calibrate", action="store_true", help="fit the confidences and store that")
    a = parser.parse_args()
    levels = [level for name, level in pages.LEVELS.items() if a.level in (name, "both")]
    seeds = range(a.first, a.first + a.pages)
    if a.calibrate:
        return calibrate(levels, seeds)
    record = {"command": "python -m course_lib.workshop.measure_pages " + " ".join(sys.argv[1:]),
              "reader alone": reader_alone()}
    said, so = [], []
    for level in levels:
        record[level.name] = measure(level, seeds, a.skip, a.misread, keep=True)
        said, so = said + record[level.name].pop("said"), so + record[level.name].pop("so")
        if a.ablation:
            some = range(a.first, a.first + a.ablation)
            record[level.name]["ablation"] = {"pages": a.ablation, "right without": {
                stage: measure(level, some, [stage] if stage else [])["1 - mistakes / digits"]
                for stage in ("", *reading.STAGES)}}
    raw = raw_of(said)
    record["said, so, digits"] = {"raw": _rounded(raw, so), "calibrated": _rounded(said, so)}
    record["calibration error"] = {"raw": round(calibration_error(raw, so), 3),
                                   "calibrated": round(calibration_error(said, so), 3)}
    text = json.dumps(record, indent=1)
    print(text)
    if a.record:
        a.record.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
