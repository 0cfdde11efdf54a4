"""The drawing pad in JupyterLab, with a live kernel: its weights come from there, its strokes go there."""

import pytest

from course_lib.widgets import pad
from tests.book.test_live_kernel import Live, jupyter, write_notebook  # noqa: F401  (a server of this file's own)

pytestmark = pytest.mark.slow

CELLS = ["from course_lib.widgets.pad import drawing_pad, picture_of, verdict\n"
         "from course_lib.reading.judge import is_digit\nfrom course_lib.reading.labels import classify\n"
         "sheet = drawing_pad()\nsheet",
         "picture = picture_of(sheet.strokes)[None]\n"
         "print(len(sheet.strokes), verdict(classify(picture)[1][0], is_digit(picture)[0]))",
         "sheet.strokes = sheet.samples[3]['strokes']"]


def test_weights_come_from_the_kernel_and_strokes_go_there(jupyter, browser):  # noqa: F811
    write_notebook(jupyter.folder / "pad.ipynb", CELLS)
    live = Live(browser, jupyter, "lab", "pad.ipynb")
    page, cells = live.page, live.cells

    def run(number):
        cells.nth(number).locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")

    run(0)
    sheet, answer = page.locator(".course-sheet"), page.locator(".course-answer")
    sheet.wait_for()
    box = sheet.bounding_box()
    corners = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ((.3, .2), (.75, .2), (.45, .85))]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=12)
    page.mouse.up()
    page.wait_for_function("/It reads a 7/.test(document.querySelector('.course-answer').textContent)")
    run(1)
    cells.nth(1).locator(".jp-OutputArea-output").wait_for()
    assert cells.nth(1).locator(".jp-OutputArea-output").text_content().strip() == f"1 {answer.text_content()}"

    sheet.focus()                                         # the keys are the sheet's, not JupyterLab's
    for key in (" ", "ArrowRight", "ArrowRight", " "):
        page.keyboard.press(key)
    assert page.locator(".course-strokes polyline").count() == 2 and cells.count() == 3
    run(2)                                                # and from Python: a 3
    page.wait_for_function("/It reads a 3/.test(document.querySelector('.course-answer').textContent)")
    assert page.locator(".course-strokes polyline").count() == len(pad.samples()[3]["strokes"])
    assert live.problems == []
    live.context.close()
