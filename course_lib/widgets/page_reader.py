"""A reader of pages for a picture of one's own: chosen, dropped or pasted, read, shown stage by stage.

Reading needs Python, so it needs a kernel. In the built page the widget shows the run it was stored
with, and says how to have it live. What was read is put right by hand there, too.
"""

from __future__ import annotations

import numpy as np
import traitlets

from course_lib import reading
from course_lib.widgets import page_stages
from course_lib.widgets.scripts import module, rules
from course_lib.widgets.stepper import Player, markup

__all__ = ["PageReader"]

PAPER = (1, 3, 5, 7, 8, 9)  # stages for paper: light, ink, join and cut, order, what the network sees, read
MOST = 60_000_000         # bytes of a file: a photograph has 2 to 10 million
STILL = ("This is a recorded run. To read a picture of your own, press “Run this page” above, or open this "
         "chapter in Jupyter (jupyter lab book), and run this cell.")
UNCHANGED = "What stands below has not changed."


class PageReader(Player):
    """Reads a picture of handwritten digits and shows each stage on the way, in Jupyter.

    Parameters
    ----------
    image : (H, W) or (H, W, C) array
        The picture that is read first; see `course_lib.reading.read_page`.
    name : str
        What it is called.
    reader : nn.Sequential, optional
        Another network than the one the course ships.

    Attributes
    ----------
    page : Page
        What was read last, for a closer look in Python.
    image : array
        The picture it was read from.
    answer : str
        What was read, as markup.
    digits : list of dict
        The same, digit by digit: see `page_stages.listed`.
    corrected : list of str
        The rows as they stand: as they were read, or as they were put right by hand.
    news : dict
        What is said of the last picture: its "text", and a "kind" ("busy", "error" or "done").
    still : str
        What stands there while no kernel answers.
    most : int
        Bytes of the largest file that is taken.

    Examples
    --------
    >>> from course_lib import pages
    >>> mine = PageReader(pages.line("68089").image, "a line of the course")
    >>> mine.page.rows
    ['68089']
    """

    _esm = module("elements.js", "player.js", "intake.js", "correct.js", "reader.js")
    _css = rules("player.css", "intake.css", "correct.css", more=page_stages.CSS)
    answer = traitlets.Unicode().tag(sync=True)
    digits = traitlets.List(traitlets.Dict()).tag(sync=True)
    corrected = traitlets.List(traitlets.Unicode()).tag(sync=True)
    news = traitlets.Dict({"text": "", "kind": ""}).tag(sync=True)
    still = traitlets.Unicode(STILL).tag(sync=True)
    most = traitlets.Int(MOST).tag(sync=True)

    def __init__(self, image, name: str = "picture", *, reader=None):
        super().__init__(slider="Stage", milliseconds=4000)
        self.reader, self._pieces = reader, []
        self.show(image, reading.read_page(image, reader=reader), name)
        self.on_msg(self._hear)

    def say(self, text: str, kind: str = "done"):
        """Say what became of a picture."""
        self.news = {"text": text, "kind": kind}

    def _hear(self, _, message, buffers):
        """A greeting, or a piece of a file: pieces come in order, and the last one ends it."""
        if message.get("ask") == "here":
            self.send({"here": True})
            return
        if message["part"] == 0:
            self._pieces = []
        self._pieces.append(bytes(buffers[0]))
        if message["part"] + 1 != len(self._pieces):
            self.say(f"A part of {message['name']} was lost on the way: give it once more. {UNCHANGED}", "error")
        elif len(self._pieces) == message["of"]:
            data, self._pieces = b"".join(self._pieces), []
            self.read(data, message["name"])

    def read(self, data: bytes, name: str):
        """Read a picture file and show what became of it; if it cannot be read, say why, and keep the last.

        Parameters
        ----------
        data : bytes
            What the file holds.
        name : str
        """
        self.say(f"Reading {name} …", "busy")
        try:
            image = reading.open_bytes(data, name)
            self.show(image, reading.read_page(image, reader=self.reader), name)
        except ValueError as error:
            self.say(f"{error}. {UNCHANGED}", "error")
        except Exception as error:   # what follows in the browser would be silence: say it, then log it
            self.say(f"{name} made the reader stumble ({type(error).__name__}: {error}). That is a "
                            f"mistake of the course's, please report it. {UNCHANGED}", "error")
            raise
        else:
            self.say(f"Read {name}: {page_stages.summary(self.page)}.")

    def show(self, image: np.ndarray, page: reading.Page, name: str):
        """Put another picture and what was read in the place of the last; the slider stays where it is."""
        frames = page_stages.frames(image, page)
        self.image, self.page = image, page
        with self.hold_sync():      # the rows are for the digits: they come together
            self.digits, self.corrected = page_stages.listed(page), page.rows
            self.answer, self.tracks = page_stages.answer(page, name), [markup(frames, paper=PAPER)]
