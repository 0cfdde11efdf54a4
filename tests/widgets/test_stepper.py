"""Chapter 1's stepper in the built book, opened from a file with the network off."""

import pytest

from course_lib import circuit
from course_lib.circuit import data, number, weight
from tests.conftest import rest_slow

PAGE = "book/01-gradient.html"


@pytest.fixture(scope="module")
def run():
    """The trace that the page ought to show, computed here from scratch."""
    x1, x2, t = data(1, "x1"), data(0, "x2"), data(5, "t")
    w1, w2 = weight(0, "w1"), weight(0, "w2")
    y1 = circuit.sigmoid((x1 * w1).named("z1")).named("y1")
    f = circuit.sigmoid(((y1 * w2).named("m") + x2).named("z2")).named("f")
    return circuit.trace(((f - t).named("e") ** 2).named("L"))


def on_screen(stepper):
    """The texts of the frame that is visible now."""
    assert stepper.locator(".course-frame").count() == 1
    return stepper.locator("svg text").all_text_contents()


def expected(run, k):
    values, grads = run.known(k)
    out = run.names[run.output]
    return ({f"{run.names[v]} = {number(x)}" for v, x in values.items() if v.kind != "constant"}
            | {f"∂{out}/∂{run.names[v]} = {number(g)}" for v, g in grads.items()})


def numbers_on_screen(stepper):
    return {text for text in on_screen(stepper) if " = " in text}


def wait_for(stepper, words):
    stepper.locator(".course-phase", has_text=words).wait_for()


@pytest.mark.parametrize("mode, width", rest_slow([("light", 1280), ("dark", 390)], [("light", 1280)]))
def test_the_arrow_keys_step_through_forward_and_backward(book, visit, run, mode, width):
    seen = visit((book / PAGE).as_uri(), width=width, mode=mode)
    stepper = seen.page.locator(".course-stepper")
    handle = stepper.get_by_role("slider", name="Step")
    handle.focus()
    assert numbers_on_screen(stepper) == expected(run, 0)
    for k in range(1, len(run.steps)):
        seen.page.keyboard.press("ArrowRight")
        seen.page.wait_for_function(
            "k => document.querySelector('.course-stepper input').value == k", arg=k)
        formula = stepper.locator(".course-formula").text_content()
        assert formula == run.steps[k].formula
        assert numbers_on_screen(stepper) == expected(run, k)
    assert "∂L/∂w₂ = −1.125" in on_screen(stepper)
    seen.page.keyboard.press("ArrowLeft")
    wait_for(stepper, "Backward, 11 of 12")
    seen.page.keyboard.press("Home")
    wait_for(stepper, "Start: what is given")
    assert seen.problems == []


def test_the_play_button_plays_and_stop_goes_back(book, visit, run):
    seen = visit((book / PAGE).as_uri())
    stepper = seen.page.locator(".course-stepper")
    stepper.get_by_role("button", name="Play").click()
    wait_for(stepper, "Forward, 2 of 7")
    stepper.get_by_role("button", name="Pause").click()
    wait_for(stepper, "Forward")
    shown = numbers_on_screen(stepper)
    assert any(shown == expected(run, k) for k in range(1, 8))
    stepper.get_by_role("button", name="Back to the start").click()
    wait_for(stepper, "Start: what is given")
    assert seen.problems == []


def test_each_step_is_announced(book, visit, run):
    seen = visit((book / PAGE).as_uri())
    stepper = seen.page.locator(".course-stepper")
    stepper.get_by_role("slider", name="Step").focus()
    seen.page.keyboard.press("ArrowRight")
    voice = stepper.get_by_role("status")
    voice.filter(has_text="Forward, 1 of 7").wait_for(state="attached")
    assert run.steps[1].formula in voice.text_content()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_picture_fits_and_is_large_enough_to_read(book, visit, width):
    seen = visit((book / PAGE).as_uri(), width=width)
    page = seen.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for picture in page.locator(".course-drawing svg[role=img]:visible").all():
        box = picture.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        heights = picture.evaluate(
            "s => [...s.querySelectorAll('text')]"
            ".map(t => parseFloat(getComputedStyle(t).fontSize) * s.getScreenCTM().a)")
        assert min(heights) >= 11
        for left, right in picture.evaluate(
                "s => [...s.querySelectorAll('text')].map(t => t.getBoundingClientRect())"
                ".map(r => [r.left, r.right])"):
            assert left >= 0 and right <= width


CONTRAST = """element => {
  const parse = text => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = rgb => rgb.map(v => linear(v / 255))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = light(parse(getComputedStyle(element.closest(".course-frame")).backgroundColor));
  return [...element.querySelectorAll("text")].map(text => {
    const ink = light(parse(getComputedStyle(text).fill));
    return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
  });
}"""


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_number_stands_out_from_its_ground(book, visit, mode):
    seen = visit((book / PAGE).as_uri(), mode=mode)
    for picture in seen.page.locator(".course-drawing svg[role=img]:visible").all():
        assert min(picture.evaluate(CONTRAST)) >= 4.5
