"""The widgets of the built book wake when a reader comes near or touches one, and no touch is lost."""

import pytest

PAGE = "book/01-gradient.html"
TOUCH = """(element) => { element.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true })); element.click(); }"""


@pytest.fixture
def page(book, browser):
    """A function that opens a page and wakes nothing; it returns Playwright's page."""
    with browser.new_context(viewport={"width": 1280, "height": 800}, offline=True) as context:
        def open_page(name=PAGE):
            window = context.new_page()
            window.goto((book / name).as_uri())
            return window

        yield open_page


def test_far_away_it_sleeps_and_shows_its_first_view(page):
    window = page()
    asleep = window.locator(".course-asleep")
    assert asleep.count() == 2 and window.locator(".course-awake").count() == 0
    assert asleep.first.locator(".course-phase").text_content() == "Start: what is given"
    assert asleep.first.get_by_role("slider", name="Step").count() == 1
    assert window.locator("script[src*='widgets/']").count() == 0


def test_it_wakes_when_it_is_near_and_nothing_moves(page):
    window = page()
    heading = window.locator("h2").last
    asleep = window.locator(".course-asleep").first
    before = asleep.bounding_box()["height"]
    asleep.scroll_into_view_if_needed()
    window.locator(".course-awake .course-stepper").first.wait_for()
    assert abs(window.locator(".course-awake").first.bounding_box()["height"] - before) < 60
    assert heading.count()


def test_the_press_of_a_sleeping_button_is_done(page):
    window = page()
    window.locator(".course-asleep").first.get_by_role("button", name="Next").evaluate(TOUCH)
    window.locator(".course-awake .course-phase", has_text="Forward, 1 of 7").wait_for()


def test_where_a_sleeping_slider_was_put_it_stands_and_keeps_the_focus(page):
    window = page()
    window.locator(".course-asleep input[type=range]").first.evaluate(
        "slider => { slider.focus({ preventScroll: true }); slider.value = 3; }")
    window.locator(".course-awake .course-phase", has_text="Forward, 3 of 7").wait_for()
    assert window.evaluate("document.activeElement.matches('.course-awake input[type=range]')")


def test_a_sleeping_choice_is_made(page):
    window = page("book/05-counting.html")
    window.locator(".course-asleep input[type=radio]").nth(1).evaluate(TOUCH)
    window.locator(".course-awake").wait_for()
    assert window.locator(".course-awake").get_by_role("radio", name="work").is_checked()


def test_a_widget_whose_script_is_missing_says_so(served, browser):
    window = browser.new_page(viewport={"width": 1280, "height": 800})
    window.route("**/widgets/Player.js", lambda route: route.abort())
    window.goto(f"{served}/{PAGE}")
    window.locator(".course-asleep").first.get_by_role("button", name="Next").evaluate(TOUCH)
    said = window.get_by_role("alert")
    said.wait_for()
    assert "Player.js is not there: build the book again" in said.text_content()
    assert window.locator(".course-asleep").first.is_visible()
    window.close()
