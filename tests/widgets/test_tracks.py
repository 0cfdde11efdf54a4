"""Players with several tracks: what is linked to what, and errors that say how to mend a call."""

import ipywidgets
import pytest
from ipywidgets import HTML, Layout, Stack, ToggleButtons

from course_lib.widgets.stepper import Frame, stepper, tracks


def frames(name, count=3):
    return [Frame("<svg/>", f"{name} {k}", "a, b", "words") for k in range(count)]


def parts(box):
    """The play button, the slider, the rows of buttons and the outermost stack of a player."""
    _, *switches, controls, stack = box.children
    return *controls.children[::2], switches, stack


def shown(stack):
    """The text of the frame that is seen."""
    while isinstance(stack, Stack):
        stack = stack.children[stack.selected_index]
    return stack.value


@pytest.fixture
def links(monkeypatch):
    """Every link made, in order; they hold in Python too, so that a test can press and look."""
    made = []

    def link(source, target):
        made.append((source, target))
        widget, trait = source
        widget.observe(lambda change: setattr(*target, change["new"]), trait)

    monkeypatch.setattr(ipywidgets, "jslink", link)
    return made


def test_buttons_choose_the_track_and_the_slider_the_frame(links):
    play, slider, [buttons], stack = parts(tracks({"c·z": frames("c·z"), "ReLU": frames("ReLU")},
                                                  "Activation", slider="Depth"))
    assert isinstance(buttons, ToggleButtons) and buttons.description == "Activation"
    assert buttons.options == ("c·z", "ReLU") and slider.description == "Depth"
    assert (play.max, slider.max) == (2, 2)
    assert "c·z 0" in shown(stack)
    play.value = 2
    assert slider.value == 2 and "c·z 2" in shown(stack)
    buttons.index = 1
    assert "ReLU 2" in shown(stack)                       # the place on the slider is kept
    slider.value = 1
    assert "ReLU 1" in shown(stack)
    buttons.index = 0
    assert "c·z 1" in shown(stack)


def test_two_rows_of_buttons_choose_every_combination(links):
    variants = {a: {b: frames(f"{a}{b}") for b in "xyz"} for a in "pq"}
    _, slider, [first, second], stack = parts(tracks(variants, ["First", "Second"], start=1))
    for i, a in enumerate("pq"):
        for j, b in enumerate("xyz"):
            for k in range(3):
                first.index, second.index, slider.value = i, j, k
                assert f"{a}{b} {k}" in shown(stack)


def test_nothing_but_links_in_the_browser_connects_the_parts(links):
    play, slider, [buttons], stack = parts(tracks({"a": frames("a"), "b": frames("b")}, "Track"))
    inner = stack.children
    assert links == [((play, "value"), (slider, "value")),
                     ((slider, "value"), (inner[0], "selected_index")),
                     ((slider, "value"), (inner[1], "selected_index")),
                     ((buttons, "index"), (stack, "selected_index"))]


def test_all_frames_share_one_layout_so_that_the_page_stays_light():
    *_, stack = parts(tracks({"a": frames("a"), "b": frames("b")}, "Track"))
    every = [frame for inner in stack.children for frame in inner.children]
    assert all(isinstance(frame, HTML) for frame in every)
    assert len({frame.layout for frame in every}) == len({frame.style for frame in every}) == 1
    assert isinstance(every[0].layout, Layout) and every[0].layout.width == "100%"


def test_two_players_share_nothing(links):
    one, two = (tracks({"a": frames("a"), "b": frames("b")}, "Track") for _ in range(2))
    _, slider, [buttons], _ = parts(one)
    slider.value, buttons.index = 2, 1
    assert "a 0" in shown(parts(two)[-1]) and "b 2" in shown(parts(one)[-1])
    assert not {frame.layout for frame in parts(one)[-1].children} & {
        frame.layout for frame in parts(two)[-1].children}


def test_a_formula_without_an_equals_sign_breaks_at_its_commas():
    assert "<span>a</span>, <span>b</span>" in frames("a")[0].html()


@pytest.mark.parametrize("variants, description, message", [
    ({"a": frames("a", 3), "b": frames("b", 2)}, "Track", "3 for a, 2 for b"),
    ({"a": frames("a"), "b": []}, "Track", "at least one frame"),
    ({}, "Track", "none of them empty"),
    (frames("a"), "Track", "mappings 1 deep"),
    ({"a": frames("a")}, ["One", "Two"], r"2 rows of buttons \(One, Two\)"),
    ({"a": {"x": frames("ax")}}, "Track", "a description for each row of buttons"),
    ({"a": {"x": frames("ax")}, "b": {"y": frames("by")}}, ["One", "Two"], "the same everywhere: x"),
    ({"a": {"x": frames("ax")}, "b": frames("b")}, ["One", "Two"], "the same everywhere: x"),
])
def test_errors_say_what_to_do(variants, description, message):
    with pytest.raises(ValueError, match=message):
        tracks(variants, description)


def test_the_start_must_be_a_frame():
    with pytest.raises(ValueError, match="start=3 is not a frame: there are 3"):
        tracks({"a": frames("a")}, "Track", start=3)


def test_a_mapping_is_no_list_of_frames():
    with pytest.raises(ValueError, match="got a mapping of a, b"):
        stepper({"a": frames("a"), "b": frames("b")})
