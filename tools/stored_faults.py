"""Change what is stored in chapters, by lot: outputs, pictures, alt texts, sentences; see which a test notices."""

import base64
import io
import os
import random
import re
import subprocess
import sys

import nbformat
from PIL import Image, ImageChops, ImageOps

#: how many of each kind, and in how many chapters: nbval runs each of those once
WANTED = {"outputs": 10, "numbers": 10, "pictures": 5, "alt texts": 5}
CHAPTERS, SENTENCES = 4, 10
LONG = re.compile(r"(?<![\w.,{\\^_$-])(?:[1-9]\d{1,2}(?:,\d{3})+|[1-9]\d{2,})(?![\w.,])")   # 1,297 or 500, in words
DIGIT = re.compile(r"(?<![\w.])([1-9])(\d*)(?=[\d.,]*)")
#: words of alt texts, and what somebody writes or leaves standing in their place
SWAPS = [("rises", "falls"), ("climbs", "sinks"), ("rise", "fall"), ("red", "green"), ("blue", "orange"),
         ("Two", "Three"), ("two", "three"), ("three", "four"), ("Four", "Five"), ("four", "five"), ("five", "six"),
         ("Six", "Eight"), ("ten", "twelve"), ("Ten", "Nine"), ("twenty", "thirty"), ("ReLU", "Swish"),
         ("tanh", "cosine"), ("Xavier", "Orthogonal"), ("VGG-16", "ResNet-50"), ("PyTorch", "TensorFlow")]


def other(match):
    """Another number with as many digits."""
    return str(int(match[1]) % 9 + 1) + match[2]


# ---------------------------------------------------------------- what can be changed in a cell

def printed(cell):
    """The stored lines that a cell prints, if they are compared."""
    tags = cell.metadata.get("tags", [])
    return [output for output in cell.get("outputs", []) if output.output_type == "stream" and output.name == "stdout"
            and "≈" not in output.text] if "nbval-ignore-output" not in tags else []


def pictures(cell):
    """The stored pictures of a cell."""
    return [output for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]


def alt(cell):
    return cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")


def can(kind, cell):
    """Whether a cell has what a kind of fault changes."""
    return {"outputs": printed(cell), "pictures": pictures(cell), "alt texts": list(slips(alt(cell))),
            "numbers": printed(cell) and DIGIT.search(printed(cell)[0].text)}[kind]


def whole(cell, lot):
    printed(cell)[0].text = "Something else stands here.\n"
    return "another line"


def number(cell, lot):
    match = lot.choice(list(DIGIT.finditer(printed(cell)[0].text)))
    text = printed(cell)[0].text
    printed(cell)[0].text = text[:match.start()] + other(match) + text[match.end():]
    return f"{match[0]} -> {other(match)}"


def stripe(picture):
    """A stripe through the middle is painted over, a tenth of the height."""
    width, height = picture.size
    picture.paste("white", (0, int(.45 * height), width, int(.55 * height)))
    return picture


EDITS = {"one white pixel": lambda picture: Image.new("RGB", (1, 1), "white"), "mirrored": ImageOps.mirror,
         "a stripe painted over": stripe, "upside down": ImageOps.flip,
         "red for blue": lambda picture: Image.merge("RGB", picture.split()[::-1])}


def visible(stored, made):
    """Whether a picture has changed to the eye: one in grey is the same with red for blue."""
    return max(high for _, high in ImageChops.difference(stored, made).getextrema()) > 60


def picture(cell, lot):
    data = pictures(cell)[0].data
    stored = Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).convert("RGB")
    made = {name: edit(stored.copy()) for name, edit in EDITS.items()}
    name = lot.choice([name for name, one in made.items() if one.size != stored.size or visible(stored, one)])
    out = io.BytesIO()
    made[name].save(out, "PNG")
    data["image/png"] = base64.b64encode(out.getvalue()).decode("ascii")
    return name


def slips(text):
    """(from, to, what stands there then) for each slip that an alt text may have: a number, a colour, a way, a name."""
    for match in re.finditer(r"(?<![\w.,-])[1-9]\d*(?![\w])", text):
        yield match.start(), match.end(), str(int(match[0][0]) % 9 + 1) + match[0][1:]
    for pair in SWAPS:
        for was, becomes in (pair, pair[::-1]):
            for match in re.finditer(rf"(?<![\w-]){was}(?![\w-])", text):
                yield match.start(), match.end(), becomes


def alt_text(cell, lot):
    text = alt(cell)
    start, end, becomes = lot.choice(list(slips(text)))
    cell.metadata["mystnb"]["image"]["alt"] = text[:start] + becomes + text[end:]
    return f"{text[max(0, start - 25):start]}[{text[start:end]} -> {becomes}]{text[end:end + 15]}"


