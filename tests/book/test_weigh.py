"""No page of the built book is heavy: what is fetched before anything is touched, and what waking a widget fetches."""

import re

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
    assert set(kinds) == {"Player", "CircuitExplorer", "Counting", "DesignBoard", "DrawingPad", "PageReader"}
    assert max(kinds.values()) <= WAKING, kinds


def test_the_table_has_every_page():
    assert weigh.pages() == book_pages()


# ---------------------------------------------------------------- nothing is laid out twice, nothing moves

LONGEST = "book/07-backward.html"
MOVED = """window.moved = 0; new PerformanceObserver((shifts) => {
    for (const shift of shifts.getEntries()) moved += shift.value; }).observe({type: "layout-shift", buffered: true})"""
PAINTED = "performance.getEntriesByName('first-contentful-paint').length"
LETTERS = "document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50))))"
LINE = .06                                 # what a page moves when one of its first lines breaks elsewhere


@pytest.mark.parametrize("name", [LONGEST, "book/glossary.html", "book/index.html"])
def test_nothing_moves_when_the_script_comes_late(browser, address, name):
    with browser.new_context(whole=False, viewport=weigh.TELEPHONE, is_mobile=True, has_touch=True) as context:
        window, late = context.new_page(), []
        window.add_init_script(MOVED)
        window.route("**/book.js*", lambda route: late.append(route))
        with window.expect_request("**/book.js*"):
            window.goto(f"{address}/{name}", wait_until="commit")
        window.wait_for_function(PAINTED)
        window.evaluate(LETTERS)                                       # whether they came late is another test's
        window.evaluate("moved = 0")
        late[0].continue_()
        window.wait_for_load_state("networkidle")
        assert window.evaluate("moved") < .02


@pytest.mark.parametrize("name", ["book/04-initialisation.html", "book/05-counting.html", LONGEST])
def test_nothing_moves_when_the_letters_come_late(browser, address, name):
    """A system's letters stand in for them, set as wide and as high: as they are they moved these by 0.22 to 0.28."""
    with browser.new_context(whole=False, viewport=weigh.TELEPHONE, is_mobile=True, has_touch=True) as context:
        window, late = context.new_page(), []
        window.add_init_script(MOVED)
        window.route("**/*.woff2", lambda route: late.append(route))
        window.goto(f"{address}/{name}", wait_until="domcontentloaded")
        window.wait_for_function(PAINTED)
        assert len(late) > 3 and window.evaluate("document.fonts.status") == "loading"
        window.route("**/*.woff2", lambda route: route.continue_())
        for route in late:
            route.continue_()
        window.evaluate(LETTERS)
        assert window.evaluate("moved") < LINE


def test_a_letter_is_in_one_file_of_a_face(book):
    """Or a page would ask for the rare letters of a face wherever it has a space that does not break."""
    rules = (book / "_static/book.css").read_text(encoding="utf-8")
    seen = set()
    for family, style, ranges in re.findall(r'font-family: "([^"]+)"; font-style: (\w+);.*?unicode-range: ([^;]+);', rules):
        for first, last in re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", ranges):
            letters = {(family, style, letter) for letter in range(int(first, 16), int(last or first, 16) + 1)}
            assert not letters & seen
            seen |= letters
    assert len(seen) > 500


AHEAD = "[...document.querySelectorAll('link[rel=preload][as=font]')].map(link => [link.fetchPriority, link.href])"
USED = """[...document.fonts].filter(face => face.status === 'loaded')
    .map(face => [face.family.replaceAll('"', ''), face.style, face.unicodeRange.replaceAll(' ', '')].join())"""
FACE = r'@font-face \{ font-family: "?([^";]+)"?; (?:font-style: (\w+);)?[^}]*?fonts/([\w-]+\.woff2)"\) format\("woff2"\);(?: unicode-range: ([^;]+);)?'


@pytest.mark.parametrize("name", ["book/index.html", "book/05-counting.html", "book/teaching.html"])
def test_letters_that_come_ahead_are_used_and_let_the_style_sheet_pass(book, browser, address, name):
    faces = {",".join([family, style or "normal", (ranges or "U+0-10FFFF").replace(" ", "")]).upper(): file
             for family, style, file, ranges in re.findall(FACE, (book / "_static/book.css").read_text(encoding="utf-8"))}
    with browser.new_context(whole=True, viewport=weigh.TELEPHONE) as context:
        window = context.new_page()
        window.goto(f"{address}/{name}")
        ahead = window.evaluate(AHEAD)
        assert len(ahead) > 2 and {priority for priority, _ in ahead} == {"low"}
        window.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        window.add_style_tag(content="* { content-visibility: visible !important }")      # as if all had been scrolled to
        window.evaluate(LETTERS)
        used = {faces.get(face.upper()) for face in window.evaluate(USED)}
        assert {address.rpartition("/")[2] for _, address in ahead} <= used


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_painted_in_the_readers_scheme_before_its_script_comes(browser, address, scheme):
    with browser.new_context(whole=False, color_scheme=scheme) as context:
        window = context.new_page()
        window.route("**/book.js*", lambda route: route.abort())
        window.goto(f"{address}/{LONGEST}")
        assert window.locator("html").get_attribute("data-theme") == scheme


PLACES = "[...document.querySelectorAll('main section > section[id]')].map(section => section.id)"
LEAP = """place => { const link = document.createElement("a"); link.href = `#${place}`; document.body.append(link); link.click(); }"""
LANDED = """place => {
    const { top } = document.getElementById(place).getBoundingClientRect(), still = top === window.before;
    window.before = top;
    return still && (Math.abs(top) < 110 || scrollY + innerHeight > document.documentElement.scrollHeight - 2); }"""
LAID_OUT = "part => part.checkVisibility({contentVisibilityAuto: true})"


def test_what_nobody_has_come_to_is_not_laid_out_until_it_is_asked_for(browser, address):
    with browser.new_context(whole=False, viewport=weigh.TELEPHONE) as context:
        window = context.new_page()
        window.goto(f"{address}/{LONGEST}", wait_until="networkidle")
        assert not window.locator(".bd-article pre").last.evaluate(LAID_OUT)
        window.evaluate("location.hash = 'convolution'")
        window.wait_for_function(LANDED, arg="convolution")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_link_leads_to_its_place_on_a_page_that_is_not_laid_out(browser, address, width):
    with browser.new_context(whole=False, viewport={"width": width, "height": 844}) as context:
        window = context.new_page()
        window.route("**/book.js*", lambda route: route.abort())       # whoever is quicker than the script lands right, too
        window.goto(f"{address}/{LONGEST}")
        for place in window.evaluate(PLACES)[::3]:
            window.goto("about:blank")
            window.goto(f"{address}/{LONGEST}")
            window.evaluate(LEAP, place)
            window.wait_for_function(LANDED, arg=place)


def test_a_page_opened_at_a_place_is_laid_out_whole(browser, address):
    with browser.new_context(whole=False) as context:
        window = context.new_page()
        window.goto(f"{address}/{LONGEST}#convolution", wait_until="networkidle")
        assert window.locator(".bd-article pre").last.evaluate(LAID_OUT)


def test_a_fold_is_called_what_it_holds(book):
    page = (book / LONGEST).read_text(encoding="utf-8")
    assert "<summary>" in page and "Toggle hidden content" not in page
