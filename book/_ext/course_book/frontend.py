"""Fetch what the build needs from npm: MathJax, which sets the formulas, a document for the widgets' first
views, PurgeCSS, and the fonts.

The packages come by an exact lock with integrity hashes (`book/_ext/frontend`) into `.frontend`. Nothing is
fetched twice: the digest of the lock, written last, says what is there. The lock names the packages alone, not
what they would be compiled with: each ships its parts ready to use.

    python book/_ext/course_book/frontend.py
"""

import hashlib
import sys
from pathlib import Path

if __name__ == "__main__":  # run as a script, not as a part of the Sphinx extension
    sys.path.insert(0, str(Path(__file__).parents[1]))

from course_book import npm

ROOT = Path(__file__).resolve().parents[3]
LOCK = ROOT / "book/_ext/frontend"
CACHE = ROOT / ".frontend"
MODULES = CACHE / "node_modules"


class FrontEndError(RuntimeError):
    """The front-end parts are neither there nor to be had."""


def fetch(report=lambda line: None):
    """Return the folder with the packages, after fetching them if they are missing."""
    stamp = CACHE / "stamp"
    wanted = hashlib.sha256((LOCK / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return MODULES
    report("Fetching what sets the book's formulas and its fonts from npm (once, about 20 MB) ...")
    try:
        npm.install(LOCK, CACHE)
    except npm.NpmError as error:
        raise FrontEndError(
            "What the book's formulas, widgets and fonts need could not be fetched from "
            f"npm:\n{error}\nWith a network, run `make frontend` once; every later build works "
            "without one.") from None
    stamp.write_text(wanted)
    return MODULES


if __name__ == "__main__":
    try:
        fetch(report=print)
    except FrontEndError as problem:
        sys.exit(str(problem))
