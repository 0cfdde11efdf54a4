"""Pages of handwritten digits made by the course, with their truth.

Four are in the manner of the assignment's (`make`, `all_pages`): two photographed pencil lines, one
thick-penned number whose digits touch, one grid of fifty small digits with broken strokes. Any number
more come from `random_page`, at two levels of difficulty, `ORDINARY` and `HARD`. A page is drawn from
its own seed and comes out the same every time.

A page is made as it would be in life: digits are written on paper (`write_line`, `stamp`), then
light falls on it and a camera looks at it (`photograph`).
"""

from course_lib.workshop.pages.camera import grain, photograph, shadow, tilt, uneven_light
from course_lib.workshop.pages.chance import (
    HARD,
    LEVELS,
    ORDINARY,
    Level,
    enlarged,
    foreign_hand,
    random_page,
    until_touching,
)
from course_lib.workshop.pages.kinds import KINDS
from course_lib.workshop.pages.samples import MAKERS, PENCIL_ROW, all_pages, crowded, line, make, mixed
from course_lib.workshop.pages.score import Score, score
from course_lib.workshop.pages.writing import MadePage, Written, broken, handwritten, lettered, stamp, write_line

__all__ = ["HARD", "KINDS", "LEVELS", "Level", "MAKERS", "MadePage", "ORDINARY", "PENCIL_ROW", "Score", "Written",
           "all_pages", "broken", "crowded", "enlarged", "foreign_hand", "grain", "handwritten",
           "lettered", "line", "make", "mixed", "photograph", "random_page", "score", "shadow", "stamp",
           "tilt", "uneven_light", "until_touching", "write_line"]
