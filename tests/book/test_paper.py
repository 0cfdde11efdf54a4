"""The built book on paper and without scripts: each player's important frames in order, with their words."""

from functools import cache

import pytest
import weigh

from tests.conftest import book_pages, rest_slow


def players(book):
    """Each page's players: {page: their number}."""
    counts = {name: sum(kind in ("Player", "PageReader") for kind, _ in weigh.widgets(book, name)) for name in book_pages()}
    return {name: count for name, count in counts.items() if count}


@pytest.fixture(scope="module")
def opened(book, visit_for_all, browser):
    """A function that opens a page, with scripts or without, once for all that follows; it returns Playwright's page."""
    with browser.new_context(java_script_enabled=False) as quiet:
        @cache
        def open_page(name, scripts=True):
            address = (book / name).as_uri()
            if scripts:
                return visit_for_all(address).page
            page = quiet.new_page()
            page.goto(address)
            return page

        yield open_page


def show(page, media, mode):
    """Show a page on the screen or in print, light or dark."""
    page.bring_to_front()                # what lies behind is drawn once a second
    page.emulate_media(media=media, color_scheme=mode)
    page.wait_for_function("mode => document.documentElement.dataset.theme === mode", arg=mode)
    return page


@pytest.fixture(params=rest_slow(["print, light", "print, dark", "no script"], ["print, light", "no script"]))
def on_paper(request, opened):
    """A function that shows a page as it is printed, or without scripts, and returns it."""
    def show_page(name):
        if request.param == "no script":
            return opened(name, scripts=False)
        return show(opened(name), *request.param.split(", "))

    return show_page


def test_what_only_a_screen_can_do_is_not_printed(opened):
    page, keys = opened("book/01-gradient.html"), ".course-live, .course-score, .copybtn, #pst-back-to-top"
    assert show(page, "screen", "light").locator(keys).filter(visible=True).count() > 20
    assert show(page, "print", "light").locator(keys).filter(visible=True).count() == 0


SHEETS = """() => [...document.querySelectorAll(".course-paper")].filter(sheet => sheet.checkVisibility()).map(sheet => ({
  pictures: [...sheet.querySelectorAll("svg[role=img], img")].map(each => each.checkVisibility() && each.getBoundingClientRect().width > 0),
  captions: [...sheet.querySelectorAll(".course-frame")].map(frame => frame.querySelector(".course-words").innerText),
  drawn: [...sheet.querySelectorAll(".course-frame")].map(frame => frame.querySelectorAll(".course-drawing > *").length) }))"""


def test_key_frames_stand_in_order_with_their_words(book, on_paper):
    seen = 0
    for name, count in players(book).items():
        page = on_paper(name)
        assert not any(player.is_visible() for player in page.locator(".course-stepper").all())
        sheets = page.evaluate(SHEETS)
        assert len(sheets) == count, name
        for sheet in sheets:
            assert sheet["pictures"] and all(sheet["pictures"]), name
            assert all(len(caption.split()) > 5 for caption in sheet["captions"]) and all(sheet["drawn"])
            seen += len(sheet["captions"])
    assert seen > 50


def test_the_circuits_frames_tell_both_passes(on_paper):
    phases = on_paper("book/01-gradient.html").locator(".course-paper .course-phase").all_text_contents()
    assert phases[:2] == ["Start: what is given", "Forward, 7 of 7"] and phases[-1] == "Backward, 12 of 12"
    steps = [int(phase.split()[1]) for phase in phases[2:]]
    assert steps == sorted(set(steps)) and len(steps) >= 5


def test_every_track_is_named(on_paper):
    names = on_paper("book/07-backward.html").locator(".course-paper .course-track").all_text_contents()
    assert {"Layer: Convolution", "Layer: ReLU", "Told that it is a: 6, a lie"} <= set(names)


def test_every_widget_that_is_no_player_has_something_for_paper(book, opened, on_paper):
    """A picture or a table between it and the next widget."""
    widgets = 0
    for name in book_pages():
        if not list(weigh.widgets(book, name)):
            continue
        cells = opened(name).evaluate("""() => {
          return [...document.querySelectorAll("main .cell")].flatMap((cell, i) =>
            cell.querySelector(".course-awake") && !cell.querySelector(".course-stepper") ? [i] : []);
        }""")
        page = on_paper(name)
        for place in cells:
            widgets += 1
            following = page.locator("main .cell").nth(place + 1)
            still = following.locator(".cell_output :is(.course-frame, .course-still, figure, img, svg)").first
            assert still.is_visible(), f"{name}: nothing on paper after cell {place} with its widget"
    assert widgets >= 2


INK = """page => { const parse = text => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  return [...document.querySelectorAll(".course-paper p, .course-paper svg text, main p")].filter(e => e.checkVisibility())
    .map(e => parse(e instanceof SVGElement ? getComputedStyle(e).fill : getComputedStyle(e).color))
    .filter(rgb => Math.max(...rgb) > 200).length; }"""


def test_what_is_printed_from_a_dark_page_is_dark_on_white(opened, book):
    """Browsers leave backgrounds out: light letters would vanish."""
    for name in players(book):
        assert show(opened(name), "screen", "dark").evaluate(INK) > 0      # on the screen the letters are light
        assert show(opened(name), "print", "dark").evaluate(INK) == 0, name


FOLDS = '[...document.querySelectorAll("main details")].map(fold => fold.open)'


def test_the_browsers_own_print_opens_every_fold_and_closes_it_again(book, visit):
    page = visit((book / "book/07-backward.html").as_uri()).page
    before = page.evaluate(FOLDS)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert len(before) >= 20 and not all(before) and all(page.evaluate(FOLDS))
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(FOLDS) == before
