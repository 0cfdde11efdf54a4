"""What nbval leaves out of its comparison: a stored picture against what the cell draws now, an alt text against both.

`book/conftest.py` calls it for each cell that nbval runs, so that nothing is executed twice.
"""

import base64
import io
import re
from importlib.metadata import version
from math import log10

import numpy as np
import yaml
from course_book import notebooks
from numbers_behind import NUMBER, allowed_in, has, numbers, plain, printed, value
from PIL import Image

from tests.book.executed import Executed
from tests.conftest import ROOT

MIME = notebooks.DRAWN_AS
SQUARE = 4                  # pixels that are compared as one: a quarter of a letter
APART = 0.2                 # from which on two squares differ, of 1
MANY = 0.0002               # the share of squares that may: half a digit of a title
VARYING = yaml.safe_load((ROOT / "tests/varying_pictures.yml").read_text(encoding="utf-8"))
MOST = 0.2                  # the share that may where a picture is listed there, or another matplotlib draws
PINNED = re.search(r"^matplotlib==(\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M)[1]


def watch(chapter):
    """Let the kernel of a chapter say what is drawn."""
    if MIME not in chapter.skip_compare:
        chapter.skip_compare += (MIME,)
        kernel = chapter.kernel
        if not isinstance(kernel, Executed):       # the build has watched
            asked = kernel.execute_cell_input(notebooks.run_apart(notebooks.DRAWN))
            kernel.await_reply(asked, timeout=60)
            kernel.await_idle(asked, timeout=60)


def complaints(item):
    """What is wrong with the pictures of a cell that has run."""
    if not item.options["check"]:
        return []
    stored, now = ([output.data for output in outputs if "image/png" in output.get("data", {})]
                   for outputs in (item.cell.outputs, item.test_outputs))
    pairs = [(was["image/png"], drawn["image/png"]) for was, drawn in zip(stored, now, strict=True)]
    pairs = [(was, drawn) for was, drawn in pairs if was != drawn]     # byte by byte the same: as a rule
    wrong = [f"has other colours than what the code draws now ({apart:.0%}). Store it again: tools/store_outputs.py"
             for was, drawn in pairs if (apart := recoloured(was, drawn)) > 0.25]
    may = MOST if item.cell.id in VARYING or version("matplotlib") != PINNED else MANY
    wrong += [f"is not what the code draws now: {share:.1%} of it differ. Store it again: tools/store_outputs.py"
              for was, drawn in pairs if (share := difference(was, drawn)) > may]
    alt = item.cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
    if alt and now:
        chapter = "\n".join(cell.source for cell in item.parent.nb.cells)
        wrong += unseen(alt, item.cell, now[0], chapter, allowed_in(item.path))
    return wrong


# ---------------------------------------------------------------- a picture and another

def squares(png, size=None):
    """A picture as the mean colours of small squares."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    if size and picture.size != size:
        picture = picture.resize(size)
    return picture.size, np.asarray(picture.reduce(SQUARE), np.float32) / 255


def difference(stored, now):
    """The share of squares that differ; 1 if the pictures have not the same shape."""
    size, one = squares(now)
    other_size, _ = squares(stored)
    if max(abs(a / b - 1) for a, b in zip(size, other_size)) > 0.02:
        return 1.0
    other = squares(stored, size)[1]
    return float((np.abs(one - other).max(axis=2) > APART).mean())


def recoloured(stored, now):
    """How much of the colour of two pictures lies in other hues, 0 to 1; where a curve runs does not matter."""
    parts = [np.histogram(hues(png), bins=12, range=(0, 360))[0] + 50 for png in (stored, now)]   # 50: a few specks are no colour
    return float(abs(parts[0] / parts[0].sum() - parts[1] / parts[1].sum()).sum() / 2)


# ---------------------------------------------------------------- an alt text and its picture

WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
         "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "eighteen": 18, "twenty": 20, "fifty": 50}
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
DRAWN = "panels|rows|columns|bars|pictures|maps|charts|plots|curves|strips|boxes|rungs|pages|lines"
#: a colour by its hue, from and to, in degrees
HUES = {"red": (335, 22), "vermilion": (5, 40), "orange": (15, 50), "green": (80, 175), "blue": (185, 255), "purple": (265, 335)}
CLIMBS = r"\b(?:rises?|rising|climbs?|upward)\b"
SINKS = r"\b(?:falls?|falling|sinks?|descends?|drops?|downward)\b"


def unseen(alt, cell, drawn, chapter, allowed):
    """What an alt text says that neither the picture shows nor its cell prints or computes."""
    facts, text = drawn[MIME], plain(alt)
    return [f"has an alt text that says {what}, which is not to be seen in it, nor printed beside it"
            for what in (*strange_numbers(text, facts, cell, allowed), *strange_colours(text, drawn["image/png"]),
                         *strange_courses(text, facts["curves"]), *strange_names(alt, facts, cell, chapter))]


def near(facts, cell):
    """The words of a picture and its cell: drawn, printed, written."""
    words = "\n".join([*facts["words"], *printed(cell), cell.source])
    for was, becomes in ((r"\$?\\mathdefault\{([^$]*)\}\$?", r"\1"), (r"10\^\{(-?\d+)\}", r"1e\1"), ("\u2212", "-"), ("(?<=\\d)_(?=\\d)", "")):
        words = re.sub(was, becomes, words)
    return words


def strange_numbers(text, facts, cell, allowed):
    words = near(facts, cell)
    known = {value(number) for number in re.findall(NUMBER, words)} | {*map(float, facts["counts"]), *map(abs, facts["values"])}
    known |= {float(number) for number in re.findall(r"\d+(?:\.\d+)?e[-+]?\d+", words)}
    known |= {WORDS[word] for word in re.findall(r"[a-z]+", words.lower()) if word in WORDS}
    # whole numbers of four digits are what is written on a page: test_numbers finds them nearby
    yield from (found.written for found in numbers(text) if found.written not in allowed and not has(found, known)
                and not (found.value >= 1000 and not found.behind) and "e" not in found.written)
    counted = re.findall(rf"\b({'|'.join(WORDS)}) (?:\w+ ){{0,3}}?(?:{DRAWN})\b", text.lower())
    yield from (word for word in counted if WORDS[word] not in known)
    yield from (" by ".join(pair) for pair in re.findall(r"\b(\d) by (\d)\b", text) if not {*map(float, pair)} <= known)
    for number in re.findall(r"\d+(?:\.\d+)?e-?\d+", text):
        if not any(found > 0 and abs(log10(found / float(number))) < 0.5 for found in known):
            yield number


def hues(png):
    """The hues of what is coloured in a picture, in degrees, one for each pixel."""
    hue, saturation, bright = np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB").convert("HSV"), int).reshape(-1, 3).T
    return hue[(saturation > 60) & (bright > 60)] * 360 / 255


def strange_colours(text, png):
    there = hues(png)
    for colour, (low, high) in HUES.items():
        if re.search(rf"\b{colour}\b", text):
            share = ((there >= low) & (there <= high) if low < high else (there >= low) | (there <= high)).sum()
            if share < 20:
                yield colour


def strange_courses(text, curves):
    """Words for rising and falling that no curve does, or not the one that the clause names."""
    for clause in re.split(r"[.,;:](?:\s|$)", text) if curves else ():
        named = [curve for curve in curves if curve["name"] and re.search(rf"(?<!\w){re.escape(curve['name'])}(?!\w)", clause)]
        for does, words in (("climbs", CLIMBS), ("sinks", SINKS)):
            if (word := re.search(words, clause)) and not any(curve[does] > 0.03 for curve in named or curves):
                yield f"{word[0]} ({' '.join(clause.split())})"


def strange_names(text, facts, cell, chapter):
    """Names with a digit that are not on the picture nor in its cell, and names with a capital that are nowhere in the chapter."""
    for name in re.findall(r"(?<![.!?:] )(?<!^)\b(?:[A-Z][\w-]*[a-zA-Z]\w*|[a-z]+_?\d\w*|\d[a-rt-z])\b(?!-\d)", text):
        where = near(facts, cell) if re.search(r"\d", name) else chapter
        if not any(re.search(rf"(?<![a-z]){bare(name)}(?![a-z])", words) for words in (bare(where), joined(bare(where)))):
            yield name


def bare(words):
    """Small letters without what TeX and underscores add: w_2 is w2, conv1_2 is conv12."""
    return re.sub(r"[${}\\_-]", "", words.lower().translate(SUBSCRIPTS))


def joined(words):
    """A name and its number in one: conv 1 is conv1."""
    return re.sub(r"(?<=[a-z]) (?=\d)", "", words)
