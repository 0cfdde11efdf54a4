"""Pages that run: a button brings Python to the reader's browser, and the cells of the page to life.

A page that is only read has one more line. Everything else lies in `_static/live`: Python and its packages
(`live_files`), what is made of the course (`live_parts`), the cells of each chapter, and the scripts
(`live/js`, bundled by esbuild). `LIVE=0 make book` leaves it out; so does a build that cannot fetch the files,
and says so.
"""

import json
import os
import re
import shutil
from pathlib import Path

import nbformat
from sphinx.util import logging

from course_book import lab, live_compiled, live_files, live_needs, live_parts, npm
from course_book.light import wrote_pages

FOLDER = "_static/live"
BUTTON = """</h1>
<div class="course-live pst-js-only" data-page="{page}" data-version="{version}">
<button type="button" class="course-key course-run">Run this page</button>
<a class="course-key" href="{notebook}" hidden>Open as a notebook</a>
<span class="course-live-hint">Python comes to your browser once, {megabytes} MB; then it is kept.</span>
</div>"""
SANITIZE = live_files.ROOT / "tests/nbval_sanitize.cfg"
PYTHON = ("asked.py", "kernel.py")                 # what the worker writes beside Python
START = ("ipython", "matplotlib-inline", "comm")   # what the kernel itself imports
logger = logging.getLogger(__name__)


def gather(app, config):
    """Fetch the files, and make what is made of the course."""
    app.course_live = None
    if os.environ.get("LIVE") == "0":
        return
    try:
        files = live_files.fetch(report=logger.info)
        wheels = dict([live_parts.library(), live_parts.images()])
        lock = live_parts.lock(files, wheels)
        served = live_compiled.serve(lock, files, wheels, report=logger.info)
    except live_files.LiveError as problem:
        logger.info("The pages will not run in the reader's browser: %s", problem)
        return
    app.course_live = {"served": served, "lock": lock, "needs": live_needs.needs(lock)}
    sources = [path for path in sorted(live_files.LOCK.rglob("*.*")) if path.suffix != ".pyc"]
    config.course_live = live_files.digest(b"".join(path.read_bytes() for path in sources))[:8]


def cells_of(path):
    """The code cells of a chapter as the page shows them; what it removes is what installs the course elsewhere."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells
             if cell.cell_type == "code" and "remove-cell" not in cell.metadata.get("tags", [])]
    return [{"id": cell.id, "code": cell.source, "name": f"cell {number}", "printed": printed(cell),
             "digest": live_files.digest(cell.source.encode())[:12], "short": cell.metadata.get("short")}
            for number, cell in enumerate(cells, start=1)]


def printed(cell):
    """What a cell prints, and its value where that is text alone; None if it may differ from run to run."""
    if "nbval-ignore-output" in cell.metadata.get("tags", []):
        return None
    text = ""
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stdout":
            text += output.text
        elif output.output_type in ("display_data", "execute_result") and set(output.data) == {"text/plain"}:
            text += output.data["text/plain"] + "\n"
    return text


def loads(live, cells):
    """What comes when a page is brought to life: packages of shell and first cell, their bytes with Python itself, and
    the bytes of all that follows when the first cell has run, too."""
    first, later = live_needs.packages_of(cells[0]["code"], live["lock"], live["needs"])
    names = first | set(START)
    return sorted(names), *(bytes_of(live, each) for each in (names, names | later))


def bytes_of(live, names):
    packages = [live["lock"]["packages"][name]["file_name"] for name in live_parts.closure(live["lock"], names)]
    return sum(live["served"][name].stat().st_size for name in [*live_files.CORE, *packages])


def patterns():
    """What nbval's settings say may differ, as [pattern, replacement]; the browser knows these patterns too."""
    text = SANITIZE.read_text(encoding="utf-8")
    found, instead = (re.findall(rf"^{name}: (.*)$", text, re.M) for name in ("regex", "replace"))
    return list(map(list, zip(found, instead, strict=True)))


def add_button(app, pagename, templatename, context, doctree):
    """Put the button onto a chapter's page, and its cells into a file."""
    source = Path(app.env.doc2path(pagename)) if doctree is not None else Path()
    if app.builder.name != "html" or source.suffix != ".ipynb" or os.environ.get("LIVE") == "0":
        return
    page, size = source.stem, 0
    if app.course_live:
        cells = cells_of(source)
        packages, first, size = loads(app.course_live, cells)
        book = {"page": page, "notebook": f"../_sources/{pagename}.ipynb", "packages": packages, "bytes": first,
                "patterns": patterns(), "cells": cells}
        folder = Path(app.outdir, FOLDER, "cells")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{page}.json").write_text(json.dumps(book), encoding="utf-8")
    notebook = f"{context['pathto']('', 1)}{lab.address(source.name)}"
    button = BUTTON.format(page=page, version=app.config.course_live, megabytes=round(size / 1e6) or "some",
                           notebook=notebook)
    if app.course_live:
        button = button.replace(" hidden>Open", ">Open")
    context["body"] = context["body"].replace("</h1>", button, 1)


def write(app, exception):
    """Put everything into the book, when its pages are written."""
    if exception or not wrote_pages(app) or not app.course_live:
        return
    live, folder = app.course_live, Path(app.outdir, FOLDER)
    for name, path in live["served"].items():
        shutil.copy(path, folder / name)
    (folder / "pyodide-lock.json").write_text(json.dumps(live["lock"]), encoding="utf-8")
    whole = live_parts.notebook_lock(live["lock"], [every for _, every in live["needs"].values()])
    (folder / "notebook-lock.json").write_text(json.dumps(whole), encoding="utf-8")
    (folder / "needs.json").write_text(json.dumps(live["needs"]), encoding="utf-8")
    for name in PYTHON:
        shutil.copy(live_files.LOCK / name, folder)
    others = ("pyodide-lock.json", "notebook-lock.json", "needs.json", "cells", *PYTHON)
    forget({*live["served"], *others, *bundle(folder)}, folder)
    lab.write(Path(app.srcdir, "book"), Path(app.outdir, lab.FOLDER))


def forget(kept, folder):
    """Remove what an earlier build has left."""
    for path in folder.iterdir():
        if path.name not in kept:
            path.unlink()


def bundle(folder):
    """The scripts, each in one file; returns their names."""
    scripts = live_files.LOCK / "js"
    program = live_files.MODULES / "esbuild/bin/esbuild"
    for old in [*folder.glob("*.js"), *folder.glob("*.css")]:
        if old.name not in live_files.CORE:
            old.unlink()
    common = ["--bundle", "--minify", f"--outdir={folder}", "--log-level=warning"]
    paths = {"NODE_PATH": str(live_files.MODULES)}
    for arguments in ([scripts / "live.js", "--format=esm", "--splitting"], [scripts / "worker.js", "--format=iife"],
                      [scripts / "widgets.css"]):
        done = npm.run("node", program, *arguments, *common, cwd=live_files.CACHE, environment=paths)
        if done.returncode:
            raise RuntimeError(f"esbuild could not bundle the live pages' scripts:\n{done.stderr[-2000:]}")
    return [path.name for end in ("js", "css") for path in folder.glob(f"*.{end}")]


def setup(app):
    app.add_config_value("course_live", "", "html")        # a page is written anew when what brings it to life changes
    app.connect("config-inited", gather)
    app.connect("html-page-context", add_button)
    app.connect("build-finished", write, priority=850)     # before the zip
    return {"parallel_read_safe": True, "parallel_write_safe": True}
