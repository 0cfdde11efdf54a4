"""The widgets where Python runs: a JupyterLab and a Notebook 7 with a kernel, driven in a browser.

One server with folders of its own serves one notebook with every kind of widget, some twice; it is
stopped in the end whatever happens. Nothing waits for a time, everything for something to be seen.
"""

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from io import BytesIO
from types import SimpleNamespace
from urllib.request import urlopen

import nbformat
import numpy as np
import pytest
from PIL import Image

from course_lib import architectures, circuit, reading
from course_lib.widgets import circuit as drawn
from course_lib.widgets import page_stages
from course_lib.widgets.counting import entry
from course_lib.workshop import pages
from tests.book.test_widget_explorer import (
    FIRST,
    LABELS,
    Explorer,
    built,
    labels,
    settings,
    with_loss,
    without_signs_and_slopes,
)
from tests.conftest import PATIENCE, ROOT

pytestmark = pytest.mark.slow

SETUP = """
import numpy as np
from tests.book.test_widget_explorer import HALF, SQUARE, with_loss
from course_lib import architectures, circuit, digits, nn, reading
from course_lib.workshop import pages
from course_lib.workshop.film import Film
"""
#: one cell for each, in this order; those below each other on a page must not disturb each other
CELLS = {
    "explorer": """from course_lib.widgets.explorer import circuit_explorer
explorer = circuit_explorer({SQUARE: with_loss(1, 0, 5, 0, 0)[0], HALF: with_loss(1, 0, 5, 0, 0, half=True)[0]})
explorer""",
    "explorer again": "circuit_explorer({SQUARE: with_loss(1, 0, 5, 0, 0)[0]})",
    "stepper": """from course_lib.widgets import circuit_stepper
circuit_stepper(with_loss(1, 0, 5, 0, 0)[0])""",
    "stepper again": "circuit_stepper(with_loss(1, 0, 5, .7, -1.3)[0])",
    "counting": """from course_lib.widgets.counting import counting
count = counting([architectures.lenet(), architectures.alexnet()], chosen=0)
count""",
    "counting again": "counting([architectures.lenet(), architectures.alexnet()], chosen=0)",
    "reader": """from course_lib.widgets.page_reader import PageReader
mine = PageReader(pages.line("68089").image, "the course's line")
mine""",
    "reader again": """other = PageReader(pages.line("213").image, "another line")
other""",
    "scrubber": """from course_lib.widgets.scrubber import develop, scrubber
(pictures, truth), held_out = digits.load("uci")
rng, film = np.random.default_rng(0), Film(8)
network = nn.lenet(rng)
history = nn.train(network, digits.to_batch(pictures), truth, steps=8, batch=50, rng=rng,
                   lr=nn.inverse_decay(0.03), watch=film, every=1, progress=False)
run = develop(film, history.loss, held_out.images[:100], held_out.labels[:100])
scrubber(run)""",
    "convolution": """from course_lib.widgets.windows import convolution_stepper, pooling_stepper
square = np.arange(16).reshape(4, 4) % 5
convolution_stepper(square, np.ones((2, 2), int), [(1, 0), (2, 0)])""",
    "pooling": "pooling_stepper(square, [(2, 2, 0), (2, 1, 0)])",
    "backward": """from course_lib.widgets.backward import backward_stepper, examples
backward_stepper(examples())""",
    "walk": """from course_lib.widgets.walk import walk_stepper
walk_stepper(network, held_out.images[0], {"6": 6, "0": 0})""",
    "news": "print(mine.page.rows, sorted(mine.page.stages)[:2], mine.corrected, count.chosen, explorer.now['w1'])",
}


# ---------------------------------------------------------------- a Jupyter of our own

