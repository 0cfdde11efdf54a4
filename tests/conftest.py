"""What several test files share: the built book, a browser, and skips that say how to mend them.

Fixtures for tests of the built book (session-wide, made when first asked for):

`book`      the folder of the built book (`_build/html`); built first if missing or out of date
`served`    the address of a server on this machine that serves the book
`browser`   a headless Chromium (Playwright); skips where there is none
`visit`     `visit(address, width=1280, mode="light")` opens a page, wakes its widgets, waits until
            they and its pictures are there, and returns a `Visit`: `.page` is Playwright's page, `.problems`
            lists console errors, failed requests and requests to any other host. The network
            is closed but for the book itself. `visit_for_all` does the same for all tests of a file.

    def test_stepper(book, visit):
        seen = visit((book / "book/01-gradient.html").as_uri())
        assert seen.page.locator(".course-frame").count() > 0
        assert seen.problems == []
"""

import fcntl
import re
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings
from weigh import pages as book_pages  # noqa: F401  (the tests take it from here)

ROOT = Path(__file__).parents[1]

settings.register_profile("course", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is slow
settings.load_profile("course")

NO_PLAYWRIGHT = "the built book in a browser; to have these checks: pip install -e '.[browser]'"
NO_CHROMIUM = ("the built book in a browser; to have these checks install Chromium "
               "(apt-get install chromium), or with a network: python tools/chromium.py")
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
                      "--disable-component-update", "--disable-sync", "--in-process-gpu",
                      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]


#: How long a page in the browser has for what it is asked, in milliseconds: a busy machine is slow, not wrong
PATIENCE = 90_000

#: What takes longest, longest first. It is begun first, so that in the end no process works alone for long.
LONGEST = [
    "tests/book/test_live.py", "tests/book/test_keyboard.py", "tests/book/test_access.py", "tests/book/test_live_kernel.py",
    "tests/book/test_widget_pad.py", "tests/book/test_pages.py", "tests/book/test_slides.py", "tests/book/test_widget_scrubber.py",
    "tests/book/test_planted_fault.py", "book/08-training.ipynb", "tests/assignment/test_marks.py", "tests/book/test_address.py",
    "tests/book/test_served.py", "tests/book/test_paper.py", "tests/architectures/test_building.py", "book/11-reading.ipynb",
]


def pytest_addoption(parser):
    parser.addoption("--minutes", type=float, metavar="M", help="begin no test after M minutes: the others are skipped")


class Hours:
    """Begins no test when the time is over, and no long one in its last third."""

    def __init__(self, minutes):
        self.start, self.seconds = time.monotonic(), 60 * minutes

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item):
        share = 2 / 3 if item.nodeid.split("::")[0] in LONGEST else 1
        if time.monotonic() - self.start > share * self.seconds:
            pytest.skip("what was left when the time for tests was over")


class Failures:
    """Says a failure when it happens: a run that is cut off has told what it found."""

    def pytest_runtest_logreport(self, report):
        if report.failed:
            print(f"\nFAILED {report.nodeid}\n{report.longreprtext[-4000:]}", flush=True)


def pytest_configure(config):
    minutes = config.getoption("minutes")
    if minutes is not None:
        config.pluginmanager.register(Hours(minutes))  # so it holds for the chapters in book/ as well
    if not hasattr(config, "workerinput"):             # a worker of xdist tells its master
        config.pluginmanager.register(Failures())


@pytest.hookimpl(tryfirst=True)                          # before -m is asked
def pytest_collection_modifyitems(config, items):
    place = {name: number for number, name in enumerate(LONGEST)}
    if config.getoption("minutes") is not None:      # many quick tests find more than a few long ones
        place = dict.fromkeys(LONGEST, len(LONGEST) + 1)
    for item in items:
        if "book" in getattr(item, "fixturenames", ()):
            item.add_marker("built")
    items.sort(key=lambda item: place.get(item.nodeid.split("::")[0], len(LONGEST)))


#: A page of text, chapters with most kinds of widgets: where a fault of all pages is seen, it is seen on these
EXAMPLES = ["book/index.html", "book/05-counting.html", "book/10-seeing.html", "book/11-reading.html"]


def rest_slow(names, examples=EXAMPLES):
    """Parameters: the examples for `make test`, all the others for `make test-slow`."""
    return [name if name in examples else
            pytest.param(*(name if isinstance(name, tuple) else (name,)), marks=pytest.mark.slow) for name in names]


def is_current(html):
    """Whether the built book is younger than everything it is made from."""
    archive = html / "how-a-network-learns.zip"  # written last
    if not archive.exists():
        return False
    sources = [ROOT / "_config.yml", ROOT / "_toc.yml"]
    for folder in ("book", "course_lib"):
        sources += [path for path in (ROOT / folder).rglob("*")
                    if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)]
    return max(path.stat().st_mtime for path in sources) <= archive.stat().st_mtime


@pytest.fixture(scope="session")
def book():
    html = ROOT / "_build/html"
    html.parent.mkdir(exist_ok=True)
    with (html.parent / ".lock").open("w") as lock:  # one of several test processes builds
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current(html):
            done = subprocess.run([sys.executable, ROOT / "tools/build.py"], capture_output=True,
                                  text=True)
            if done.returncode != 0:
                pytest.fail("the book does not build:\n" + (done.stdout + done.stderr)[-4000:])
    return html


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *details):
        pass


@pytest.fixture(scope="session")
def served(book):
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=book)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


