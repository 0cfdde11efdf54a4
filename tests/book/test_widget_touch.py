"""The widgets of chapters 5, 7, 8 and 11 by finger, on a telephone 390 pixels wide. (The pad: test_book_widget_pad.)"""

import re

import pytest

from course_lib import architectures
from course_lib.widgets.counting import entry, every_network
from tests.book.test_widget_players import on_track
from tests.conftest import DRAWN


@pytest.fixture
def phone(book, browser):
    """A function that opens a page on a screen that is touched, and returns it."""
    contexts = []

    def open_page(name):
        contexts.append(browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True,
                                            device_scale_factor=2))
        page = contexts[-1].new_page()
        page.goto((book / name).as_uri())
        page.evaluate(DRAWN)
        return page

    yield open_page
    for context in contexts:
        context.close()


def drag(page, handle, way):
    """Take the handle with a finger and draw it sideways, in pixels."""
    handle.scroll_into_view_if_needed()
    touch, (x, y) = page.context.new_cdp_session(page), on_track(handle, int(handle.input_value()))
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for k in range(1, 11):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x + way * k / 10, "y": y}]})
    page.wait_for_timeout(200)                  # the finger rests: after a fling Chromium swallows the next tap
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x + way, "y": y + 1}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize("name, slider", [
    ("book/07-backward.html", "Entry of dy"), pytest.param("book/07-backward.html", "Layer", marks=pytest.mark.slow),
    pytest.param("book/08-training.html", "Stop", marks=pytest.mark.slow),
    pytest.param("book/11-reading.html", "Stage", marks=pytest.mark.slow)])
def test_a_finger_drags_the_slider_taps_its_buttons_and_plays(phone, name, slider):
    page = phone(name)
    player = page.locator(".course-stepper").filter(has=page.locator(f".course-controls span:text-is('{slider}')")).first
    handle, phase = player.get_by_role("slider"), player.locator(".course-frame:visible .course-phase")
    handle.wait_for()
    first, last = phase.text_content(), int(handle.get_attribute("max"))
    drag(page, handle, 300)
    page.wait_for_function("([handle, last]) => handle.value == last", arg=[handle.element_handle(), last])
    ended = phase.text_content()
    assert ended != first
    drag(page, handle, -350)
    page.wait_for_function("handle => handle.value == 0", arg=handle.element_handle())
    assert phase.text_content() == first
    for button in player.locator(".course-row button").all()[1:]:
        before = player.locator(".course-frame:visible").inner_html()
        button.tap()
        page.wait_for_function("button => button.ariaPressed === 'true'", arg=button.element_handle())
        if slider != "Layer":                       # of the walk, the first frame is the same for both labels
            assert player.locator(".course-frame:visible").inner_html() != before
    player.get_by_role("button", name="Play").tap()
    page.wait_for_function("handle => handle.value > 0", arg=handle.element_handle())
    assert phase.text_content() != first
    player.get_by_role("button", name="Pause").tap()
    player.get_by_role("button", name="Back to the start").tap()
    page.wait_for_function("handle => handle.value == 0", arg=handle.element_handle())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_tap_shows_a_layer_below_its_name_and_opens_a_module(phone):
    page = phone("book/05-counting.html")
    widget = page.locator(".course-counting")
    for network in (architectures.alexnet(), architectures.googlenet()):
        number = next(i for i, each in enumerate(every_network()) if each.convention() == network.convention())
        widget.get_by_role("combobox", name="Network").select_option(index=number)
        for layer in entry(network)["layers"]:
            row = widget.locator(".count-row").filter(has=page.locator(f".count-name:text-is('{layer['name']}')")).first
            row.tap()
            details = widget.locator(".count-details:visible")
            assert details.count() == 1
            said = re.sub(r"\s+", " ", details.inner_text())
            assert (f"{layer['sums'][0]} = {layer['counts'][0]}" if layer["sums"][0] else "nothing to learn") in said
            assert layer["out"] in said
            assert details.bounding_box()["y"] >= row.bounding_box()["y"] + row.bounding_box()["height"] - 1
            if "parts" in layer:
                parts = row.locator("xpath=..").locator("[role=group] .count-row")
                assert parts.count() == len(layer["parts"]) and parts.first.is_visible()
                parts.nth(1).tap()
                assert layer["parts"][1]["sums"][0] in re.sub(r"\s+", " ", widget.locator(".count-details:visible").inner_text())
                row.tap()                           # closes it again
                assert not parts.first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