def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(folder, port):
    return [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LabApp.extension_manager=readonly", "--LanguageServerManager.autodetect=False"]


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory):
    """The address of a running server, its token, and the folder that it serves."""
    pytest.importorskip("jupyterlab", reason="widgets with a live kernel; to have these checks: "
                        "pip install -r requirements.txt")
    home = tmp_path_factory.mktemp("jupyter")
    folder, token, port = home / "notebooks", secrets.token_hex(16), free_port()
    folder.mkdir()
    (home / "config/labconfig").mkdir(parents=True)
    (home / "config/labconfig/page_config.json").write_text(json.dumps({"disabledExtensions": {
        "@jupyterlab/apputils-extension:announcements": True}}))    # it asks about news from the network
    own = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    own |= {f"JUPYTERLAB_{name}_DIR": str(home / name.lower()) for name in ("SETTINGS", "WORKSPACES")}
    path = os.pathsep.join([str(ROOT), str(ROOT / "tools"), str(ROOT / "book/_ext"), os.environ.get("PYTHONPATH", "")])
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command(folder, port), stdout=log, stderr=subprocess.STDOUT, env={
            **os.environ, **own, "IPYTHONDIR": str(home / "ipython"), "JUPYTER_TOKEN": token,
            "PYTHONPATH": path})
        try:
            await_server(server, f"http://127.0.0.1:{port}/api/status?token={token}", home / "log")
            yield SimpleNamespace(address=f"http://127.0.0.1:{port}", token=token, folder=folder)
        finally:
            stop(server)


def await_server(server, address, log):
    end = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < end and server.poll() is None:
        try:
            with urlopen(address, timeout=5) as answer:
                return json.load(answer)
        except OSError:
            time.sleep(0.2)
    pytest.fail("Jupyter does not start:\n" + log.read_text()[-3000:])


def stop(server):
    """End a server, and its kernels with it."""
    server.terminate()
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(15)


def write_notebook(path, cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


#: the kernel of a notebook is idle, and a page is connected with it
CONNECTED = """async name => {
  const { baseUrl } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const sessions = await (await fetch(`${baseUrl}api/sessions`)).json();
  return sessions.some(({ path, kernel }) => path === name && kernel.execution_state === "idle" && kernel.connections > 0);
}"""


class Live:
    """A notebook of a server's in a browser, with a kernel that waits."""

    def __init__(self, browser, jupyter, kind, name):
        self.problems, self.kind = [], kind
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.context.route("**/*", self._home_only(jupyter.address))
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        place = "notebooks" if kind == "notebook" else f"lab/workspaces/{kind}/tree"
        self.page.goto(f"{jupyter.address}/{place}/{name}?token={jupyter.token}")
        self.cells = self.page.locator(".jp-Notebook .jp-CodeCell")
        self.cells.first.wait_for(state="attached")         # a chapter's first may be folded
        self.page.wait_for_function(CONNECTED, arg=name, polling=300)
        self.page.locator(".jp-KernelName, .jp-Toolbar-kernelName").get_by_text("Python 3").first.wait_for()
        self.page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').first.wait_for(state="attached")

    def _home_only(self, home):
        def decide(route):
            if route.request.url.startswith((home, "data:", "blob:")):
                route.continue_()
            else:
                self.problems.append(f"asked another host: {route.request.url}")
                route.abort()
        return decide

    def menu(self, *names):
        """Open a menu of the bar and go down to an entry."""
        bar, *entries = names
        self.page.get_by_role("menuitem", name=bar, exact=True).click()
        for name in entries:
            self.page.locator(".lm-Menu-itemLabel").get_by_text(name, exact=True).click()

    def run_all(self, count):
        self.menu("Run", "Run All Cells")
        self.cells.first.locator(".jp-InputPrompt", has_text=re.compile(r"\[[\d*]+\]")).wait_for()
        done = self.cells.nth(count - 1).locator(".jp-InputPrompt", has_text=re.compile(r"\[\d+\]"))
        done.wait_for(state="attached")
        failed = self.page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"], '
                                   '.jp-RenderedText[data-mime-type="application/vnd.jupyter.stderr"]')
        assert failed.all_text_contents() == []

    def again(self, number):
        """Run one cell once more and return what it prints."""
        cell = self.cells.nth(number)
        before = cell.locator(".jp-InputPrompt").text_content()
        cell.locator(".jp-InputPrompt").click()
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_function(
            "([prompt, before]) => /\\[\\d+\\]/.test(prompt.textContent) && prompt.textContent !== before",
            arg=[cell.locator(".jp-InputPrompt").element_handle(), before])
        return cell.locator(".jp-OutputArea").text_content()

    def output(self, name):
        """The output of one of the cells of CELLS."""
        return self.cells.nth(1 + list(CELLS).index(name)).locator(".jp-Cell-outputArea")


