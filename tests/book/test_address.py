"""Launch, repository and download buttons, once the repository's address is set."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from PIL import Image

from tests.conftest import ROOT

ADDRESS = "https://github.com/somebody/course"


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """A one-chapter copy of the book with the address set and nothing executed."""
    copy = tmp_path_factory.mktemp("copy")
    (copy / "book").mkdir()
    nbformat.write(nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# A chapter"), nbformat.v4.new_code_cell("1 + 1")],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}),
        copy / "book/chapter.ipynb")
    (copy / "_toc.yml").write_text("format: jb-book\nroot: book/chapter\n")
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["repository"]["url"] = ADDRESS
    config["execute"]["execute_notebooks"] = "off"
    for name in ("_ext", "_static", "references.bib"):
        (copy / "book" / name).symlink_to(ROOT / "book" / name)
    (copy / "_config.yml").write_text(yaml.safe_dump(config))
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    done = subprocess.run([jupyter_book, "build", "."], cwd=copy, capture_output=True, text=True,
                          env=os.environ | {"LIVE": "0"})       # a hundred megabytes of Python less to copy and to pack
    assert done.returncode == 0, done.stdout + done.stderr
    return copy / "_build/html"


@pytest.fixture(scope="module")
def page(html):
    return (html / "book/chapter.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("link", [
    "https://mybinder.org/v2/gh/somebody/course/main?urlpath=lab/tree/book/chapter.ipynb",
    "https://colab.research.google.com/github/somebody/course/blob/main/book/chapter.ipynb",
    f"{ADDRESS}/edit/main/book/chapter.ipynb",
    f"{ADDRESS}/issues/new?title=",
    "../_sources/book/chapter.ipynb",
    f'"{ADDRESS}"',
])
def test_link(page, link):
    assert link in page


HOME = "https://somebody.github.io/course/"


@pytest.mark.parametrize("line", [
    f'<link rel="canonical" href="{HOME}book/chapter.html"',
    '<meta property="og:title" content="A chapter">',
    f'<meta property="og:url" content="{HOME}book/chapter.html">',
    f'<meta property="og:image" content="{HOME}_static/card.png">',
])
def test_the_page_says_where_it_is(page, line):
    assert line in page


def test_the_site_has_a_map_a_card_and_a_page_for_wrong_addresses(html):
    assert f"<loc>{HOME}book/chapter.html</loc>" in (html / "sitemap.xml").read_text()
    assert f"Sitemap: {HOME}sitemap.xml" in (html / "robots.txt").read_text()
    assert f'href="{HOME}search.html"' in (html / "404.html").read_text()
    with Image.open(html / "_static/card.png") as card:
        assert card.size == (1200, 630)


def test_without_an_address_nothing_names_one(book):
    assert not (book / "sitemap.xml").exists() and not (book / "_static/card.png").exists()
    assert "og:" not in (book / "book/index.html").read_text(encoding="utf-8")


def test_the_page_for_wrong_addresses_leads_home(book, served, visit):
    seen = visit(f"{served}/404.html")
    assert seen.page.get_by_role("link", name="Start of the book").get_attribute("href") == "/index.html"
    assert seen.problems == []
