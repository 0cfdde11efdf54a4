"""Look the code over, and run the unit tests of what changed: a minute, before a commit.

    python tools/check.py

Ruff (rules and their exceptions in pyproject.toml), mypy on the rooms that have types, radon for functions
of more than ten ways through, then the tests of the rooms and chapters with changes: since the last commit where there
are any that are not committed, else of the last commit. Those that need the built book are left to `make
test`. Without git only the rooms' own rules are tested.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ["course_lib", "tools", "benchmarks", "book/_ext", "assignment", "tests"]
WORDS = {f"tests/book/test_{what}.py" for what in ("numbers", "alt_texts", "length")}    # of chapters, half a minute


def changed():
    """The files that differ from the last commit, or that the last commit changed."""
    def ask(*words):
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.splitlines()

    now = [line[3:].split(" -> ")[-1] for line in ask("status", "--porcelain", "--untracked-files=all")]
    return now or ask("diff", "--name-only", "HEAD~1", "HEAD")


def tests_of(path):
    """The tests of one file, by its name: those of its room, a notebook's outputs, or itself."""
    parts = Path(path).parts
    if path.startswith(("assignment/", "tools/grading/")):
        found = "tests/assignment"
    elif parts[0] == "course_lib" and len(parts) > 1:
        found = f"tests/{parts[1]}" if len(parts) > 2 else f"tests/test_{Path(path).stem.strip('_')}.py"
    elif re.fullmatch(r"(tests/(?!book/).*test_\w+\.py|book/\w\S*\.ipynb|tests/book/test_(notebooks|files)\.py)", path):
        found = path
    else:
        found = "tests/test_rooms.py"
    return found if (ROOT / found).exists() else "tests/test_rooms.py"


def main():
    start = time.monotonic()
    files = changed()
    tests = sorted({"tests/test_rooms.py", *map(tests_of, files)}.union(
        *(WORDS for path in files if path.startswith("book/") and path.endswith(".ipynb"))))
    python, os.environ["OPENBLAS_NUM_THREADS"] = [sys.executable, "-m"], "1"
    steps = [("ruff", [*python, "ruff", "check", "--quiet", *SOURCES]),
             ("mypy", [*python, "mypy", "--no-error-summary"]),
             ("radon", [*python, "radon", "cc", "--min", "C", "--show-complexity", *SOURCES[:-1]]),
             (" ".join(tests), [*python, "pytest", "-q", "-n", "2", "--dist", "loadfile", "-m", "not built", *tests])]
    failed = []
    for name, command in steps:
        print(f"{name} ...", flush=True)
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode or (name == "radon" and done.stdout):
            print(done.stdout)
            failed.append(name)
    took = f"{time.monotonic() - start:.0f} s"
    if failed:
        sys.exit(f"Not yet ({took}): look above at {', '.join(failed)}.")
    print(f"Checked ({took}): nothing to mend.")


if __name__ == "__main__":
    main()
