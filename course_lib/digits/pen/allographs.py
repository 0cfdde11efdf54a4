"""What the digits are: the ways to write each of them, as control points of strokes.

`SKELETONS[digit]` is a list of allographs, an allograph a list of strokes, a stroke an ``(n, 2)``
array of control points, x to the right, y downwards, in the unit box. A smooth curve runs through
the points; *a point given twice is a corner*. The forms are those of American and European school
hands and of what becomes of them in a hurry; they stand in `allographs.txt`, one a line.

Two forms of a digit whose strokes are built alike, point for point and corner for corner, are
mixed when digits are drawn: what lies between two 2s with a loop is a 2 with a loop, too.
"""

from pathlib import Path

import numpy as np

FORMS = Path(__file__).with_name("allographs.txt")


def read(path) -> dict[int, list[list[np.ndarray]]]:
    """The allographs of each digit from a file of lines such as ``1: .50,.00 .50,1.0``, strokes between bars."""
    forms: dict[int, list[list[np.ndarray]]] = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            digit, strokes = line.split(": ")
            forms.setdefault(int(digit), []).append([
                np.array([[float(n) for n in point.split(",")] for point in stroke.split()])
                for stroke in strokes.split(" | ")])
    return forms


SKELETONS = read(FORMS)

# How often a form is written, relative to the other forms of its digit; 1 if it is not named here.
# Most 1s are a single line; a slashed 0, a 4 that is all but a 9, a 9 open above are rare.
OFTEN = {(0, 12): .3, (1, 0): 4, (1, 1): 4, (1, 2): 3, (1, 4): .6, (1, 5): .5, (1, 6): 2, (1, 7): 2,
         (1, 8): .3, (1, 10): .6, (1, 11): .6, (1, 13): .4, (1, 14): .4, (1, 15): .3,
         (2, 23): .5, (6, 18): .4, (4, 18): .4, (4, 19): .4, (5, 16): .5,
         (9, 5): .5, (9, 10): .5, (9, 11): .5, (9, 14): .5}
