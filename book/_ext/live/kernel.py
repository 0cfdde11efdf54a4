"""The Python side of a live page: IPython's shell in a worker of the browser.

Runs in Pyodide. The worker (`js/worker.js`) gives `start` a function that hands messages to the page,
each {"kind": ..., ...} as JSON with a list of buffers, and calls `run` for every cell.
"""

import ast
import builtins
import json
import logging
import os
import sys
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

os.environ |= {"MPLBACKEND": "module://matplotlib_inline.backend_inline", "COURSE_DARK_FIGURES": "1", "COLUMNS": "80",
               "JUPYTER_WIDGETS_ECHO": "0"}

if sys.platform == "emscripten":     # there is no terminal
    sys.modules["IPython.terminal.embed"] = SimpleNamespace(embed=None)

import asked
import comm
from comm.base_comm import BaseComm, CommManager
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

NEEDS = json.loads(Path("needs.json").read_text())  # {module of the course's library: [[package], [package]]}
KNOWN = "numpy, scipy, sympy, matplotlib, sklearn, skimage, PIL, ipywidgets, anywidget, tqdm and course_lib"
MOST = 200_000  # letters that one cell may print
here = SimpleNamespace(shell=None, send=print, later=set())      # `start` sets the first two


def tell(kind, buffers=(), **content):
    """Hand a message to the page."""
    here.send(json.dumps({"kind": kind, **content}, default=str), [bytes(each) for each in buffers or ()])


class Stream:
    """What is printed, in pieces of some size, and not without end."""

    encoding, errors = "utf-8", "strict"

    def __init__(self, name):
        self.name, self.pieces, self.printed, self.told = name, [], 0, monotonic()

    def write(self, text):
        """Take text; returns its length, as files do."""
        room = MOST - self.printed
        self.printed += len(text)
        if room > 0:
            self.pieces.append(text[:room])
            if monotonic() - self.told > 0.1:
                self.flush()
        return len(text)

    def flush(self):
        """Hand over what has been printed."""
        if text := "".join(self.pieces):
            tell("stream", name=self.name, text=text)
        self.pieces, self.told = [], monotonic()

    def end(self):
        """After a cell: say what was left out, and begin anew."""
        self.flush()
        if self.printed > MOST:
            more = f"\n... and {self.printed - MOST:,} letters more, which are not shown.\n"
            tell("stream", name="stderr", text=more)
        self.printed = 0

    def isatty(self):
        """Whether this is a terminal."""
        return False


class Publisher(DisplayPublisher):
    """`display(...)` on a page."""

    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **more):
        """Hand a display over; `update` replaces the one with the same `display_id`."""
        flush()
        name = (transient or {}).get("display_id")
        tell("update" if update else "display", data=data, metadata=metadata or {}, id=name)

    def clear_output(self, wait=False):
        """Ask the page to clear what the cell has shown."""
        flush()
        tell("clear", wait=wait)


class Result(DisplayHook):
    """The value of a cell's last line."""

    def start_displayhook(self):
        """Begin a message."""
        flush()
        self.content = {}

    def write_output_prompt(self):
        """No Out[...]: a page has no numbers."""

    def write_format_data(self, format_dict, md_dict=None):
        """Take the value's formats."""
        self.content = {"data": format_dict, "metadata": md_dict or {}}

    def finish_displayhook(self):
        """Hand the message over."""
        if self.content:
            tell("result", **self.content)


class Compiler(CachingCompiler):
    """Tracebacks name a cell as the page does."""

    label = ""

    def __init__(self):
        super().__init__()
        self._names = {}

    def format_code_name(self, name):
        """Return how a traceback names a cell of the page; None for other code."""
        return ("In", self._names[name]) if name in self._names else None

    def get_code_name(self, raw_code, transformed_code, number):
        """Return a name for the cell's code, and remember which cell it is."""
        name = super().get_code_name(raw_code, transformed_code, number)
        self._names[name] = self.label
        return name


class Shell(InteractiveShell):
    """IPython's shell without a terminal, a history file, or a file of settings."""

    def __init__(self, **settings):
        super().__init__(displayhook_class=Result, display_pub_class=Publisher, compiler_class=Compiler, **settings)

    def init_history(self):
        """Keep what was typed in memory only."""
        super().init_history()
        self.history_manager.enabled = False

    def enable_gui(self, gui=None):
        """There is no other window system."""

    def _showtraceback(self, etype, evalue, stb):
        flush()
        if etype is ModuleNotFoundError:
            stb = [*stb, f"This page has Python's own modules and {KNOWN}."]
        tell("error", name=etype.__name__, value=str(evalue), traceback=stb)


class Comm(BaseComm):
    """A widget's line to the page."""

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **more):
        """Hand a message of a widget over."""
        flush()
        tell("comm", buffers, type=msg_type, comm=self.comm_id, data=data or {}, metadata=metadata or {})


manager = CommManager()
comm.create_comm, comm.get_comm_manager = Comm, lambda: manager


def flush():
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def no_input(prompt=""):
    raise RuntimeError("a page cannot wait for input(): write the value into the cell, as in name = 'Ada'")


def start(post):
    """Make the shell; `post(text, buffers)` hands a message to the page."""
    here.send = post
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    here.shell = shell = Shell.instance(config=Config(IPKernelApp={}))    # by this tqdm knows that it may draw its bar
    shell.kernel = SimpleNamespace(get_parent=lambda: {"header": {"msg_id": "page"}})    # what an Output widget asks
    shell.run_line_magic("colors", "NoColor")
    builtins.input = no_input
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)    # it lists the fonts, and would say so


def packages(code):
    """Return what Pyodide has to load before `code` runs, and what may come after it: two lists."""
    try:
        tree = ast.parse(here.shell.transform_cell(code))
    except SyntaxError:      # running the cell will say it
        return [], []
    first, later = asked.packages(tree, NEEDS)
    if later:
        here.later |= later
    else:
        first |= here.later
    return sorted(first), sorted(later)


def run(code, label):
    """Run a cell; returns whether it came to its end."""
    here.shell.compile.label = label
    try:
        return here.shell.run_cell(code, store_history=True).success
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.end()


def hear(text, buffers):
    """Take a message that the page sends to a widget."""
    message = json.loads(text)
    buffers = [memoryview(each.to_bytes()) for each in buffers]
    content = {"comm_id": message["comm"], "data": message["data"]}
    whole = {"content": content, "buffers": buffers, "header": {"msg_id": "", "msg_type": "comm_msg"}, "metadata": {},
             "parent_header": {}}
    if found := manager.get_comm(message["comm"]):
        found.handle_msg(whole)
    for stream in (sys.stdout, sys.stderr):
        stream.end()
