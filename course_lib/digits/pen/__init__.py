"""Handwritten digits from strokes: a few control points, a hand that bends them, a pen that inks them.

`SKELETONS[digit]` lists the ways to write a digit (its allographs). An allograph is a list of
strokes, a stroke an ``(n, 2)`` array of control points, x to the right, y downwards, in the unit
box. A smooth curve runs through the points; *a point given twice is a corner*.

From there to a picture it is three steps, each a function::

    strokes = SKELETONS[7][2]                     # what a 7 is: here a crossed one
    lines = write(rng, strokes, Hand.random(rng)) # how this hand writes it: polylines
    image = render(lines, smooth=False)           # how the pen inks it: (28, 28) in [0, 1]

`sample` does all of it for one digit, `draw` for many at once.
"""

from course_lib.digits.normalise import BOX
from course_lib.digits.pen.allographs import SKELETONS
from course_lib.digits.pen.drawing import draw, sample
from course_lib.digits.pen.nib import ink, render
from course_lib.digits.pen.strokes import Hand, curve, write

__all__ = ["BOX", "SKELETONS", "Hand", "curve", "draw", "ink", "render", "sample", "write"]
