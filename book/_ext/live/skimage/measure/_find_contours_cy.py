"""Marching squares in NumPy: what scikit-image's compiled module of this name does.

Lorensen and Cline (1987) in two dimensions; tested against the compiled one on random maps.
"""

import numpy as np

#: where a line enters and leaves a square, by which corners are above the level (upper left 1, upper right 2,
#: lower left 4, lower right 8); the higher side lies to its left
LINES = {1: ["top left"], 2: ["right top"], 3: ["right left"], 4: ["left bottom"], 5: ["top bottom"],
         7: ["right bottom"], 8: ["bottom right"], 10: ["bottom top"], 11: ["bottom left"], 12: ["left right"],
         13: ["top right"], 14: ["left top"]}
#: a saddle has two lines: apart, or with the high corners connected
SADDLES = {False: {6: ["right top", "left bottom"], 9: ["top left", "bottom right"]},
           True: {6: ["left top", "right bottom"], 9: ["top right", "bottom left"]}}


def _get_contour_segments(array, level, vertex_connect_high, mask):
    """Return the line's pieces, ((row, column), (row, column)) each, square by square."""
    corners = array[:-1, :-1], array[:-1, 1:], array[1:, :-1], array[1:, 1:]
    case = sum((corner > level) * bit for corner, bit in zip(corners, (1, 2, 4, 8), strict=True))
    known = ~np.isnan(corners).any(axis=0)
    if mask is not None:
        known &= (mask[:-1, :-1] & mask[:-1, 1:] & mask[1:, :-1] & mask[1:, 1:]).astype(bool)
    lines, pieces = LINES | SADDLES[bool(vertex_connect_high)], []
    for r, c in np.argwhere(known & (case > 0) & (case < 15)).tolist():
        ul, ur, ll, lr = (float(corner[r, c]) for corner in corners)
        places = {"top": (r, c + fraction(ul, ur, level)), "bottom": (r + 1, c + fraction(ll, lr, level)),
                  "left": (r + fraction(ul, ll, level), c), "right": (r + fraction(ur, lr, level), c + 1)}
        pieces += [tuple(places[end] for end in line.split()) for line in lines[int(case[r, c])]]
    return pieces


def fraction(start, stop, level):
    """How far from start to stop the level is met."""
    return 0.0 if start == stop else (level - start) / (stop - start)