#: Lays a page out whole, as it is when its reader has been everywhere: tests look into corners
WHOLE = ("addEventListener('DOMContentLoaded', "
         "() => document.documentElement.classList.remove('course-from-the-top'), {capture: true})")


#: The book's script comes after the first paint; a page that is tested has it, or asks for none
SCRIPTED = ("document.readyState === 'complete' && "
            "(typeof DOCUMENTATION_OPTIONS !== 'undefined' || !document.head.textContent.includes('book.js'))")


def scripted(page):
    """Wait until the page's script has come and each part of it, which has a task of its own, has begun."""
    page.wait_for_function(SCRIPTED)
    page.evaluate("() => new Promise(begun => setTimeout(begun))")     # tasks of one delay run in their order


def patient(open_one):
    """A way to open windows, whose windows have `PATIENCE` and, unless it is said otherwise, whole pages.

    Whole is a page that is laid out to its end, and whose script has come.
    """
    def opened(whole=True, **settings):
        window = open_one(**settings)
        window.set_default_timeout(PATIENCE)
        if whole:
            window.add_init_script(WHOLE)
        if whole and settings.get("java_script_enabled", True):
            awaited(window) if hasattr(window, "goto") else setattr(
                window, "new_page", lambda new_page=window.new_page: awaited(new_page()))
        return window
    return opened


def awaited(page):
    """The page, which now waits for the book's script whenever it goes somewhere."""
    def then_wait(go):
        def gone(*where, **how):
            answer = go(*where, **how)
            scripted(page)
            return answer
        return gone

    page.goto, page.reload, page.go_back = map(then_wait, (page.goto, page.reload, page.go_back))
    return page


@pytest.fixture(scope="session")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason=NO_PLAYWRIGHT)
    import chromium

    program = chromium.find()
    if program is None:
        pytest.skip(NO_CHROMIUM)
    environment = chromium.libraries() if program == chromium.unpacked() else None
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=CHROMIUM_ARGUMENTS, env=environment)
        browser.new_context, browser.new_page = patient(browser.new_context), patient(browser.new_page)
        yield browser
        browser.close()


#: a reader is there, so that the theme's script comes; everything that waits to be seen is drawn
DRAWN = """async () => {
  dispatchEvent(new Event("pointermove"));
  await document.fonts.ready;
  for (const place of document.querySelectorAll(".course-asleep")) place.dispatchEvent(new Event("pointerdown"));
  const asleep = () => document.querySelector(".course-asleep");
  for (let waited = 0; waited < 600 && asleep(); waited++) await new Promise(go => setTimeout(go, 100));
  if (asleep()) throw new Error("a widget did not wake within a minute");
  await Promise.all([...document.images].map(image => {    // not decode(), which may wait for ever in a window that lies behind
    image.loading = "eager";
    return image.complete || new Promise(done => image.onload = image.onerror = done);
  }));
}"""


class Visit:
    """A page opened in the browser, with everything that went wrong on it.

    `opener` is the browser, for a page in a context of its own, or a context that has other pages too.
    """

    def __init__(self, opener, address, width=1280, height=900, mode="light"):
        self.page = opener.new_page()
        self.context = self.page.context
        self.page.on("console", lambda m: m.type == "error" and self.problems.append(m.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("requestfailed", lambda r: self.problems.append(f"failed: {r.url}"))
        self.page.on("response", lambda r: r.status >= 400
                     and self.problems.append(f"{r.status}: {r.url}"))
        self.go(address, width, height, mode)

    def go(self, address, width=1280, height=900, mode="light"):
        """Open a page as it is when nothing has been open before."""
        self.problems = []
        home = "file://" if address.startswith("file://") else "/".join(address.split("/")[:3]) + "/"
        self.page.unroute_all()
        self.page.route(re.compile(f"^(?!{re.escape(home)})"), self._refuse)
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(media="null", color_scheme=mode, reduced_motion="null")
        self.page.bring_to_front()           # what lies behind is drawn once a second
        self.page.goto(address)
        self.page.wait_for_function("!document.querySelector('meta[http-equiv=refresh]')")   # it only leads to another page
        scripted(self.page)
        self.page.evaluate(DRAWN)
        self.page.wait_for_load_state("networkidle")    # last: its half second of silence began long ago
        return self

    def leave(self):
        """Forget the page: what it stored, what it still waits for, where the mouse is."""
        self.page.mouse.move(-1, -1)
        self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.page.goto("about:blank")

    def _refuse(self, route):
        self.problems.append(f"asked another host: {route.request.url}")
        route.abort()


@pytest.fixture(scope="session")
def windows(browser):
    """Windows that nobody uses now. Their process knows the book's scripts: a page opens in half the time."""
    with browser.new_context(accept_downloads=True) as context:
        yield SimpleNamespace(context=context, free=[])


@contextmanager
def lend(windows):
    """A function that opens pages, each in a window of its own; in the end the windows are free again."""
    lent = []

    def open_page(address, width=1280, height=900, mode="light"):
        here = address, width, height, mode
        lent.append(windows.free.pop().go(*here) if windows.free else Visit(windows.context, *here))
        return lent[-1]

    yield open_page
    for seen in lent:
        seen.leave()
    windows.free += lent


@pytest.fixture
def visit(windows):
    with lend(windows) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def visit_for_all(windows):
    """`visit` for what several tests of a file look at: its pages stay open until the last of them."""
    with lend(windows) as open_page:
        yield open_page


def pytest_terminal_summary(terminalreporter):
    """Say once, in words, what was skipped and how to have it."""
    reasons = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"Skipped {count}: {reason}")
