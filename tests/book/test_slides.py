"""The slides of the chapters: how many, that nothing is cut off, that widgets work in them and that there is much to say."""

import re
import shutil
import unicodedata
from io import BytesIO

import pytest
import slides
from bs4 import BeautifulSoup
from course_book.site import name_files
from pypdf import PdfReader

from tests.conftest import ROOT, rest_slow

CHAPTERS = [path.with_suffix(".html").name for path in sorted((ROOT / "book").glob("[01]*.ipynb"))]
EXAMPLES = ["06-forward.html", "11-reading.html"]
SMALLEST = 13       # pixels of a screen of 720: a letter of code, seen from the last row
#: widgets that a wall is too low for: they scroll
TALL = ("One step downhill", "With your own numbers", "Cut it down", "Your own page")
#: what of a slide lies beyond it or has to be scrolled, whether it shows anything, and the smallest letters of its code
LOOK = """(slide) => {
  const room = slide.querySelector(".slide-room"), shown = slide.querySelector(".slide-shown");
  const scrolls = slide.matches(".slide-widget") && room.scrollHeight > room.clientHeight + 1;
  const edge = slide.getBoundingClientRect(), found = [];
  for (const part of slide.querySelectorAll("h1, h2, p, li, pre, img, svg, table, mjx-container, button, input, .slide-shown")) {
    const box = part.getBoundingClientRect();
    if (!box.width || part.closest("aside, .course-heard, .course-voice") || part.parentElement.closest("svg")) continue;
    if (scrolls && part.closest(".slide-room")) continue;
    if (box.right > edge.right + 1 || box.bottom > edge.bottom + 1 || box.left < edge.left - 1 || box.top < edge.top - 1)
      found.push(`${part.tagName} ${part.className.baseVal ?? part.className} lies beyond the slide`);
    if (part.matches("pre") && part.scrollWidth > part.clientWidth + 1) found.push("code is cut off");
  }
  if (!shown.innerText.trim() && !shown.querySelector("img, svg")) found.push("nothing is shown");
  const scale = Reveal.getScale() * new DOMMatrix(getComputedStyle(shown).transform).a;
  const letters = [...slide.querySelectorAll("pre")].map((code) => parseFloat(getComputedStyle(code).fontSize) * scale);
  return { title: slide.querySelector("h1, h2").textContent, scrolls, found, letters: Math.min(99, ...letters) };
}"""

#: what a slide says outside its widgets
WORDS = """(slide) => [...slide.querySelectorAll("h1, h2, p, li, pre, td, th")]
  .filter((part) => !part.closest("aside, .course-awake")).map((part) => part.innerText).join(" ")"""


@pytest.fixture(scope="module")
def decks(book, tmp_path_factory):
    """A folder with the slides, beside what they take from the book."""
    folder = tmp_path_factory.mktemp("html")
    for name in ("book", "_static", "_images"):
        (folder / name).symlink_to(book / name, target_is_directory=True)
    slides.write(book, folder / "slides")
    return folder


@pytest.fixture
def deck(decks, browser):
    """A function that opens the slides of a chapter on a wall; what is asked of anybody else is a failure."""
    with browser.new_context(viewport={"width": 1280, "height": 720}, offline=True) as context:
        problems = []

        def opened(name, after="", **look):
            page = context.new_page()
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on("requestfailed", lambda request: problems.append(request.url))
            page.on("request", lambda request: request.url.startswith(("file:", "data:", "blob:", "about:")) or problems.append(request.url))
            page.emulate_media(**look)
            page.goto((decks / "slides" / name).as_uri() + after)
            return page

        yield opened
        assert not problems


def tall(look):
    return look["title"].split(". ")[-1] in TALL


def seen(page, slide, paper=False):
    """What `LOOK` says of a slide, as it stands when its pictures, letters and widgets are there. Paper does not scroll."""
    page.wait_for_function("slide => !slide.querySelector('.course-asleep')"
                           " && [...slide.querySelectorAll('img')].every(image => image.complete || !image.offsetWidth)", arg=slide)
    page.evaluate("() => document.fonts.ready.then(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))")
    for _ in range(50):                  # a slide is made to fit when its size is known: on a busy machine, later
        look = page.evaluate(LOOK, slide)
        if not look["found"] and (not look["scrolls"] or tall(look) and not paper):
            break
        page.wait_for_timeout(100)
    return look


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_has_20_to_30_slides_each_with_its_place_in_the_book(decks, name):
    page = BeautifulSoup((decks / "slides" / name).read_text(encoding="utf-8"), "html.parser")
    found = page.select(".slides > section")
    assert 20 <= len(found) <= 30
    assert len(page.select(".slides section")) == len(found)          # to reveal.js every other would be a slide too
    assert sum(len(part.get_text(strip=True)) > 100 for part in page.select("aside.notes")) > len(found) / 2
    assert not page.select("aside.notes mjx-container") and "Exercises" in page.get_text()
    places = {part["id"] for part in BeautifulSoup((decks / "book" / name).read_text(encoding="utf-8"), "html.parser").select("[id]")}
    leads = [link["href"].partition("#")[2] for link in page.select("h1 a, h2 a")]
    assert len(leads) > len(found) - 2 and set(leads) <= places
    files = [part.get("src") or part["href"] for part in page.select("[src], link[href], a[href]")]
    assert not [name for name in files if not re.match("https?:|data:", name) and not (decks / "slides" / name.partition("#")[0]).exists()]


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_widget_and_every_break_of_a_chapter_is_on_a_slide(decks, book, name):
    pages = [BeautifulSoup((decks / folder / name).read_text(encoding="utf-8"), "html.parser") for folder in ("book", "slides")]
    there, shown = ([part["data-state"] for part in page.select(".course-asleep")] for page in pages)
    assert shown == there
    assert len(re.findall("Break it", pages[0].select_one("article").get_text())) >= len(pages[1].select(".slide-break")) > 0 or "11" in name


