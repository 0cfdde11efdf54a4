"""The drawing pad in JupyterLab, with a live kernel: its weights come from there, its strokes go there."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from urllib.error import URLError

import nbformat
import pytest

from course_lib.widgets import pad

pytest.importorskip("jupyterlab")

CELLS = ["from course_lib.widgets.pad import drawing_pad, picture_of, verdict\n"
         "from course_lib.reading.judge import is_digit\nfrom course_lib.reading.reader import classify\n"
         "sheet = drawing_pad()\nsheet",
         "picture = picture_of(sheet.strokes)[None]\n"
         "print(len(sheet.strokes), verdict(classify(picture)[1][0], is_digit(picture)[0]))",
         "sheet.strokes = sheet.samples[3]['strokes']"]


@pytest.fixture
def lab(tmp_path):
    """The address of a JupyterLab on this machine, with a notebook of CELLS."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, tmp_path / "pad.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
         "--ServerApp.token=", "--ServerApp.password=", f"--ServerApp.root_dir={tmp_path}",
         "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
        env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=5).close()
                break
            except URLError:
                time.sleep(.5)
        else:
            pytest.fail("JupyterLab did not start within a minute")
        yield f"{address}/lab/tree/pad.ipynb"
    finally:
        server.terminate()                                # it takes its kernels with it
        server.wait(30)


def test_weights_come_from_the_kernel_and_strokes_go_there(lab, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 1100}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(lab)
    cells = page.locator(".jp-Notebook .jp-CodeCell")

    def run(number):
        cells.nth(number).locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")

    cells.nth(2).wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
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
    context.close()
