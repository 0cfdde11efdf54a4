"""What the command line says of pages read: rows, JSON, CSV, or the picture with what was read drawn into it."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

from PIL import Image, ImageDraw

from course_lib.reading import Page, open_picture

ENDINGS = (".bmp", ".gif", ".heic", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
UNSURE = .9                                  # a digit below this confidence is drawn in another colour
COLUMNS = ("file", "row", "place", "label", "confidence", "top", "left", "bottom", "right")


def pictures(names: Iterable[str], one: bool = False) -> list[Path]:
    """The files named, and the pictures in the folders named; ValueError for none, or for more than the `one` drawn."""
    found = []
    for path in map(Path, names):
        inside = sorted(p for p in path.iterdir() if p.suffix.lower() in ENDINGS) if path.is_dir() else [path]
        if not inside:
            raise ValueError(f"the folder {path} holds no picture ({', '.join(ENDINGS)})")
        found += inside
    if one and len(found) > 1:
        raise ValueError(f"--draw takes one picture; {len(found)} were given")
    return found


def as_dict(page: Page) -> dict:
    """All that is known of what was read, for JSON."""
    return {"rows": list(page.rows), "remarks": list(page.remarks), "digits": [
        {"row": int(digit.row), "label": int(digit.label), "confidence": round(float(digit.confidence), 4),
         "second": digit.second, "box": [int(edge) for edge in digit.box]} for digit in page.digits]}


def write_csv(read: list[tuple[Path, Page]]) -> None:
    """A line for each digit: file, row and place in it (the first is 0), label, confidence, box."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(COLUMNS)
    for path, page in read:
        places = [0] * len(page.rows)
        for digit in page.digits:
            out.writerow([path, digit.row, places[digit.row], digit.label, f"{digit.confidence:.4f}", *digit.box])
            places[digit.row] += 1


def draw(path: Path, page: Page, out: str) -> None:
    """Store a picture with a box and a label for each digit: blue where it is sure, red where it is not."""
    picture = Image.fromarray(open_picture(path)).convert("RGB")
    pen, wide = ImageDraw.Draw(picture), max(1, round(max(picture.size) / 600))
    for digit in page.digits:
        top, left, bottom, right = digit.box
        colour = "#1f5fbf" if digit.confidence >= UNSURE else "#c0392b"
        pen.rectangle((left - wide, top - wide, right, bottom), outline=colour, width=wide)
        pen.text((right + wide, top - wide), str(digit.label), fill=colour, font_size=max(10, (bottom - top) / 2))
    picture.save(out)
