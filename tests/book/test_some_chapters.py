"""A book of three chapters, in another order, from `_toc.yml` alone: no warning, no dead link, no trace of a fault."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup

from tests.book.test_files import Links
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

CHAPTERS = ["06-forward", "07-backward", "01-gradient"]


@pytest.fixture(scope="module")
def html(book, tmp_path_factory):
    """The book as it is, but for `_toc.yml`; what is stored in the chapters is shown, nothing is executed."""
    folder = tmp_path_factory.mktemp("three")
    shutil.copytree(ROOT / "book", folder / "book", ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    for name in ("course_lib", ".frontend"):                      # `book` saw to it that the front-end is there
        (folder / name).symlink_to(ROOT / name, target_is_directory=True)
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["execute"]["execute_notebooks"] = "off"
    (folder / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    contents["parts"][0]["chapters"] = [{"file": f"book/{name}"} for name in CHAPTERS]
    (folder / "_toc.yml").write_text(yaml.safe_dump(contents))
    done = subprocess.run(
        [Path(sys.executable).with_name("jupyter-book"), "build", ".", "-W", "--keep-going"], cwd=folder, text=True,
        env={**os.environ, "LIVE": "0", "PYTHONPATH": str(ROOT)}, capture_output=True, timeout=1800)
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    return folder / "_build/html"


@pytest.fixture(scope="module")
def pages(html):
    return {path.relative_to(html).as_posix(): Links(path.read_text(encoding="utf-8"))
            for path in html.rglob("*.html") if "_static" not in path.parts}


def test_the_pages_are_those_of_the_contents(pages):
    built = {name.removeprefix("book/").removesuffix(".html") for name in pages if name.startswith("book/")}
    every = {path.stem for path in (ROOT / "book").glob("*.ipynb")}
    assert set(CHAPTERS) == built & every and {"index", "glossary", "reference/index", "teaching"} < built


def test_no_link_is_dead(html, pages):
    dead = []
    for name, page in pages.items():
        for link in page.links + page.loads:
            if urlsplit(link).scheme or link.startswith("//"):
                continue
            path, place = urldefrag(link)
            target = (html / name).parent / unquote(urlsplit(path).path) if path else html / name
            if not target.resolve().exists():
                dead.append((name, link))
            elif place and target.suffix == ".html" and place != "top":
                known = pages[target.resolve().relative_to(html.resolve()).as_posix()].identifiers
                if unquote(place) not in known:
                    dead.append((name, link))
    assert dead == []


def test_what_was_left_out_is_said_in_words(html):
    words = " ".join(BeautifulSoup((html / "book/07-backward.html").read_text(encoding="utf-8"), "html.parser")
                     .select_one("article").get_text().split())
    assert "How far should a weight move, how often, and how do we know when the network has learned to read? Chapter 8 trains it." in words


def test_the_chapters_follow_each_other_in_the_new_order(html):
    page = BeautifulSoup((html / "book/07-backward.html").read_text(encoding="utf-8"), "html.parser")
    assert page.select_one("a.left-prev")["href"] == "06-forward.html"
    assert page.select_one("a.right-next")["href"] == "01-gradient.html"
