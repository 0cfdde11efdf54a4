"""Chapter 11's page reader in the built book, where no kernel answers: the recorded run, and how to have it live."""

import re

import pytest

from course_lib import reading
from course_lib.widgets import page_stages
from course_lib.widgets.page_reader import PAPER, STILL
from course_lib.workshop import pages

PAGE = "book/11-reading.html"


@pytest.fixture(scope="module")
def recorded():
    """The page of the chapter, what is read of it, and the stages' frames."""
    image = pages.random_page(32).image
    page = reading.read_page(image)
    return page, page_stages.frames(image, page)


def plain(text):
    return re.sub(r"\s", " ", text)


@pytest.mark.parametrize("mode, width", [("light", 1280), ("dark", 390)])
def test_the_recorded_run_is_the_readers_and_says_how_to_run_it_live(book, visit, recorded, mode, width):
    seen, (page, frames) = visit((book / PAGE).as_uri(), width=width, mode=mode), recorded
    reader = seen.page.locator(".course-reader:not(.course-paper)")
    assert reader.locator(".intake-still").inner_text() == STILL and "jupyter lab book" in STILL
    assert not reader.get_by_role("button", name="Choose a picture").is_visible()
    rows = ["".join(row.locator("li").evaluate_all("items => items.map(item => item.firstChild.textContent)"))
            for row in reader.locator(".read-row").all()]
    assert rows == page.rows and len(rows) > 1
    handle = reader.get_by_role("slider", name="Stage")
    handle.press("Home")
    for k, frame in enumerate(frames):
        shown = reader.locator(".course-frames .course-frame:visible")
        shown.locator(".course-phase", has_text=frame.phase).wait_for()
        assert plain(shown.locator(".course-formula").text_content()) == plain(frame.formula)
        assert plain(shown.locator(".course-sentence").text_content()) == plain(frame.sentence)
        drawing = shown.locator(".course-drawing > *")
        assert drawing.bounding_box()["width"] > 250
        for kind in ("rect", "polyline", "text", "img"):
            assert drawing.locator(kind).count() == len(re.findall(f"<{kind} ", frame.picture))
        handle.press("ArrowRight")
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.problems == []


@pytest.mark.parametrize("where", ["print", "no script"])
def test_its_stages_stand_on_paper_and_without_scripts(book, visit, browser, recorded, where):
    context = browser.new_context(java_script_enabled=False)
    if where == "no script":
        page = context.new_page()
        page.goto((book / PAGE).as_uri())
    else:
        page = visit((book / PAGE).as_uri(), mode="dark").page
        page.emulate_media(media="print")
        assert not page.locator(".course-intake").is_visible()
    sheet = page.locator(".course-paper.course-reader")
    phases = sheet.locator(".course-phase").all_text_contents()
    assert phases == [recorded[1][k].phase for k in PAPER] and phases[-1].endswith("read")
    pictures = sheet.locator("svg[role=img], .seen").all()
    assert len(pictures) == len(PAPER)
    assert all(picture.is_visible() and picture.bounding_box()["width"] > 200 for picture in pictures)
    context.close()
