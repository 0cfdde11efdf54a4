"""The command line: ``python -m course_lib count | read | evaluate | train``.

Every subcommand imports what it needs when it runs, so that ``count`` does not wait for image
libraries. A mistake of the user's (no such file, not an image, a window larger than its input)
becomes one line on standard error and exit status 2; only our own mistakes show a traceback.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from course_lib.workshop.arguments import Parser, given, natural, positive, run


def count(arguments: argparse.Namespace) -> None:
    """Print a network's parameters layer by layer, or the same as JSON."""
    from course_lib import architectures

    network = architectures.by_name(
        arguments.network,
        grouped=arguments.grouped,
        auxiliary=arguments.auxiliary,
        configuration=arguments.configuration,
    )
    counted = {"biases": not arguments.no_biases}
    rows = network.rows(expand=arguments.expand, **counted)
    if arguments.json:
        print(json.dumps({"network": network.name,
                          "convention": network.convention(**counted),
                          "total": sum(row.parameters for row in rows),
                          "layers": [row.as_dict() for row in rows]}, indent=2))
    else:
        print(network.table(expand=arguments.expand, **counted))


def read(arguments: argparse.Namespace) -> None:
    """Print the rows of digits found on pages, or all that is known of each digit as JSON or CSV, or draw it."""
    from course_lib.reading import read_file
    from course_lib.workshop import answers

    read = [(path, read_file(path)) for path in answers.pictures(arguments.files, one=bool(arguments.draw))]
    print("".join(f"{path}: {remark}\n" for path, page in read for remark in page.remarks), end="", file=sys.stderr)
    if arguments.draw:
        answers.draw(*read[0], arguments.draw)
    if arguments.csv:
        answers.write_csv(read)
    elif arguments.json:
        several = [{"file": str(path)} | answers.as_dict(page) for path, page in read]
        print(json.dumps(several if len(read) > 1 else answers.as_dict(read[0][1]), indent=2))
    else:
        print_rows(read)


def print_rows(read: list) -> None:
    """Print the rows of each page; under its file's name, if there are several."""
    for path, page in read:
        if len(read) > 1:
            print(f"{path}:")
        if page.rows:
            print("\n".join(page.rows))
        else:
            print(f"{path}: no digits found: the page seems to be empty", file=sys.stderr)


def evaluate(arguments: argparse.Namespace) -> None:
    """Print how well the shipped reader reads a split of real digits."""
    from course_lib import digits
    from course_lib.workshop import evaluation

    data = digits.load(arguments.data, data_dir=arguments.data_dir)
    found = evaluation.evaluate(*getattr(data, arguments.split))
    print(json.dumps(found.as_dict()) if arguments.json else found.table())


def train_reader(arguments: argparse.Namespace) -> None:
    """Train the network that reads pages and save it."""
    from course_lib.workshop import train_reader as training

    record = training.train_reader(**given(arguments, "steps", "seed", "out"))
    key = "accuracy on the 500 held-out digits"
    print(f"weights in {arguments.out or training.WEIGHTS}; {key}: {record[key]:.1%}")


def train_lenet(arguments: argparse.Namespace) -> None:
    """Train the training chapter's network on a source and say how well it reads."""
    from course_lib.workshop import recipe

    record = recipe.train_lenet(**given(arguments, "data", "data_dir", "held_out", "assigned", "steps", "seed", "out"))
    if arguments.json:
        print(json.dumps(record, indent=2))
    else:
        low, high = record["interval"]
        print(f"read right: {record['right']:,} of {record['measured on']}; "
              f"{record['accuracy']:.1%}, 95% interval {low:.1%} to {high:.1%}")


def steps_and_seed(this: argparse.ArgumentParser) -> None:
    """The words that every training has."""
    this.add_argument("--steps", type=positive, help="steps of gradient descent")
    this.add_argument("--seed", type=natural, help="seed of everything random")


