"""Every widget of the built book for readers who have no mouse, or hear the page: Tab, arrow keys, what is spoken.

Pages and widgets are found, not listed: a new one is checked without a change here.
"""

import re

import pytest

from tests.conftest import book_pages

VIEW = ".course-awake"


@pytest.fixture(scope="module")
def pages(book, visit_for_all):
    """The pages with widgets, each opened once for all that follows: {name: Visit}."""
    return {name: visit_for_all((book / name).as_uri()) for name in book_pages()
            if "course-asleep" in (book / name).read_text(encoding="utf-8")}


def in_front(pages):
    """The pages one after the other, each in front while it is looked at: what lies behind is drawn once a second."""
    for name, seen in pages.items():
        seen.page.bring_to_front()
        yield name, seen


# ---------------------------------------------------------------- keyboard

CONTROLS = """root => [...root.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
  .filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({ visibilityProperty: true }))
  // of radio buttons of one name Tab reaches the one that is chosen
  .filter(e => e.type !== "radio" || e.checked)"""
MARK_WIDGETS = f"""view => {{
  const widgets = [...document.querySelectorAll("{VIEW}")];
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


def test_tab_reaches_every_control_in_order_shows_it_and_leaves(pages):
    counts = {}
    for name, seen in in_front(pages):
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
            page.evaluate("document.getElementById('before').remove()")
        assert seen.problems == []
    assert sum(count > 1 for count in counts.values()) >= 10, "controls were not found"


def spoken(stepper):
    return stepper.get_by_role("status").text_content()


#: what a player shows and says when its handle is where it should be, and its voice has told it: asked in one breath
TOLD = """async ([player, handle, place]) => {
  const text = name => player.querySelector(name)?.textContent ?? "", said = () => text(":scope > [role=status]");
  const there = () => handle.getAttribute("aria-valuetext") === place && said().startsWith(text(".course-phase"));
  for (let waited = 0; waited < 9000 && !there(); waited++) await new Promise(go => setTimeout(go, 10));
  return { there: there(), said: said(), phase: text(".course-phase"), at: handle.getAttribute("aria-valuetext"),
    words: [...player.querySelectorAll(".course-words p")].map(line => line.textContent) };
}"""


def test_every_player_steps_jumps_and_speaks(pages):
    """Arrow keys step, Home and End jump, and each new frame is told in its words."""
    players = 0
    for name, seen in in_front(pages):
        for player in seen.page.locator(".course-stepper").all():
            players += 1
            handle = player.get_by_role("slider")
            last = int(handle.get_attribute("max"))
            handle.focus()
            parts, said = [player.element_handle(), handle.element_handle()], []
            for key, place in (("End", last), ("ArrowLeft", last - 1), ("ArrowRight", last), ("Home", 0), ("ArrowUp", 1),
                               ("ArrowDown", 0)):
                seen.page.keyboard.press(key)
                told = seen.page.evaluate(TOLD, [*parts, f"{place + 1} of {last + 1}"])
                assert told["there"] and told["words"] and told["phase"], (name, key, told)
                assert all(words in told["said"] for words in told["words"]), (name, key, told)
                said.append(told["phase"])
            assert said[0] == said[2] and said[3] == said[5] and len(set(said)) == min(4, last + 1), (name, said)
        assert seen.problems == []
    assert players >= 7, "players were not found"


def wait_until_spoken(page, player, phase):
    page.wait_for_function("([player, words]) => player.querySelector(':scope > [role=status]')?.textContent.startsWith(words)",
                           arg=[player.element_handle(), phase])


def test_buttons_of_a_row_say_which_is_pressed(pages):
    rows = 0
    for _, seen in in_front(pages):
        for row in seen.page.locator(".course-stepper .course-row:visible").all():
            rows += 1
            assert row.get_attribute("role") == "group" and row.get_attribute("aria-label")
            buttons = row.get_by_role("button").all()
            assert [button.get_attribute("aria-pressed") for button in buttons] == ["true"] + ["false"] * (len(buttons) - 1)
            for pressed, other in ((buttons[-1], buttons[0]), (buttons[0], buttons[-1])):
                pressed.focus()
                seen.page.keyboard.press("Enter")
                seen.page.wait_for_function("button => button.ariaPressed === 'true'", arg=pressed.element_handle())
                assert other.get_attribute("aria-pressed") == "false"
    assert rows >= 5


def test_while_it_plays_it_is_silent_and_says_where_it_stopped(book, visit):
    seen = visit((book / "book/01-gradient.html").as_uri())
    player = seen.page.locator(".course-stepper")
    before = spoken(player)
    player.get_by_role("button", name="Play").focus()
    seen.page.keyboard.press("Enter")
    player.locator(".course-phase", has_text=re.compile("Forward, [2-7] of 7|Backward")).wait_for()
    assert spoken(player) == before
    seen.page.keyboard.press("Enter")
    player.get_by_role("button", name="Play").wait_for()
    wait_until_spoken(seen.page, player, player.locator(".course-phase").text_content())
