"""Paper: the sheet in a picture that shows more than the sheet, found by its four sides.

Paper is the largest bright thing with four straight sides. The sides have to be seen: a page that fills its
picture has none, and the edge of a shadow is one side alone.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from scipy.spatial import ConvexHull

from course_lib.reading.picture import thumbnail

GLANCE = 240              # pixels of the longer side, to look for paper in
LEVELS = 11               # of brightness, at which a sheet may stand out
LEAST, MOST = .08, .9     # the share of the picture that a sheet fills
FULL = .9                 # the share of its four-sided outline that a sheet fills
ANGLES = 50, 130          # degrees of a sheet's corners as a camera may see them; a shadow's straight edge has 180
EDGE = .8                 # what lies beside a sheet is darker than this share of it


def corners(grey) -> np.ndarray | None:
    """The corners (4, 2) of the sheet in a picture (H, W), (x, y) from the upper left one clockwise; None without."""
    small = thumbnail(grey, GLANCE)
    bare = ndimage.grey_closing(ndimage.gaussian_filter(small, 1), size=GLANCE // 24)      # without what is written
    best, found = 0.0, None
    for level in np.linspace(bare.min(), bare.max(), LEVELS + 2)[1:-1]:
        outline = quadrilateral(bare > level)
        if outline is not None and (clear := clearness(bare, outline)) > best:
            best, found = clear, outline
    return None if found is None else (found + .5) * grey.shape[1] / small.shape[1] - .5


def quadrilateral(mask) -> np.ndarray | None:
    """The corners of the largest piece of a mask, if it has four straight sides and is neither small nor everything."""
    pieces, count = ndimage.label(ndimage.binary_opening(mask, np.ones((3, 3))))
    if count == 0:
        return None
    y, x = np.nonzero(pieces == 1 + np.argmax(np.bincount(pieces.ravel())[1:]))
    if not LEAST * mask.size < len(y) < MOST * mask.size or min(np.ptp(x), np.ptp(y)) < 10:
        return None
    points = np.stack([x, y], axis=1).astype(float)
    outline = clockwise(four_sides(points[ConvexHull(points).vertices]))
    four = len(outline) == 4 and len(y) > FULL * ConvexHull(outline).volume     # in the plane, its area
    return outline if four and all(ANGLES[0] < angle < ANGLES[1] for angle in angles(outline)) else None


def four_sides(points) -> np.ndarray:
    """The corners of a convex outline (n, 2) brought to four sides: that missed least goes first.

    Where a side goes, its neighbours are drawn on until they meet; it is missed by the area that this adds.
    """
    while len(points) > 4:
        before, a, b, after = (np.roll(points, k, axis=0) for k in (1, 0, -1, -2))
        u, v = a - before, b - after
        turn = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
        along = np.divide((b - a)[:, 0] * v[:, 1] - (b - a)[:, 1] * v[:, 0], turn, where=turn != 0,
                          out=np.full(len(a), -1.0))
        meet = a + along[:, None] * u
        (x, y), (x_side, y_side) = (meet - a).T, (b - a).T
        missed = np.where(along > 0, np.abs(x * y_side - y * x_side), np.inf)
        k = int(np.argmin(missed))
        if not np.isfinite(missed[k]):
            break
        points = np.delete(np.where(np.arange(len(a))[:, None] == k, meet, points), (k + 1) % len(a), axis=0)
    return points


def angles(points) -> np.ndarray:
    """The angles in degrees (n,) at the corners of a convex outline (n, 2)."""
    back, on = (np.roll(points, k, axis=0) - points for k in (1, -1))
    return np.rad2deg(np.arccos((back * on).sum(axis=1) / np.hypot(*back.T) / np.hypot(*on.T)))


def clockwise(points) -> np.ndarray:
    """Four corners in the order upper left, upper right, lower right, lower left."""
    away = points - points.mean(axis=0)
    points = points[np.argsort(np.arctan2(*away.T[::-1]))]
    return np.roll(points, -int(np.argmin(points.sum(axis=1))), axis=0)


def clearness(bare, outline) -> float:
    """How much darker it is beyond the sides of a sheet: 0 if fewer than two are seen, or one is no edge."""
    h, w = bare.shape
    steps = []
    for a, b in zip(outline, np.roll(outline, -1, axis=0)):
        along = a + (b - a) * np.linspace(.1, .9, 25)[:, None]
        out = np.array([b[1] - a[1], a[0] - b[0]]) / np.hypot(*(b - a))
        inside, outside = along - 4 * out, along + 4 * out
        if ((outside < 0) | (outside > (w - 1, h - 1))).any(axis=1).mean() > .5:
            continue                                      # the picture's own edge
        bright, dark = (ndimage.map_coordinates(bare, p.T[::-1], order=1, mode="nearest") for p in (inside, outside))
        steps.append(float(np.quantile(dark / np.maximum(bright, .02), .75)))
    return 1 - max(steps) if len(steps) >= 2 and max(steps) < EDGE else 0.0