@pytest.fixture(scope="module", params=["lab", "notebook"])
def live(request, jupyter, browser):
    if request.param == "notebook":
        pytest.importorskip("notebook", reason="widgets in Notebook 7; to have these checks: "
                            "pip install -e '.[browser]'")
    name = f"{request.param}.ipynb"
    write_notebook(jupyter.folder / name, [SETUP, *CELLS.values()])
    opened = Live(browser, jupyter, request.param, name)
    try:
        opened.problems.clear()                 # what starting Jupyter itself complains of is not ours
        opened.run_all(1 + len(CELLS))
        yield opened
    finally:
        opened.context.close()


# ---------------------------------------------------------------- players

class Player:
    """A stepper in a cell's output."""

    def __init__(self, live, name):
        self.page, self.box = live.page, live.output(name).locator(".course-stepper")
        self.handle, self.voice = self.box.locator("input[type=range]"), self.box.get_by_role("status")
        self.handle.scroll_into_view_if_needed()

    def frame(self):
        return self.box.locator(".course-frames .course-frame").last

    def phase(self):
        return self.frame().locator(".course-phase").text_content()

    def await_phase(self, phase):
        self.box.locator(".course-frames .course-phase", has_text=re.compile(f"^{re.escape(phase)}$")).wait_for()

    def await_said(self, *words):
        """Wait until the one voice of the player has said these words, and nothing else."""
        said = re.compile("^" + r"\. ".join(re.escape(part).replace(r"\ ", r"\s") for part in words) + "$")
        self.voice.filter(has_text=said).wait_for(state="attached")
        assert self.voice.count() == 1

    def press(self, key):
        self.handle.focus()
        self.page.keyboard.press(key)


def test_the_arrow_keys_home_and_end_step(live):
    ours, run = Player(live, "stepper"), circuit.trace(with_loss(1, 0, 5, 0, 0)[0])
    told = drawn.frames(run)
    ours.press("Home")
    for k, frame in enumerate(told):
        ours.await_phase(frame.phase)
        assert re.sub(r"\s", " ", ours.frame().locator(".course-formula").text_content()) == frame.formula
        shown = [text for text in ours.frame().locator("text").all_text_contents() if text]
        assert without_signs_and_slopes(shown) == labels(run, k)
        if k:                                                        # the first frame was on the page already
            ours.await_said(frame.phase, frame.formula, frame.sentence)
        assert ours.box.get_by_role("slider", name="Step").get_attribute("aria-valuetext") == f"{k + 1} of {len(told)}"
        ours.press("ArrowRight")
    ours.press("ArrowLeft")
    ours.await_phase(told[-2].phase)
    ours.press("End")
    ours.await_phase(told[-1].phase)


def test_two_steppers_keep_their_own_steps(live):
    first, second = Player(live, "stepper"), Player(live, "stepper again")
    told = drawn.frames(circuit.trace(with_loss(1, 0, 5, .7, -1.3)[0]))
    first.press("Home")
    second.press("End")
    second.await_phase(told[-1].phase)
    assert first.phase() == told[0].phase
    first.press("ArrowRight")
    first.await_phase(told[1].phase)
    assert second.phase() == told[-1].phase
    formula = re.sub(r"\s", " ", second.frame().locator(".course-formula").text_content())
    assert formula == told[-1].formula


