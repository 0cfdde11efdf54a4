"""Change what is stored in chapters, outputs, numbers, words, alt texts, pictures, and see which a test notices."""

import os
import re
import subprocess
import sys

import nbformat

#: chapters that print much, and run in seconds
CHAPTERS = ["05-counting", "06-forward", "02-depth"]
LONG = re.compile(r"(?<![\w.,{\\^_$-])(?:\d{2,3}(?:,\d{3})+|\d{3,})(?![\w.,])")   # 1,297 or 500, in words
WANTED = {"outputs": 10, "numbers": 10, "pictures": 5}
#: a PNG of one white pixel
WHITE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="
DIGIT = re.compile(r"(?<![\w.])([1-9])(\d*)(?=[\d.,]*)")


def other(match):
    """Another number with as many digits."""
    return str(int(match[1]) % 9 + 1) + match[2]


def printed(cell):
    """The stored lines that a cell prints, if they are compared."""
    tags = cell.metadata.get("tags", [])
    return [output for output in cell.get("outputs", []) if output.output_type == "stream" and output.name == "stdout"
            and "≈" not in output.text] if "nbval-ignore-output" not in tags else []


def pictures(cell):
    """The stored pictures of a cell."""
    return [output for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]


def whole(cell):
    printed(cell)[0].text = "Something else stands here.\n"


def number(cell):
    printed(cell)[0].text = DIGIT.sub(other, printed(cell)[0].text, count=1)


def picture(cell):
    for output in pictures(cell):
        output.data["image/png"] = WHITE


def changes(book):
    """{kind: [(a cell's id, what changes the cell)]}: candidates of each kind, no cell twice."""
    codes = {cell.id: printed(cell)[0].text for cell in book.cells if printed(cell)}
    numbered = [name for name, text in codes.items() if DIGIT.search(text)][::2]
    drawn = [cell.id for cell in book.cells if pictures(cell)]
    kinds = {"outputs": (whole, without(codes, numbered)), "numbers": (number, numbered),
             "pictures": (picture, without(drawn, codes))}
    return {kind: [(name, change) for name in names] for kind, (change, names) in kinds.items()}


def without(names, others):
    return [name for name in names if name not in others]


def run(folder, *words):
    """What pytest says in a copy of the project, and its status."""
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--color=no", *words],
                          cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)},
                          capture_output=True, text=True, check=False)
    return done.stdout, done.returncode


def failing_cells(folder, chapter, book):
    """The ids of the code cells whose comparison fails."""
    said, _ = run(folder, "--tb=no", "-rf", f"book/{chapter}.ipynb")
    codes = [cell.id for cell in book.cells if cell.cell_type == "code"]
    return {codes[int(place)] for place in re.findall(rf"^FAILED book/{chapter}.ipynb::Cell (\d+)", said, re.M)}


def what_cells_show(folder):
    """Change outputs, numbers and pictures, each in a cell of its own, in one run for each chapter."""
    left, seen = dict(WANTED), dict.fromkeys(WANTED, 0)
    for chapter in CHAPTERS:
        path = folder / f"book/{chapter}.ipynb"
        kept = path.read_text(encoding="utf-8")
        book, made = nbformat.reads(kept, as_version=4), []
        cells = {cell.id: cell for cell in book.cells}
        for kind, found in changes(book).items():
            for identity, change in found[:left[kind]]:
                change(cells[identity])
                made.append((kind, identity))
            left[kind] -= min(left[kind], len(found))
        nbformat.write(book, path)
        failed = failing_cells(folder, chapter, book)
        path.write_text(kept, encoding="utf-8")
        for kind, identity in made:
            seen[kind] += identity in failed
        if not any(left.values()):
            break
    for kind, wanted in WANTED.items():
        print(f"{wanted - left[kind]} stored {kind} changed: nbval noticed {seen[kind]}.", flush=True)


def sentences(book):
    """Numbers of three digits or more in words, one for each cell."""
    for cell in book.cells:
        prose = cell.cell_type == "markdown" and not cell.source.startswith(("#", ":::"))
        if prose and (match := LONG.search(cell.source)):
            yield cell, match


def alts(book):
    """Alt texts that say a number."""
    for cell in book.cells:
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if match := re.search(r"(?<![\w.,])\d{2,}(?![\w])", alt):
            yield cell, match


def words(folder, name, find, wanted):
    """Change numbers in words, one at a time: the tests of words are quick."""
    made = noticed = 0
    for chapter in sorted(path.stem for path in (folder / "book").glob("*.ipynb")):
        path = folder / f"book/{chapter}.ipynb"
        kept = path.read_text(encoding="utf-8")
        for cell, match in list(find(nbformat.reads(kept, as_version=4)))[:1 + wanted // 8]:
            if made == wanted:
                break
            book = nbformat.reads(kept, as_version=4)
            there = next(other for other in book.cells if other.id == cell.id)
            said = DIGIT.sub(other, match[0], count=1)
            if name == "alt texts":
                image = there.metadata["mystnb"]["image"]
                image["alt"] = image["alt"][:match.start()] + said + image["alt"][match.end():]
            else:
                there.source = there.source[:match.start()] + said + there.source[match.end():]
            nbformat.write(book, path)
            made, noticed = made + 1, noticed + (run(folder, "tests/book/test_numbers.py", "-k", chapter)[1] == 1)
        path.write_text(kept, encoding="utf-8")
    print(f"{made} {name} changed by a number: tests/book/test_numbers.py noticed {noticed}.", flush=True)


def hunt(folder):
    """Report on everything that is stored."""
    what_cells_show(folder)
    words(folder, "sentences", sentences, 10)
    words(folder, "alt texts", alts, 5)
