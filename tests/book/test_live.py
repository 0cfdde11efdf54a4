"""Pages that run: in a browser, from a server, with nothing from outside."""

import json
import re
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import serve
from weigh import pages as all_pages

from course_lib.workshop import pages as made
from course_lib.workshop.tasks import TASKS
from tests.book.test_access import AXE, RUN_AXE
from tests.book.test_live_kernel import png
from tests.conftest import PATIENCE, ROOT, rest_slow

CHAPTERS = sorted(path.stem for path in (ROOT / "book").glob("*.ipynb"))
LONG = 8 * PATIENCE


class Live:
    """A chapter in the browser, brought to life."""

    def __init__(self, browser, served, name, **settings):
        self.page = browser.new_page(**settings)
        self.asked, self.problems = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda said: said.type == "error" and self.problems.append(said.text))
        self.page.goto(f"{served}/book/{name}.html")
        self.home = served

    def start(self):
        self.page.get_by_role("button", name="Run this page").click()
        self.page.locator("body.course-is-live").wait_for(timeout=LONG)
        return self

    def said(self, text):
        """Wait until the page says so, and not longer than until it says how a run ended."""
        said = self.page.locator(".course-live-said")
        said.filter(has_text=re.compile(f"{re.escape(text)}|ended with an error|is gone")).wait_for(timeout=LONG)
        assert text in said.text_content(), (said.text_content(), self.page.locator(".course-error").all_text_contents())

    def outside(self):
        return {address for address in self.asked if not address.startswith((self.home, "data:", "blob:"))}

    def book(self, name):
        return json.loads((ROOT / f"_build/html/_static/live/cells/{name}.json").read_text(encoding="utf-8"))

    def cell(self, number):
        return self.page.locator("article .cell:not(.course-scratch)").nth(number - 1)

    def write(self, cell, code):
        editor = cell.get_by_role("textbox")
        editor.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(code)
        return editor

    def run(self, cell):
        """Press its button as soon as Python is free."""
        self.page.locator("button:disabled", has_text="Stop").wait_for(timeout=LONG)
        cell.get_by_role("button", name="Run", exact=True).click()


@pytest.fixture
def live(served, browser, book):
    if not (book / "_static/live/live.js").is_file():
        pytest.fail("the book was built without Python for its pages")
    opened = []

    def open_page(name, **settings):
        opened.append(Live(browser, served, name, **settings))
        return opened[-1]

    yield open_page
    for one in opened:
        one.page.close()


@pytest.mark.parametrize("name", rest_slow(CHAPTERS, ["01-gradient", "06-forward"]))
def test_every_cell_runs_and_prints_what_the_book_says(live, name):
    page = live(name).start()
    page.page.get_by_role("button", name="Run all", exact=True).click()
    page.said("cells have run")
    failed = page.page.locator(".course-error").all_text_contents()
    differs = page.page.locator(".course-note details pre").all_text_contents()
    assert failed == [] and differs == []
    assert page.outside() == set()
    assert page.problems == []


def test_the_reader_writes_a_layer_and_the_judge_looks_it_over(live):
    """What the reader of chapter 7 does with `conv_backward`: a sign is wrong, then it is right, and the page goes on with it."""
    page = live("07-backward").start()
    cells = page.book("07-backward")["cells"]
    ids, codes = [cell["id"] for cell in cells], {cell["id"]: cell["code"] for cell in cells}
    theirs, check = ids.index("yours-conv") + 1, ids.index("35b62fc7") + 1
    right = codes["conv-solved"].replace("@solution", "@judge")
    line, minus = "dx = add_patches(", "dx = -add_patches("
    assert line in right
    made, said = page.cell(theirs), page.cell(theirs).locator(".cell_output")
    for code, words, whose in (
            (right.replace(line, minus), "dW and db are right, dx is not.", "A guess: the sign is the wrong one."),
            (right, f"conv_backward: right, in {len(TASKS['conv_backward'].trials)} trials.", "The page goes on with yours.")):
        page.write(made, code)
        page.run(made)                                     # what stands above it runs first
        page.said(f"Cell {theirs} has run.")
        told = " ".join(said.text_content().split())
        assert words in told and whose in told
        page.run(page.cell(check))                         # wrong or right, the page goes on
        page.said(f"Cell {check} has run.")
        assert "all equal" in page.cell(check).locator(".cell_output").text_content()
    made.get_by_role("button", name="Reset").click()
    page.run(made)
    page.said(f"Cell {theirs} has run.")
    assert "not written yet. The page goes on with the solution below." in " ".join(said.text_content().split())