def test_play_plays_pauses_and_goes_back(live):
    ours, told = Player(live, "stepper"), drawn.frames(circuit.trace(with_loss(1, 0, 5, 0, 0)[0]))
    ours.press("End")
    ours.press("Home")
    ours.await_said(told[0].phase, told[0].formula, told[0].sentence)
    back = ours.box.get_by_role("button", name="Back to the start")
    ours.box.get_by_role("button", name="Play").click()
    ours.await_phase(told[1].phase)
    ours.await_said(told[0].phase, told[0].formula, told[0].sentence)      # words would fall behind
    ours.box.get_by_role("button", name="Pause").click()
    stopped = ours.phase()
    ours.voice.filter(has_text=stopped).wait_for(state="attached")
    ours.press("ArrowLeft")
    assert ours.phase() != stopped
    back.click()
    ours.await_phase(told[0].phase)


def test_the_scrubber_shows_the_training_that_just_ran(live):
    ours = Player(live, "scrubber")
    ours.press("Home")
    ours.await_phase("Before the first step")
    ours.press("ArrowRight")
    ours.await_phase("After 1 of 8 steps")
    ours.press("End")
    ours.await_phase("After 8 of 8 steps")
    assert re.search(r"accuracy = \d+ / 100 = ", ours.frame().locator(".course-formula").text_content())
    assert ours.frame().locator("svg").count() >= 3


@pytest.mark.parametrize("name", ["convolution", "pooling", "backward", "walk"])
def test_buttons_and_slider_of_the_others_change_the_picture(live, name):
    ours = Player(live, name)
    seen = {ours.frame().inner_html()}
    for button in ours.box.locator(".course-row button").all()[:2]:
        button.click()
        live.page.wait_for_function("button => button.ariaPressed === 'true'", arg=button.element_handle())
        for key in ("End", "ArrowLeft"):
            handle = ours.box.locator("input[type=range]:visible").last
            handle.focus()
            live.page.keyboard.press(key)
            live.page.wait_for_function("""([box, seen]) => !seen.includes(
                [...box.querySelectorAll(".course-frame")].filter(f => f.checkVisibility()).at(-1).innerHTML)""",
                arg=[ours.box.first.element_handle(), sorted(seen)])
            seen.add(ours.box.locator(".course-frame:visible").last.inner_html())
    assert len(seen) >= 3


# ---------------------------------------------------------------- what computes in the page

def explorer_of(live, name):
    ours = Explorer(SimpleNamespace(page=live.page))
    ours.box = live.output(name).locator(".course-explorer")
    ours.step = ours.box.get_by_role("slider", name="Step")
    return ours


def test_what_is_typed_is_computed_and_reaches_python(live):
    ours, other = explorer_of(live, "explorer"), explorer_of(live, "explorer again")
    other.press("Reset all")
    untouched = other.texts()
    for numbers in list(settings(2)):
        numbers = {key: round(value, 3) for key, value in numbers.items()}
        for key, label in LABELS.items():
            ours.type(label, numbers[key])
        ours.box.get_by_label("L, the loss").select_option(index=numbers["loss"])
        run = circuit.trace(built(numbers)[0])
        ours.step.press("End")
        assert without_signs_and_slopes(ours.texts()) == labels(run, len(run.steps) - 1)
    assert f"{numbers['w1']}\n" in live.again(1 + list(CELLS).index("news"))
    assert other.texts() == untouched


def test_a_step_of_the_explorer_is_a_step_of_gradient_descent(live):
    ours = explorer_of(live, "explorer")
    ours.press("Reset all")
    L, _, w1, w2 = built({**FIRST, "loss": 0})
    L.backward()
    ours.press("Take a step")
    moved = [circuit.number(w.value - 0.5 * w.grad) for w in (w1, w2)]
    assert ours.told().startswith(f"Step 1: w₁ 0 → {moved[0]}, w₂ 0 → {moved[1]}.")


