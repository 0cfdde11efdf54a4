"""Pages whose writing is the trouble: tables, marks and words, faint ink, forms the pen never drew, long rows.

Like `kinds`: a page for every seed, seeds below 10,000 for looking and tuning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from course_lib.digits import pen
from course_lib.workshop.pages import camera
from course_lib.workshop.pages.chance import foreign_hand
from course_lib.workshop.pages.writing import MadePage, Written, handwritten, lettered, stamp

WORDS = ("Name", "Date", "Total", "Price", "Room", "Page", "Weight", "Number", "Week", "Sum", "paid", "items", "Tax",
         "Left", "Right", "kg", "Year", "Hall")
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
#: forms of digits that `pen.SKELETONS` does not hold, in the notation of `allographs.txt`
FORMS = {
    0: [".75,.10 .40,.02 .08,.35 .10,.75 .40,1.0 .75,.75 .80,.35 .60,.04 .35,.12 .50,.28 .70,.10",
        ".45,.00 .10,.30 .10,.75 .45,1.0 .80,.70 .80,.30 .45,.00 | .15,.85 .75,.15"],
    1: [".00,.75 .40,.00 .40,.00 .40,1.0", ".10,.80 .35,.30 .50,.00 .50,.00 .45,.50 .40,1.0"],
    2: [".05,.22 .35,.00 .68,.20 .45,.60 .10,.95 .05,.80 .25,.75 .50,.95 .90,.92"],
    3: [".05,.02 .70,.00 .70,.00 .35,.38 .35,.38 .72,.60 .60,.95 .05,.92",
        ".05,.05 .65,.02 .65,.02 .30,.42 .30,.42 .70,.52 .62,.96 .00,.85"],
    4: [".60,.02 .05,.62 .05,.62 .80,.60 | .62,.02 .58,1.0", ".50,.00 .08,.60 .08,.60 .75,.55 | .70,.25 .60,1.0"],
    5: [".15,.10 .10,.48 .10,.48 .55,.45 .65,.75 .35,1.0 .00,.90 | .25,.00 .80,-.06"],
    7: [".05,.05 .70,.02 .70,.02 .40,.45 .25,1.0 | .15,.50 .70,.46", ".02,.20 .05,.02 .05,.02 .72,.04 .72,.04 .25,1.0"],
    8: [".78,.10 .45,.00 .20,.18 .45,.42 .75,.72 .45,1.0 .15,.78 .40,.48 .70,.22",
        ".80,.14 .50,.02 .18,.20 .42,.44 .72,.74 .44,1.0 .12,.80 .35,.52 .62,.30"],
    9: [".65,.05 .20,.02 .08,.32 .35,.48 .65,.30 .65,.05 .65,.05 .65,1.0",
        ".15,.00 .08,.35 .35,.50 .68,.40 | .68,.02 .66,1.0"],
}


# ---------------------------------------------------------------- writing

def plain_hand(rng) -> pen.Hand:
    """A hand with nothing unusual about it, with a pen that keeps its width."""
    return replace(foreign_hand(rng), slant=rng.uniform(-.1, .3), aspect=rng.uniform(.8, 1.2),
                   jitter=rng.uniform(.01, .03), pen_width=rng.uniform(1.5, 3), pressure=0.0)


def numbers(rng, rows, columns) -> list[str]:
    """Rows of random digits, so many and so long; each of the two given as its least and its most."""
    return ["".join(map(str, rng.integers(10, size=rng.integers(*columns, endpoint=True))))
            for _ in range(rng.integers(*rows, endpoint=True))]


def strokes_of(form: str) -> list[np.ndarray]:
    """The control points of a form's strokes."""
    return [np.array([[float(n) for n in point.split(",")] for point in stroke.split()])
            for stroke in form.split(" | ")]


def write_row(rng, paper, text: Iterable[str], at: tuple[float, float], height: float, draw,
              gap=(.25, .6), rise: float = 0.0) -> list[Written]:
    """Write digits from `at` (top, left) on; `draw(digit, height)` says how, what is no digit leaves a height free."""
    (top, left), written = at, []
    start = left
    for character in text:
        if character.isdigit():
            picture = draw(int(character), height * rng.uniform(.92, 1.08))
            down = top + height - len(picture) + rng.normal(0, .03) * height - rise * (left - start)
            written.append(stamp(paper, picture, max(1, round(down)), round(left), int(character)))
            left += picture.shape[1] + rng.uniform(*gap) * height
        else:
            left += height
    return written


def photographed(rng, name: str, paper, rows, written, **made) -> MadePage:
    """The paper, cropped to what is on it and a margin, as a camera sees it; `made` says what is not by chance."""
    used = np.flatnonzero(paper.any(axis=0))[-1] + rng.integers(15, 50)
    light = {"darkness": rng.uniform(.4, .9), "ratio": rng.uniform(1, 2), "blur": rng.uniform(.3, .8),
             "noise": rng.uniform(.5, 2.5)} | made
    image = camera.jpeg(camera.photograph(rng, paper[:, :used], **light), int(rng.integers(75, 95)))
    return MadePage(name, image, tuple(rows), tuple(written), light)


