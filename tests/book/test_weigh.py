"""No page of the built book is heavy: what is fetched before anything is touched, and what waking a widget fetches."""

import pytest
import weigh

from tests.conftest import book_pages, rest_slow

START, CHAPTER = 250, 400                  # kilobytes sent, by a server that compresses
WHOLE = 1200                               # kilobytes when unpacked
REQUESTS = 25
WAKING = 150                               # kilobytes for one widget


@pytest.fixture(scope="module")
def address(book):
    with weigh.served(book) as address:
        yield address


@pytest.mark.parametrize("name", rest_slow(book_pages(), ["book/index.html", "book/02-depth.html", "book/07-backward.html"]))
def test_a_page_is_light(book, browser, address, name):
    row = weigh.weigh(browser, address, name, book)
    assert row["requests"] == len(row["files"]) <= REQUESTS, sorted(row["files"])
    assert row["sent"] <= (START if name == "book/index.html" else CHAPTER), row["files"]
    assert row["whole"] <= WHOLE, row["files"]
    assert not any("widgets/" in file for file in row["files"]) or name == "book/index.html", "a widget woke by itself"


def test_a_widget_is_light(book):
    kinds = {}
    for name in book_pages():
        for kind, size in weigh.widgets(book, name):
            kinds[kind] = max(size, kinds.get(kind, 0))
    assert set(kinds) == {"Player", "CircuitExplorer", "Counting", "DrawingPad", "PageReader"}
    assert max(kinds.values()) <= WAKING, kinds


def test_the_table_has_every_page():
    assert weigh.pages() == book_pages()
