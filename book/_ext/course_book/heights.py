"""How high each section of a page will be, roughly: until it is laid out it keeps so much room (course.css).

Counted are lines of text and code, pictures, and what is folded by its title. The measures of `LOOKS` were taken from
laid out pages; `tests/book/test_heights.py` compares with them.
"""

import re
from html import unescape
from math import ceil

#: on a telephone and on a desk: pixels across, letters of text and of code across, pixels of a line and a row of code
LOOKS = {"narrow": (350, 40, 48, 27, 15), "wide": (650, 84, 92, 23, 17)}
TOKEN = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^>]*)>|([^<]+)")
BLOCKS = {"p": 0.9, "li": 0.2, "h2": 3, "h3": 2.5, "summary": 0.9, "dt": 0.9, "dd": 0.9, "figcaption": 0.9, "tr": 0.6}
ALONE = ("img", "br", "hr", "input", "meta", "link", "source", "col")
UNSEEN = ("script", "style", "svg", "mjx-assistive-mml", "select", "button")
CLOSED = re.compile(r'class="[^"]*(?:solution dropdown|dropdown admonition|admonition dropdown)')
HIDDEN = re.compile(r'class="[^"]*(?:course-tip|course-paper|course-stills|pst-js-only|headerlink)')
SIZE = {"img": re.compile(r'width="(\d+)".*?height="(\d+)"'), "svg": re.compile(r'viewBox="\S+ \S+ ([\d.]+) ([\d.]+)"')}
FOLDED = 3                  # lines that a fold takes which is closed


class Column:
    """What has been read of a page, as it is set at one width."""

    def __init__(self, across, letters, code, line, row):
        self.across, self.letters, self.code, self.line, self.row = across, letters, code, line, row
        self.height = 0

    def lines(self, count):
        self.height += count * self.line

    def block(self, name, text):
        self.lines(ceil(text / self.letters) + BLOCKS[name])

    def listing(self, text):
        self.height += self.row * (3 + sum(max(1, ceil(len(one) / self.code)) for one in text.rstrip().split("\n")))

    def picture(self, width, height):
        self.height += height * min(1, self.across / width)


class Reader:
    """Reads a page's tags and text, and knows how high its sections are."""

    def __init__(self):
        self.columns = [Column(*look) for look in LOOKS.values()]
        self.inside, self.unseen, self.text = [], 0, ""      # open elements, how many hide what they hold, text so far
        self.begun, self.sections = [], []

    def all(self, what, *words):
        for column in self.columns:
            getattr(column, what)(*words)

    def open(self, at, name, attributes):
        if not self.unseen:
            self.draw(name, attributes)
        if name not in ALONE:
            hides = is_fold(name, attributes) or name in UNSEEN or bool(HIDDEN.search(attributes))
            self.inside.append((name, hides))
            self.unseen += hides
        if name == "section":
            self.begun.append((at, [column.height for column in self.columns]))

    def draw(self, name, attributes):
        """A picture, a drawing, a formula of its own, the title of a fold."""
        size = SIZE[name].search(attributes) if name in SIZE and "only-dark" not in attributes else None
        if size and float(size[1]) > 60:                     # an icon stands in a line
            self.all("picture", float(size[1]), float(size[2]))
        if is_fold(name, attributes):
            self.all("lines", FOLDED)
        elif name == "mjx-container" and "display=" in attributes:
            self.all("lines", 2)

    def close(self, name):
        while self.inside:
            last, hides = self.inside.pop()
            self.unseen -= hides
            if last == name:
                break
        if not self.unseen and self.text:
            self.end_block(name)
        if name == "section" and self.begun:
            at, before = self.begun.pop()
            self.sections.append((at, [column.height - start for column, start in zip(self.columns, before)]))

    def end_block(self, name):
        if name == "pre":
            self.all("listing", self.text)
        elif name in BLOCKS and (name == "tr" or not any(last == "tr" for last, _ in self.inside)):
            self.all("block", name, len(" ".join(self.text.split())))
        else:
            return
        self.text = ""


def is_fold(name, attributes):
    """Whether an element is closed when the page is opened."""
    return bool(CLOSED.search(attributes)) or (name == "details" and not re.search(r"\bopen\b", attributes))


def sections(html):
    """Where each section's tag begins, and its height in pixels in each of `LOOKS`."""
    reader = Reader()
    for token in TOKEN.finditer(html):
        end, name, attributes, words = token.groups()
        if words is not None:
            reader.text += "" if reader.unseen else unescape(words)
        elif end:
            reader.close(name)
        else:
            reader.open(token.start(), name, attributes)
    return sorted(reader.sections)


def keep(html):
    """The page with the height that it will have on each section."""
    pieces, done = [], 0
    for at, heights in sections(html):
        look = ";".join(f"--{name}:{height:.0f}px" for name, height in zip(LOOKS, heights))
        pieces += [html[done:at], f'<section style="{look}"']
        done = at + len("<section")
    return "".join(pieces) + html[done:]
