"""Run the unit tests in a fresh environment with the oldest or the newest versions: make versions.

    python tools/versions.py oldest     constraints/oldest.txt, on the Python that runs this
    python tools/versions.py newest     constraints/newest.txt
    python tools/versions.py today      whatever the registry has today, later than the constraints
    python tools/versions.py oldest tests/nn tests/digits     other tests than `TESTS`

The environment has `course_lib`, installed as a user installs it, and what the tests themselves need.
"""

import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: the rooms that stand on NumPy, SciPy, SymPy, Pillow, scikit-image; two chapters with what they print and draw
TESTS = ["tests/nn", "tests/circuit", "tests/digits", "tests/reading",
         "book/01-gradient.ipynb", "book/06-forward.ipynb"]
#: what runs the tests, at its pin: not what is tested
TOOLS = ["pytest", "pytest-xdist", "nbval", "hypothesis", "ipykernel", "setuptools"]


def pinned(names):
    """Requirements of requirements.txt by their names."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    found = {re.split("==", line)[0]: line for line in lines if "==" in line}
    return [found[name] for name in names]


def run(*command):
    done = subprocess.run([str(word) for word in command], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def main(which, *tests):
    held = [] if which == "today" else ["-c", ROOT / f"constraints/{which}.txt"]
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin/python"
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if which == "today":
            pip += ["--upgrade", "--upgrade-strategy", "eager"]
        print(f"Python {sys.version.split()[0]}, {which}: installing ...", flush=True)
        run(*pip, *held, "pyyaml", *pinned(TOOLS))
        run(*pip, *held, "--no-build-isolation", ROOT)
        run(python, "-m", "pip", "check", "--disable-pip-version-check")
        run(python, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", *(tests or TESTS))


if __name__ == "__main__":
    main(*sys.argv[1:])
