"""Print the built book: one PDF with contents, running heads, bookmarks and the answers at its end.

    python tools/pdf.py             writes _build/html/how-a-network-learns.pdf and names it on the start page

The browser that the tests use prints the pages of `_build/html`, put together by `pdf.js`: first to see on which
page each heading comes to stand, then with the numbers in the contents.
"""

import re
import sys
import time
from io import BytesIO
from pathlib import Path

import chromium  # makes course_book known too
import pikepdf
import yaml
from course_book.archive import NAME
from course_book.site import SUBTITLE, name_files
from pypdf import PdfReader
from weigh import pages, served

ROOT = Path(__file__).parents[1]
HTML = ROOT / "_build/html"
TARGET = HTML / f"{NAME}.pdf"
HERE = Path(__file__).parent
EMPTY = ('<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
         '<link rel="stylesheet" href="/_static/book.css"><style>{style}</style></head><body></body></html>')
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
SAID = {"title": CONFIG["title"], "subtitle": SUBTITLE, "licence": CONFIG["html"]["extra_footer"]}
FILL = """numbers => document.querySelectorAll(".contents-page").forEach((place, i) => {
  place.textContent = numbers[i];
})"""


def headings(outline, reader, depth=0):
    """Yield (title, page number) of the bookmarks of chapters and sections, in order."""
    for item in outline:
        if isinstance(item, list):
            if depth < 1:
                yield from headings(item, reader, depth + 1)
        else:
            yield item.title, reader.get_destination_page_number(item) + 1


def plain(title):
    return re.sub(r"\W", "", title)


def numbers(pdf, titles):
    """The page of each heading in the contents, from the bookmarks of a first print."""
    reader = PdfReader(BytesIO(pdf))
    found = list(headings(reader.outline, reader))
    if [plain(title) for title, _ in found] != [plain(title) for title in titles]:
        raise RuntimeError("The bookmarks of the print are not the lines of its contents.")
    return [number for _, number in found]


def composed(page, address, names):
    """Put the pages together in a fresh window; returns the lines of the contents."""
    page.goto(f"{address}/print.html")
    page.add_script_tag(content=(HERE / "pdf.js").read_text(encoding="utf-8"))
    return page.evaluate("settings => compose(settings)", {"pages": names, **SAID})


def printed(page, address, names):
    """The book as the bytes of a PDF.

    Chromium breaks what it prints a second time at other places: every print is the first of its window.
    """
    empty = EMPTY.format(style=(HERE / "pdf.css").read_text(encoding="utf-8"))
    page.route(f"{address}/print.html", lambda route: route.fulfill(body=empty, content_type="text/html"))
    settings = {"prefer_css_page_size": True, "print_background": True, "outline": True, "tagged": True}
    said = []
    for attempt in ("to see where each heading stands", "with the contents", "again: a heading has moved", "again"):
        print(f"Printing {attempt} ...", flush=True)
        titles = composed(page, address, names)
        page.evaluate(FILL, said or [""] * len(titles))
        pdf = page.pdf(**settings)
        found = numbers(pdf, titles)
        if found == said:
            return pdf
        said = found
    raise RuntimeError("The headings do not come to rest: the contents would name wrong pages.")


def main():
    start = time.monotonic()
    with served(HTML) as address, chromium.opened() as browser:
        page = browser.new_page()
        page.set_default_timeout(600_000)
        pdf = printed(page, address, sys.argv[1:] or pages())
    with pikepdf.open(BytesIO(pdf)) as whole:
        whole.save(TARGET, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    name_files(HTML)
    print(f"{TARGET}: {len(PdfReader(TARGET).pages)} pages, {TARGET.stat().st_size / 1e6:.1f} MB "
          f"({time.monotonic() - start:.0f} s)")


if __name__ == "__main__":
    main()
