"""Chapter 8's training scrubber in the built book, opened from a file with the network off."""

import re

import numpy as np
import pytest

from course_lib import digits, nn
from course_lib.widgets.scrubber import FIRST, PITCH, TALL, Run, across
from course_lib.workshop.film import Film
from tests.conftest import rest_slow

PAGE = "book/08-training.html"
STOPS = sorted(Film(300).wanted)

ON_SCREEN = """scrubber => {
  const frame = scrubber.querySelector(".course-frame"), svgs = [...frame.querySelectorAll("svg")];
  const words = svg => [...svg.querySelectorAll("text")].map(text => text.textContent);
  return {
    phase: frame.querySelector(".course-phase").textContent, formula: frame.querySelector(".course-formula").textContent,
    sentence: frame.querySelector(".course-sentence").textContent,
    cursor: svgs.slice(0, 2).map(svg => Number(svg.querySelector("circle").getAttribute("cx"))),
    words: svgs.map(words), filters: frame.querySelector("img").alt,
    bars: [...svgs[2].querySelectorAll("rect")].map(r => ["x", "y", "height"].map(name => Number(r.getAttribute(name)))),
  };
}"""


def the_scrubber(seen):
    scrubber = seen.page.locator(".course-stepper.course-scrubber")
    assert scrubber.count() == 1 and scrubber.locator(".course-frame").count() == 1
    return scrubber


def go_to(seen, scrubber, key, stop):
    scrubber.get_by_role("slider", name="Stop").press(key)
    words = f"After {STOPS[stop]} of 300 steps" if stop else "Before the first step"
    scrubber.locator(".course-phase", has_text=re.compile(f"^{words}$")).wait_for()
    return scrubber.evaluate(ON_SCREEN)


@pytest.fixture(scope="module")
def beginning():
    """The first eight steps of the chapter's training, computed here."""
    (pictures, labels), held_out = digits.load("uci")
    rng, film = np.random.default_rng(0), Film(8)
    network = nn.lenet(rng)
    nn.train(network, digits.to_batch(pictures), labels, steps=8, batch=50, rng=rng, lr=nn.inverse_decay(0.03),
             momentum=0.9, weight_decay=5e-4, bias_rate=2.0, watch=film, every=1, progress=False)
    return Run(list(film.moments(digits.to_batch(held_out.images))), [], *held_out)


@pytest.mark.parametrize("mode, width", rest_slow([("light", 1280), ("dark", 390)], [("dark", 390)]))
def test_the_arrow_keys_go_from_stop_to_stop(book, visit, mode, width):
    seen = visit((book / PAGE).as_uri(), width=width, mode=mode)
    scrubber = the_scrubber(seen)
    shown = [go_to(seen, scrubber, "Home", 0)]
    shown += [go_to(seen, scrubber, "ArrowRight", stop) for stop in range(1, len(STOPS))]
    for stop, frame in zip(STOPS, shown):
        assert frame["cursor"] == pytest.approx([across(stop, 300)] * 2, abs=0.06)
        right = int(re.search(r"accuracy = (\d+) / 500 = ", frame["formula"])[1])
        assert f"{right / 500:.0%}" in frame["words"][1] and frame["formula"].endswith(f"{right / 500:.0%}")
    assert int(re.search(r"= (\d+) /", shown[-1]["formula"])[1]) >= 487
    moved = [int(re.search(r"moved by (\d+)%", frame["filters"])[1]) for frame in shown]
    assert moved[0] == 0 and 5 < moved[-1] < 33
    assert go_to(seen, scrubber, "ArrowLeft", len(STOPS) - 2) == shown[-2]
    assert go_to(seen, scrubber, "Home", 0) == shown[0]
    assert go_to(seen, scrubber, "End", len(STOPS) - 1) == shown[-1]
    assert seen.problems == []


def test_the_first_stops_are_those_of_the_chapters_training(book, visit, beginning):
    """Eight steps are too few for rounding to grow; later ones may differ from machine to machine."""
    seen = visit((book / PAGE).as_uri())
    scrubber = the_scrubber(seen)
    compared = 0
    for moment, right, loss in zip(beginning.moments, beginning.right(), beginning.losses()):
        if moment.step in STOPS:
            frame = go_to(seen, scrubber, "ArrowRight" if compared else "Home", compared)
            assert abs(int(re.search(r"= (\d+) /", frame["formula"])[1]) - right) <= 1
            assert float(re.search(r"digits is ([\d.]+)\.", frame["sentence"])[1]) == pytest.approx(loss, abs=0.06)
            compared += 1
    assert compared == 5


