"""Thinning in NumPy: what scikit-image's compiled module of this name does for two dimensions.

T. Y. Zhang and C. Y. Suen, A fast parallel algorithm for thinning digital patterns, Communications of the
ACM 27 (3), 1984; tested against the compiled one on random pictures.
"""

import numpy as np

#: a pixel's neighbours as (row, column), clockwise from the upper left; neighbour k counts 2^k
AROUND = [(-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1)]
#: neighbourhoods for which scikit-image decides otherwise than the paper (corners, ends of two pixels): a pixel
#: goes in the first half of a round (1), in the second (2), in both (3) or in none (0)
OTHERWISE = {3: 1, 6: 1, 10: 3, 11: 1, 12: 1, 14: 1, 24: 2, 26: 2, 40: 3, 48: 0, 56: 2, 96: 2, 104: 2, 108: 2, 129: 0,
             130: 3, 131: 1, 134: 1, 160: 3, 161: 1, 176: 2, 192: 2, 194: 1, 198: 1, 224: 2}


def paper(neighbourhood):
    """Return in which halves of a round the paper lets a pixel go, as in `OTHERWISE`."""
    near = [neighbourhood >> k & 1 for k in range(8)]
    north, east, south, west = near[1::2]
    begins = sum(other > one for one, other in zip(near, near[1:] + near[:1], strict=True))
    if not 2 <= sum(near) <= 6 or begins != 1:
        return 0
    first = not east & south & (north | west)
    second = not north & west & (east | south)
    return first + 2 * second


GOES = np.array([OTHERWISE.get(each, paper(each)) for each in range(256)])


def _fast_skeletonize(image):
    """Return the skeleton of a binary picture, (H, W) of bool."""
    left = np.pad(np.asarray(image) > 0, 1)
    H, W = image.shape
    while True:
        before = left.sum()
        for half in (1, 2):
            around = sum(left[1 + r:1 + r + H, 1 + c:1 + c + W].astype(int) << k for k, (r, c) in enumerate(AROUND))
            left[1:-1, 1:-1] &= (GOES[around] & half) == 0
        if left.sum() == before:
            return left[1:-1, 1:-1]


def _skeletonize_loop(*arguments):
    raise NotImplementedError("medial_axis is compiled code of scikit-image; install the course to use it")


_table_lookup_index = _skeletonize_loop
