"""Make the nbgrader course of the assignment.

    python -m grading.build MATERIAL COURSE

COURSE gets source/ (with solutions and hidden checks), release/ (what students get) and solution/, each
`network/`, and the gradebook. nbgrader makes release and solution from the source, and validates both: every
check passes on the solution, every one fails on what is handed out.
"""

import os
import re
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import GenerateSolution
from nbgrader.validator import Validator
from traitlets.config import Config

from grading import parts

#: nbgrader's marks of a cell, by its kind: whether it earns points, is an answer, is locked
ROLES = {"given": (False, False, True), "look": (False, False, True),
         "answer": (False, True, False), "check": (True, False, True)}


def notebook(part):
    """The source notebook of a part."""
    made = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3",
                                                             "language": "python"}})
    made.cells = [markdown(cell) if cell.kind == "markdown" else code(cell) for cell in part.cells]
    nbformat.validate(made)
    return made


def markdown(cell):
    """A text, its hint folded away."""
    folded = r"<details><summary>Hint</summary>\n\n\1\n\n</details>\2"
    source = re.sub(r"^Hint: *(.+?)(\n\n|\Z)", folded, cell.source, flags=re.M | re.S)
    return nbformat.v4.new_markdown_cell(source, id=cell.name)


def code(cell):
    """A code cell with nbgrader's marks on it."""
    name = f"answer-{cell.name}" if cell.kind == "answer" else cell.name
    role = dict(zip(("grade", "solution", "locked"), ROLES[cell.kind]))
    marks = {"grade_id": name, "schema_version": 3, "task": False, **role}
    if cell.kind == "check":
        marks["points"] = cell.points
    return nbformat.v4.new_code_cell(cell.source, id=name, metadata={"nbgrader": marks})


def write_source(course, material, all_parts):
    """Write the source notebooks, what lies beside them, and nbgrader's settings."""
    source = course / "source" / parts.NAME
    for made in ("source", "release", "solution"):      # the gradebook stays, and what was handed in
        shutil.rmtree(course / made, ignore_errors=True)
    source.mkdir(parents=True)
    for part in all_parts:
        nbformat.write(notebook(part), source / f"{part.name}.ipynb")
    beside = [path for path in material.iterdir() if path.is_file()]        # not the bytecode of checks.py
    for path in [*beside, parts.FOLDER / "README.md"]:
        shutil.copy(path, source)
    (course / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "learning-network"\n'
        'c.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}\n', encoding="utf-8")


def settings(course):
    """nbgrader's settings."""
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.course_id = "learning-network"
    config.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}
    config.ExecutePreprocessor.startup_timeout = config.ExecutePreprocessor.timeout = 600     # of a busy machine
    return config


def generate(config):
    """Let nbgrader make release and solution."""
    api = NbGraderAPI(config=config)
    said = api.generate_assignment(parts.NAME)
    if not said["success"]:
        if "submissions associated with it" in f"{said.get('error')}{said.get('log')}":
            sys.exit("The gradebook has marks for the checks as they were, and nbgrader keeps them from being taken "
                     f"away. Rename {Path(config.CourseDirectory.root).parent}, marks and all, and begin a new one.")
        sys.exit(f"nbgrader could not make the release:\n{said.get('error')}\n{said.get('log')}")
    api.coursedir.assignment_id = parts.NAME
    GenerateSolution(coursedir=api.coursedir, parent=api).start()


def validate(course, config, all_parts):
    """Let nbgrader run both; return what is not as it should be."""
    wrong, validator = [], Validator(config=config)
    for part in all_parts:
        print(f"Validating {part.name} ...", flush=True)
        solved, released = (validator.validate(str(course / kind / parts.NAME / f"{part.name}.ipynb"))
                            for kind in ("solution", "release"))
        if solved:
            wrong.append(f"{part.name}: the solution fails: {solved}")
        if len(released.get("failed", [])) != len(part.checks):
            wrong.append(f"{part.name}: the release passes checks without an answer")
        text = (course / "release" / parts.NAME / f"{part.name}.ipynb").read_text(encoding="utf-8")
        if "SOLUTION" in text or "HIDDEN" in text:
            wrong.append(f"{part.name}: the release shows a solution or a hidden check")
    return wrong


@contextmanager
def logged(path):
    """What nbgrader and its kernels say goes into a file."""
    kept = os.dup(2)
    with path.open("w") as log:
        os.dup2(log.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def main(material, course):
    material, course, all_parts = Path(material), Path(course).resolve(), parts.read_parts()
    os.environ["PATH"] = f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}"     # nbgrader calls alembic by its name
    if wrong := parts.points_that_differ(all_parts):
        sys.exit("\n".join(wrong))
    write_source(course, material, all_parts)
    config = settings(course)
    with logged(course / "build.log"):
        generate(config)
        wrong = validate(course, config, all_parts)
    if wrong:
        sys.exit("\n".join([*wrong, f"{course / 'build.log'} says more."]))
    checks = [check for part in all_parts for check in part.checks]
    points, stars = (sum(check.points for check in checks if check.star == star) for star in (False, True))
    print(f"{course}: {len(all_parts)} notebooks, {len(checks)} checks, {points} points and {stars} stars. "
          "nbgrader found every check passed by the solution and failed by the release.")


if __name__ == "__main__":
    main(*sys.argv[1:])