def test_the_answer_is_the_digit_of_the_tallest_bar(book, visit):
    seen = visit((book / PAGE).as_uri())
    scrubber = the_scrubber(seen)
    go_to(seen, scrubber, "Home", 0)
    answers = set()
    for stop in range(1, len(STOPS), 3):
        for _ in range(3 if stop > 1 else 1):
            scrubber.get_by_role("slider", name="Stop").press("ArrowRight")
        scrubber.locator(".course-phase", has_text=f"After {STOPS[stop]} of").wait_for()
        frame = scrubber.evaluate(ON_SCREEN)
        said = [text for text in frame["words"][2] if text.endswith("%")]
        assert len(said) == 5
        feet = sorted({y + height for _, y, height in frame["bars"]})
        for words, foot in zip(said, feet, strict=True):
            x, _, height = max((bar for bar in frame["bars"] if bar[1] + bar[2] == foot), key=lambda bar: bar[2])
            read, mark, share = words.split()
            assert height == pytest.approx(TALL * int(share.strip(">%")) / 100, abs=0.7)
            near = [bar for bar in frame["bars"] if bar[1] + bar[2] == foot and bar[2] >= height - 1]
            assert float(read) in [(bar[0] + 6 - FIRST) / PITCH for bar in near]
            answers.add((foot, read))
            assert mark in "✓✗"
    assert len(answers) > 5, "no digit ever changed its answer"


def test_play_pause_and_back_to_the_start(book, visit):
    seen = visit((book / PAGE).as_uri())
    scrubber = the_scrubber(seen)
    scrubber.get_by_role("button", name="Play").click()
    scrubber.locator(".course-phase", has_text=f"After {STOPS[2]} of").wait_for()
    scrubber.get_by_role("button", name="Pause").click()
    scrubber.get_by_role("button", name="Back to the start").click()
    scrubber.locator(".course-phase", has_text="Before the first step").wait_for()
    scrubber.get_by_role("slider", name="Stop").press("ArrowRight")
    voice = scrubber.get_by_role("status")
    voice.filter(has_text="After 1 of 300 steps").wait_for(state="attached")
    assert "accuracy" in voice.text_content()
    assert seen.problems == []


@pytest.mark.parametrize("width, mode", [(390, "dark"), (1280, "light")])
def test_it_fits_its_letters_are_large_enough_and_stand_out(book, visit, width, mode):
    seen = visit((book / PAGE).as_uri(), width=width, mode=mode)
    scrubber = the_scrubber(seen)
    go_to(seen, scrubber, "End", len(STOPS) - 1)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    for svg in scrubber.locator("svg").all():
        for size, left, right in svg.evaluate(
                """s => [...s.querySelectorAll('text')].map(t => [parseFloat(getComputedStyle(t).fontSize)
                * s.getScreenCTM().a, t.getBoundingClientRect().left, t.getBoundingClientRect().right])"""):
            assert size >= 10.9 and left >= 0 and right <= width
    ratios = scrubber.evaluate("""scrubber => {
      const parse = text => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
      const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
      const light = rgb => rgb.map(v => linear(v / 255)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
      const ground = light(parse(getComputedStyle(scrubber.querySelector(".course-frame")).backgroundColor));
      const inks = [...scrubber.querySelectorAll("text")].map(text => getComputedStyle(text).fill)
        .concat([...scrubber.querySelectorAll("p, .filters")].map(text => getComputedStyle(text).color));
      return inks.map(parse).map(light).map(ink => (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05));
    }""")
    assert len(ratios) > 40 and min(ratios) >= 4.5


ON_PAPER = (0, 6, 12, 24)


@pytest.fixture(scope="module")
def on_screen(book, visit_for_all):
    """The page, and of the stops that are on paper what stands on the screen: {stop: what it shows}."""
    seen = visit_for_all((book / PAGE).as_uri())
    scrubber = the_scrubber(seen)
    shown = {0: go_to(seen, scrubber, "Home", 0)}
    for before, stop in zip(ON_PAPER, ON_PAPER[1:]):
        for _ in range(before, stop - 1):
            scrubber.get_by_role("slider", name="Stop").press("ArrowRight")
        shown[stop] = go_to(seen, scrubber, "ArrowRight", stop)
    return seen, shown


@pytest.mark.parametrize("where", rest_slow(["print", "no script"], ["no script"]))
def test_paper_and_pages_without_scripts_get_four_stops_as_they_are(book, browser, on_screen, where):
    seen, whole = on_screen
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page() if where == "no script" else seen.page
    if where == "no script":
        page.goto((book / PAGE).as_uri())
    else:
        page.emulate_media(media="print")
        assert not the_scrubber(seen).locator(".course-frame").is_visible()
    sheet = page.locator(".course-paper")
    assert sheet.count() == 1 and sheet.is_visible()
    stops = [STOPS[k] for k in ON_PAPER]
    phases = sheet.locator(".course-phase").all_text_contents()
    assert phases == ["Before the first step"] + [f"After {stop} of 300 steps" for stop in stops[1:]]
    for frame, k in zip(sheet.locator(".course-frame").all(), ON_PAPER, strict=True):
        assert frame.locator(".course-formula").text_content() == whole[k]["formula"]
        assert frame.locator(".course-sentence").text_content() == whole[k]["sentence"]
        drawings = frame.locator("svg[role=img], .filters img").all()
        assert len(drawings) == 4                       # loss, accuracy, the digits, the filters
        assert all(drawing.bounding_box()["width"] > 200 and drawing.bounding_box()["height"] > 80 for drawing in drawings)
        assert frame.locator("svg").nth(2).locator("text").all_text_contents() == whole[k]["words"][2]
    context.close()
