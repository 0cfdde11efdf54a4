"""The book's letters: of each face one file for each writing system, with the characters that the book uses."""

import hashlib
import json
import logging
import re
from html import unescape
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from course_book import frontend

#: family, style and file of the package for each face
FACES = [(family, style, package) for family, package in (("Source Serif 4 Variable", "source-serif-4"),
                                                          ("Source Sans 3 Variable", "source-sans-3"))
         for style in ("normal", "italic")] + [("Inconsolata Variable", "normal", "inconsolata")]
WEIGHTS = 400, 700     # of the faces' 200 to 900: lighter and heavier than this nothing is set
SYSTEMS = ("latin", "latin-ext", "greek")
#: what the first screen needs, where a page holds this
FIRST = {"source-serif-4-latin-normal": "", "source-sans-3-latin-normal": "", "source-serif-4-latin-italic": "<em",
         "inconsolata-latin-normal": "<code", "MathJax_Zero": "<mjx-", "MathJax_Main-Regular": "<mjx-",
         "MathJax_Math-Italic": "<mjx-"}
#: what a reader's system has until a face has come, and the size, in percent of its own, at which a text is as wide
#: in it as in the face: upright, italic, bold. Mean widths of letters in English by @capsizecss/metrics 4.3.0;
#: for DejaVu, which it lacks, from the fonts over the letters of the chapters. Bold sans: 650, as titles are.
MEANWHILE = {
    "Source Serif 4 Variable": {"Georgia": (107.4, 97.0, 95.3), "Noto Serif": (99.6, 94.0, 96.5),
                                "DejaVu Serif": (92.5, 84.8, 86.3)},
    "Source Sans 3 Variable": {"Arial": (93.8, 91.5, 91.0), "Roboto": (94.0, 94.3, 96.8),
                               "DejaVu Sans": (81.9, 79.9, 75.6)},
    "Inconsolata Variable": {"Menlo": (83.1,), "Consolas": (90.9,), "DejaVu Sans Mono": (83.1,)},
}
CUTS = {"": "font-style: normal; font-weight: 400", "Italic": "font-style: italic; font-weight: 400",
        "Bold": "font-style: normal; font-weight: 600 700"}
ASCII = set(range(0x20, 0x7f))
FORMULA_FACE = re.compile(r'@font-face[^{]*\{[^}]*font-family: "?([\w-]+)"?;[^}]*src: url\("[^"]*?(\w+-?\w*)\.woff"')
MATHEMATICS = "mathjax-full/es5/output/chtml/fonts/woff-v2"
logging.getLogger("fontTools").setLevel(logging.ERROR)


def write(folder, pages, formulas):
    """Write the files that the pages need, and return the rules that name them.

    `pages` are texts of HTML, `formulas` is the style sheet of the formulas, with the rules that are used.
    """
    folder.mkdir(exist_ok=True)
    shown = ASCII | {ord(letter) for page in pages for letter in set(unescape(re.sub(r"<[^>]*>", "", page)))}
    code = Path(__file__).read_text(encoding="utf-8")
    wanted = hashlib.sha256(f"{sorted(shown)}{formulas}{code}".encode()).hexdigest()
    kept = folder / "faces.json"                 # the same letters and rules make the same files
    if not kept.is_file() or json.loads(kept.read_text())["wanted"] != wanted:
        rules = "".join([*text_faces(folder, shown), *stand_ins(), *formula_faces(folder, formulas)])
        kept.write_text(json.dumps({"wanted": wanted, "rules": rules}))
    return json.loads(kept.read_text())["rules"]


def first(html):
    """The files that a page's first screen needs, as far as the page shows. In its tables *this* is set in others."""
    text = re.sub(r"<table\b.*?</table>", "", html, flags=re.S)
    return [f"{name}.woff2" for name, sign in FIRST.items() if sign in text]


def source_of(package, system, style):
    return f"@fontsource-variable/{package}/files/{package}-{system}-wght-{style}.woff2"


def text_faces(folder, shown):
    for family, style, package in FACES:
        here = set()                             # a letter of two systems, a space, is in the first one's file
        for system in SYSTEMS:
            source = source_of(package, system, style)
            if not (frontend.MODULES / source).is_file():      # a face without this writing system
                continue
            font = TTFont(frontend.MODULES / source)
            letters = shown & set(font.getBestCmap()) - here
            here |= letters
            if letters:
                name = f"{package}-{system}-{style}.woff2"
                (folder / name).write_bytes(smaller(font, letters))
                yield (f'@font-face {{ font-family: "{family}"; font-style: {style}; '
                       f'font-weight: {WEIGHTS[0]} {WEIGHTS[1]}; font-display: swap; '
                       f'src: url("fonts/{name}") format("woff2"); unicode-range: {ranges(letters)}; }}\n')


def stand_ins():
    """A system's letters, as wide and as high as those that come later: lines break where they will, nothing moves."""
    for family, _, package in (face for face in FACES if face[1] == "normal"):
        heights = TTFont(frontend.MODULES / source_of(package, "latin", "normal"))["hhea"]
        for system, sizes in MEANWHILE[family].items():
            for (cut, chosen), size in zip(CUTS.items(), sizes, strict=False):
                full, short = f"{system} {cut}".strip(), f"{system.replace(' ', '')}-{cut}".strip("-")
                above, below = (round(10 * height / size, 1) for height in (heights.ascent, -heights.descent))
                yield (f'@font-face {{ font-family: "{system} meanwhile"; {chosen}; '
                       f'src: local("{full}"), local("{short}"); size-adjust: {size}%; '
                       f'ascent-override: {above}%; descent-override: {below}%; line-gap-override: 0%; }}\n')


def formula_faces(folder, formulas):
    letters = {ord(letter) for text in re.findall(r'content:\s*"([^"]*)"', formulas) for letter in plain(text)}
    for family, source in FORMULA_FACE.findall(formulas):
        if len(re.findall(rf"\b{family}\b", formulas)) > 1:      # some rule uses it
            font = TTFont(frontend.MODULES / MATHEMATICS / f"{source}.woff")
            there = set(font.getBestCmap())
            (folder / f"{source}.woff2").write_bytes(smaller(font, letters & there or there))
            # in the letters of a text a formula stands askew: it waits for its own
            yield (f'@font-face {{ font-family: {family}; font-display: block; '
                   f'src: url("fonts/{source}.woff2") format("woff2"); }}\n')


def plain(text):
    """What a style sheet's string stands for."""
    return re.sub(r"\\([0-9A-Fa-f]{1,6}) ?", lambda found: chr(int(found[1], 16)), text)


def smaller(font, letters):
    options = Options(flavor="woff2", layout_features="*", notdef_outline=True, desubroutinize=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    if "fvar" in font:
        font = instantiateVariableFont(font, {"wght": WEIGHTS})
    font.flavor = "woff2"
    stored = BytesIO()
    font.save(stored)
    return stored.getvalue()


def ranges(letters):
    """Characters as a style sheet names them: U+20-7E, U+3B1."""
    runs = []
    for letter in sorted(letters):
        if runs and letter == runs[-1][1] + 1:
            runs[-1][1] = letter
        else:
            runs.append([letter, letter])
    return ", ".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in runs)
