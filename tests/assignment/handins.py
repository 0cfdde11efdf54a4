"""Hand-ins for the tests: a part's notebook with the solution's answers, some of them exchanged for others."""

import json
import re

from grading import parts

KINDS = {"given": (False, False, True), "look": (False, False, True), "answer": (False, True, False),
         "check": (True, False, True)}


def part_of(number):
    return parts.read_parts()[number - 1]


def notebook(part, answers=None, solved=True, ids=True):
    """The notebook of a part as nbgrader releases it, with answers: those of the solution, but for `answers`."""
    cells = []
    for cell in part.cells:
        source = parts.without(cell.source, "HIDDEN TESTS")
        if cell.kind == "answer":
            source = (answers or {}).get(cell.name, source if solved else
                                         parts.without(source, "SOLUTION", "raise NotImplementedError()"))
        if cell.kind == "markdown":
            cells.append({"cell_type": "markdown", "metadata": {}, "source": source})
            continue
        name = f"answer-{cell.name}" if cell.kind == "answer" else cell.name
        marks = dict(zip(("grade", "solution", "locked"), KINDS[cell.kind]), grade_id=name, schema_version=3, task=False)
        cells.append({"cell_type": "code", "metadata": {"nbgrader": marks} if ids else {}, "source": source,
                      "outputs": [], "execution_count": None} | ({"id": name} if ids else {}))
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 if ids else 4}


def put(folder, part, made):
    """Write a notebook (or any text) into a student's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{part.name}.ipynb"
    path.write_text(made if isinstance(made, str) else json.dumps(made), encoding="utf-8")
    return path


def solution(part, name):
    """The source of an answer, without the markers."""
    (cell,) = [cell for cell in part.of("answer") if cell.name == name]
    return re.sub(r"^ *### (BEGIN|END) SOLUTION\n?", "", cell.source, flags=re.M)
