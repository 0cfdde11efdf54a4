"""The built book behind any static server, with every other host out of reach."""

import pytest

from tests.conftest import book_pages, rest_slow


@pytest.mark.parametrize("name", [*rest_slow(book_pages()), "index.html", "search.html", "genindex.html"])
def test_page_from_a_server(served, visit, name):
    assert visit(f"{served}/{name}").problems == []


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_search_finds_a_word(book, served, visit, scheme):
    home = book.as_uri() if scheme == "file" else served
    seen = visit(f"{home}/search.html?q=sigmoid")
    seen.page.wait_for_selector("#search-results ul.search li", timeout=10_000)
    found = seen.page.locator("#search-results ul.search li a").all_inner_texts()
    assert found and seen.problems == []


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_search_from_a_page(book, served, visit, scheme):
    """The way a reader takes: the search field in the side bar, a word, Enter."""
    home = book.as_uri() if scheme == "file" else served
    seen = visit(f"{home}/{book_pages()[0]}")
    seen.page.keyboard.press("Control+k")
    seen.page.keyboard.type("gradient")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_selector("#search-results ul.search li", timeout=10_000)
    assert seen.problems == []
