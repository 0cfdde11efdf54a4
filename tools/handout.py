"""Write chapters without the solutions of their exercises.

    python tools/handout.py book/05-counting.ipynb ... --to FOLDER

What goes: `{solution}` boxes, everything between `{solution-start}` and `{solution-end}`, and
cells tagged `solution`. What stays: everything else, outputs and quizzes included. A chapter whose layers the reader
writes says at its top that here nothing stands in for them, and keeps no output that promises it.
"""

import argparse
import re
from pathlib import Path

import nbformat

FENCE = r"^(?P<fence>:{3,}|`{3,})"
CLOSE = r"^(?P=fence)[ \t]*(\n|\Z)"
BOX = re.compile(FENCE + r"\{solution\}.*?" + CLOSE, re.M | re.S)
START = re.compile(FENCE + r"\{solution-start\}", re.M)
PROMISE = "goes on with the solution"
NOTE = """**This copy has no solutions.** Each cell with dots is yours to write, and the cells after it need what it \
defines. Where a sentence, or the judge, says that the page goes on with the solution, it does not here."""
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
            kept.append(without_promise(nbformat.from_dict({**cell, "source": source})))
    if any("@judge" in cell.source for cell in kept):
        first = next(place for place, cell in enumerate(kept) if cell.cell_type == "markdown")
        kept.insert(first + 1, nbformat.v4.new_markdown_cell(NOTE, id="no-solutions"))
    return nbformat.from_dict({**notebook, "cells": kept})


def without_promise(cell):
    """A cell without the outputs that say what comes below."""
    if "outputs" in cell:
        cell.outputs = [output for output in cell.outputs if PROMISE not in output.get("text", "").replace("\n", " ")]
    return cell


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
