"""What the two command lines share: kinds of numbers, complaints of one line, what happens when one is stopped."""

from __future__ import annotations

import argparse
import os
import sys


def positive(text: str) -> int:
    """A whole number of at least 1, or a complaint."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least 1")
    return int(text)


def natural(text: str) -> int:
    """A whole number of at least 0, or a complaint."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least 0")
    return int(text)


class Parser(argparse.ArgumentParser):
    """A parser whose complaints fit on one line."""

    def error(self, message: str) -> None:
        self.exit(2, f"{self.prog}: {message} ({self.prog} --help explains)\n")


def given(arguments: argparse.Namespace, *names: str) -> dict:
    """Those of the options that were given; a function's own defaults hold for the others."""
    return {name: value for name in names if (value := getattr(arguments, name)) is not None}


def run(arguments: argparse.Namespace, name: str) -> int:
    """Do what was asked; return the exit status: 0 done, 2 a mistake in what was asked, 130 stopped."""
    try:
        arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:     # `... | head` closed the pipe; leave without a message
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print(f"\n{name}: stopped", file=sys.stderr)
        return 130
    except (ValueError, OSError) as error:
        message = " ".join(str(error).split())
        print(f"{name}: {message}", file=sys.stderr)
        return 2
    return 0
