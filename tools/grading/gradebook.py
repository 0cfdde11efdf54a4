"""Enter marks into nbgrader's gradebook.

    python -m grading.gradebook COURSE RESULTS

The course's gradebook gets a submission for each student, so that formgrader, `nbgrader export` and whatever else
reads it show these marks. Entering the same results again changes nothing.
"""

import json
import os
import sys
import warnings
from pathlib import Path

from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from grading import parts


def enter(book, result):
    """The marks of one student."""
    student = result["student"]
    book.update_or_create_student(student)
    book.update_or_create_submission(parts.NAME, student)
    for name, part in result["parts"].items():
        for mark in part["marks"]:
            grade = book.find_grade(mark["name"], name, parts.NAME, student)
            grade.auto_score, grade.needs_manual_grade = mark["points"], False
    book.db.commit()


def main(course, results):
    os.environ["PATH"] = f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}"     # nbgrader calls alembic by its name
    warnings.simplefilter("ignore", SAWarning)      # of nbgrader's own, while it adds a submission
    with Gradebook(f"sqlite:///{Path(course).resolve() / 'gradebook.db'}", "learning-network") as book:
        for path in sorted(Path(results).glob("*.json")):
            enter(book, json.loads(path.read_text(encoding="utf-8")))
    print(f"{course}/gradebook.db has the marks, too.")


if __name__ == "__main__":
    main(*sys.argv[1:])
