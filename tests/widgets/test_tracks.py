"""Players with several tracks: which stands where, and errors that say how to mend a call."""

import pytest

from course_lib.widgets.frame import Frame
from course_lib.widgets.stepper import stepper, tracks


def frames(name, count=3):
    return [Frame("<svg/>", f"{name} {k}", "a, b", "words") for k in range(count)]


def test_tracks_stand_in_the_order_of_their_buttons():
    player = tracks({"c·z": frames("c·z"), "ReLU": frames("ReLU")}, "Activation", slider="Depth")
    assert player.rows == [{"name": "Activation", "options": ["c·z", "ReLU"]}] and player.slider == "Depth"
    assert [[f"{name} {k}" in markup for k, markup in enumerate(track)]
            for name, track in zip(("c·z", "ReLU"), player.tracks)] == 2 * [3 * [True]]


def test_two_rows_of_buttons_choose_every_combination():
    variants = {a: {b: frames(f"{a}{b}") for b in "xyz"} for a in "pq"}
    player = tracks(variants, ["First", "Second"], start=1)
    for place, (i, j) in enumerate((i, j) for i in range(2) for j in range(3)):     # the last row changes fastest
        assert f"{'pq'[i]}{'xyz'[j]} 1" in player.tracks[place][1]
    assert player.start == 1 and player.together


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
