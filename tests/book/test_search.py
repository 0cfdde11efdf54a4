"""The search in the page: what it knows, what it finds, how it is operated; from a folder too."""

import json
import re

import pytest
from course_book.minutes import PACE

from tests.conftest import book_pages


@pytest.fixture(scope="module")
def known(book):
    text = (book / "_static/search-places.js").read_text(encoding="utf-8")
    return json.loads(text.removeprefix("window.coursePlaces = ").removesuffix(";\n"))


def test_every_place_is_on_its_page(book, known):
    pages = [(book / address).read_text(encoding="utf-8") for address, title in known["pages"]]
    assert {address for address, title in known["pages"]} >= set(book_pages())
    missing = [(known["pages"][page][0], anchor) for page, kind, anchor, *_ in known["places"] if f'id="{anchor}"' not in pages[page]]
    assert missing == []


def test_sections_exercises_formulas_terms_and_functions_are_known(known):
    kinds = [kind for page, kind, *_ in known["places"]]
    for kind, least in {"section": 200, "exercise": 40, "formula": 40, "term": 90, "theorem": 5, "function": 200}.items():
        assert kinds.count(kind) >= least, kind
    written = [words for page, kind, anchor, title, words, code in known["places"] if kind not in ("function", "method", "class")]
    assert not any("\\" in words for words in written), "TeX where a reader searches for letters"


@pytest.fixture
def opened(book, served, visit, request):
    """The dialog on the first page, open: the way a reader takes."""
    home = book.as_uri() if request.param == "file" else served
    seen = visit(f"{home}/{book_pages()[0]}")
    seen.page.keyboard.press("Control+k")
    return seen


def found(seen, text):
    """What is listed for a text: (kind, title, page) each."""
    seen.page.keyboard.press("Control+a")
    seen.page.keyboard.type(text)
    seen.page.wait_for_function("/place|Nothing/.test(document.querySelector('dialog .course-news').textContent)")
    return seen.page.locator("dialog .course-found a").evaluate_all(
        "all => all.map(link => ['.course-kind', 'b', '.course-page'].map(part => link.querySelector(part).textContent))")


@pytest.mark.parametrize("opened", ["file", "http"], indirect=True)
def test_it_finds_terms_functions_formulas_and_exercises(opened):
    assert found(opened, "softmax")[0] == ["term", "softmax", "Glossary"]
    assert ["exercise", "One gradient by hand"] in [place[:2] for place in found(opened, "gradient by hand")]
    assert any(kind == "formula" for kind, *_ in found(opened, "schedule"))
    assert any(title.endswith("circuit_stepper") for kind, title, page in found(opened, "circuit_stepper"))
    assert "convolution" in [title for kind, title, page in found(opened, "convoluton")][:5]      # a letter is missing
    assert found(opened, "xylophone") == []
    assert "xylophone" in opened.page.locator("dialog .course-news").text_content()
    assert opened.problems == []


@pytest.mark.parametrize("opened", ["file"], indirect=True)
def test_each_place_has_a_line_of_context_with_the_word_marked(opened):
    assert len(found(opened, "momentum")) > 5
    lines = opened.page.locator("dialog .course-found a").all_text_contents()
    marked = opened.page.locator("dialog .course-found mark").all_text_contents()
    assert all(len(line) > 20 for line in lines) and {word.lower() for word in marked} <= {"momentum", "moment"} and len(marked) > 5


@pytest.mark.parametrize("opened", ["file", "http"], indirect=True)
def test_by_keyboard_to_the_place(opened):
    first, second = found(opened, "subgradient")[:2]
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("ArrowDown")
    assert opened.page.evaluate("document.activeElement.querySelector('b').textContent") == second[1]
    opened.page.keyboard.press("ArrowUp")
    with opened.page.expect_navigation():
        opened.page.keyboard.press("Enter")
    assert re.search(r"glossary\.html#term-subgradient$", opened.page.url) and first[0] == "term"


def test_enter_opens_the_best_place(book, visit):
    seen = visit((book / book_pages()[0]).as_uri())
    seen.page.keyboard.press("Control+k")
    with seen.page.expect_navigation():
        seen.page.keyboard.type("softmax")
        seen.page.keyboard.press("Enter")
    assert seen.page.url.endswith("glossary.html#term-softmax")


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_the_page_of_the_search(book, served, visit, scheme):
    seen = visit(f"{book.as_uri() if scheme == 'file' else served}/search.html?q=sigmoid")
    seen.page.locator("main .course-found a").first.wait_for()
    assert seen.page.locator("main .course-found a").count() > 5 and seen.problems == []


def test_the_start_page_says_how_long_chapters_take_at_which_pace(book):
    page = (book / "book/index.html").read_text(encoding="utf-8")
    times = [int(number) for number in re.findall(r">(\d+) min<", page)]
    assert len(times) == 11 and all(number % 5 == 0 and 5 <= number <= 60 for number in times)
    assert f"at {PACE} words a minute" in page