@pytest.mark.slow
def test_a_sign_flipped_in_the_solution_is_found_by_the_gradient_check(live):
    page = live("07-backward").start()
    ids, codes = zip(*((cell["id"], cell["code"]) for cell in page.book("07-backward")["cells"]), strict=True)
    made, check = ids.index("conv-solved") + 1, ids.index("35b62fc7") + 1
    right, wrong = "dx = add_patches(", "dx = -add_patches("
    assert right in codes[made - 1]
    page.cell(made).evaluate("cell => cell.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    page.write(page.cell(made), codes[made - 1].replace(right, wrong))
    page.run(page.cell(check))                             # what stands above it runs first
    page.said(f"Cell {check} ended with an error.")
    assert f"In cell {check}" in page.cell(check).locator(".course-error").text_content()
    page.cell(made).get_by_role("button", name="Reset").click()
    page.run(page.cell(made))
    page.said(f"Cell {made} has run.")
    page.run(page.cell(check))
    page.said(f"Cell {check} has run.")
    assert "all equal" in page.cell(check).locator(".cell_output").text_content()


@pytest.mark.slow
def test_then_the_network_is_trained_and_reads_what_the_reader_draws(live):
    """The reader goes on to chapter 8: a short training, and a digit for the network that came out of it."""
    page = live("08-training").start()
    ids = [cell["id"] for cell in page.book("08-training")["cells"]]
    training, sheet = ids.index("cd6ed8a3") + 1, ids.index("own-pad") + 1
    page.cell(training).get_by_role("button", name="Train 60 steps only").click()
    page.said(f"Cell {training} has run.")
    right = re.search(r"(\d+) of 500", page.cell(training).locator(".cell_output").text_content())
    assert int(right[1]) >= 300                           # a guess gets 50
    page.run(page.cell(sheet))
    page.said(f"Cell {sheet} has run.")
    box = page.cell(sheet).locator(".course-sheet")
    box.scroll_into_view_if_needed()
    area = box.bounding_box()
    corners = [(area["x"] + x * area["width"], area["y"] + y * area["height"]) for x, y in ((.5, .15), (.5, .5), (.5, .88))]
    page.page.mouse.move(*corners[0])
    page.page.mouse.down()
    for corner in corners[1:]:
        page.page.mouse.move(*corner, steps=12)
    page.page.mouse.up()
    page.cell(sheet).locator(".course-answer").filter(has_text=re.compile(r"It reads an? \d|says an? \d")).wait_for(timeout=LONG)
    assert page.problems == [] and page.outside() == set()


REACH = """import js
asked = js.XMLHttpRequest.new()
asked.open("GET", "{address}/from-python", False)
try:
    asked.send()
    print("answered", asked.status)
except Exception as problem:
    print("refused")"""
SHOW = """from IPython.display import HTML
HTML('<img src="{address}/from-html.png"><i>shown</i>')"""


@pytest.fixture
def elsewhere():
    """Another server, that answers everybody: (address, paths that it was asked for)."""
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        def log_message(self, *details):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.mark.slow
def test_code_on_a_live_page_reaches_nobody(live, elsewhere):
    """Neither Python in its worker nor what it shows on the page can send anything away."""
    address, asked = elsewhere
    page = live("01-gradient").start()
    for code, said in ((REACH, "refused"), (SHOW, "shown")):
        page.write(page.cell(1), code.format(address=address))
        page.run(page.cell(1))
        page.cell(1).locator(".cell_output").filter(has_text=said).wait_for(timeout=LONG)
    page.page.wait_for_timeout(500)
    assert asked == []
    refused = " ".join(page.problems)
    assert "from-html.png" in refused and "Content Security Policy" in refused


@pytest.fixture
def as_make_serve(book):
    """The address of the server of `make serve`, with its headers."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(serve.Quiet, directory=book)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.slow
def test_the_chapter_opens_as_a_notebook(browser, as_make_serve, elsewhere):
    """JupyterLite, with the book's own Python and nothing from elsewhere: its first cells run, a widget is drawn.

    The server's policy holds for it and for Python's worker: neither reaches another server.
    """
    page = Live(browser, as_make_serve, "01-gradient")
    page.page.get_by_role("link", name="Open as a notebook").click()
    page.page.locator(".jp-CodeCell").first.wait_for(timeout=LONG)
    page.page.get_by_role("menuitem", name="Run").first.click()
    page.page.locator("#jp-mainmenu-run").get_by_text("Run All Cells", exact=True).click()
    rows = page.page.locator(".jp-WindowedPanel-outer")
    page.page.wait_for_timeout(3000)                          # it goes to the last cell, and we back to the first
    rows.evaluate("rows => rows.scrollTo(0, 0)")
    page.page.locator(".jp-CodeCell .jp-InputPrompt").get_by_text("[1]:", exact=True).wait_for(timeout=LONG)
    page.page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=LONG)
    drawn = page.page.locator(".jp-OutputArea .course-frame")
    for _ in range(60):
        if drawn.count():
            break
        rows.evaluate("rows => rows.scrollBy(0, 500)")
        page.page.wait_for_timeout(300)
    assert drawn.count()
    assert page.page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.outside() == set()
    address, asked = elsewhere
    reach = f"fetch('{address}').then(() => 'answered', () => 'refused')"
    workers = [worker for worker in page.page.workers if worker.url.startswith(as_make_serve)]
    assert workers and {place.evaluate(reach) for place in (page.page, *workers)} == {"refused"} and asked == []
    page.page.close()


def test_what_is_typed_is_kept_and_comes_back(live):
    page = live("01-gradient").start()
    page.write(page.cell(2), "print(6 * 7)")
    page.run(page.cell(2))
    page.said("Cell 2 has run.")
    assert page.cell(2).locator(".cell_output").text_content().strip() == "42"
    page.page.reload()
    page.start()
    assert page.cell(2).get_by_role("textbox").text_content() == "print(6 * 7)"
    with page.page.expect_download() as download:
        page.page.get_by_role("button", name="Download with your changes").click()
    notebook = json.loads(download.value.path().read_text())
    assert "print(6 * 7)" in [cell["source"] for cell in notebook["cells"]]
    page.cell(2).get_by_role("button", name="Reset").click()
    assert page.page.evaluate("localStorage.getItem('course-live/01-gradient')") == "{}"


@pytest.mark.slow
def test_two_tabs_keep_what_is_written_in_both_and_one_may_sleep(browser, book, served):
    with browser.new_context() as context:
        first, second = (Live(context, served, "01-gradient").start() for _ in range(2))
        browser_of_first = context.new_cdp_session(first.page)
        first.write(first.cell(2), "print(6 * 7)")
        first.run(first.cell(2))
        browser_of_first.send("Page.setWebLifecycleState", {"state": "frozen"})
        second.write(second.cell(3), "print(6 * 8)")
        second.run(second.cell(3))
        second.said("Cell 3 has run.")
        browser_of_first.send("Page.setWebLifecycleState", {"state": "active"})
        first.said("Cell 2 has run.")
        assert first.cell(2).locator(".cell_output").text_content().strip() == "42"
        first.page.goto(f"{served}/book/02-depth.html")
        first.page.go_back()
        first.start()
        assert [first.cell(n).get_by_role("textbox").text_content() for n in (2, 3)] == ["print(6 * 7)", "print(6 * 8)"]
        assert first.problems == second.problems == []


WRONG = {
    "a syntax error": ("1 +", "SyntaxError"), "an error": ("x = 1\n1 / 0", "In cell 1, line 2"),
    "a module that is not there": ("import torch", "This page has"), "a question": ("input()", "cannot wait"),
    "too much memory": ("import numpy as np\nnp.ones(450_000_000)", "----> 2 np.ones"),
    "too many words": ("for k in range(100_000): print('again and again')", "letters more"),
}


@pytest.mark.slow
def test_what_goes_wrong_is_said_and_the_page_lives_on(live):
    page = live("01-gradient").start()
    for code, said in WRONG.values():
        page.write(page.cell(1), code)
        page.run(page.cell(1))
        page.cell(1).locator(".cell_output").filter(has_text=said).wait_for(timeout=LONG)
    page.write(page.cell(1), "print('alive')")
    page.run(page.cell(1))
    page.cell(1).locator(".cell_output").filter(has_text="alive").wait_for(timeout=LONG)


@pytest.mark.slow
def test_an_endless_loop_is_stopped(live):
    page = live("01-gradient").start()
    page.write(page.cell(1), "while True: pass")
    page.run(page.cell(1))
    page.cell(1).get_by_text("running ...").wait_for()
    page.page.get_by_role("button", name="Stop").click()
    page.said("What it knew is gone.")
    page.cell(1).get_by_role("button", name="Reset").click()
    page.run(page.cell(1))
    page.said("Cell 1 has run.")


CONTROLS = """import ipywidgets as w
caught = w.Output()
def pressed(button):
    with caught:
        print("pressed")
press = w.Button(description="Press")
press.on_click(pressed)
display(w.VBox([press, caught]))
def square(n):
    print("squared", n)
    return n ** 2
w.interact(square, n=(0, 10));"""


@pytest.mark.slow
def test_the_readers_own_widgets_have_python_behind_them(live):
    page = live("01-gradient").start()
    page.write(page.cell(1), CONTROLS)
    page.run(page.cell(1))
    shown = page.cell(1).locator(".cell_output")
    shown.get_by_text("25").wait_for(timeout=LONG)
    shown.get_by_role("slider").focus()
    page.page.keyboard.press("ArrowRight")
    shown.get_by_text("36").wait_for()
    assert "squared 6" in shown.text_content() and "squared 5" not in shown.text_content()
    shown.get_by_role("button", name="Press").click()
    shown.get_by_text("pressed").wait_for()
    assert page.problems == [] and page.outside() == set()


MINE = """from course_lib.widgets.page_reader import PageReader
from course_lib.workshop import pages
mine = PageReader(pages.line("68").image, "a line")
mine"""


@pytest.mark.slow
def test_a_picture_of_the_readers_own_is_read_and_put_right(live):
    page = live("11-reading", viewport={"width": 390, "height": 844}).start()
    page.write(page.cell(1), MINE)
    page.run(page.cell(1))
    reader = page.cell(1).locator(".course-reader")
    reader.get_by_role("button", name="Choose a picture").wait_for(timeout=LONG)
    reader.locator("input[type=file]").set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": png(made.line("2024").image)})
    reader.locator(".intake-news", has_text="Read mine.png: 4 digits in 1 row.").wait_for(timeout=LONG)
    reader.locator(".read-row button").nth(1).click()
    reader.get_by_role("button", name="7", exact=True).click()
    page.write(page.cell(2), "print(mine.corrected, mine.page.rows)")
    page.run(page.cell(2))
    page.cell(2).locator(".cell_output").filter(has_text="['2724'] ['2024']").wait_for(timeout=LONG)
    assert page.problems == [] and page.outside() == set()


@pytest.mark.slow
def test_what_is_run_while_python_is_busy_waits_for_its_turn(live):
    page = live("01-gradient").start()
    page.write(page.cell(1), "import time\ntime.sleep(2)\nprint('slept')")
    page.write(page.cell(2), "print('awake')")
    page.run(page.cell(1))
    for cell in (page.cell(2), page.cell(1)):
        cell.get_by_role("button", name="Run", exact=True).click()
    page.cell(2).get_by_text("waits for its turn").wait_for()
    page.cell(2).locator(".cell_output").filter(has_text="awake").wait_for(timeout=LONG)
    page.cell(1).locator(".course-cell-said").get_by_text("edited, has run").wait_for(timeout=LONG)


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_a_page_that_runs_is_for_everybody(live, scheme, width):
    """axe on a page with editors, an error and a widget; nothing is wider than the screen; keys of a finger's size."""
    page = live("01-gradient", color_scheme=scheme, viewport={"width": width, "height": 844}).start()
    for number, code in ((1, CONTROLS), (2, "1 / 0")):
        page.write(page.cell(number), code)
        page.run(page.cell(number))
    page.cell(2).locator(".course-error").wait_for(timeout=LONG)
    page.page.evaluate(AXE)
    assert page.page.evaluate(RUN_AXE, {}) == []
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    keys = page.page.locator(".course-live button:visible, .course-keys button:visible").all()
    assert len(keys) > 50 and min(key.bounding_box()["height"] for key in keys) >= 24


@pytest.mark.slow
def test_where_pages_are_isolated_a_stopped_loop_forgets_nothing(browser, as_make_serve):
    """`make serve` sends the headers for it: Python is interrupted, not ended."""
    page = Live(browser, as_make_serve, "01-gradient").start()
    page.write(page.cell(1), "x = 5\nwhile True: pass")
    page.run(page.cell(1))
    page.cell(1).get_by_text("running ...").wait_for()
    page.page.wait_for_timeout(500)
    page.page.get_by_role("button", name="Stop").click()
    page.cell(1).locator(".course-error").filter(has_text="KeyboardInterrupt").wait_for(timeout=LONG)
    page.write(page.cell(1), "print(x)")
    page.run(page.cell(1))
    page.cell(1).locator(".cell_output").filter(has_text="5").wait_for(timeout=LONG)
    assert page.problems == []
    page.page.close()


def test_from_a_folder_the_button_says_what_to_do(book, browser):
    page = browser.new_page()
    page.goto((book / "book/01-gradient.html").as_uri())
    page.get_by_role("button", name="Run this page").click()
    assert "make serve" in page.get_by_role("alert").text_content()
    page.close()


def test_a_page_that_is_only_read_asks_for_nothing_of_it(live):
    page = live("01-gradient")
    page.page.mouse.wheel(0, 5000)
    page.page.wait_for_load_state("networkidle")
    assert [address for address in page.asked if "/live/" in address] == []
    assert page.page.get_by_role("button", name="Run this page").is_visible()


def test_only_chapters_have_the_button(book):
    with_button = {name for name in all_pages() if "course-run" in (book / name).read_text(encoding="utf-8")}
    assert with_button == {f"book/{name}.html" for name in CHAPTERS}