CHANGES = {"outputs": whole, "numbers": number, "pictures": picture, "alt texts": alt_text}


# ---------------------------------------------------------------- who notices

def run(folder, *words):
    """What pytest says in a copy of the project, and its status."""
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--color=no", *words],
                          cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)},
                          capture_output=True, text=True, check=False)
    return done.stdout, done.returncode


def failing_cells(folder, chapter, book):
    """The ids of the code cells that fail, or whose description nobody has read beside the picture as it is."""
    said, _ = run(folder, "--tb=no", "-rf", f"book/{chapter}.ipynb")
    codes = [cell.id for cell in book.cells if cell.cell_type == "code"]
    listed = subprocess.run([sys.executable, "tools/alt_texts.py"], cwd=folder, check=True, capture_output=True,
                            text=True)
    return ({codes[int(place)] for place in re.findall(rf"^FAILED book/{chapter}.ipynb::Cell (\d+)", said, re.M)}
            | set(re.findall(rf"^{chapter}, (\S+) \(", listed.stdout, re.M)))


def drawn(books, lot):
    """[(kind, chapter, a cell's id)] by lot, no cell twice."""
    taken = []
    for kind, wanted in sorted(WANTED.items(), key=lambda item: item[0]):     # the rarest first: alt texts
        found = [(chapter, cell.id) for chapter, book in books.items() for cell in book.cells
                 if cell.cell_type == "code" and can(kind, cell) and all(cell.id != name for _, _, name in taken)]
        taken += [(kind, *place) for place in lot.sample(found, min(wanted, len(found)))]
    return taken


def changed(folder, chapter, book, places, lot):
    """Change cells of a chapter, {id: kind}, and run it; the kinds that are noticed. Says the others."""
    path = folder / f"book/{chapter}.ipynb"
    kept = path.read_text(encoding="utf-8")
    cells = {cell.id: cell for cell in book.cells}
    said = {place: CHANGES[kind](cells[place], lot) for place, kind in places.items()}
    nbformat.write(book, path)
    failed = failing_cells(folder, chapter, book)
    path.write_text(kept, encoding="utf-8")
    for place in failed ^ set(said):
        print(f"  {chapter}, {place}:", f"not noticed: {places[place]}: {said[place]}" if place in said
              else "fails without a change", flush=True)
    return [places[place] for place in failed & set(said)]


def what_cells_show(folder, lot):
    """Change what cells of some chapters show, each cell once, in one run for each chapter."""
    chapters = lot.sample(sorted(path.stem for path in (folder / "book").glob("*.ipynb")), CHAPTERS)
    books = {name: nbformat.read(folder / f"book/{name}.ipynb", as_version=4) for name in chapters}
    made, seen = drawn(books, lot), []
    for chapter, book in books.items():
        places = {place: kind for kind, where, place in made if where == chapter}
        seen += changed(folder, chapter, book, places, lot)
    kinds = [kind for kind, _, _ in made]
    for kind in WANTED:
        print(f"{kinds.count(kind)} stored {kind} changed, {seen.count(kind)} noticed.", flush=True)


def sentences(folder, lot):
    """Change numbers of three digits or more in words, one at a time."""
    places = []
    for path in sorted((folder / "book").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown" and not cell.source.startswith(("#", ":::")):
                places += [(path, cell.id, match.span()) for match in LONG.finditer(cell.source)]
    noticed = 0
    chosen = lot.sample(places, SENTENCES)
    for path, identity, (start, end) in chosen:
        kept = path.read_text(encoding="utf-8")
        book = nbformat.reads(kept, as_version=4)
        cell = next(cell for cell in book.cells if cell.id == identity)
        was = cell.source
        cell.source = was[:start] + DIGIT.sub(other, was[start:end], count=1) + was[end:]
        nbformat.write(book, path)
        seen = run(folder, "tests/book/test_numbers.py", "-k", path.stem)[1] == 1
        path.write_text(kept, encoding="utf-8")
        noticed += seen
        if not seen:
            around = " ".join(cell.source[max(0, start - 40):end + 20].split())
            print(f"  not noticed: {path.stem}, {identity}: ...{around}...")
    print(f"{len(chosen)} sentences changed by a number: tests/book/test_numbers.py noticed {noticed}.", flush=True)


def hunt(folder, seed):
    """Report on everything that is stored."""
    lot = random.Random(seed)
    what_cells_show(folder, lot)
    sentences(folder, lot)
