"""Write a zip of the built book into the book itself, for reading it without a network."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

NAME = "how-a-network-learns"


def zip_book(app, exception):
    if exception or app.builder.name != "html":
        return
    book = Path(app.outdir)
    archive = book / f"{NAME}.zip"
    unfinished = archive.with_suffix(".part")
    with ZipFile(unfinished, "w", ZIP_DEFLATED, compresslevel=6) as out:
        for path in sorted(book.rglob("*")):
            if path.is_file() and path not in (archive, unfinished):
                out.write(path, Path(NAME, path.relative_to(book)))
    unfinished.replace(archive)


def setup(app):
    app.connect("build-finished", zip_book, priority=900)  # after everything else is written
    return {"parallel_read_safe": True, "parallel_write_safe": True}
