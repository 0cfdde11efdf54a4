"""The book's letters: of each face one file for each writing system, with the characters that the book uses."""

import hashlib
import json
import logging
import re
from html import unescape
from io import BytesIO

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
FIRST = ("source-serif-4-latin-normal.woff2", "source-sans-3-latin-normal.woff2")  # what the first screen needs
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
    wanted = hashlib.sha256(f"{sorted(shown)}{formulas}{WEIGHTS}".encode()).hexdigest()
    kept = folder / "faces.json"                 # the same letters make the same files
    if not kept.is_file() or json.loads(kept.read_text())["wanted"] != wanted:
        rules = "".join([*text_faces(folder, shown), *formula_faces(folder, formulas)])
        kept.write_text(json.dumps({"wanted": wanted, "rules": rules}))
    return json.loads(kept.read_text())["rules"]


def text_faces(folder, shown):
    for family, style, package in FACES:
        for system in SYSTEMS:
            source = f"@fontsource-variable/{package}/files/{package}-{system}-wght-{style}.woff2"
            if not (frontend.MODULES / source).is_file():      # a face without this writing system
                continue
            font = TTFont(frontend.MODULES / source)
            letters = shown & set(font.getBestCmap())
            if system != "latin":
                letters -= ASCII
            if letters:
                name = f"{package}-{system}-{style}.woff2"
                (folder / name).write_bytes(smaller(font, letters))
                yield (f'@font-face {{ font-family: "{family}"; font-style: {style}; '
                       f'font-weight: {WEIGHTS[0]} {WEIGHTS[1]}; font-display: swap; '
                       f'src: url("fonts/{name}") format("woff2"); unicode-range: {ranges(letters)}; }}\n')


def formula_faces(folder, formulas):
    letters = {ord(letter) for text in re.findall(r'content:\s*"([^"]*)"', formulas) for letter in plain(text)}
    for family, source in FORMULA_FACE.findall(formulas):
        if len(re.findall(rf"\b{family}\b", formulas)) > 1:      # some rule uses it
            font = TTFont(frontend.MODULES / MATHEMATICS / f"{source}.woff")
            there = set(font.getBestCmap())
            (folder / f"{source}.woff2").write_bytes(smaller(font, letters & there or there))
            yield f'@font-face {{ font-family: {family}; src: url("fonts/{source}.woff2") format("woff2"); }}\n'


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
