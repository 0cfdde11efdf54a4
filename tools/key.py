"""Print the key for who teaches: every exercise with its solution, every quiz with its right answers marked.

    python tools/key.py teaching/key.pdf        make key

It is taken out of the built book as the PDF is, so it cannot say anything else than the chapters; the book
itself, which students read, has no page of it.
"""

import sys
from pathlib import Path

import chromium
from pdf import EMPTY, HERE, HTML
from weigh import pages, served

STYLE = """
.key-title { font-size: 2rem; }
details.quiz { margin: 0.2rem 0 !important; }
details.quiz:is(.right, .number) { border: 2px solid black; }
"""
TITLE = "Key to the exercises and quizzes"


def chapters():
    """The pages of the chapters, in the book's order."""
    return [name for name in pages() if Path(name).stem[:2].isdigit()]


def composed(page, address, names):
    """Put the key together in a window; what is counted in each chapter."""
    style = (HERE / "pdf.css").read_text(encoding="utf-8") + STYLE
    empty = EMPTY.format(style=style)
    page.route(f"{address}/key.html", lambda route: route.fulfill(body=empty, content_type="text/html"))
    page.goto(f"{address}/key.html")
    for script in ("pdf.js", "key.js"):
        page.add_script_tag(content=(HERE / script).read_text(encoding="utf-8"))
    return page.evaluate("settings => composeKey(settings)", {"pages": names, "title": TITLE})


def main(target):
    with served(HTML) as address, chromium.opened() as browser:
        page = browser.new_page()
        page.set_default_timeout(600_000)
        counts = composed(page, address, chapters())
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        page.pdf(path=target, prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
    exercises, _, _, questions = map(sum, zip(*counts.values()))
    print(f"{target}: the solutions of {exercises} exercises and the answers to {questions} questions of the quizzes.")


if __name__ == "__main__":
    main(*sys.argv[1:])
