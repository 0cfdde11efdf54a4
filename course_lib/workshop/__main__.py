"""Make and measure what is shipped again: ``python -m course_lib.workshop``.

Without a stage all of them run, in the order in which each needs those before it, and every one in a process
of its own, so that it meets what the last one wrote. A stage alone writes where the book looks, or into the
folder given.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from course_lib.workshop.arguments import Parser, given, natural, positive, run


@dataclass(frozen=True)
class Stage:
    """One thing that is made or measured.

    Attributes
    ----------
    about : str
    file : str
        What it writes; its record has the same name and ends in .json.
    do : function
        Of the options given and of `out`; returns the record.
    numbers : dict
        Options that are numbers: {name: what it says of itself}.
    quick : dict
        Their values where it is only to be seen that all is in order.
    """

    about: str
    file: str
    do: Callable
    numbers: dict
    quick: dict


def reader(out, **options):
    """Train the reader."""
    from course_lib.workshop.train_reader import train_reader
    return train_reader(out=out, **options)


def judge(out, **options):
    """Train the judge."""
    from course_lib.workshop.train_judge import train_judge
    return train_judge(out=out, **options)


def certainty(out, pages=36, **options):
    """Fit the confidences."""
    from course_lib.workshop.fit_certainty import fit_certainty
    return fit_certainty(pages, out=out, **options)


def mnist(out, mnist=None):
    """Let the reader read MNIST."""
    from course_lib.workshop.measure_mnist import measure_mnist
    return measure_mnist(mnist, out)


def lenet(out, mnist=None, steps=3000, **options):
    """Train chapter 8's network on MNIST."""
    from course_lib.workshop.recipe import MNIST_RECORD, train_lenet
    record = train_lenet("mnist", mnist, steps=steps, held_out=10_000, **options)
    Path(out or MNIST_RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return record


def pages(out, pages=300, ablation=40, **options):
    """Measure the page reader; a part of the measurement is written only where it is told to."""
    from course_lib.workshop.measure_pages import RECORD, measure_pages
    whole = (pages, ablation, options) == (300, 40, {})
    return measure_pages(pages, left_out=ablation, out=out or (RECORD if whole else None), **options)


SEED = "seed of everything random (0)"
STAGES = {
    "reader": Stage("the network that tells which digit it is", "reader.npz", reader,
                    {"steps": "of gradient descent (30,000)", "seed": SEED,
                     "pages": "that digits are cut out of (900)"},
                    {"steps": 20, "pages": 4}),
    "judge": Stage("the network that tells a digit from what is none", "judge.npz", judge,
                   {"steps": "of gradient descent (30,000)", "lines": "of digits that are written and cut up (3,200)",
                    "pages": "that pieces are cut out of (900)", "seed": SEED},
                   {"steps": 20, "lines": 30, "pages": 4}),
    "certainty": Stage("the temperature and the shift of the confidences", "confidence.json", certainty,
                       {"pages": "of each level (36)", "first": "page's seed (1000)"}, {"pages": 2}),
    "mnist": Stage("how the reader reads MNIST's training images", "reader_on_mnist.json", mnist, {}, {}),
    "lenet": Stage("how chapter 8's network reads MNIST", "mnist_run.json", lenet,
                   {"steps": "of gradient descent (3,000)", "seed": SEED}, {"steps": 20}),
    "pages": Stage("how the page reader reads pages, and what each stage gives", "pages.json", pages,
                   {"pages": "of each level (300)", "first": "page's seed (10,000)",
                    "ablation": "pages on which each stage is left out in turn (40)"}, {"pages": 2, "ablation": 1}),
}
NEED_MNIST = ("mnist", "lenet")


def do_one(arguments: argparse.Namespace) -> None:
    """Run one stage and print its record."""
    name, stage = arguments.stage, STAGES[arguments.stage]
    options = [*stage.numbers, *(["mnist"] if name in NEED_MNIST else []),
               *(["levels", "skip", "misread"] if name == "pages" else [])]
    options = (stage.quick if arguments.quick else {}) | given(arguments, *options)
    out = folder(arguments)
    print(json.dumps(stage.do(out and out / stage.file, **options), indent=1))
    print(f"written to {out}" if out else "done", file=sys.stderr)


def do_all(arguments: argparse.Namespace) -> None:
    """Run every stage, each in a process of its own; MNIST's only if it may be downloaded or is there."""
    out, mnist = folder(arguments), arguments.mnist
    for number, name in enumerate(STAGES, 1):
        print(f"== {number} of {len(STAGES)}: {name}, {STAGES[name].about}", file=sys.stderr, flush=True)
        if name in NEED_MNIST and arguments.quick and not mnist:
            print("left out: a quick run downloads nothing; --mnist FOLDER names the files", file=sys.stderr)
            continue
        words = [*(["--quick"] if arguments.quick else []), *(["--out", out] if out else []),
                 *(["--mnist", mnist] if mnist and name in NEED_MNIST else [])]
        if subprocess.run([sys.executable, "-m", "course_lib.workshop", name, *words], check=False).returncode:
            raise ValueError(f"{name} did not go through; what came before it is written")


def folder(arguments: argparse.Namespace) -> Path | None:
    """Where to write; None: where the book looks. A quick run never writes there."""
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
    elif arguments.quick:
        arguments.out = Path(tempfile.mkdtemp(prefix="workshop-"))
    return arguments.out


def parser() -> argparse.ArgumentParser:
    """The grammar of the command."""
    main = Parser(prog="python -m course_lib.workshop", description=__doc__.splitlines()[0])
    stages = main.add_subparsers(dest="stage", metavar="STAGE", title="stages, in their order")
    main.set_defaults(run=do_all)
    parsers = {name: stages.add_parser(name, help=stage.about) for name, stage in STAGES.items()}
    for name, this in parsers.items():
        this.set_defaults(run=do_one)
        for option, about in STAGES[name].numbers.items():
            this.add_argument(f"--{option}", type=natural if option in ("seed", "first", "ablation") else positive,
                              metavar="N", help=about)
    for this in (main, *parsers.values()):
        this.add_argument("--quick", action="store_true", help="very little of everything: is all in order?")
        this.add_argument("--out", type=Path, metavar="FOLDER", help="write here, not where the book looks")
    for this in (main, *(parsers[name] for name in NEED_MNIST)):
        this.add_argument("--mnist", metavar="FOLDER", help="MNIST's files; they are downloaded if left out")
    this = parsers["pages"]
    this.add_argument("--level", dest="levels", action="append", choices=["ordinary", "hard"], help="this level only")
    this.add_argument("--skip", action="append", metavar="STAGE", help="leave out a stage of the page reader")
    this.add_argument("--misread", action="store_true", default=None, help="list the pages with mistakes")
    return main


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    arguments = parser().parse_args(words)
    return run(arguments, " ".join(filter(None, ("course_lib.workshop", arguments.stage))))


if __name__ == "__main__":
    sys.exit(main())