@pytest.mark.parametrize("name", rest_slow(CHAPTERS, EXAMPLES))
def test_nothing_is_cut_off_and_code_can_be_read(deck, name):
    page = deck(name)
    for place in range(page.evaluate("Reveal.getTotalSlides()")):
        page.evaluate("place => Reveal.slide(place, 0, 99)", place)
        slide = seen(page, page.evaluate_handle("Reveal.getCurrentSlide()"))
        assert not slide["found"] and slide["letters"] >= SMALLEST, slide
        assert not slide["scrolls"] or tall(slide), slide


def letters(text):
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize("name", rest_slow(CHAPTERS, ["05-counting.html"]))
def test_every_slide_is_a_page_to_print_with_all_that_it_shows(deck, name):
    page = deck(name, "?print-pdf", color_scheme="dark")
    page.wait_for_function("document.querySelectorAll('.pdf-page').length && !document.querySelector('.slides > section')")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"       # ink is dear
    slides = page.locator(".pdf-page > section").element_handles()
    for slide in slides:
        look = seen(page, slide, paper=True)
        assert not look["found"] and not look["scrolls"], look
    printed = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True, print_background=True))).pages
    page.emulate_media(media="print")
    assert len(printed) == len(slides) and not page.locator("aside.notes, .speaker-notes-pdf").filter(visible=True).count()
    for slide, one in zip(slides, printed):
        there = letters(one.extract_text())
        assert [word for word in slide.evaluate(WORDS).split() if letters(word) not in there] == []
        assert (float(one.mediabox.width), float(one.mediabox.height)) == pytest.approx((600, 337.5), abs=1)


def test_a_widget_steps_and_keys_do_what_they_should(deck):
    page = deck("06-forward.html")
    place = page.evaluate("[...document.querySelectorAll('.slides > section')].findIndex(slide => slide.querySelector('.course-asleep'))")
    page.evaluate("place => Reveal.slide(place)", place)
    widget = page.locator("section.present .course-awake")
    widget.wait_for()
    before = widget.locator(".course-frame").inner_text()
    widget.get_by_role("button", name="Next", exact=True).click()
    page.wait_for_function("before => document.querySelector('section.present .course-frame').innerText !== before", arg=before)
    page.keyboard.press("ArrowRight")                 # the widget has the focus: its key
    assert page.evaluate("Reveal.getIndices().h") == place
    page.keyboard.press("PageDown")                   # a remote control's
    assert page.evaluate("Reveal.getIndices().h") == place + 1


def test_an_answer_waits_for_a_key(deck):
    page = deck("02-depth.html")
    place = page.evaluate("[...document.querySelectorAll('.slides > section')].findIndex(slide => slide.matches('.slide-break'))")
    page.evaluate("place => Reveal.slide(place)", place)
    measured = page.locator("section.present .fragment")
    assert not measured.is_visible()
    page.keyboard.press("ArrowRight")
    measured.wait_for()
    assert page.evaluate("Reveal.getIndices().h") == place


def test_the_speaker_has_a_window(deck):
    page = deck("02-depth.html", "#/2")
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    notes = opened.value.locator(".speaker-controls-notes .value")
    opened.value.wait_for_function("() => document.querySelector('.speaker-controls-notes .value').innerText.length > 100")
    said = page.locator("section.present aside.notes").text_content()
    assert notes.inner_text().split()[:8] == said.split()[:8]


def test_a_telephone_held_upright_has_a_page_to_scroll(deck):
    page = deck("02-depth.html")
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_function("() => !document.querySelector('.reveal.ready')")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.documentElement.scrollHeight") > 4000


def test_dark_walls(deck):
    page = deck("02-depth.html", color_scheme="dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.keyboard.press("d")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"


def test_slides_are_named_where_they_are(book, tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "slides").mkdir()
    for name in ("index", "teaching"):
        shutil.copy(book / f"book/{name}.html", tmp_path / "book")
    for made in (CHAPTERS, []):
        for path in (tmp_path / "slides").glob("*"):
            path.unlink()
        for name in made:
            (tmp_path / "slides" / name).touch()
        name_files(tmp_path)
        for name in ("index", "teaching"):
            page = BeautifulSoup((tmp_path / f"book/{name}.html").read_text(encoding="utf-8"), "html.parser")
            assert [link["href"] for link in page.select("#course-slides a")] == [f"../slides/{each}" for each in made]
