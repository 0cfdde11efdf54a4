"""Every page of the built book for readers who cannot see it well, or have no mouse: axe, keyboard, fingers.

Pages and widgets are found, not listed: a new one is checked without a change here.
"""

from pathlib import Path

import pytest
from conftest import Visit, book_pages

axe = pytest.importorskip("axe_playwright_python", reason="axe on every page; to have these checks: "
                          "pip install -e '.[browser]'")
AXE = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]'

#: What axe finds serious or critical and we leave: (rule, selector) to the reason. An entry that no page
#: needs any longer fails `test_no_exception_is_left_over`.
EXCEPTIONS = {}

RUN_AXE = """async ([options, exceptions]) => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...options });
  const found = [], used = [];
  for (const { id, impact, nodes } of violations) {
    if (impact !== "serious" && impact !== "critical") continue;
    for (const { target, html, failureSummary } of nodes) {
      const element = document.querySelector(target.at(-1));
      const why = exceptions.find(([rule, selector]) => rule === id && element?.matches(selector));
      if (why) used.push(why.join(" ")); else found.push([id, html.slice(0, 160), failureSummary.slice(0, 300)].join(" | "));
    }
  }
  return [found, used];
}"""


def pages_with_widgets(book):
    return [name for name in book_pages() if "widget-view+json" in (book / name).read_text(encoding="utf-8")]


# ---------------------------------------------------------------- axe

def audit(seen, options=None):
    """What axe finds serious or critical, and which of the exceptions were needed."""
    seen.page.evaluate(AXE)
    return seen.page.evaluate(RUN_AXE, [options or {}, [list(key) for key in EXCEPTIONS]])


@pytest.fixture(scope="module")
def needed():
    """Exceptions that some page needed; and the pages that were looked at."""
    return {"exceptions": set(), "quiet": set(), "pages": set()}


@pytest.fixture(scope="module", params=book_pages())
def look(request, book, browser):
    """A function that shows one page at a width in a mode and returns it: opened once for several tests."""
    seen = Visit(browser, (book / request.param).as_uri(), 1280, 900, "light")
    seen.name = request.param

    def look_at(width, mode, **media):
        if seen.page.viewport_size["width"] != width:
            seen.page.set_viewport_size({"width": width, "height": 900})
            seen.page.wait_for_timeout(600)       # the theme takes 300 ms to make what scrolls now focusable
        seen.page.emulate_media(color_scheme=mode, **media)
        seen.page.wait_for_function("mode => document.documentElement.dataset.theme === mode", arg=mode)
        return seen

    yield look_at
    seen.context.close()


def test_axe_finds_nothing_serious(look, needed):
    """All rules wide and light, and narrow and dark; where there are widgets, contrasts the other way round too."""
    looks = [(1280, "light", {}), (390, "dark", {})]
    if look(1280, "light").page.locator(VIEW).count():
        looks += [(width, mode, {"runOnly": ["color-contrast"]}) for width, mode in ((1280, "dark"), (390, "light"))]
    for width, mode, options in looks:
        seen = look(width, mode)
        found, used = audit(seen, options)
        needed["exceptions"].update(used)
        assert found == [], f"{width} pixels, {mode}"
    needed["pages"].add(seen.name)


# ---------------------------------------------------------------- keyboard

CONTROLS = """root => [...root.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
  .filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({ visibilityProperty: true }))
  // of radio buttons of one name Tab reaches the one that is chosen
  .filter(e => e.type !== "radio" || e.checked)"""
MARK_WIDGETS = f"""view => {{
  const widgets = [...document.querySelectorAll('{VIEW}')].map(view => view.parentElement.querySelector(".jupyter-widgets"));
  const controls = {CONTROLS};
  return widgets.map((widget, i) => {{ widget.dataset.widget = i; return controls(widget).length; }});
}}"""
ENTER = f"""i => {{
  const controls = {CONTROLS};
  const widget = document.querySelector(`[data-widget="${{i}}"]`);
  const before = document.createElement("button");
  before.id = "before";
  widget.before(before);
  before.focus();
  window.expected = controls(widget);
}}"""
FOCUSED = """i => {
  const e = document.activeElement, look = getComputedStyle(e);
  const outlined = style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  const inner = e.firstElementChild;             // an entry of a tree shows its focus around its row
  return { place: window.expected.indexOf(e), name: e.outerHTML.slice(0, 120),
    seen: e.matches(":focus-visible") && (outlined(look) || (inner && outlined(getComputedStyle(inner)))),
    inside: !!e.closest(`[data-widget="${i}"]`) };
}"""


