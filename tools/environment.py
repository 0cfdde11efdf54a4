"""Make the environment that the book is built and tested in.

python tools/environment.py .venv          the book's own requirements and course_lib
python tools/environment.py .venv browser  the same with an extra of pyproject.toml on top
python tools/environment.py .grade tools/grading/requirements.txt   another one, with these and without course_lib
"""

import importlib.util
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(*command):
    done = subprocess.run([str(part) for part in command], check=False, cwd=ROOT)
    if done.returncode != 0:
        sys.exit(f"Set-up stopped: {' '.join(map(str, command))} failed. The lines above say why; "
                 "after mending it, give the same make command again.")


def create(folder):
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"This Python ({sys.executable}) has no {' and no '.join(missing)} module, so no "
                 "environment can be made.\nOn Debian or Ubuntu: sudo apt install python3-venv, "
                 "then give the same make command again.")
    print(f"Making an environment in {folder} with Python {sys.version.split()[0]} ...", flush=True)
    run(sys.executable, "-m", "venv", folder)


def main(folder, extra=None):
    python = ROOT / folder / "bin/python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    locked = ["-c", "constraints/lock.txt"]     # what the requirements stand on has its version there
    if not python.exists():
        create(folder)
    if extra is None:
        print("Installing the book's requirements (some 700 MB, about a minute) ...", flush=True)
        run(*pip, *locked, "-r", "requirements.txt")
        run(*pip, "--no-deps", "--no-build-isolation", "-e", ".")
    elif extra.endswith(".txt"):
        print(f"Installing what {extra} names ...", flush=True)
        run(*pip, "-r", extra)
    else:
        print(f"Installing what the tests need on top ({extra}) ...", flush=True)
        run(*pip, *locked, "--no-build-isolation", "-e", f".[{extra}]")


if __name__ == "__main__":
    main(*sys.argv[1:])
