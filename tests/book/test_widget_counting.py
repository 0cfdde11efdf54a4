"""Chapter 5's counting widget in the built book, opened from a file with the network off."""

import pytest

from course_lib import architectures
from course_lib.widgets import scripts
from course_lib.widgets.counting import SCRIPTS, entry, every_network

PAGE = "book/05-counting.html"
NETWORKS = every_network()
ALEXNET = next(i for i, network in enumerate(NETWORKS) if network.convention() == "AlexNet, ungrouped, with biases")
GOOGLENET = next(i for i, network in enumerate(NETWORKS) if network.name == "GoogLeNet")

ROWS = """widget => [...widget.querySelectorAll("[role=treeitem]")].filter(li => li.offsetParent).map(li => ({
  name: li.querySelector(".count-name").textContent, share: li.querySelector(".count-share").textContent,
  bar: 100 * li.querySelector(".count-bar").getBoundingClientRect().width / li.querySelector(".count-track").getBoundingClientRect().width,
  height: li.querySelector(".count-row").getBoundingClientRect().height,
}))"""
SETTLED = """widget => Promise.all(widget.getAnimations({ subtree: true }).map(each => each.finished))"""


@pytest.fixture(params=[pytest.param(("light", 1280), marks=pytest.mark.slow), ("dark", 390)], ids=["wide", "narrow"])
def seen(book, visit, request):
    mode, width = request.param
    return visit((book / PAGE).as_uri(), width=width, height=844, mode=mode)


def the_widget(seen):
    widget = seen.page.locator(".course-counting")
    assert widget.count() == 1
    return widget


def rows(widget):
    widget.evaluate(SETTLED)
    return widget.evaluate(ROWS)


def details(widget):
    """The details on the screen, white space evened out."""
    shown = widget.locator(".count-details:visible")
    assert shown.count() == 1
    return " ".join(shown.inner_text().split())


def choose(widget, number):
    widget.get_by_role("combobox", name="Network").select_option(index=number)


def test_every_network_stands_there_as_python_counts_it(seen):
    widget = the_widget(seen)
    assert widget.get_by_role("combobox", name="Network").locator("option").all_text_contents() == [
        f"{network.name}, {network.variant}" for network in NETWORKS]
    for number, network in enumerate(NETWORKS):
        choose(widget, number)
        expected = entry(network)
        assert expected["totals"][0] in widget.locator(".count-total").text_content()
        for measure, name in enumerate(["parameters", "work"]):
            widget.get_by_role("radio", name=name).check()
            found = rows(widget)
            assert [row["name"] for row in found] == [layer["name"] for layer in expected["layers"]]
            for row, layer in zip(found, expected["layers"]):
                assert row["share"] == (layer["shares"][measure] or "–")
                # a hatched bar has a frame, which is never thinner than its two lines
                assert row["bar"] == pytest.approx(layer["bars"][measure], abs=0.3) or row["bar"] < 4
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= seen.page.viewport_size["width"]
    assert seen.problems == []


def test_the_keyboard_walks_through_layers_and_opens_a_module(seen):
    widget, press = the_widget(seen), seen.page.keyboard.press
    choose(widget, GOOGLENET)
    layers = entry(NETWORKS[GOOGLENET])["layers"]
    widget.get_by_role("combobox", name="Network").focus()
    press("Tab")                                          # the radio buttons
    press("Tab")                                          # the tree: one stop for all its layers
    for layer in layers[:6]:
        focused = seen.page.evaluate("document.activeElement.querySelector('.count-name').textContent")
        assert focused == layer["name"]
        for text in (layer["in"], layer["out"], layer.get("side", ""), layer["sums"][0], layer["counts"][0]):
            assert text in details(widget) or text in ("", "0")
        press("ArrowDown")
    press("ArrowUp")
    module = layers[5]
    assert module["name"] == "inception 3a" and len(rows(widget)) == len(layers)
    press("ArrowRight")
    assert len(rows(widget)) == len(layers) + len(module["parts"])
    press("ArrowRight")
    press("ArrowDown")
    assert module["parts"][1]["sums"][0] in details(widget)
    voice = widget.get_by_role("status").text_content()
    assert voice.startswith("3×3 reduce: ") and module["parts"][1]["counts"][0] in voice
    press("ArrowLeft")
    press("ArrowLeft")
    assert len(rows(widget)) == len(layers)
    press("End")
    assert layers[-1]["sums"][0] in details(widget)
    press("Home")
    assert layers[0]["sums"][0] in details(widget)
    press("Tab")
    assert not widget.evaluate("widget => widget.contains(document.activeElement)"), "the list is a trap"
    assert seen.problems == []


