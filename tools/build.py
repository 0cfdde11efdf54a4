"""Build the book with warnings as errors, and say where it is.

python tools/build.py [an argument of jupyter-book build ...]
"""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]


def contents(root=ROOT):
    """The pages that `_toc.yml` names."""
    text = (root / "_toc.yml").read_text(encoding="utf-8")
    names = re.findall(r"^[ -]*(?:root|file): *[\"']?([^\s\"'#]+)", text, re.M)
    return {re.sub(r"\.(md|ipynb)$", "", name) for name in names}


def forget_what_is_gone(html, root=ROOT):
    """Remove pages of an earlier build whose source is gone, or not in `_toc.yml` any more; say whether there were any.

    Sphinx leaves them, and every page that it does not write again still leads to them; of pages of code it
    writes again only those whose code has changed.
    """
    code, named, gone = html / "_modules", contents(root), False
    for page in [*html.glob("book/**/*.html"), *code.glob("course_lib/**/*.html")]:
        top = code if code in page.parents else html
        name = page.relative_to(top).with_suffix("")
        places = [root / f"{name}.py", root / name / "__init__.py"]
        if not (any(place.exists() for place in places) if top == code else name.as_posix() in named):
            page.unlink()
            gone = True
    if gone:
        shutil.rmtree(code, ignore_errors=True)
    return gone


def jupyter_book(*arguments):
    """Run jupyter-book; return its code and its warnings, which would else stand far above the end."""
    command = [Path(sys.executable).with_name("jupyter-book"), *arguments]
    problems = []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as run:
        for line in run.stderr:
            sys.stderr.write(line)
            if "WARNING" in line or "ERROR" in line:
                problems.append(line.rstrip())
    return run.returncode, problems


def main(*arguments):
    start = time.monotonic()
    if forget_what_is_gone(ROOT / "_build/html"):
        arguments = ("--all", *arguments)       # every page is written again; nothing is executed again
    code, problems = jupyter_book("build", ".", "-W", "--keep-going", *arguments)
    if code != 0:
        sys.exit("\n".join(["The book was not built:", *(problems or ["the lines above say why."])]))
    print(f"The book is built ({time.monotonic() - start:.0f} s): {ROOT / '_build/html/index.html'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
