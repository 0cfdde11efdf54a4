"""Fetch the parts of the book that run in the reader's browser: MathJax, require.js, the widget
manager and the fonts.

They come from npm by an exact lock with integrity hashes (`book/_ext/frontend`) and end up in
`.frontend/static/vendor`, from where the build copies them. Nothing is fetched twice: the digest
of the lock, written last, says what is there. The lock names the packages alone, not what they
would be compiled with: each ships its parts ready to use.

    python book/_ext/course_book/frontend.py
"""

import hashlib
import re
import shutil
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

if __name__ == "__main__":  # run as a script, not as a part of the Sphinx extension
    sys.path.insert(0, str(Path(__file__).parents[1]))

from course_book import npm

ROOT = Path(__file__).resolve().parents[3]
LOCK = ROOT / "book/_ext/frontend"
CACHE = ROOT / ".frontend"
FONTS = ("source-serif-4", "source-sans-3", "source-code-pro")
SCRIPTS = r"-(latin|latin-ext|greek)-wght-"  # the writing systems that the book uses


class FrontEndError(RuntimeError):
    """The front-end parts are neither there nor to be had."""


def fetch(report=lambda line: None):
    """Return the folder with the front-end parts, after fetching them if they are missing."""
    static, stamp = CACHE / "static", CACHE / "stamp"
    wanted = hashlib.sha256()
    for path in (LOCK / "package-lock.json", Path(__file__)):
        wanted.update(path.read_bytes())
    wanted.update(version("anywidget").encode())
    if stamp.is_file() and stamp.read_text() == wanted.hexdigest():
        return static
    report("Fetching the book's front-end parts from npm (once, about 60 MB) ...")
    try:
        npm.install(LOCK, CACHE)
    except npm.NpmError as error:
        raise FrontEndError(
            "The book's front-end parts (mathematics, widgets, fonts) could not be fetched from "
            f"npm:\n{error}\nWith a network, run `make frontend` once; every later build works "
            "without one.") from None
    modules = CACHE / "node_modules"
    arrange(modules, static / "vendor")
    shutil.rmtree(modules)
    stamp.write_text(wanted.hexdigest())
    return static


def arrange(modules, vendor):
    """Copy what the book serves from the installed packages into one folder."""
    def copy(source, target):
        for path in sorted(modules.glob(source)):
            folder = vendor / target
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder)

    copy("requirejs/require.js", ".")
    # One file holds several modules, each of which looks for the icons' fonts beside its own name.
    manager = "@jupyter-widgets/html-manager/dist"
    copy(f"{manager}/embed-amd.js", "widgets")
    copy(f"{manager}/*.woff2", f"widgets/{manager}")
    copy(f"{manager}/*.woff2", "widgets/@jupyter-widgets")
    # Its Python package brings the script that belongs to it; the widget manager asks for this name.
    anywidget = Path(find_spec("anywidget").origin).parent / "nbextension/index.js"
    shutil.copy(anywidget, vendor / "widgets/anywidget.js")
    copy("mathjax/es5/tex-chtml-full.js", "mathjax")
    copy("mathjax/es5/output/chtml/fonts/woff-v2/*.woff", "mathjax/output/chtml/fonts/woff-v2")
    for font in FONTS:
        for style in ("normal", "italic"):
            copy(f"@fontsource-variable/{font}/files/*-wght-{style}.woff2", "fonts/files")
    (vendor / "fonts/fonts.css").write_text("".join(font_faces(modules)), encoding="utf-8")
    used = (vendor / "fonts/fonts.css").read_text(encoding="utf-8")
    for path in (vendor / "fonts/files").iterdir():
        if path.name not in used:
            path.unlink()


def font_faces(modules):
    """Yield the style rules of the fonts, for the writing systems that the book uses."""
    for font in FONTS:
        for style in ("index.css", "wght-italic.css"):
            text = (modules / "@fontsource-variable" / font / style).read_text(encoding="utf-8")
            for name, rule in re.findall(r"/\* (\S+) \*/\s*(@font-face \{.*?\})", text, re.S):
                if re.search(SCRIPTS, name):
                    yield rule + "\n"


if __name__ == "__main__":
    try:
        fetch(report=print)
    except FrontEndError as problem:
        sys.exit(str(problem))
