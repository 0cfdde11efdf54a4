"""What a host needs beside the pages: a page for wrong addresses; and where the book's own address is known, a map
of the site, canonical addresses and a card for those who pass a link on.

The address is `html: baseurl:` in `_config.yml`, or GitHub's for the repository that is named there.
"""

import re
from html import escape
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import numpy as np
from matplotlib.figure import Figure

from course_book.archive import NAME
from course_book.light import wrote_pages
from course_lib.digits import pen
from course_lib.figures import palette

CARD = "_static/card.png"
SUBTITLE = "From the gradient of a sigmoid to a NumPy network that reads handwriting"

LOST = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Not in this book: {title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 34rem; margin: 12vh auto; padding: 0 1.2rem; font: 1.1rem/1.6 Georgia, serif; }}
h1 {{ font: 600 1.8rem/1.2 system-ui, sans-serif; }}
</style>
</head>
<body>
<h1>This page is not in the book</h1>
<p>The loss is large and the gradient leads nowhere: perhaps the page has another name now, perhaps a letter
of its address is missing.</p>
<p><a id="start" href="{home}index.html">Start of the book</a> · <a id="search" href="{home}search.html">Search</a></p>
<script>
// Where the book's address is not known: it begins after the host's name, or, on GitHub, after the repository's.
if (!{known}) {{
  const home = location.hostname.endsWith(".github.io") ? "/" + location.pathname.split("/")[1] + "/" : "/";
  start.href = home + "index.html";
  search.href = home + "search.html";
}}
</script>
</body>
</html>
"""


def find_address(app, config):
    """Take GitHub's address for the book where none is given."""
    repository = urlsplit(config.html_theme_options.get("repository_url") or "")
    if repository.netloc == "github.com" and not config.html_baseurl:
        owner, name = repository.path.strip("/").split("/")
        config.html_baseurl = urlunsplit(("https", f"{owner.lower()}.github.io", f"/{name}/", "", ""))


def describe_card(app, pagename, templatename, context, doctree):
    """What is shown where somebody passes a page's address on."""
    home = app.config.html_baseurl
    if not home or not doctree:
        return
    said = {"title": re.sub(r"<[^>]*>", "", context["title"]), "type": "article", "site_name": app.config.html_title,
            "url": home + app.builder.get_target_uri(pagename), "image": home + CARD}
    if words := app.course_descriptions.get(pagename):
        said["description"] = words
    context["metatags"] = context.get("metatags", "") + "".join(
        f'\n<meta property="og:{name}" content="{escape(text)}">' for name, text in said.items()
    ) + '\n<meta name="twitter:card" content="summary_large_image">'


def card(title):
    """The picture on the card, 1200 × 630 pixels: the book's title and ten digits of the pen."""
    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor="white")
    first, _, rest = title.rpartition(" network ")
    figure.text(.06, .74, f"{first} network" if first else "", fontsize=50, weight="bold", color=palette.INK)
    figure.text(.06, .59, rest or title, fontsize=50, weight="bold", color=palette.INK)
    figure.text(.06, .46, SUBTITLE, fontsize=20, color=palette.INK)
    for place, picture in enumerate(pen.draw(np.random.default_rng(1), np.arange(10))):
        axes = figure.add_axes((.06 + .088 * place, .13, .084, .16))
        axes.imshow(picture, cmap="Greys")
        axes.set_axis_off()
    return figure


def name_files(book):
    """Name what the book is there as beside its zip (`make pdf`, `make epub`), and its slides (`make slides`)."""
    there = {"a PDF": book / f"{NAME}.pdf", "an e-book": book / f"{NAME}.epub"}
    links = [f'<a href="../{path.name}">as {kind}</a>' for kind, path in there.items() if path.exists()]
    said = f" It is there {' and '.join(links)} too." if links else ""
    fill(book / "book/index.html", "course-files", said)
    decks = [f'<a href="../slides/{path.name}">{number}</a>'
             for number, path in enumerate(sorted(book.glob("slides/*.html")), start=1)]
    said = f" Slides of the chapters, with what to say: {', '.join(decks)}." if decks else ""
    for name in ("index", "teaching"):
        fill(book / f"book/{name}.html", "course-slides", said)


def fill(page, place, said):
    """Say something in the place of a page that waits for it; a book may be without the page."""
    if page.exists():
        text = re.sub(rf'(<span id="{place}">).*?(</span>)', lambda found: found[1] + said + found[2],
                      page.read_text(encoding="utf-8"), flags=re.S)
        page.write_text(text, encoding="utf-8")


def write(app, exception):
    if exception or not wrote_pages(app):
        return
    book, home = Path(app.outdir), app.config.html_baseurl
    lost = LOST.format(title=escape(app.config.html_title), home=escape(home), known=str(bool(home)).lower())
    (book / "404.html").write_text(lost, encoding="utf-8")
    name_files(book)
    if not home:
        return
    pages = [escape(home + app.builder.get_target_uri(name)) for name in sorted(app.env.found_docs)]
    places = "".join(f"<url><loc>{page}</loc></url>\n" for page in pages)
    (book / "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n', encoding="utf-8")
    (book / "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {home}sitemap.xml\n", encoding="utf-8")
    card(app.config.html_title).savefig(book / CARD)


def setup(app):
    app.connect("config-inited", find_address, priority=900)
    app.connect("html-page-context", describe_card, priority=600)
    app.connect("build-finished", write, priority=750)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
