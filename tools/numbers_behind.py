"""Say what stands behind each number of the chapters' words; sign the ones that were looked at.

    python tools/numbers_behind.py              lists what is new or has changed, with the line that stands behind it
    python tools/numbers_behind.py --read       signs it: it was read, and the line does say what the sentence says

Behind a number of a paragraph, a quiz, a solution, an exercise or an alt text stands a number that a cell of the
chapter prints, or one that stands in its code, or a sum worked out in the same words, or a line of
`tests/book/numbers.yml` with its reason. The cell stands nearby, at most fifteen cells away; an opening, an exercise
and a quiz speak of the whole chapter. A number is compared to the digits that are written: 59% has 0.5912 behind it,
6.96 million 6,961,234. What is written after "about" has as many digits as it has before its last zeros.

`tests/book/numbers_behind.yml` keeps the numbers of each cell's words in their order, each with the cell behind it.
"""

import re
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import nbformat
import yaml
from prose_numbers import NUMBER, has, numbers, plain, sums, value

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))
LISTED = ROOT / "tests/book/numbers.yml"
NAMES = ("", "?", "sum", "listed", "drawn")     # what is no cell
SIGNED = ROOT / "tests/book/numbers_behind.yml"
HEAD = """# The numbers of the chapters' words, cell by cell and in their order, each with what stands behind it: a cell
# that prints or computes it, a sum in the same words, the picture's axes ("drawn") or a line of numbers.yml
# ("listed"). A digit alone, as often a name as a number, has nothing. Somebody read the sentence beside that cell:
# `tools/numbers_behind.py` lists what has changed since, and signs it.
"""
NEAR = 15                                       # cells


def printed(cell):
    """What a cell shows in words: not the size of its figures, nor how its widgets are drawn."""
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        yield output.get("text", "")
        yield "" if "image/png" in data else data.get("text/plain", "")
        yield re.sub(r"<(style|script|math)\b.*?</\1>|<[^>]*>", " ", data.get("text/html", ""), flags=re.S)


@cache
def cells(path):
    return nbformat.read(path, as_version=4).cells


@cache
def behind(path, k):
    """The numbers that a chapter's cell k holds or prints."""
    cell = cells(path)[k]
    text = "\n".join([cell.source, *printed(cell)]).replace("_", "").replace("\u2212", "-")
    found = {value(number) for number in re.findall(NUMBER, text)}
    return sorted(found | {value(part) for number in re.findall(r"\d+(?:,\d+)+", text) for part in number.split(",")})


def passages(path):
    """The words of a chapter, cell by cell: (id, words, which cells may stand behind them, the nearest first)."""
    book = cells(path)
    headed = [k for k, cell in enumerate(book) if cell.cell_type == "markdown" and "## " in cell.source]
    exercises = next((k for k in headed if re.search("^## Exercises", book[k].source, re.M)), len(book))
    for k, cell in enumerate(book):
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if text := cell.source if cell.cell_type == "markdown" else alt:
            yield SimpleNamespace(id=cell.id, text=plain(text), drawn=cell.cell_type == "code",
                                  near=nearest(book, k, len(book) if not headed[0] < k < exercises else NEAR))


def nearest(book, k, reach):
    """The cells of code at most so many cells away from cell k, the nearest first."""
    code = [other for other, cell in enumerate(book) if cell.cell_type == "code" and abs(other - k) <= reach]
    return sorted(code, key=lambda other: abs(other - k))


@cache
def listed():
    return yaml.safe_load(LISTED.read_text(encoding="utf-8"))


def listed_for(place):
    return {str(number) for number in listed().get(place) or {}}


def allowed_in(path):
    return listed_for("everywhere") | listed_for(path.stem)


def sources(path, passage):
    """Yield each number of a passage with what may stand behind it, the likeliest first.

    Powers of ten of an alt text are read off its axes: `tests/book/pictures.py` holds them against what is drawn.
    """
    worked_out = list(sums(passage.text))
    for number in numbers(passage.text, digits=True):
        names = [("", number.alone), ("sum", has(number, worked_out)),
                 ("listed", number.written in listed_for(path.stem))]
        names += [(cells(path)[k].id, has(number, behind(path, k))) for k in passage.near]
        names += [("drawn", passage.drawn and "e" in number.written),
                  ("listed", number.written in listed_for("everywhere"))]
        yield number, [name for name, stands in names if stands]


def entry(path, passage, signed=""):
    """The numbers of a passage, each with what stands behind it; where there is a choice, what was signed."""
    before = signed.split(", ")
    found = []
    for number, names in sources(path, passage):
        pairs = [f"{number.sign}{number.written} {name}".strip() for name in names or ["?"]]
        found.append(next((pair for pair in pairs if pair in before), pairs[0]))
    return ", ".join(found)


def record(path, signed):
    """The entries of a chapter, by the cells' ids."""
    found = {passage.id: entry(path, passage, signed.get(passage.id, "")) for passage in passages(path)}
    return {identity: line for identity, line in found.items() if line}


def lines(path, identity, number):
    """What a cell prints or computes that a number rests on, a line or two."""
    cell = next(cell for cell in cells(path) if cell.id == identity)
    text = "\n".join([*printed(cell), cell.source])
    return " | ".join([line.strip() for line in text.splitlines()
                       if has(number, [value(found) for found in re.findall(NUMBER, line.replace("_", ""))])][:2])


def show(path, passage, signed):
    """Print the numbers of a passage that was not signed as it is, each with its sentence and what stands behind it."""
    before, now = signed.split(", "), entry(path, passage, signed)
    moved = set(now.split(", ")) <= set(before)          # none is new: they stand otherwise, or oftener
    for (number, _), pair in zip(sources(path, passage), now.split(", ")) if now != signed else ():
        name = pair.partition(" ")[2]
        if pair not in before or moved:
            reason = lines(path, name, number) if name not in NAMES else ""
            print(f"{path.stem}, {passage.id}: ...{number.around}...\n    {pair}: {reason[:160]}")


def main(*arguments):
    signed = yaml.safe_load(SIGNED.read_text(encoding="utf-8")) if SIGNED.exists() else {}
    for path in NOTEBOOKS:
        for passage in passages(path):
            show(path, passage, signed.get(path.stem, {}).get(passage.id, ""))
    if "--read" in arguments:
        book = {path.stem: record(path, signed.get(path.stem, {})) for path in NOTEBOOKS}
        SIGNED.write_text(HEAD + yaml.safe_dump(book, sort_keys=False, width=120), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
