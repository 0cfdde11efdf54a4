"""Resolve the versions in `constraints/` anew: make lock. No address of a registry gets into them.

    lock.txt     all that `make book`, `make test` and `make check` install, every version, for Python 3.11 to 3.13;
                 the pins of requirements.txt and pyproject.toml hold, what those stand on is the newest
    oldest.txt   the oldest release of each dependency of `course_lib` that pyproject.toml allows
    newest.txt   the newest

`make versions` runs the unit tests with the last two, `make lock` ends with the whole test.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
HERE = ROOT / "constraints"
PYTHON = "3.11"
TOP = "# Written by `make lock` ({}); not to be edited.\n"


def resolve(*words):
    """The lines "name==version ; marker" that uv finds."""
    command = [Path(sys.executable).with_name("uv"), "pip", "compile", "pyproject.toml", *words, "--universal",
               "--python-version", PYTHON, "--no-header", "--no-annotate", "--no-emit-index-url", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit("No versions were found that go together; the lines above say what is in the way. "
                 "Loosen a pin in requirements.txt or pyproject.toml, then give make lock again.")
    return [line for line in done.stdout.splitlines() if "==" in line]


def name(line):
    """The name of a requirement, as packages are compared."""
    return re.match(r"[\w.-]+", line)[0].lower().replace("_", "-")


def write(file, lines, what):
    (HERE / file).write_text(TOP.format(what) + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"constraints/{file}: {len(lines)} versions", flush=True)


def main():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = {name(line) for line in project["dependencies"]}
    HERE.mkdir(exist_ok=True)
    everything = resolve("requirements.txt", "--extra", "browser", "--extra", "check")
    write("lock.txt", everything, "what the book is built with")
    for file, resolution in (("oldest.txt", "lowest-direct"), ("newest.txt", "highest")):
        lines = [line for line in resolve("--resolution", resolution) if name(line) in ours]
        write(file, lines, f"{file.removesuffix('.txt')} supported")


if __name__ == "__main__":
    main()
