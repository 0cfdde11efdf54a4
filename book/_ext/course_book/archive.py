"""Write zips of the built book into the book itself: for reading without a network, and with Python for its pages."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from sphinx.util import logging

from course_book import lab, live
from course_book.light import ARCHIVE, wrote_pages

NAME = Path(ARCHIVE).stem
#: what the theme brings for building and pages do without: it stands in `book.js` and `book.css` (`light`)
WORKSHOP = ("_static/scripts", "_static/styles", "_static/locales")
PACKED = (".whl", ".zip", ".webp", ".woff2")     # compressed already
logger = logging.getLogger(__name__)


def zip_book(app, exception):
    if exception or not wrote_pages(app):
        return
    book = Path(app.outdir)
    files = sorted(path for path in book.rglob("*") if path.is_file() and is_read(path, book))
    light = [path for path in files if not any(path.is_relative_to(book / one) for one in (live.FOLDER, lab.FOLDER))]
    with ThreadPoolExecutor() as pool:   # what compresses leaves Python to others
        unfinished = pool.submit(write, book / ARCHIVE, book, light)
        if light != files:
            write(book / f"{NAME}-live.zip", book, files).replace(book / f"{NAME}-live.zip")
    unfinished.result().replace(book / ARCHIVE)   # last: with it the book is done


def is_read(path, book):
    """Whether a file is a part of the pages: not made of them, nor for making them."""
    made = path.parent == book and path.suffix in (".zip", ".part", ".pdf", ".epub")
    for_making = path.name.endswith("macros.html") or any(path.is_relative_to(book / one) for one in WORKSHOP)
    return not made and not for_making


def write(archive, book, files):
    """Write an archive under another name, which is returned."""
    unfinished = archive.with_suffix(".part")
    with ZipFile(unfinished, "w", ZIP_DEFLATED, compresslevel=6) as out:
        for path in files:
            out.write(path, Path(NAME, path.relative_to(book)), ZIP_STORED if path.suffix in PACKED else ZIP_DEFLATED)
    logger.info("%s: %.1f MB", archive.name, unfinished.stat().st_size / 1e6)
    return unfinished


def setup(app):
    app.connect("build-finished", zip_book, priority=900)  # after everything else is written
    return {"parallel_read_safe": True, "parallel_write_safe": True}