def test_a_click_or_tap_shows_the_layer_and_opens_a_module(seen):
    widget = the_widget(seen)
    for layer in entry(NETWORKS[ALEXNET])["layers"]:
        widget.locator(".count-row", has_text=layer["name"]).click()
        assert (layer["sums"][0] or "nothing to learn") in details(widget)
        assert layer["out"] in details(widget)
    choose(widget, GOOGLENET)
    closed = len(rows(widget))
    for name in ("inception 5b", "inception 3a"):
        widget.locator(".count-row", has_text=name).click()
    assert len(rows(widget)) == closed + 14
    assert min(row["height"] for row in rows(widget)) >= 24
    assert seen.problems == []


def test_pointing_shows_a_layer_and_leaving_brings_back_the_chosen_one(book, visit):
    seen = visit((book / PAGE).as_uri())
    widget = the_widget(seen)
    first, heavy = (next(layer for layer in entry(NETWORKS[ALEXNET])["layers"] if layer["name"] == name)
                    for name in ("conv1", "fc1"))
    assert first["sums"][0] in details(widget)
    widget.locator(".count-row", has_text="fc1").hover()
    assert heavy["sums"][0] in details(widget)
    widget.locator(".count-total").hover()
    assert first["sums"][0] in details(widget)


def test_a_page_that_scrolls_under_a_resting_mouse_points_at_nothing(book, visit):
    seen = visit((book / PAGE).as_uri(), height=500)
    widget = the_widget(seen)
    choose(widget, GOOGLENET)
    widget.locator(".count-row").first.click()
    top = seen.page.evaluate("scrollY")
    seen.page.keyboard.press("End")
    seen.page.wait_for_function("top => scrollY > top", arg=top)
    seen.page.evaluate("() => new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))")
    assert entry(NETWORKS[GOOGLENET])["layers"][-1]["name"] in details(widget)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_its_words_stand_out_from_their_ground(book, visit, mode):
    seen = visit((book / PAGE).as_uri(), mode=mode)
    ratios = the_widget(seen).evaluate("""widget => {
      const parse = text => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
      const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
      const light = rgb => rgb.map(v => linear(v / 255)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
      const ground = light(parse(getComputedStyle(widget).backgroundColor));
      return [...widget.querySelectorAll("span, p, label, legend, .count-letters, .count-more, select, .count-bar")].map(part => {
        const ink = light(parse(getComputedStyle(part).color));
        return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
      });
    }""")
    assert len(ratios) > 40 and min(ratios) >= 4.5


def test_paper_gets_the_tables_and_so_does_a_page_without_scripts(book, visit, browser):
    seen = visit((book / PAGE).as_uri())
    assert not seen.page.locator(".course-still").first.is_visible()
    seen.page.emulate_media(media="print")
    assert seen.page.locator(".course-still").first.is_visible()
    assert not the_widget(seen).is_visible()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((book / PAGE).as_uri())
    words = page.locator(".course-still").first.inner_text()
    context.close()
    for name in ("alexnet", "googlenet"):
        network = architectures.by_name(name)
        for row in network.rows():
            assert not row.parameters or (row.name in words and f"{row.parameters:,}" in words)


TWO = """async ([script, networks]) => {
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const widget = (await import(url)).default;
  for (const chosen of [0, 1]) {
    const state = { networks: JSON.stringify(networks), chosen }, heard = [];
    const model = { get: key => state[key], save_changes() {}, on: (event, then) => heard.push(then), off() {},
      set(key, value) { state[key] = value; heard.forEach(then => then()); } };
    const el = document.createElement("section");
    document.body.append(el);
    widget.render({ model, el });
  }
}"""


def test_two_widgets_do_not_disturb_each_other(browser):
    context = browser.new_context()
    page = context.new_page()
    networks = [entry(architectures.lenet()), entry(architectures.alexnet())]
    page.evaluate(TWO, [scripts.module(*SCRIPTS), networks])
    left, right = page.locator("section").all()
    left.get_by_role("radio", name="work").check()
    left.get_by_role("combobox", name="Network").select_option(index=1)
    right.get_by_role("treeitem").nth(2).locator(".count-row").click()
    assert right.get_by_role("radio", name="parameters").is_checked() and left.get_by_role("radio", name="work").is_checked()
    assert left.locator(".count-total").text_content() == right.locator(".count-total").text_content()
    shares = [widget.locator(".count-share").all_text_contents() for widget in (left, right)]
    for i, found in enumerate(reversed(shares)):
        assert found == [layer["shares"][i] or "–" for layer in networks[1]["layers"]]
    context.close()
