"""From a pen's path to a picture: how wide the line is, and how dark every pixel becomes."""

from __future__ import annotations

import numpy as np

from course_lib.digits.normalise import BOX, centre
from course_lib.digits.normalise import SIDE as SIZE
from course_lib.digits.pen.strokes import Hand, curve

FIELD = BOX + 2               # the box and a margin for its grey edge


def ink(lines, widths, shape, softness: float = 1.0) -> np.ndarray:
    """How dark polylines make every pixel of a picture of `shape`: float32 in [0, 1].

    `lines` are (m, 2) arrays in pixels, (0, 0) the upper left corner of the picture; `widths`
    holds the line's width for each, a number or one per line piece (m-1,). A pixel is black where
    its centre is well inside the line, white well outside, grey over `softness` pixels between.
    """
    if len(lines) == 0:
        raise ValueError("ink got no lines; give a list with at least one (m, 2) array, such as curve(points)")
    start = np.vstack([line[:-1] for line in lines]).astype(np.float32)
    way = np.vstack([np.diff(line, axis=0) for line in lines]).astype(np.float32)
    radius = np.concatenate([np.broadcast_to(w, len(line) - 1) for line, w in zip(lines, widths)])
    radius = radius.astype(np.float32)[:, None, None] / 2
    length2 = np.maximum((way**2).sum(axis=1), 1e-9)
    x = (np.arange(shape[1], dtype=np.float32) + .5)[None, None, :]
    y = (np.arange(shape[0], dtype=np.float32) + .5)[None, :, None]
    depth = np.full(shape, -np.inf, np.float32)      # how deep inside the line, in pixels
    some = max(1, 2**18 // (shape[0] * shape[1]))    # line pieces at a time: bounds the memory
    for i in range(0, len(start), some):
        part = slice(i, i + some)
        (ax, ay), (vx, vy) = start[part].T[:, :, None, None], way[part].T[:, :, None, None]
        dx, dy = x - ax, y - ay
        t = np.clip((dx * vx + dy * vy) / length2[part, None, None], 0, 1)   # the nearest point
        dx, dy = dx - t * vx, dy - t * vy
        np.maximum(depth, (radius[part] - np.sqrt(dx**2 + dy**2)).max(axis=0), out=depth)
    return np.clip(depth / softness + .5, 0, 1)


def render(strokes, pen_width: float = 2.6, softness: float = 1.0, pressure=None,
           smooth: bool = True) -> np.ndarray:
    """A (28, 28) float32 picture in [0, 1] of strokes, made as MNIST's are.

    The ink is fitted into a 20 x 20 box, keeping its proportions, and its centre of mass comes to
    the middle of the picture (to the pixel).

    Parameters
    ----------
    strokes : list of (n, 2) arrays
        x right, y down, in any unit: control points, or polylines when `smooth` is False.
    pen_width : float
        Width of the line in pixels of the result.
    softness : float
        Width of its grey edge, in pixels.
    pressure : list of (m-1,) arrays, optional
        Relative width along each stroke; an even line if left out.

    Raises
    ------
    ValueError
        If there is no stroke, a stroke is not (n, 2), or the line is wider than the box.
    """
    if len(strokes) == 0:
        raise ValueError("render got no strokes; give a list with at least one (n, 2) array, "
                         "for example SKELETONS[3][0]")
    if not 0 < pen_width < BOX:
        raise ValueError(f"pen_width is in pixels of the {SIZE} x {SIZE} picture, between 0 and "
                         f"{BOX}; got {pen_width}")
    lines = [curve(s) for s in strokes] if smooth else [np.asarray(s, float) for s in strokes]
    everything = np.vstack(lines)
    low, extent = everything.min(axis=0), np.ptp(everything, axis=0)
    scale = (BOX - pen_width) / max(extent.max(), 1e-9)
    size = extent * scale + pen_width                # of the ink, at most 20
    lines = [(line - low) * scale + pen_width / 2 + (SIZE - size) / 2 for line in lines]
    widths = [pen_width * np.asarray(1 if p is None else p)
              for p in (pressure or [None] * len(lines))]
    return centre(ink(lines, widths, (SIZE, SIZE), softness))


# ---------------------------------------------------------------- many at once

def widths(rng, path, hand: Hand) -> np.ndarray:
    """The line's width (N, m) along paths (N, m, 2): pressure that comes and goes, and the nib."""
    N, m, _ = path.shape
    pen_width, pressure, nib = hand.columns("pen_width", "pressure", "nib")
    speed, phase = rng.uniform((2, 0), (10, 2 * np.pi), (N, 2)).T.astype(np.float32)[:, :, None]
    way = np.diff(path, axis=1, append=path[:, -1:])
    direction = np.arctan2(way[..., 1], way[..., 0])
    wave = np.sin(speed * np.linspace(0, 1, m, dtype=np.float32) + phase)
    return pen_width * (1 + pressure * wave) * (1 + nib * np.sin(2 * direction))


def fit(path, pen_width) -> np.ndarray:
    """Move and scale paths (N, m, 2) so that the ink just fits the box in the middle of FIELD."""
    low, high = path.min(axis=1, keepdims=True), path.max(axis=1, keepdims=True)
    extent = np.maximum((high - low).max(axis=2, keepdims=True), 1e-6)
    return (path - (low + high) / 2) * ((BOX - pen_width[:, :, None]) / extent) + FIELD / 2


def skipped(rng, path, hand: Hand) -> np.ndarray:
    """Paths (N, m, 2) whose points lie far off the paper where the pen leaves no ink."""
    N, m, _ = path.shape
    where = rng.uniform(.05, .95, (N, 1)).astype(np.float32)
    dry = np.abs(np.linspace(0, 1, m, dtype=np.float32) - where) < hand.columns("skip")[0] / 2
    return np.where(dry[:, :, None], np.float32(-1000), path)


def stamp(rng, path, width, hand: Hand) -> np.ndarray:
    """Ink paths (N, m, 2) given in pixels of FIELD: pictures (FIELD, FIELD, N), the batch last.

    The pen is a round nib that is set down at every point of the path. For a nib of radius r the
    power distance d² - r² is negative inside and separates into a part of x and a part of y, so
    that a stamp costs one sum and one minimum a pixel. From the least of them the depth inside the
    line follows, exactly for a line of constant width.
    """
    x, y = np.ascontiguousarray(path.transpose(2, 1, 0))             # (m, N) each
    radius = np.ascontiguousarray(width.T) / 2
    at = np.arange(FIELD, dtype=np.float32)[:, None] + .5
    least = np.full((FIELD, FIELD, len(path)), np.inf, np.float32)
    power = np.empty_like(least)
    for px, py, r in zip(x, y, radius):
        np.add(((at - py)**2 - r**2)[:, None], ((at - px)**2)[None], out=power)
        np.minimum(least, power, out=least)
    softness, dark, rough = (a[:, 0] for a in hand.columns("softness", "ink", "rough"))
    mean = radius.mean(axis=0)
    depth = mean - np.sqrt(np.maximum(least + mean**2, 0))
    depth += rough * rng.standard_normal(depth.shape, np.float32)
    return np.clip(dark * np.clip(depth / softness + .5, 0, 1), 0, 1)


def centred(fields) -> np.ndarray:
    """Pictures (FIELD, FIELD, N) as (N, 28, 28), each with its centre of mass in the middle."""
    N = fields.shape[-1]
    at = np.arange(FIELD) - (FIELD - 1) / 2
    mass = np.maximum(fields.sum(axis=(0, 1)), 1e-9)
    shifts = [np.round(at @ fields.sum(axis=axis) / mass).astype(int) for axis in (1, 0)]
    edge = FIELD                                     # paper enough for any shift
    padded = np.zeros((N, SIZE + edge, SIZE + edge), np.float32)
    margin = (SIZE + edge - FIELD) // 2
    padded[:, margin:margin + FIELD, margin:margin + FIELD] = fields.transpose(2, 0, 1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (SIZE, SIZE), axis=(1, 2))
    return windows[np.arange(N), edge // 2 + shifts[0], edge // 2 + shifts[1]]