def test_the_counting_widget_counts_and_python_hears_the_choice(live):
    ours, other = (live.output(name).locator(".course-counting") for name in ("counting", "counting again"))
    networks = [entry(architectures.lenet()), entry(architectures.alexnet())]
    ours.get_by_role("combobox", name="Network").select_option(index=1)
    ours.get_by_role("radio", name="work").check()
    assert networks[1]["totals"][0] in ours.locator(".count-total").text_content()
    shares = ours.locator(".count-share").all_text_contents()
    assert shares == [layer["shares"][1] or "–" for layer in networks[1]["layers"]]
    layer = ours.get_by_role("treeitem").first
    layer.focus()
    live.page.keyboard.press("ArrowDown")                            # the widget's, not JupyterLab's
    assert networks[1]["layers"][1]["name"] in ours.locator("[aria-selected]").text_content()
    assert networks[0]["totals"][0] in other.locator(".count-total").text_content()
    assert other.get_by_role("radio", name="parameters").is_checked()
    assert " 1 " in live.again(1 + list(CELLS).index("news"))


# ---------------------------------------------------------------- the page reader

class Reader:
    def __init__(self, live, name):
        self.page, self.box = live.page, live.output(name).locator(".course-reader")
        self.news = self.box.get_by_role("status").first
        self.box.get_by_role("button", name="Choose a picture").wait_for()

    def give(self, name, data, kind="image/png"):
        self.box.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": kind, "buffer": data})

    def hears(self, words):
        self.box.locator(".intake-news", has_text=words).wait_for()

    def rows(self):
        return ["".join(row.locator("li b").all_text_contents())
                for row in self.box.locator(".course-answer .read-row").all()]


def png(image):
    stored = BytesIO()
    Image.fromarray(image).save(stored, "PNG")
    return stored.getvalue()


def test_an_uploaded_picture_is_read_and_every_stage_is_shown(live):
    ours, other = Reader(live, "reader"), Reader(live, "reader again")
    sheet = pages.mixed("7K3H50A")
    page = reading.read_page(sheet.image)
    assert page.refused and page.rows
    ours.give("strange.png", png(sheet.image))
    ours.hears(f"Read strange.png: {page_stages.summary(page)}.")
    assert ours.rows() == page.rows
    sure = ours.box.locator(".course-answer .read-row small").all_text_contents()
    assert sure == [digit["sure"] for digit in page_stages.listed(page)]
    for item in page.refused:
        assert item.reason in ours.box.locator(".course-answer").text_content()
    player = Player(live, "reader")
    player.press("Home")
    for frame in page_stages.frames(sheet.image, page):
        player.await_phase(frame.phase)
        assert player.frame().locator(".course-formula").text_content().replace("\N{NO-BREAK SPACE}", " ") == frame.formula
        assert player.frame().locator("image, img").evaluate_all(
            "all => all.every(one => (one.href ? one.href.baseVal : one.src).startsWith('data:image/'))")
        player.press("ArrowRight")
    assert len(player.frame().locator("rect.out").all()) == len(page.refused)
    assert other.rows() == ["213"]                                   # the other reader keeps its page
    assert str(page.rows) in live.again(1 + list(CELLS).index("news"))
    first = ours.box.locator(".read-row button").first
    first.click()
    ours.box.get_by_role("button", name="Not a digit").click()
    assert str([page.rows[0][1:], *page.rows[1:]]) in live.again(1 + list(CELLS).index("news"))


def test_what_cannot_be_read_is_said_and_nothing_is_lost(live):
    ours = Reader(live, "reader")
    before = ours.rows()
    assert before
    ours.give("letter.txt", b"no picture at all", "text/plain")
    ours.hears("letter.txt is not a picture that can be read; give a PNG, JPEG")
    ours.give("half.png", png(pages.line("68089").image)[:2000])
    ours.hears("half.png is damaged or cut short")
    huge = BytesIO()
    Image.new("1", (10_000, 6_000)).save(huge, "PNG")
    ours.give("huge.png", huge.getvalue())
    ours.hears("over the limit of 50 million pixels; scale it down or crop it")
    ours.give("nothing.png", b"")
    ours.hears("nothing.png is empty")
    assert ours.rows() == before
    ours.give("white.png", png(np.full((200, 300), 255, np.uint8)))
    ours.hears("Read white.png: no digits found.")
    assert ours.rows() == []


