"""Four pages in the manner of the assignment's, and lines of digits that are pushed together."""

from __future__ import annotations

import numpy as np

from course_lib import digits
from course_lib.digits import pen
from course_lib.workshop.pages.camera import photograph
from course_lib.workshop.pages.writing import MadePage, broken, handwritten, lettered, stamp, write_line

PENCIL_ROW = "1234567890"


def pencil(seed: int, hand: pen.Hand, *, ratio, darkness, forms, top=85, rise=0) -> MadePage:
    """One line of ten digits in pencil, photographed by a window."""
    rng = np.random.default_rng(seed)
    paper = np.zeros((240, 1400), np.float32)
    written = write_line(rng, paper, PENCIL_ROW, top=top, left=70, height=72, hand=hand,
                         gaps=rng.uniform(.35, .6, len(PENCIL_ROW)), forms=forms, rise=rise)
    paper = paper[:, :written[-1].box[3] + 60]
    for _ in range(6):                                     # specks: crumbs of an eraser
        y, x = rng.integers(10, 230), rng.integers(10, paper.shape[1] - 10)
        paper[y:y + rng.integers(2, 4), x:x + rng.integers(2, 4)] = rng.uniform(.5, .9)
    image = photograph(rng, paper, darkness=darkness, ratio=ratio, blur=1.0, noise=4)
    return MadePage("", image, (PENCIL_ROW,), tuple(written))


def pencil_upright() -> MadePage:
    """The first pencil line: plain forms, dim light from one side."""
    hand = pen.Hand(slant=.10, jitter=.015, warp=.02, pen_width=1.5, softness=.9)
    return pencil(61, hand, ratio=3.0, darkness=.55, forms=[0, 0, 1, 0, 0, 0, 0, 0, 0, 0])


def pencil_slanted() -> MadePage:
    """The second: a slanting hand, looped and crossed forms, a paler pencil, a line that rises."""
    hand = pen.Hand(slant=.30, aspect=1.1, jitter=.02, warp=.03, pen_width=1.4, softness=.9)
    return pencil(62, hand, ratio=2.5, darkness=.42, forms=[4, 3, 2, 3, 2, 1, 4, 0, 3, 3],
                  top=120, rise=4.5)


def thick() -> MadePage:
    """Five digits with a thick pen on white; the second 6 touches the 2, the 2 touches the last."""
    rng = np.random.default_rng(63)
    hand = pen.Hand(slant=.12, jitter=.015, warp=.02, pen_width=2.3, softness=.5)
    paper = np.zeros((170, 600), np.float32)
    written = write_line(rng, paper, "60626", top=30, left=24, height=112, hand=hand,
                         gaps=[.12, .10, .02, -.12, 0], forms=[0, 0, 1, 0, 3], wander=.02)
    paper = paper[:, :written[-1].box[3] + 24]
    image = np.round(255 * (1 - paper)).astype(np.uint8)
    return MadePage("", image, ("60626",), tuple(written))


def grid() -> MadePage:
    """Fifty of the held-out digits, five rows of ten, small; one in four has a broken stroke."""
    rng = np.random.default_rng(64)
    images, labels = digits.load("uci").test
    chosen = rng.choice(len(labels), 50, replace=False)
    cell, side = 32, 28
    paper = np.zeros((5 * cell + 8, 10 * cell + 8), np.float32)
    written = []
    for place, index in enumerate(chosen):
        picture = np.clip(images[index] * 1.7 - .45, 0, 1)
        if place % 4 == 3:
            picture = broken(rng, picture)
        row, column = divmod(place, 10)
        top, left = (4 + cell * n + rng.integers(0, cell - side + 1) for n in (row, column))
        written.append(stamp(paper, picture.astype(np.float32), top, left, int(labels[index])))
    image = np.clip(np.round(255 - 245 * paper + rng.normal(0, 2, paper.shape)), 0, 255)
    rows = tuple("".join(str(w.digit) for w in written[i:i + 10]) for i in range(0, 50, 10))
    return MadePage("", image.astype(np.uint8), rows, tuple(written))


