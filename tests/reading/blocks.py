"""Parts that are rectangles, and a judge that likes them upright."""

import numpy as np

from course_lib.reading.part import Part


def block(top, left, bottom, right):
    return Part(top, left, np.ones((bottom - top, right - left), bool))


def boxes(found):
    return sorted(p.box for p in found)


def upright(pieces):
    """A judge that takes for a digit what is 18 to 22 pixels high and 8 to 16 wide."""
    return np.array([0. if 18 <= p.height <= 22 and 8 <= p.width <= 16 else -3. for p in pieces])
