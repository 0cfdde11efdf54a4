"""Make an e-book of the built book: a page each, formulas as MathML, widgets as their key frames.

    python tools/epub.py            writes _build/html/how-a-network-learns.epub and names it on the start page

EPUB 3.3. The pages are taken out of `_build/html` by `epub.js`, in the browser that the tests use.
"""

import sys
import time
import uuid
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import chromium  # makes course_book known too
from course_book.archive import NAME
from course_book.site import name_files
from pdf import HTML, SAID
from weigh import pages, served

HERE = Path(__file__).parent
TARGET = HTML / f"{NAME}.epub"
CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
PAGE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head><title>{title}</title><link rel="stylesheet" href="style.css"/></head>
<body>{body}</body>
</html>
"""
PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{id}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:language>en</dc:language>
<dc:description>{subtitle}</dc:description>
<dc:rights>{licence}</dc:rights>
<meta property="dcterms:modified">{now}</meta>
<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">alternativeText</meta>
<meta property="schema:accessibilityFeature">MathML</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityHazard">none</meta>
</metadata>
<manifest>
{manifest}
</manifest>
<spine>
{spine}
</spine>
</package>
"""
TYPES = {".png": "image/png", ".webp": "image/webp", ".jpg": "image/jpeg", ".svg": "image/svg+xml"}


def file_of(name):
    return name.replace("/", "-").replace(".html", ".xhtml")


def contents(chapters):
    """The navigation document: chapters and their sections."""
    lines = []
    for name, page in chapters.items():
        inner = "".join(f'<li><a href="{file_of(name)}#{place}">{escape(title)}</a></li>'
                        for place, title in page["headings"] if place)
        inner = f"<ol>{inner}</ol>" if inner else ""
        lines.append(f'<li><a href="{file_of(name)}">{escape(page["title"])}</a>{inner}</li>')
    return PAGE.format(title="Contents", body=f'<nav epub:type="toc"><h1>Contents</h1><ol>{"".join(lines)}</ol></nav>')


def package(chapters, pictures):
    """The list of the files and their order."""
    items = ['<item id="contents" href="contents.xhtml" media-type="application/xhtml+xml" properties="nav"/>',
             '<item id="style" href="style.css" media-type="text/css"/>']
    for number, (name, page) in enumerate(chapters.items()):
        properties = " ".join(word for word, there in (("mathml", page["math"]), ("svg", page["svg"])) if there)
        items.append(f'<item id="p{number}" href="{file_of(name)}" media-type="application/xhtml+xml"'
                     + (f' properties="{properties}"' if properties else "") + "/>")
    items += [f'<item id="i{number}" href="images/{name}" media-type="{TYPES[Path(name).suffix]}"/>'
              for number, name in enumerate(pictures)]
    spine = ['<itemref idref="contents"/>', *(f'<itemref idref="p{number}"/>' for number in range(len(chapters)))]
    said = {name: escape(text) for name, text in SAID.items()}
    return PACKAGE.format(id=uuid.uuid5(uuid.NAMESPACE_URL, NAME), now=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                          manifest="\n".join(items), spine="\n".join(spine), **said)


def taken(page, address, names):
    """{name: its title, text, headings, pictures} of the pages."""
    page.goto(f"{address}/404.html")
    page.add_style_tag(url="/_static/book.css")
    page.add_script_tag(content=(HERE / "epub.js").read_text(encoding="utf-8"))
    renamed = "path => 'images/' + path.split('/').at(-1)"
    return {name: page.evaluate(f"([name, names]) => chapter(name, names, {renamed})", [name, names]) for name in names}


def write(target, chapters, html):
    pictures = sorted({name for page in chapters.values() for name in page["pictures"]})
    files = {path.name: path for folder in ("_images", "_static") for path in (html / folder).rglob("*")}
    unfinished = target.with_suffix(".part")
    with ZipFile(unfinished, "w", ZIP_DEFLATED) as out:
        out.writestr("mimetype", "application/epub+zip", ZIP_STORED)      # first, and not packed
        out.writestr("META-INF/container.xml", CONTAINER)
        out.writestr("book/package.opf", package(chapters, pictures))
        out.writestr("book/contents.xhtml", contents(chapters))
        out.write(HERE / "epub.css", "book/style.css")
        for name, page in chapters.items():
            out.writestr(f"book/{file_of(name)}", PAGE.format(title=escape(page["title"]), body=page["text"]))
        for name in pictures:
            out.write(files[name], f"book/images/{name}")
    unfinished.replace(target)


def main():
    start = time.monotonic()
    with served(HTML) as address, chromium.opened() as browser:
        page = browser.new_page()
        page.set_default_timeout(600_000)
        print("Taking the pages out of the book ...", flush=True)
        write(TARGET, taken(page, address, sys.argv[1:] or pages()), HTML)
    name_files(HTML)
    print(f"{TARGET}: {TARGET.stat().st_size / 1e6:.1f} MB ({time.monotonic() - start:.0f} s)")


if __name__ == "__main__":
    main()