def test_a_picture_larger_than_one_message_arrives_whole(live):
    sheet = pages.line("2024")
    grain = np.random.default_rng(0).integers(0, 32, (4 * sheet.image.shape[0], 4 * sheet.image.shape[1], 3))
    large = np.clip(np.kron(sheet.image, np.ones((4, 4)))[..., None] - grain, 0, 255).astype(np.uint8)
    assert len(png(large)) > 1 << 20
    ours = Reader(live, "reader again")
    ours.give("grain.png", png(large))
    ours.hears("Read grain.png: 4 digits in 1 row.")
    assert ours.rows() == ["2024"]


def test_a_picture_can_be_pasted_and_dropped(live):
    """The browser's own events carry real files, as the clipboard and a dragged file do."""
    ours = Reader(live, "reader again")
    give = """([root, bytes, kind]) => {
      const carried = new DataTransfer();
      if (bytes) carried.items.add(new File([new Uint8Array(bytes)], "held.png", { type: "image/png" }));
      const more = { bubbles: true, cancelable: true };
      const event = kind === "paste" ? new ClipboardEvent("paste", { clipboardData: carried, ...more })
        : new DragEvent("drop", { dataTransfer: carried, ...more });
      root.querySelector("button").dispatchEvent(event);
    }"""
    root = ours.box.locator(".course-intake").element_handle()
    live.page.evaluate(give, [root, list(png(pages.line("68").image)), "paste"])
    ours.hears("Read the pasted picture: 2 digits in 1 row.")
    assert ours.rows() == ["68"]
    live.page.evaluate(give, [root, list(png(pages.line("31").image)), "drop"])
    ours.hears("Read held.png: 2 digits in 1 row.")
    live.page.evaluate(give, [root, None, "paste"])
    ours.hears("There is no picture on the clipboard.")
    assert ours.rows() == ["31"]


# ---------------------------------------------------------------- looks

CONTRASTS = """() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = rgb => rgb.slice(0, 3).map(v => linear(v / 255)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const found = [];
  for (const frame of document.querySelectorAll(".jp-OutputArea .course-frame")) {
    const ground = light(parse(getComputedStyle(frame).backgroundColor));
    for (const one of frame.querySelectorAll("p, li, button, label, legend, .count-name, small")) {
      if (!one.checkVisibility() || !one.textContent.trim()) continue;
      const ink = light(parse(getComputedStyle(one).color));
      const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
      if (!one.disabled) found.push([ratio, ground, one.textContent.slice(0, 40)]);
    }
  }
  return found;
}"""


@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_every_widget_can_be_read_in_both_themes(live, theme):
    live.menu("Settings", "Theme", f"JupyterLab {theme}")
    wanted = "false" if theme == "Dark" else "true"
    live.page.wait_for_selector(f'body[data-jp-theme-light="{wanted}"]', state="attached")
    found = live.page.evaluate(CONTRASTS)
    assert len(found) > 100
    for ratio, ground, words in found:
        assert ratio >= 4.5, words
        assert (ground < 0.2) == (theme == "Dark"), words


@pytest.fixture
def alone(live):
    """The notebook without the file browser beside it, for narrow pages."""
    if live.kind == "lab":
        live.page.keyboard.press("Control+b")
    yield live
    live.page.set_viewport_size({"width": 1280, "height": 900})
    if live.kind == "lab":
        live.page.keyboard.press("Control+b")


@pytest.mark.parametrize("width", [390, 1280])
def test_every_widget_fits_its_output(alone, width):
    live = alone
    live.page.set_viewport_size({"width": width, "height": 900})
    live.page.wait_for_function("width => innerWidth === width", arg=width)
    over = live.page.evaluate("""() => [...document.querySelectorAll(".jp-OutputArea-output")]
      .filter(output => output.querySelector(".course-frame") && output.scrollWidth > output.clientWidth + 1)
      .map(output => [output.querySelector("[class*=course-]").className, output.scrollWidth, output.clientWidth])""")
    assert over == []


def test_nothing_went_wrong_in_the_browser(live):
    assert live.problems == []
