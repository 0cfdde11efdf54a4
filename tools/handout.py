"""Write chapters without the solutions of their exercises.

    python tools/handout.py book/05-counting.ipynb ... --to FOLDER

What goes: `{solution}` boxes, everything between `{solution-start}` and `{solution-end}`, and
cells tagged `solution`. What stays: everything else, outputs and quizzes included.
"""

import argparse
import re
from pathlib import Path

import nbformat

FENCE = r"^(?P<fence>:{3,}|`{3,})"
CLOSE = r"^(?P=fence)[ \t]*(\n|\Z)"
BOX = re.compile(FENCE + r"\{solution\}.*?" + CLOSE, re.M | re.S)
START = re.compile(FENCE + r"\{solution-start\}", re.M)
END = re.compile(FENCE + r"\{solution-end\}.*?" + CLOSE, re.M | re.S)


def without_solutions(notebook):
    """Return a copy of a notebook without its solutions."""
    kept, inside = [], False
    for cell in notebook.cells:
        source = cell.source
        if cell.cell_type == "markdown":
            source, inside = cut(source, inside)
        elif inside or "solution" in cell.metadata.get("tags", []):
            continue
        if source.strip():
            kept.append(nbformat.from_dict({**cell, "source": source}))
    return nbformat.from_dict({**notebook, "cells": kept})


def cut(text, inside):
    """Return the text without solutions, and whether it ends inside one."""
    kept = []
    while text:
        border = (END if inside else START).search(text)
        if not inside:
            kept.append(text[:border.start()] if border else text)
        text = text[border.end():] if border else ""
        inside = inside != bool(border)
    return BOX.sub("", "".join(kept)), inside


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="+", type=Path)
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    arguments = parser.parse_args()
    arguments.to.mkdir(parents=True, exist_ok=True)
    for path in arguments.chapters:
        notebook = without_solutions(nbformat.read(path, as_version=4))
        nbformat.write(notebook, arguments.to / path.name)
        print(arguments.to / path.name)


if __name__ == "__main__":
    main()
