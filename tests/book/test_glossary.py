"""Words of the glossary: linked where a chapter first uses them, with their sentence, for mouse, keyboard and finger."""

import re

import pytest

from tests.conftest import book_pages

CHAPTERS = [name for name in book_pages() if re.search(r"/\d\d-", name)]
LINK = re.compile(r'<a class="course-term[^"]*" href="glossary\.html#([\w-]+)"[^>]*>(.*?)</a><span class="course-tip"[^>]*>([^<]*)', re.S)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_links_each_word_once_to_its_sentence(book, name):
    links = LINK.findall((book / name).read_text(encoding="utf-8"))
    glossary = (book / "book/glossary.html").read_text(encoding="utf-8")
    places = [place for place, word, sentence in links]
    assert len(places) >= 5 and len(set(places)) == len(places)
    for place, word, sentence in links:
        assert f'id="{place}"' in glossary and sentence.strip(), word
        assert re.sub("<.*?>", "", word)[:3].lower() == place.removeprefix("term-")[:3].lower()


def test_letters_lead_to_their_first_term(book, visit):
    seen = visit((book / "book/glossary.html").as_uri())
    letters = seen.page.locator(".course-letters a")
    assert letters.count() > 15
    for letter in letters.all()[:3]:
        term = seen.page.locator(f"[id='{letter.get_attribute('href')[1:]}']")
        assert term.text_content()[0].upper() == letter.text_content()


@pytest.fixture
def word(book, visit):
    seen = visit((book / "book/06-forward.html").as_uri())
    return seen.page.locator(".course-term").first


def sentence(word):
    return word.locator("xpath=following-sibling::*[1]")


def test_the_mouse_brings_the_sentence_and_escape_puts_it_away(word):
    assert not sentence(word).is_visible()
    word.hover()
    sentence(word).wait_for()
    sentence(word).hover()                       # it can be pointed at
    assert sentence(word).is_visible()
    place, width = sentence(word).bounding_box(), word.page.viewport_size["width"]
    assert place["x"] >= 0 and place["x"] + place["width"] <= width
    word.page.keyboard.press("Escape")
    sentence(word).wait_for(state="hidden")


def test_the_keyboard_brings_it_too_and_a_screen_reader_is_told(word):
    word.focus()
    word.page.keyboard.press("Shift+Tab")
    word.page.keyboard.press("Tab")
    sentence(word).wait_for()
    assert word.get_attribute("aria-describedby") == sentence(word).get_attribute("id")
    assert sentence(word).get_attribute("role") == "tooltip"
    word.page.keyboard.press("Tab")
    sentence(word).wait_for(state="hidden")


def test_a_finger_reads_first_and_goes_at_the_second_tap(book, browser):
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as context:
        page = context.new_page()
        page.goto((book / "book/06-forward.html").as_uri())
        word = page.locator(".course-term").first
        word.tap()
        sentence(word).wait_for()
        place = sentence(word).bounding_box()
        assert place["x"] >= 0 and place["x"] + place["width"] <= 390
        with page.expect_navigation():
            word.tap()
        assert "glossary.html#term-" in page.url
