"""Chapter 11's page reader in the built book, where no kernel answers: the recorded run, and how to have it live."""

import re

import pytest

from course_lib import reading
from course_lib.widgets import page_stages
from course_lib.widgets.page_reader import PAPER, STILL
from course_lib.workshop import answers, pages
from tests.book.test_access import AXE, RUN_AXE

PAGE = "book/11-reading.html"


@pytest.fixture(scope="module")
def recorded():
    """The page of the chapter, what is read of it, and the stages' frames."""
    image = pages.random_page(32).image
    page = reading.read_page(image)
    return page, page_stages.frames(image, page)


def plain(text):
    return re.sub(r"\s", " ", text)


def rows_of(reader):
    return ["".join(row.locator("b").all_text_contents()) for row in reader.locator(".read-row").all()]


def with_digit(rows, row, place, label):
    """The rows with another label at a place; "" for none."""
    changed = list(rows)
    changed[row] = rows[row][:place] + label + rows[row][place + 1:]
    return changed


def tap(reader, x, y):
    """Touch a point of the last stage's picture, given in the picture's pixels."""
    picture = reader.locator(".course-frames svg:has(.read-marks)")
    picture.scroll_into_view_if_needed()
    reader.page.mouse.click(*picture.evaluate(
        "(svg, [x, y]) => { const p = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM()); return [p.x, p.y]; }", [x, y]))


@pytest.fixture
def reader(book, visit):
    """The widget on a telephone, awake, its last stage shown."""
    seen = visit((book / PAGE).as_uri(), width=390)
    reader = seen.page.locator(".course-awake .course-reader")
    seen.page.locator(".course-reader:not(.course-paper)").scroll_into_view_if_needed()
    reader.get_by_role("slider", name="Stage").press("End")
    yield reader
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390 and seen.problems == []


def test_a_digit_tapped_in_its_row_is_put_right_and_all_can_be_taken_back(reader, recorded):
    page, editor, picture = recorded[0], reader.locator(".read-editor"), reader.locator(".course-frames .read-marks")
    wrong = str((page.digits[1].label + 1) % 10)
    assert not editor.is_visible()
    reader.locator(".read-row button").nth(1).click()
    assert f"Row 1, digit 2: read as {page.digits[1].label}, if not that, then {page.digits[1].second}." in editor.inner_text()
    assert editor.locator(".second").inner_text() == str(page.digits[1].second)
    reader.page.evaluate(AXE)
    assert reader.page.evaluate(RUN_AXE, {"preload": False}) == []      # a page opened from a file may not fetch
    editor.get_by_role("button", name=wrong, exact=True).click()
    assert rows_of(reader) == with_digit(page.rows, 0, 1, wrong)
    assert picture.locator("text").all_text_contents() == list("".join(with_digit(page.rows, 0, 1, wrong)))
    assert reader.locator(".read-row button").nth(1).inner_text().split() == [wrong, "by", "hand"]
    assert reader.locator(".read-news").inner_text() == f"Row 1, digit 2 is {wrong} now."
    editor.get_by_role("button", name="One before it").click()
    editor.get_by_role("button", name="7", exact=True).click()
    assert rows_of(reader)[0] == page.rows[0][0] + "7" + wrong + page.rows[0][2:]
    reader.get_by_role("button", name="As it was read").click()
    assert rows_of(reader) == page.rows and not editor.is_visible()
    assert picture.locator("text").all_text_contents() == list("".join(page.rows))


def test_the_picture_is_tapped_where_a_digit_is_too_many_and_where_one_is_missing(reader, recorded):
    page, editor, picture = recorded[0], reader.locator(".read-editor"), reader.locator(".course-frames .read-marks")
    y, x = page.stages["ordered"][2].centre
    tap(reader, x, y)
    assert "Row 1, digit 3" in editor.inner_text() and "chosen" in picture.locator(".box").nth(2).get_attribute("class")
    editor.get_by_role("button", name="Not a digit").click()
    assert rows_of(reader) == with_digit(page.rows, 0, 2, "")
    assert picture.locator("rect").count() == len(page.digits) - 1
    tap(reader, x, y)
    assert "missing in row 1" in editor.inner_text()
    assert picture.locator("rect").count() == len(page.digits)         # the place that was tapped has a frame
    assert editor.evaluate("it => it.getBoundingClientRect().bottom <= innerHeight + 1")
    editor.get_by_role("button", name=page.rows[0][2], exact=True).click()
    assert rows_of(reader) == page.rows and picture.locator("rect").count() == len(page.digits)
    reader.get_by_role("slider", name="Stage").press("Home")
    reader.get_by_role("slider", name="Stage").press("End")          # the stage is drawn anew, with what was changed
    assert picture.get_attribute("data-mine") == "yes"


def test_digits_are_put_right_by_keys_alone(reader, recorded):
    page, digits = recorded[0], reader.locator(".read-row button")
    digits.nth(0).focus()
    reader.page.keyboard.press("8")
    assert rows_of(reader) == with_digit(page.rows, 0, 0, "8")
    assert digits.nth(0).evaluate("one => one === document.activeElement")
    reader.page.keyboard.press("Delete")
    assert rows_of(reader) == [page.rows[0][1:], *page.rows[1:]]
    assert digits.nth(0).evaluate("one => one === document.activeElement")


def test_what_was_read_is_taken_away_as_rows_and_as_the_command_lines_csv(reader, recorded, capsys):
    page, held = recorded[0], reader.get_by_role("textbox", name="What was read")
    reader.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })")
    reader.get_by_role("button", name="Copy rows").click()
    assert held.input_value().splitlines() == page.rows
    assert "press Ctrl+C" in reader.locator(".read-news").inner_text()
    reader.get_by_role("button", name="Copy as CSV").click()
    answers.write_csv([("page", page)])
    assert held.input_value().splitlines() == [line.split(",", 1)[1] for line in capsys.readouterr().out.splitlines()]
    reader.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.taken = text; } } })")
    reader.get_by_role("button", name="Copy rows").click()
    reader.locator(".read-news", has_text="on the clipboard").wait_for()
    assert reader.page.evaluate("taken").splitlines() == page.rows


@pytest.mark.parametrize("mode, width", [("light", 1280), ("dark", 390)])
def test_the_recorded_run_is_the_readers_and_says_how_to_run_it_live(book, visit, recorded, mode, width):
    seen, (page, frames) = visit((book / PAGE).as_uri(), width=width, mode=mode), recorded
    reader = seen.page.locator(".course-reader:not(.course-paper)")
    assert reader.locator(".intake-still").inner_text() == STILL and "jupyter lab book" in STILL
    assert not reader.get_by_role("button", name="Choose a picture").is_visible()
    assert rows_of(reader) == page.rows and len(page.rows) > 1
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
