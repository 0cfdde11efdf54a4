"""The design board's arithmetic, in the page's own script, against `course_lib.architectures`; the board in use."""

import random

import numpy as np
import pytest

from course_lib import architectures
from course_lib.widgets import scripts
from course_lib.widgets.design import SCRIPTS, design, design_board

GOALS = design_board(np.eye(28)).goals
LENET = {"F1": 20, "k1": 5, "pool1": True, "F2": 50, "k2": 5, "pool2": True, "n": 500, "mean": False}
SIZES = {"F1": range(2, 33, 2), "k1": (3, 5, 7), "pool1": (False, True), "F2": range(2, 65, 2), "k2": (3, 5, 7),
         "pool2": (False, True), "n": range(0, 501, 10), "mean": (False, True)}
#: it meets the four goals
LIGHT = {**LENET, "F1": 4, "F2": 32, "n": 10}


def many_designs(count=300):
    dice = random.Random(5)
    return [LENET, LIGHT, *({name: dice.choice(values) for name, values in SIZES.items()} for _ in range(count))]


@pytest.fixture(scope="module")
def drawn(browser):
    """An empty page with the board in it, and its script as `design`."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.evaluate("""async ([source, look, digit, goals]) => {
      const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      window.design = await import(address);
      document.head.append(Object.assign(document.createElement("style"), { textContent: look }));
      const state = { digit, goals };
      design.default.render({ model: { get: name => state[name] }, el: document.body });
    }""", [scripts.module(*SCRIPTS), scripts.rules("design.css"), "M3 3h1v1h-1z", GOALS])
    yield page
    page.close()


@pytest.fixture(scope="module")
def board(drawn):
    """`board(code, argument)` runs `code(script, argument)` in the page."""
    return lambda code, argument: drawn.evaluate(f"argument => ({code})(window.design, argument)", argument)


@pytest.fixture
def page(drawn):
    drawn.get_by_role("button", name="Back to the LeNet").click()
    return drawn


def sees(network):
    """How many pixels the first number of the last maps depends on, layer by layer from behind."""
    low = high = 0
    for layer in reversed([layer for layer in network.layers if layer.kind in ("conv", "pool") and hasattr(layer, "stride")]):
        low, high = low * layer.stride, high * layer.stride + layer.k - 1
    return high - low + 1


def test_left_alone_it_is_the_lenet():
    lenet = architectures.lenet()
    assert [row.as_dict() for row in design().rows()] == [row.as_dict() for row in lenet.rows()]
    assert sees(design()) == 16


def test_the_page_counts_as_python_does(board):
    designs = many_designs()
    counted = board("(script, designs) => designs.map(script.count)", designs)
    for sizes, found in zip(designs, counted, strict=True):
        network = design(**sizes)
        rows = [row for row in network.rows() if row.parameters]
        assert [(layer["name"], layer["parameters"], layer["work"]) for layer in found["layers"]] == [
            (row.name, row.parameters, row.multiply_adds) for row in rows]
        assert (found["parameters"], found["work"]) == (network.parameters, network.multiply_adds)
        for layer in found["layers"]:
            assert eval(layer["sum"].replace("·", "*").replace("²", "**2")) == layer["parameters"]
        shapes = [(block["count"],) + (block["side"],) * 2 if "side" in block else (block["count"],) for block in found["blocks"]]
        assert shapes == [row.output_shape for row in network.rows()]
        assert found["maps"] == sizes["F2"] and found["sees"] == sees(network)


def test_its_line_of_python_is_the_same_design(board):
    for sizes in many_designs(20):
        line = board("(script, sizes) => script.code(sizes)", sizes)
        assert eval(line, {"design": design}) == design(**sizes)


def test_the_goals_are_met_where_they_say_so(board):
    designs = many_designs()
    reached = board("(script, [designs, wanted]) => designs.map(each => script.goals(script.count(each), wanted).map(([met]) => met))",
                    [designs, GOALS])
    for sizes, met in zip(designs, reached, strict=True):
        network = design(**sizes)
        assert met == [network.parameters < 20_000, network.multiply_adds < 1_000_000, sizes["F2"] >= 32, sees(network) >= 14]
    assert reached[0] == [False, False, True, True] and all(reached[1])
    assert len({tuple(met) for met in reached}) > 6


def test_the_keys_move_a_size_and_everything_is_told(page):
    page.get_by_role("slider", name="outputs of fc1").focus()
    page.keyboard.press("ArrowLeft")
    narrower = design(n=490)
    assert f"{narrower.parameters:,} parameters, {narrower.multiply_adds:,} multiply-adds" in page.get_by_role("status").text_content()
    assert page.locator(".design-row", has_text="fc1").text_content().startswith("fc1490 · (50 · 4 · 4) + 490 =\u00a0392,490")
    page.keyboard.press("Home")
    assert page.get_by_role("slider", name="outputs of fc1").get_attribute("aria-valuetext") == "0, no such layer"
    assert page.locator(".design-row").count() == 3 and "fc1" not in page.get_by_role("img").get_attribute("aria-label")
    page.get_by_label("end with the mean of each map").check()
    assert f"{design(n=0, mean=True).parameters:,} parameters" in page.get_by_role("status").text_content()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_lightest_that_meets_the_goals_is_kept(page):
    record = page.locator(".design-record")
    assert record.text_content() == "2 of 4 goals are met. "
    for name, value in (("filters of conv1", 4), ("filters of conv2", 32), ("outputs of fc1", 10)):
        page.get_by_role("slider", name=name).fill(str(value))
    light = f"Your lightest network that meets them: {design(**LIGHT).parameters:,} parameters."
    assert record.text_content() == f"All four goals are met. {light}"
    assert page.locator(".design-goals .met").count() == 4
    page.get_by_role("button", name="Back to the LeNet").click()
    assert record.text_content() == f"2 of 4 goals are met. {light}"


def test_what_is_no_picture_is_refused():
    with pytest.raises(ValueError, match=r"one picture of 28 x 28 numbers, not an array \(2, 2\)"):
        design_board(np.zeros((2, 2)))
    assert design_board(np.eye(28)).digit.count("M") == 28 and repr(design_board(np.eye(28))) == "DesignBoard()"