def counting(this: argparse.ArgumentParser) -> None:
    """The words of ``count``."""
    this.add_argument("network", choices=["lenet", "alexnet", "vgg16", "googlenet"])
    this.add_argument("--json", action="store_true", help="print JSON instead of a table")
    this.add_argument("--grouped", action="store_true", default=None,
                      help="alexnet: convolutions 2, 4 and 5 in two groups, as published")
    this.add_argument("--auxiliary", action="store_true", default=None,
                      help="googlenet: with the two auxiliary heads used in training")
    this.add_argument("--configuration", choices=["C", "D"],
                      help="vgg16: which of the paper's 16-layer columns (default D)")
    this.add_argument("--no-biases", action="store_true", help="count the weights alone")
    this.add_argument("--expand", action="store_true",
                      help="googlenet: each convolution inside the inception modules")
    this.set_defaults(run=count)


def reading(this: argparse.ArgumentParser) -> None:
    """The words of ``read``."""
    this.add_argument("files", nargs="+", metavar="FILE",
                      help="photographs or scans (PNG, JPEG, ...), or folders of them")
    this.add_argument("--json", action="store_true",
                      help="print JSON: the rows, and each digit's row, label, confidence, second "
                           "reading and box (top, left, bottom, right)")
    this.add_argument("--csv", action="store_true", help="print a line for each digit, the same as CSV")
    this.add_argument("--draw", metavar="OUT.png", help="store the picture with what was read drawn into it")
    this.set_defaults(run=read)


def evaluating(this: argparse.ArgumentParser) -> None:
    """The words of ``evaluate``."""
    this.add_argument("--data", choices=["uci", "mnist"], default="uci",
                      help="uci (default): the digits that come with scikit-learn; mnist: downloaded once")
    this.add_argument("--data-dir", metavar="DIR",
                      help="mnist: a folder with the files, in place of a download (COURSE_MNIST_DIR does "
                           "the same); one split alone is enough for that split")
    this.add_argument("--split", choices=["test", "train"], default="test", help="default: test")
    this.add_argument("--json", action="store_true",
                      help="print JSON: accuracy, its 95%% interval, count and confusion (rows: the digit, "
                           "columns: what it was read as)")
    this.set_defaults(run=evaluate)


def training(this: argparse.ArgumentParser) -> None:
    """The words of ``train``."""
    networks = this.add_subparsers(dest="network", required=True, metavar="NETWORK", title="networks")
    this = networks.add_parser("reader", help="the network that reads pages")
    this.add_argument("--out", metavar="FILE",
                      help="where to save the weights (.npz); by default those that `read` uses")
    this.set_defaults(run=train_reader)
    steps_and_seed(this)
    this = networks.add_parser("lenet", help="the training chapter's network, on a source of your choice")
    this.add_argument("--data", choices=["uci", "pen", "mnist"], help="what to learn from (default uci)")
    this.add_argument("--data-dir", metavar="DIR",
                      help="mnist: a folder with the files, in place of a download")
    this.add_argument("--held-out", type=positive, metavar="N",
                      help="measure on so many digits of the training split, not on the test split")
    this.add_argument("--assigned", action="store_true", default=None,
                      help="the assignment's recipe: 3,000 digits, batches of 100, rate 0.01")
    this.add_argument("--out", metavar="FILE", help="where to save the weights (.npz); by default nowhere")
    this.add_argument("--json", action="store_true", help="print the record: what was done, what came of it")
    this.set_defaults(run=train_lenet)
    steps_and_seed(this)


def parser() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    main = Parser(
        prog="python -m course_lib",
        description="Count a network's parameters, read a page of handwriting, measure and train the reader.")
    commands = main.add_subparsers(dest="command", required=True, metavar="COMMAND")
    counting(commands.add_parser("count", help="parameters of a network, layer by layer"))
    reading(commands.add_parser("read", help="the digits on a picture of a page"))
    evaluating(commands.add_parser("evaluate", help="how well the shipped reader reads real digits"))
    training(commands.add_parser("train", help="train a network"))
    return main


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status: 0 done, 2 a mistake in what was asked."""
    arguments = parser().parse_args(words)
    return run(arguments, f"course_lib {arguments.command}")


if __name__ == "__main__":
    sys.exit(main())
