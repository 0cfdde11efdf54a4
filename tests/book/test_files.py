"""The files of the built book: links that lead somewhere, downloads, no foreign hosts."""

import json
import re
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from course_book import live

from tests.conftest import ROOT, book_pages

REPOSITORY_HOSTS = {"github.com", "mybinder.org", "colab.research.google.com"}


class Links(HTMLParser):
    """Collects the identifiers, links and loaded files of a page."""

    def __init__(self, text):
        super().__init__()
        self.identifiers, self.links, self.loads, self.scripts = set(), [], [], []
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self._in_script = tag == "script"
        self.identifiers.update(filter(None, (values.get("id"), values.get("name"))))
        if tag == "a" and values.get("href") is not None:
            self.links.append(values["href"])
        if tag in ("script", "img", "iframe", "source", "video") and values.get("src"):
            self.loads.append(values["src"])
        if tag == "link" and values.get("rel") not in ("canonical",):
            self.loads.append(values["href"])

    def handle_endtag(self, tag):
        self._in_script = False

    def handle_data(self, data):
        if self._in_script:
            self.scripts.append(data)


@pytest.fixture(scope="module")
def pages(book):
    return {path.relative_to(book).as_posix(): Links(path.read_text(encoding="utf-8"))
            for path in book.rglob("*.html") if "_static" not in path.parts}


def test_every_page_of_the_contents_is_built(pages):
    assert set(book_pages()) <= set(pages)


def test_links_lead_somewhere(book, pages):
    broken = []
    for name, page in pages.items():
        for link in page.links + page.loads:
            if urlsplit(link).scheme or link.startswith(("#top", "javascript:")):
                continue
            target, fragment = urldefrag(urljoin(name, unquote(link)))
            target = urlsplit(target).path or name
            if not (book / target).is_file():
                broken.append(f"{name}: {link}: no such file")
            elif fragment and target in pages and fragment not in pages[target].identifiers:
                broken.append(f"{name}: {link}: no such place")
    assert not broken, "\n".join(sorted(set(broken)))


def test_nothing_is_loaded_from_elsewhere(pages):
    foreign = [f"{name}: {link}" for name, page in pages.items() for link in page.loads
               if urlsplit(link).scheme in ("http", "https") or link.startswith("//")]
    assert not foreign, "\n".join(foreign)


def test_scripts_on_pages_name_no_other_host(pages):
    """Stored widget state is data, not a script: it may name a standard's address."""
    named = [f"{name}: {match}" for name, page in pages.items() for script in page.scripts
             if not script.lstrip().startswith("{")
             for match in re.findall(r"https?://[^\s\"'<>]+", script)]
    assert not named, "\n".join(named)


def test_our_own_files_name_no_other_host():
    """What the course adds to the page (style, scripts, extension) asks nobody for anything."""
    at_build_time = {"live_files.py": {"cdn.jsdelivr.net"},      # where Pyodide's packages are published
                     "links.py": {"doi.org"}}                    # what make links asks
    for folder in ("book/_static", "book/_ext"):
        for path in (ROOT / folder).rglob("*.*"):
            if path.suffix in (".css", ".js", ".py"):
                hosts = re.findall(r"https?://([^/\s\"')]+)", path.read_text(encoding="utf-8"))
                assert set(hosts) <= {"www.w3.org", "www.sitemaps.org"} | at_build_time.get(path.name, set()), path


def test_launch_buttons_follow_the_address(pages):
    import yaml

    address = yaml.safe_load((ROOT / "_config.yml").read_text())["repository"]["url"]
    launch = [link for page in pages.values() for link in page.links
              if urlsplit(link).hostname in REPOSITORY_HOSTS - {"github.com"}]
    assert bool(launch) == bool(address)


def test_notebooks_can_be_downloaded(book, pages):
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        name = f"book/{path.stem}.html"
        wanted = f"../_sources/book/{path.name}"
        assert wanted in pages[name].links, name
        downloaded = json.loads((book / "_sources/book" / path.name).read_text(encoding="utf-8"))
        assert downloaded["nbformat"] == 4 and downloaded["cells"]


def test_zip_holds_the_whole_book(book, pages):
    archive = book / "how-a-network-learns.zip"
    assert any(link.endswith(archive.name) for link in pages[book_pages()[0]].links)
    with ZipFile(archive) as opened:
        assert opened.testzip() is None
        held = {name.split("/", 1)[1] for name in opened.namelist()}
    files = {path.relative_to(book).as_posix() for path in book.rglob("*") if path.is_file()}
    files = {name for name in files if "/" in name or not name.endswith((".zip", ".pdf", ".epub"))}
    files = {name for name in files if not name.startswith("slides/")}      # made of the pages, as those are
    workshop = ("_static/scripts/", "_static/styles/", "_static/locales/")     # in book.js and book.css, or not used
    files = {name for name in files if not name.startswith(workshop) and not name.endswith("macros.html")}
    assert held == {name for name in files if not name.startswith(("_static/live/", "lite/"))}
    if held != files:                                  # Python for the pages is in a zip of its own
        with ZipFile(archive.with_stem(f"{archive.stem}-live")) as opened:
            assert {name.split("/", 1)[1] for name in opened.namelist()} == files


def test_every_room_of_the_library_has_a_place_in_the_reference(pages):
    documented = set().union(*(pages[name].identifiers for name in pages if "reference/" in name))
    for path in sorted((ROOT / "course_lib").iterdir()):
        room = path.stem
        if not room.startswith("_") and (path.suffix == ".py" or (path / "__init__.py").exists()):
            assert f"module-course_lib.{room}" in documented, f"course_lib.{room}"


def test_every_module_of_figures_has_a_place_in_the_reference(pages):
    documented = set().union(*(pages[name].identifiers for name in pages if "reference/" in name))
    for path in sorted((ROOT / "course_lib/figures").glob("[a-z]*.py")):
        assert f"module-course_lib.figures.{path.stem}" in documented, path.name


def steady(text):
    """What was printed, without what a machine measures of itself."""
    for pattern, instead in live.patterns():
        text = re.sub(pattern, instead, text)
    return text


@pytest.mark.parametrize("path", sorted((ROOT / "book").glob("*.ipynb")), ids=lambda path: path.stem)
def test_what_is_printed_stands_on_the_page_line_for_line(book, path):
    """No line is broken where nobody broke it, whatever the pieces in which the kernel sent it."""
    page = BeautifulSoup((book / "book" / path.with_suffix(".html").name).read_text(encoding="utf-8"), "html.parser")
    shown = {steady(block.get_text().rstrip()) for block in page.select(".cell_output .stream pre, .cell_output .output.stream")}
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    printed = 0
    for cell in cells:
        if not any("remove" in tag for tag in cell["metadata"].get("tags", ())):
            text = "".join("".join(output["text"]) for output in cell["outputs"] if output.get("name") == "stdout").rstrip()
            printed += bool(text)
            assert not text or steady(text) in shown, text
    assert printed > 5
