"""What Binder makes of this repository: its recipe's steps in a fresh environment, Jupyter, chapters run in a browser.

`jupyter-repo2docker --no-build --debug .` prints the recipe. The step that is ours is done here, in a copy of what
was written. Every chapter then gets a server of its own, as every visitor does. COURSE_BINDER=all runs all chapters.
"""

import os
import re
import secrets
import shutil
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest

from tests.book.test_live_kernel import Live, await_server, free_port, stop
from tests.conftest import PATIENCE, ROOT

pytestmark = pytest.mark.slow

MOST = 900      #: MB that the environment may take
#: where the visitor meets the first widget, where one that is no player stands, and where a network is trained
EXAMPLES = ["01-gradient", "05-counting", "08-training"]
CHAPTERS = [path.stem for path in sorted((ROOT / "book").glob("[01]*.ipynb"))]
CHOSEN = CHAPTERS if os.environ.get("COURSE_BINDER") == "all" else EXAMPLES
WIDGET = "application/vnd.jupyter.widget-view+json"
#: the first thing of a chapter's widgets that a visitor can move
CONTROL = ('.jp-OutputArea-output:has([class*="course-"]) '
           ':is(button:text-is("Next"), button[title="an 8"], select, input[type=range]):enabled >> visible=true')


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with a copy of what is written here (`copy`), and the environment that is made from it (`made`)."""
    home = tmp_path_factory.mktemp("binder")
    shutil.copytree(ROOT, home / "copy", ignore=shutil.ignore_patterns(".*", "_build", "teaching", "__pycache__"))
    for command in (f"{sys.executable} -m venv {home}/made",
                    f"{home}/made/bin/pip install --quiet --disable-pip-version-check -r binder/requirements.txt",
                    f"{home}/made/bin/pip check --disable-pip-version-check"):
        done = subprocess.run(command.split(), cwd=home / "copy", capture_output=True, text=True)
        assert done.returncode == 0, f"{command}\n{(done.stdout + done.stderr)[-3000:]}"
    return home


def test_the_environment_is_as_small_as_the_hubs_page_says(home):
    found = sum(path.lstat().st_blocks for path in (home / "made").rglob("*")) * 512 / 2**20
    (said,) = re.findall(r"on disk \| (\d+) MB", (ROOT / "book/hub.md").read_text(encoding="utf-8"))
    assert found <= MOST and found == pytest.approx(int(said), rel=0.05)


@pytest.fixture
def jupyter(home):
    """JupyterLab as Binder starts it: the fresh environment's program, in the copy, for one visitor."""
    port, token = free_port(), secrets.token_hex(16)
    settings = ["base_url=/user/visitor/", f"token={token}", "trust_xheaders=True"]
    words = ["--ip=127.0.0.1", f"--port={port}", *(f"--{app}.{one}" for app in ("NotebookApp", "ServerApp") for one in settings)]
    clean = {name: value for name, value in os.environ.items() if not re.match("I?PYTHON|VIRTUAL_ENV|JUPYTER", name)}
    clean |= {"HOME": str(home), "PATH": f"{home}/made/bin{os.pathsep}{os.environ['PATH']}"}
    address = f"http://127.0.0.1:{port}/user/visitor"
    with (home / "log").open("w") as log:
        server = subprocess.Popen([home / "made/bin/jupyter-lab", *words, "--no-browser", "--allow-root"], env=clean,
                                  cwd=home / "copy", stdout=log, stderr=log)
        try:
            await_server(server, f"{address}/api/status?token={token}", home / "log")
            yield SimpleNamespace(address=address, token=token, folder=home / "copy")
        finally:
            stop(server)


def run(browser, jupyter, name):
    """Open a chapter whose cells have no numbers yet, run all cells; return it, and the notebook as saved at the end."""
    path = jupyter.folder / name
    text = re.sub(r'"execution_count": \d+', '"execution_count": null', path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    live = Live(browser, jupyter, path.stem, name)         # a desk of its own, as a visitor has
    live.menu("Run", "Run All Cells")
    for _ in range(10 * PATIENCE // 2000):
        with live.page.expect_response(lambda answer: answer.request.method == "PUT" and name in answer.url):
            live.menu("File", "Save Notebook")
        saved = nbformat.read(path, as_version=4)
        if code_of(saved)[-1].execution_count or errors_of(saved):
            break
        live.page.wait_for_timeout(2000)
    return live, saved


def code_of(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def errors_of(notebook):
    return [output for cell in code_of(notebook) for output in cell.outputs if output.output_type == "error"]


def try_a_widget(live):
    """Move the first thing of a widget that can be moved, and wait until its words are others."""
    control = live.page.locator(CONTROL).first
    widget = control.locator("xpath=ancestor::*[contains(@class, 'jp-OutputArea-output')][1]").element_handle()
    control.scroll_into_view_if_needed()
    before = widget.inner_text()
    if control.evaluate("control => control.matches('select')"):
        control.select_option(index=2)
    else:
        control.click()
    live.page.wait_for_function("([widget, before]) => widget.innerText !== before", arg=[widget, before])


@pytest.mark.parametrize("name", CHOSEN)
def test_a_chapter_runs_to_its_end_and_its_widget_answers(browser, jupyter, name):
    live, saved = run(browser, jupyter, f"book/{name}.ipynb")
    assert not errors_of(saved)
    assert [cell.execution_count for cell in code_of(saved)] == list(range(1, len(code_of(saved)) + 1))
    if any(WIDGET in output.get("data", ()) for cell in code_of(saved) for output in cell.outputs):     # 9 has none
        try_a_widget(live)
    live.context.close()