def test_tab_reaches_every_control_in_order_shows_it_and_leaves(book, visit):
    counts = {}
    for name in pages_with_widgets(book):
        seen = visit((book / name).as_uri())
        page = seen.page
        for i, controls in enumerate(page.evaluate(MARK_WIDGETS)):
            counts[name, i] = controls
            page.evaluate(ENTER, i)
            for place in range(controls):
                page.keyboard.press("Tab")
                at = page.evaluate(FOCUSED, i)
                assert at["place"] == place, f"{name}: Tab came to {at['name']} as number {place} of {controls}"
                assert at["seen"], f"{name}: nothing shows that {at['name']} has the focus"
            page.keyboard.press("Tab")
            assert not page.evaluate(FOCUSED, i)["inside"], f"{name}: widget {i} is a trap"
            page.keyboard.press("Shift+Tab")
            assert controls == 0 or page.evaluate(FOCUSED, i)["place"] == controls - 1
        assert seen.problems == []
    assert sum(count > 1 for count in counts.values()) >= 10, "controls were not found"


def spoken(stepper):
    return stepper.get_by_role("status").text_content()


def test_every_player_steps_jumps_and_speaks(book, visit):
    """Arrow keys step, Home and End jump, and each new frame is told in its words."""
    players = 0
    for name in pages_with_widgets(book):
        seen = visit((book / name).as_uri())
        for player in seen.page.locator(".course-stepper").all():
            players += 1
            phase, handle = player.locator(".course-phase"), player.get_by_role("slider")
            last = int(float(handle.get_attribute("aria-valuemax")))
            handle.focus()
            said = []
            for key, place in (("End", last), ("ArrowLeft", last - 1), ("ArrowRight", last), ("Home", 0), ("ArrowUp", 1),
                               ("ArrowDown", 0)):
                seen.page.keyboard.press(key)
                expect_place(handle, place, last)
                said.append(phase.text_content())
                wait_until_spoken(seen.page, player, said[-1])
                for words in player.locator(".course-words p").all_text_contents():
                    assert words in spoken(player)
            assert said[0] == said[2] and said[3] == said[5] and len(set(said)) == min(4, last + 1), (name, said)
        assert seen.problems == []
    assert players >= 7, "players were not found"


def expect_place(handle, place, last):
    handle.page.wait_for_function("([handle, words]) => handle.getAttribute('aria-valuetext') === words",
                                  arg=[handle.element_handle(), f"{place + 1} of {last + 1}"], timeout=5000)


def wait_until_spoken(page, player, phase):
    page.wait_for_function("([player, words]) => player.querySelector(':scope > [role=status]')?.textContent.startsWith(words)",
                           arg=[player.element_handle(), phase], timeout=5000)


def test_buttons_of_a_row_say_which_is_pressed(book, visit):
    rows = 0
    for name in pages_with_widgets(book):
        seen = visit((book / name).as_uri())
        for row in seen.page.locator(".course-stepper .widget-toggle-buttons:visible").all():
            rows += 1
            assert row.get_attribute("role") == "group" and row.get_attribute("aria-label")
            buttons = row.get_by_role("button").all()
            assert [button.get_attribute("aria-pressed") for button in buttons] == ["true"] + ["false"] * (len(buttons) - 1)
            buttons[-1].focus()
            seen.page.keyboard.press("Enter")
            seen.page.wait_for_function("button => button.ariaPressed === 'true'", arg=buttons[-1].element_handle())
            assert buttons[0].get_attribute("aria-pressed") == "false"
    assert rows >= 5


def test_while_it_plays_it_is_silent_and_says_where_it_stopped(book, visit):
    seen = visit((book / "book/01-gradient.html").as_uri())
    player = seen.page.locator(".course-stepper")
    before = spoken(player)
    player.get_by_role("button", name="Play").focus()
    seen.page.keyboard.press("Enter")
    player.locator(".course-phase", has_text="Forward, 2 of 7").wait_for(timeout=15_000)
    assert spoken(player) == before
    seen.page.keyboard.press("Enter")
    player.get_by_role("button", name="Play").wait_for()
    wait_until_spoken(seen.page, player, player.locator(".course-phase").text_content())


# ---------------------------------------------------------------- movement, fingers, contrast