def hand_of(rng, **features):
    """How a plain hand draws a digit: a function of digit and height."""
    hand = replace(plain_hand(rng), **features)
    return lambda digit, height: handwritten(rng, digit, height, hand)


# ---------------------------------------------------------------- tables, marks, words

def table_of_numbers(seed: int) -> MadePage:
    """Cells drawn with the pen that wrote the numbers in them; some empty, and words in the first column or none."""
    rng = np.random.default_rng([seed, 4])
    height, draw = rng.uniform(24, 50), hand_of(rng)
    digits, columns, count = int(rng.integers(1, 4)), int(rng.integers(2, 6)), int(rng.integers(2, 7))
    wide, tall = round(height * (1.5 * digits + .8)), round(height * rng.uniform(1.6, 2.2))
    named, margin = rng.random() < .4, round(height)
    left = margin + named * round(5 * height)
    paper = np.zeros((2 * margin + tall * count, 2 * margin + left + wide * columns), np.float32)
    rows, written = [], []
    for r in range(count):
        top = margin + r * tall + (tall - height) / 2
        texts = numbers(rng, (columns, columns), (1, digits))
        texts = [text if rng.random() < .85 or n == 0 else "" for n, text in enumerate(texts)]
        for n, text in enumerate(texts):
            written += write_row(rng, paper, text, (top, left + n * wide + .35 * height), height, draw, (.1, .3))
        rows.append("".join(texts))
        if named:
            print_word(rng, paper, round(top), margin + 4, .6 * height)
    pen_width = rng.uniform(1, 2.5)
    for n in range(columns + 1):
        rule(rng, paper.T, left + n * wide, (margin, margin + count * tall), pen_width)
    for n in range(count + 1):
        rule(rng, paper, margin + n * tall, (left, left + columns * wide), pen_width)
    return photographed(rng, f"table {seed}", paper, rows, written)


def rule(rng, paper, at: float, ends, width: float) -> None:
    """A line along the rows of the paper, drawn along a ruler or by hand."""
    x = np.arange(*ends)
    y = at + rng.uniform(0, 1.2) * np.sin(x / rng.uniform(40, 120) + rng.uniform(0, 6)) + rng.uniform(-.01, .01) * (
        x - x.mean())
    down = np.arange(len(paper))[:, None]
    np.maximum(paper[:, ends[0]:ends[1]], np.clip(width / 2 + .5 - np.abs(down - y), 0, 1),
               out=paper[:, ends[0]:ends[1]])


def print_word(rng, paper, top: int, left: int, height: float) -> int:
    """A printed word, capitals `height` high; returns where it ends."""
    fonts = "DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSans-Bold.ttf"
    font = ImageFont.truetype(FONTS / fonts[rng.integers(len(fonts))], round(height / .73))
    word = WORDS[rng.integers(len(WORDS))]
    picture = Image.new("L", paper.shape[::-1])
    ImageDraw.Draw(picture).text((left, top), word, 255, font)
    np.maximum(paper, np.asarray(picture, np.float32) / 255, out=paper)
    return round(left + font.getlength(word))


def marked(seed: int) -> MadePage:
    """Numbers with commas, points, dashes and plus signs between their digits, and on half the pages words before."""
    rng = np.random.default_rng([seed, 5])
    height, hand = rng.uniform(26, 60), plain_hand(rng)
    rows, words = numbers(rng, (1, 5), (3, 8)), rng.random() < .5
    pitch, width = rng.uniform(1.8, 2.6) * height, hand.pen_width * height / pen.BOX
    paper, written = np.zeros((round(pitch * (len(rows) + .8)), round(height * 22)), np.float32), []
    for r, row in enumerate(rows):
        top, left = round((r + .5) * pitch), .6 * height
        if words:
            left = print_word(rng, paper, top + round(.3 * height), round(left), .6 * height) + .6 * height
        for n, digit in enumerate(row):
            item = write_row(rng, paper, digit, (top, left), height, lambda k, h: handwritten(rng, k, h, hand))
            written, left = written + item, item[0].box[3] + .3 * height
            if n < len(row) - 1 and rng.random() < .35:
                left = put_mark(rng, paper, top, left, height, width) + .3 * height
    return photographed(rng, f"marked {seed}", paper, rows, written)


#: the strokes of marks, as in FORMS
MARKS = {",": ".10,.92 .12,1.02 .02,1.2", ".": ".10,.97 .12,.99", "-": ".00,.55 .50,.53",
         "+": ".00,.55 .60,.55 | .30,.28 .30,.82", "=": ".00,.42 .50,.42 | .00,.67 .50,.67",
         ":": ".10,.97 .12,.99 | .10,.47 .12,.49"}