MAKERS = {"pencil, upright": pencil_upright, "pencil, slanted": pencil_slanted,
          "thick pen": thick, "grid": grid}


def make(name: str) -> MadePage:
    """One of the four pages, by name."""
    if name not in MAKERS:
        raise ValueError(f"no page is called {name!r}; choose one of: {', '.join(MAKERS)}")
    page = MAKERS[name]()
    return MadePage(name, page.image, page.rows, page.written)


def all_pages() -> list[MadePage]:
    """The four pages, in the assignment's order."""
    return [make(name) for name in MAKERS]


def crowded(text: str = "2024", overlap: float = .3, seed: int = 5) -> MadePage:
    """A line of digits pushed together until they overlap by a share of their height."""
    rng = np.random.default_rng(seed)
    hand = pen.Hand(slant=.1, jitter=.015, warp=.02, pen_width=2.0, softness=.8)
    paper = np.zeros((130, 90 * len(text) + 40), np.float32)
    written = write_line(rng, paper, text, top=25, left=20, height=80, hand=hand, gaps=-overlap,
                         wander=.02)
    paper = paper[:, :written[-1].box[3] + 20]
    image = np.round(255 * (1 - paper)).astype(np.uint8)
    return MadePage(f"crowded {text}", image, (text,), tuple(written))


#: letters, as the pen writes them: control points in the unit box
LETTERS = {"A": [[(.1, 1), (.5, 0), (.5, 0), (.9, 1)], [(.25, .65), (.75, .65)]],
           "H": [[(.15, 0), (.15, 1)], [(.85, 0), (.85, 1)], [(.15, .5), (.85, .5)]],
           "K": [[(.2, 0), (.2, 1)], [(.85, 0), (.25, .5), (.25, .5), (.9, 1)]],
           "W": [[(0, 0), (.25, 1), (.25, 1), (.5, .3), (.5, .3), (.75, 1), (.75, 1), (1, 0)]],
           "X": [[(.1, 0), (.9, 1)], [(.9, 0), (.1, 1)]]}


def mixed(text: str = "7K3W50HX", seed: int = 8) -> MadePage:
    """A line of digits and letters, and a blot; `rows` holds the digits alone."""
    rng = np.random.default_rng(seed)
    hand = pen.Hand(slant=.1, jitter=.012, warp=.02, pen_width=2.0, softness=.8)
    paper, written, left = np.zeros((150, 110 * len(text) + 150), np.float32), [], 30
    for character in text:
        strokes = LETTERS.get(character)
        picture = (handwritten(rng, int(character), 80, hand) if strokes is None else
                   lettered(rng, [np.array(s, float) for s in strokes], 80, hand))
        drawn = stamp(paper, picture, 35, left, int(character) if strokes is None else -1)
        written += [drawn] if strokes is None else []
        left += picture.shape[1] + 32
    y, x = np.ogrid[:paper.shape[0], :paper.shape[1]]
    paper = np.maximum(paper, (((y - 75) / 30)**2 + ((x - left - 40) / 36)**2 < 1) * .9)[:, :left + 110]
    image = np.round(255 * (1 - paper)).astype(np.uint8)
    return MadePage("mixed", image, ("".join(c for c in text if c.isdigit()),), tuple(written))


def line(text: str, pen_width: float = 2.0, seed: int = 5) -> MadePage:
    """One line of digits on white, 80 pixels high; the pen's width is in 28ths of a digit's field."""
    rng = np.random.default_rng(seed)
    hand = pen.Hand(slant=.1, jitter=.012, warp=.02, pen_width=pen_width, softness=.8)
    paper = np.zeros((140, 110 * len(text) + 40), np.float32)
    written = write_line(rng, paper, text, top=28, left=24, height=80, hand=hand, gaps=.3, wander=.02)
    image = np.round(255 * (1 - paper[:, :written[-1].box[3] + 24])).astype(np.uint8)
    return MadePage(f"line {text}", image, (text,), tuple(written))
