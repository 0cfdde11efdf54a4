"""The command line: ``python -m course_lib count | read | train``.

Every subcommand imports what it needs when it runs, so that ``count`` does not wait for image
libraries. A mistake of the user's (no such file, not an image, a window larger than its input)
becomes one line on standard error and exit status 2; only our own mistakes show a traceback.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence


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
    """Print the rows of digits found on a page, or all that is known of each digit as JSON."""
    from course_lib import reading

    page = reading.read_file(arguments.file)
    if arguments.json:
        print(json.dumps({"rows": list(page.rows), "digits": [
            {"row": int(digit.row), "label": int(digit.label),
             "confidence": round(float(digit.confidence), 4),
             "box": [int(edge) for edge in digit.box]}
            for digit in page.digits]}, indent=2))
    elif not page.rows:
        print("no digits found: the page seems to be empty", file=sys.stderr)
    else:
        print("\n".join(page.rows))


def train(arguments: argparse.Namespace) -> None:
    """Train the network that reads pages and save it."""
    from course_lib import training

    given = {name: value for name in ("steps", "seed", "out")
             if (value := getattr(arguments, name)) is not None}
    record = training.train_reader(**given)
    key = "accuracy on the 500 held-out digits"
    print(f"weights in {given.get('out', training.WEIGHTS)}; {key}: {record[key]:.1%}")


def positive(text: str) -> int:
    """A whole number of at least 1, or a complaint."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least 1")
    return int(text)


class Parser(argparse.ArgumentParser):
    """A parser whose complaints fit on one line."""

    def error(self, message: str) -> None:
        self.exit(2, f"{self.prog}: {message} ({self.prog} --help explains)\n")


def parser() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    main = Parser(
        prog="python -m course_lib",
        description="Count a network's parameters, read a page of handwriting, train the reader.")
    commands = main.add_subparsers(dest="command", required=True, metavar="COMMAND")

    this = commands.add_parser("count", help="parameters of a network, layer by layer")
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

    this = commands.add_parser("read", help="the digits on a picture of a page")
    this.add_argument("file", metavar="FILE", help="a photograph or scan (PNG, JPEG, ...)")
    this.add_argument("--json", action="store_true",
                      help="print JSON: the rows, and each digit's row, label, confidence and "
                           "box (top, left, bottom, right)")
    this.set_defaults(run=read)

    this = commands.add_parser("train", help="train a network")
    this.add_argument("network", choices=["reader"])
    this.add_argument("--steps", type=positive, help="steps of gradient descent")
    this.add_argument("--seed", type=int, help="seed of everything random")
    this.add_argument("--out", metavar="FILE",
                      help="where to save the weights (.npz); by default those that `read` uses")
    this.set_defaults(run=train)
    return main


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status: 0 done, 2 a mistake in what was asked."""
    arguments = parser().parse_args(words)
    try:
        arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:     # `... | head` closed the pipe; leave without a message
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print(f"\ncourse_lib {arguments.command}: stopped", file=sys.stderr)
        return 130
    except (ValueError, OSError) as error:
        message = " ".join(str(error).split())
        print(f"course_lib {arguments.command}: {message}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