MOVES = """() => [...document.querySelectorAll("*")].filter(e => {
  const moves = style => parseFloat(style.transitionDuration) > 0 || style.animationName !== "none" && parseFloat(style.animationDuration) > 0;
  return ["", "::before", "::after"].some(part => moves(getComputedStyle(e, part || null)));
}).slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""


def test_nothing_moves_by_itself_where_that_is_asked_for(look):
    assert look(1280, "light", reduced_motion="reduce").page.evaluate(MOVES) == []
    look(1280, "light", reduced_motion="no-preference")


def test_play_still_plays_where_less_movement_is_asked_for(book, visit):
    seen = visit((book / "book/01-gradient.html").as_uri())
    seen.page.emulate_media(reduced_motion="reduce")
    player = seen.page.locator(".course-stepper")
    player.get_by_role("button", name="Play").click()
    player.locator(".course-phase", has_text="Forward, 1 of 7").wait_for(timeout=10_000)


#: WCAG 2.2, 2.5.8: 24 pixels each way; a radio button or a box with a label is as large as its label
SMALL = f"""() => [...document.querySelectorAll('{VIEW}')].flatMap(view => {{
  const widget = view.parentElement.querySelector(".jupyter-widgets"), controls = {CONTROLS};
  return controls(widget).map(e => e.role === "treeitem" ? e.firstElementChild : e.closest("label") ?? e)
    .filter(e => {{ const {{ width, height }} = e.getBoundingClientRect(); return width < 24 || height < 24; }})
    .map(e => `${{e.getBoundingClientRect().width}}x${{e.getBoundingClientRect().height}} ${{e.outerHTML.slice(0, 120)}}`);
}})"""


@pytest.mark.parametrize("width", [390, 1280])
def test_controls_are_large_enough_for_a_finger(look, width):
    assert look(width, "light").page.evaluate(SMALL) == []


#: Drawn shapes that need no contrast of 3, and why; an entry that nothing needs fails the last test
QUIET = {
    "course-grids path.lines": "the lines between numbers: the numbers stand apart without them",
    "course-plot path.grid": "the lines behind the curve: their numbers stand at the axis",
    "path.region": "the ground of a class: its border is a line of 3 pixels, its points are filled or hollow",
}

PALE = """quiet => {
  const parse = text => { const n = (text.match(/[\\d.]+/g) ?? []).map(Number); return n.length < 3 ? null : [n[0], n[1], n[2], n[3] ?? 1]; };
  const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = rgb => rgb.slice(0, 3).reduce((sum, v, i) => sum + linear(v / 255) * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (colour, alpha, ground) => {
    const seen = light(colour.slice(0, 3).map((v, i) => alpha * v + (1 - alpha) * ground[i])), back = light(ground);
    return (Math.max(seen, back) + 0.05) / (Math.min(seen, back) + 0.05);
  };
  const under = e => { const colour = parse(getComputedStyle(e).backgroundColor); return colour?.[3] ? colour : under(e.parentElement); };
  const found = new Map(), used = new Set();
  for (const e of document.querySelectorAll(".course-frame svg *")) {
    if (!e.checkVisibility() || !(e instanceof SVGGeometryElement || e instanceof SVGTextContentElement) || e.closest("defs, clipPath")) continue;
    if (e instanceof SVGTextContentElement && !e.textContent.trim()) continue;
    const look = getComputedStyle(e), ground = under(e.closest("svg"));
    const ratios = ["fill", "stroke"].map(part => {
      const colour = look[part] === "none" ? null : parse(look[part]);
      let alpha = colour ? colour[3] * parseFloat(look[part + "Opacity"]) : 0;
      for (let up = e; up instanceof SVGElement; up = up.parentElement) alpha *= parseFloat(getComputedStyle(up).opacity);
      return alpha ? contrast(colour, alpha, ground) : 0;
    });
    const text = e instanceof SVGTextContentElement, best = text ? ratios[0] : Math.max(...ratios);
    const name = `${e.closest("svg").getAttribute("class") ?? e.closest("div[class]").className} ${e.tagName}.${e.getAttribute("class") ?? e.parentElement.getAttribute("class")}`;
    if (!best || best >= (text ? 4.5 : 3)) continue;
    const why = quiet.find(look => name.includes(look));
    if (why) used.add(why); else found.set(name, best.toFixed(2));
  }
  return [[...found].map(pair => pair.join(": ")), [...used]];
}"""


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_letters_and_marks_of_drawings_stand_out(look, needed, mode):
    """4.5 for letters, 3 for what is drawn, on the ground under the drawing; at the first and at the last frame."""
    seen = look(1280, mode)
    for key in ("Home", "End"):
        for handle in seen.page.locator(".course-stepper").get_by_role("slider").all():
            handle.focus()
            seen.page.keyboard.press(key)
        seen.page.wait_for_timeout(50)
        found, used = seen.page.evaluate(PALE, list(QUIET))
        needed["quiet"].update(used)
        assert found == [], key


def test_no_exception_is_left_over(needed):
    if needed["pages"] != set(book_pages()):
        pytest.skip("needs the audit of every page in the same process")
    assert needed["exceptions"] == {" ".join(key) for key in EXCEPTIONS}
    assert needed["quiet"] == set(QUIET)