def put_mark(rng, paper, top: int, left: float, height: float, width: float) -> float:
    """A mark that is no digit on a row's line, drawn with its pen; returns where it ends."""
    lines = [(stroke + rng.normal(0, .02, stroke.shape) + (.2, .1)) * height
             for stroke in strokes_of(rng.choice([*MARKS.values()]))]
    ink = pen.ink(lines, [width * rng.uniform(1, 1.3)] * len(lines), (round(1.5 * height), round(height)))
    spot = paper[top - round(.1 * height):, round(left - .2 * height):][:ink.shape[0], :ink.shape[1]]
    np.maximum(spot, ink[:spot.shape[0], :spot.shape[1]], out=spot)
    return round(left - .2 * height) + max(line[:, 0].max() for line in lines) + width / 2


# ---------------------------------------------------------------- faint, long, and other forms

def faint(seed: int) -> MadePage:
    """Ink that is hard to see: a faint row beside dark ones, hard pencil, worn chalk, a shadow, a thin screen pen."""
    rng, trouble = np.random.default_rng([seed, 6]), seed % 5
    height = rng.uniform(26, 60)
    draw = hand_of(rng, pen_width=1.2 * pen.BOX / height) if trouble == 4 else hand_of(rng)
    rows = numbers(rng, (2, 4), (4, 9))
    pitch = rng.uniform(1.5, 2.2) * height
    paper, written = np.zeros((round(pitch * (len(rows) + .7)), round(height * 15)), np.float32), []
    for r, row in enumerate(rows):
        only = np.zeros_like(paper)
        written += write_row(rng, only, row, ((r + .5) * pitch, height * rng.uniform(.6, 1.2)), height, draw)
        np.maximum(paper, only * (rng.uniform(.25, .45) if trouble == 0 and r % 2 else 1), out=paper)
    if trouble == 2:                                                # chalk that skips, and pales along the board
        worn = .7 * camera.grain(rng, paper.shape, 2) + np.linspace(1.4, .4, paper.shape[1])
        paper *= worn.clip(.15, 1)
    made = {"darkness": rng.uniform(.5, .9)}
    if trouble == 1:
        made = {"darkness": rng.uniform(.10, .15), "ratio": 1.3, "noise": .5}
    page = photographed(rng, f"faint {seed}", paper, rows, written, **made)
    image = page.image
    if trouble == 3:                                                # a shadow's edge across the digits, a dim rim
        y, x = (np.linspace(-1, 1, n) for n in image.shape[:2])
        lit = camera.shadow(rng, image.shape[:2], rng.uniform(1.8, 3), rng.uniform(2, 20))
        lit = lit * (1 - rng.uniform(.2, .5) * (y[:, None]**2 + x**2) / 2)
        image = np.uint8(image * lit[..., None])
    return replace(page, image=255 - image if trouble in (2, 4) else image)


def other_forms(seed: int) -> MadePage:
    """Digits in forms that the pen's own list does not hold, between others that it does."""
    rng = np.random.default_rng([seed, 7])
    height, hand = rng.uniform(26, 60), plain_hand(rng)
    forms = {digit: FORMS[digit][rng.integers(len(FORMS[digit]))] for digit in FORMS}

    def draw(digit, height):
        if digit not in forms or rng.random() < .3:
            return handwritten(rng, digit, height, hand)
        return lettered(rng, strokes_of(forms[digit]), height, hand)

    rows, pitch = numbers(rng, (1, 4), (4, 9)), rng.uniform(1.5, 2.2) * height
    paper, written = np.zeros((round(pitch * (len(rows) + .7)), round(height * 16)), np.float32), []
    for r, row in enumerate(rows):
        written += write_row(rng, paper, row, ((r + .5) * pitch, .7 * height), height, draw)
    return photographed(rng, f"other forms {seed}", paper, rows, written)


def long_rows(seed: int) -> MadePage:
    """Rows of 15 to 20 digits that rise or fall; rows of very different height; two columns; a number far away."""
    rng, trouble = np.random.default_rng([seed, 8]), seed % 4
    height, draw = rng.uniform(22, 40), hand_of(rng)
    rows = numbers(rng, (2, 5), (15, 20) if trouble == 0 else (4, 6))
    rise = np.tan(np.deg2rad(rng.uniform(-4, 4))) if trouble == 0 else 0
    paper, written = np.zeros((round(height * 34), round(height * 36)), np.float32), []
    top = height + (300 * abs(rise) if trouble == 0 else 0) + .5 * height
    for r, row in enumerate(rows):
        tall = height * rng.uniform(.8, 2) if trouble == 1 else height
        away = height * 6 if trouble == 3 and r == len(rows) - 1 else 0
        left = .8 * height + (height * rng.uniform(8, 16) if away else 0)
        text = row + "   " + row[::-1] if trouble == 2 else row
        written += write_row(rng, paper, text, (top + away, left), tall, draw, rise=rise)
        rows[r], top = text.replace(" ", ""), top + away + tall * rng.uniform(1.5, 1.9)
    last = np.flatnonzero(paper.any(axis=1))[-1]
    return photographed(rng, f"long rows {seed}", paper[:last + round(.7 * height)], rows, written)
