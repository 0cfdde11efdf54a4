"""The built book behind any static server, with every other host out of reach."""

import pytest

from tests.conftest import book_pages, rest_slow


@pytest.mark.parametrize("name", [*rest_slow(book_pages()), "index.html", "search.html", "genindex.html"])
def test_page_from_a_server(served, visit, name):
    assert visit(f"{served}/{name}").problems == []
