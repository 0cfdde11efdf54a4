"""Chapter 7's players in the built book, opened from a file with the network off: numbers as Python has them."""

import re

import numpy as np
import pytest

from course_lib import digits
from course_lib.reading import load_reader
from course_lib.widgets import backward, walk
from tests.conftest import rest_slow
from tests.widgets.test_backward import shown
from tests.widgets.test_walk import HALF, LINE, pixels

PAGE = "book/07-backward.html"
TOLD = {"6, a lie": 6, "0, which it is": 0}


class Player:
    """One of the chapter's players, found by what its slider is called."""

    def __init__(self, seen, slider):
        self.page = seen.page
        self.box = seen.page.locator(".course-stepper").filter(has=seen.page.locator(f".course-controls span:text-is('{slider}')"))
        self.handle = self.box.get_by_role("slider")

    def press(self, key, place):
        """Press a key on the slider and wait for the frame that it leads to."""
        self.handle.press(key)
        self.at(place)

    def at(self, place):
        self.page.wait_for_function("([handle, words]) => handle.ariaValueText.startsWith(words)",
                                    arg=[self.handle.element_handle(), f"{place + 1} of "])
        self.page.evaluate("() => new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))")

    def words(self):
        """Phase, formula and sentence on the screen, each with plain spaces."""
        frame = self.box.locator(".course-frame:visible")
        assert frame.count() == 1
        return [re.sub(r"\s", " ", frame.locator(f".course-{part}").text_content()) for part in ("phase", "formula", "sentence")]

    def picture(self):
        return self.box.locator(".course-frame:visible .course-drawing").inner_html()


def words(frame):
    return [re.sub(r"\s", " ", text) for text in (frame.phase, frame.formula, frame.sentence)]


@pytest.mark.parametrize("mode, width", rest_slow([("light", 1280), ("dark", 390)], [("dark", 390)]))
def test_each_entry_of_dy_goes_back_as_it_does_in_python(book, visit, mode, width):
    seen = visit((book / PAGE).as_uri(), width=width, mode=mode)
    player = Player(seen, "Entry of dy")
    for name, given in backward.examples().items():
        player.box.get_by_role("button", name=name, exact=True).press("Enter")
        player.press("Home", 0)
        for k, frame in enumerate(backward.frames(backward.record(*given))):
            assert player.words() == words(frame)
            ours, theirs = shown(player.picture()), shown(frame.picture)
            assert list(ours) == list(theirs)
            for array, expected in theirs.items():
                assert expected is None and ours[array] is None or all(map(np.array_equal, ours[array], expected))
            if k < 4:
                player.press("ArrowRight", k + 1)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.problems == []


def measured(text):
    """A text as (what stands around its numbers, its numbers)."""
    found = re.split(r"(−?\d[\d,]*\.?\d*(?:e[−-]\d+)?)", text)
    return found[::2], [float(n.replace(",", "").replace("−", "-")) for n in found[1::2]]


@pytest.mark.parametrize("mode, width", rest_slow([("dark", 1280), ("light", 390)], [("light", 390)]))
def test_the_walk_goes_through_every_layer_and_back_as_in_python(book, visit, mode, width):
    """Words and maps; the last digit and the shade next to it may differ with a machine's rounding."""
    seen = visit((book / PAGE).as_uri(), width=width, mode=mode)
    player = Player(seen, "Layer")
    tracks = walk.walk_stepper(load_reader(), digits.load("uci").test.images[274], TOLD).tracks
    runs = {name: walk.walk(load_reader(), digits.load("uci").test.images[274], label) for name, label in TOLD.items()}
    for (name, run), track in zip(runs.items(), tracks, strict=True):
        player.box.get_by_role("button", name=name, exact=True).press(" ")
        player.press("Home", 0)
        for k, (frame, html) in enumerate(zip(walk.frames(run), track, strict=True)):
            if k:
                player.press("ArrowRight", k)
            for ours, theirs in zip(player.words(), words(frame)):
                (text, numbers), (expected_text, expected) = measured(ours), measured(theirs)
                assert text == expected_text and numbers == pytest.approx(expected, rel=0.06, abs=0.01)
            if "<img" in html:
                ours, theirs = pixels(player.picture())[0].astype(int), pixels(html)[0].astype(int)
                assert ((ours == LINE) == (theirs == LINE)).all() and np.abs(ours - theirs).max() <= 1
                assert (ours != HALF).any() or name != "6, a lie"       # told the truth, some maps stay white
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.problems == []


NAMES = """svg => [...svg.querySelectorAll("text:not(.title)")].map(text => text.getBoundingClientRect())
  .map(({ left, right }) => [left, right])"""


@pytest.mark.parametrize("font", ["the book's", "DejaVu Sans", "monospace"])
def test_layers_names_keep_apart_in_any_font(book, visit, font):
    seen = visit((book / PAGE).as_uri())
    if font != "the book's":
        seen.page.add_style_tag(content=f".course-drawing svg {{ font-family: '{font}', {font} !important; }}")
    player = Player(seen, "Layer")
    for key, place in (("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowRight", 3)):   # the name in bold
        player.press(key, place)
        places = sorted(player.box.locator(".course-frame:visible svg").first.evaluate(NAMES))
        assert len(places) == 12
        assert min(right[0] - left[1] for left, right in zip(places, places[1:])) >= 2
