"""From control points to a pen's path: smooth curves, and the hand that bends them.

A curve is *linear* in its control points: ``curve(points) == matrix @ points`` with a matrix that
depends on how many points there are and where the corners sit. So one table of matrices, made
once, turns the control points of ten thousand digits into paths in one product.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from itertools import accumulate

import numpy as np

from course_lib.nn import given

STEPS = 6                     # line pieces between two control points
STAMPS = 112                  # points of a whole digit's path when many digits are drawn at once
WAVES = 3                     # sine waves that make up a hand's warp


# ---------------------------------------------------------------- curves

@cache
def _spline(n: int, steps: int) -> np.ndarray:
    """The matrix ((n-1)*steps + 1, n) that takes n control points to points on their curve.

    A Catmull-Rom spline: it passes through its control points, and between two of them it is the
    cubic whose slope at each is half the way from the point before to the point after. Beyond the
    ends the line through the last two points goes on. Catmull and Rom (1974).
    """
    t = np.arange(steps)[:, None] / steps
    weights = .5 * np.hstack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3,
                              t + 4 * t**2 - 3 * t**3, -t**2 + t**3])
    extended = np.zeros((n + 2, n))                  # the points with one more at either end
    extended[1:-1] = np.eye(n)
    extended[0, :2] = extended[-1, :-3:-1] = 2, -1
    pieces = [weights @ extended[i:i + 4] for i in range(n - 1)]
    return np.vstack(pieces + [np.eye(n)[-1:]])


@cache
def _polygon(n: int, steps: int) -> np.ndarray:
    """The same with straight lines between the points."""
    t = np.arange((n - 1) * steps + 1) / steps
    return np.maximum(0, 1 - np.abs(t[:, None] - np.arange(n)))


def _corners(points) -> np.ndarray:
    """Where a point is given a second time: there the curve is a corner."""
    return 1 + np.flatnonzero((points[1:] == points[:-1]).all(axis=1))


def _parts(points) -> list[np.ndarray]:
    """The indices of the control points between corners, part by part."""
    parts = np.split(np.arange(len(points)), _corners(points))
    return [p for p in parts if len(p) > 1]


def curve(points, steps: int = STEPS) -> np.ndarray:
    """A smooth polyline (m, 2) through control points (n, 2); a point given twice is a corner."""
    points = np.asarray(points, float)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:
        raise ValueError(f"a stroke is an array of shape (n, 2) with n at least 2, got "
                         f"{points.shape}; give a picture's strokes as a list of such arrays")
    given.finite("a stroke", points.T)
    parts = _parts(points)
    if not parts:                                    # the pen only touched the paper: a dot
        return points[:1].repeat(2, axis=0)
    return np.vstack([_spline(len(p), steps) @ points[p] for p in parts])


# ---------------------------------------------------------------- the hand

@dataclass(frozen=True)
class Hand:
    """How one person writes, today. Lengths are fractions of a digit's height.

    Every field is a number, or an array (N,) that describes N hands at once.

    Attributes
    ----------
    slant : float
        How far the top leans to the right of the foot (0.2 is common, negative leans left).
    aspect : float
        Width over height, relative to the skeleton.
    turn : float
        Rotation of the whole digit, radians.
    waist : float
        How far the middle of the digit sits below (above, if negative) the skeleton's.
    taper : float
        Relative width of the foot over that of the head, minus one.
    roundness : float
        1 is the smooth curve, 0 straight lines from point to point.
    haste : float
        0 keeps corners and small loops, 1 rounds them off.
    reach : float
        How far strokes go on beyond their ends, or stop short of them if it is negative.
    flick : float
        Standard deviation of how far the pen swings aside as it lands and as it lifts.
    stray : float
        Standard deviation of where each of several strokes is put down.
    jitter : float
        Standard deviation of every control point.
    warp : float
        Amplitude of a slow bend of the whole plane.
    pen_width : float
        Width of the line, in pixels of a 28 x 28 picture (2 to 4 is common).
    pressure : float
        Relative change of that width along a stroke.
    nib : float
        Relative change of that width with the stroke's direction (a broad nib at 45 degrees).
    skip : float
        How much of the path the pen leaves white, once, somewhere (0.05 is one twentieth).
    softness : float
        Width of the line's grey edge, in the same pixels.
    ink : float
        How dark the middle of the line is; above 1 it bleeds into the edge.
    rough : float
        How ragged the edge is, in the same pixels.
    """

    slant: float = 0.0
    aspect: float = 1.0
    turn: float = 0.0
    waist: float = 0.0
    taper: float = 0.0
    roundness: float = 1.0
    haste: float = 0.0
    reach: float = 0.0
    flick: float = 0.0
    stray: float = 0.0
    jitter: float = 0.0
    warp: float = 0.0
    pen_width: float = 2.6
    pressure: float = 0.0
    nib: float = 0.0
    skip: float = 0.0
    softness: float = 1.0
    ink: float = 1.0
    rough: float = 0.0

    def __post_init__(self):
        """Complain of what is no finite number, and of a line of no width."""
        for field in fields(self):
            value = np.asarray(getattr(self, field.name))
            if value.dtype.kind not in "fiu" or not np.isfinite(value).all():
                raise ValueError(f"Hand: {field.name} must be a finite number, or an array (N,) of them; "
                                 f"got {getattr(self, field.name)!r}")
        if np.min(self.pen_width) <= 0:
            raise ValueError(f"Hand: pen_width is the line's width in pixels, above 0 (2 to 4 is common); "
                             f"got {self.pen_width!r}")

    @classmethod
    def random(cls, rng: np.random.Generator, count: int | None = None) -> Hand:
        """Somebody's hand, or `count` hands.

        The ranges were chosen by looking at the sheets they give: wide enough that some digits are ugly,
        not so wide that a person misreads many.
        """
        def bell(middle, width):                    # a normal distribution without its far ends
            return middle + width * np.clip(rng.normal(0, 1, count), -3, 3)

        return cls(slant=bell(.12, .28), aspect=np.exp(np.maximum(bell(0, .27), -.55)), turn=bell(0, .12),
                   waist=bell(0, .08), taper=bell(0, .22), roundness=rng.uniform(.5, 1.15, count),
                   haste=rng.uniform(0, 1, count) ** 2, reach=bell(.01, .07),
                   flick=np.maximum(0, bell(0, .04)), stray=rng.uniform(0, .1, count),
                   jitter=rng.uniform(.008, .045, count), warp=np.abs(bell(0, .055)),
                   pen_width=rng.uniform(1.3, 4.8, count), pressure=rng.uniform(0, .35, count),
                   nib=rng.uniform(0, .25, count),
                   skip=np.maximum(0, rng.uniform(-.5, .07, count)),
                   softness=rng.uniform(.8, 1.8, count), ink=rng.uniform(.9, 1.25, count),
                   rough=rng.uniform(0, .15, count))

    def columns(self, *names: str) -> list[np.ndarray]:
        """The fields of these names, each ready to be multiplied with paths (N, m)."""
        return [np.asarray(getattr(self, name), np.float32).reshape(-1, 1) for name in names]

    def __getitem__(self, some) -> Hand:
        """Some of many hands."""
        return Hand(**{f.name: getattr(self, f.name)[some] for f in fields(self)})


@dataclass(frozen=True)
class Form:
    """An allograph made ready: n control points, and the matrices (m, n) that make paths of them."""

    points: np.ndarray         # (n, 2)
    stroke: np.ndarray         # (n,) to which stroke a control point belongs
    first_of: np.ndarray       # (n,) itself; where a point is given twice, the first of the two
    ends: np.ndarray           # (n, n) what is added to the points, times `reach`: the way on at the ends
    smooth: np.ndarray         # (m, n) the curve
    straight: np.ndarray       # (m, n) straight lines
    hasty: np.ndarray          # (m, n) the curve, each point the mean of its neighbours on the way
    lengths: tuple             # how many points of the path belong to each stroke


def prepare(strokes, stamps: int | None = None) -> Form:
    """Make an allograph ready to be written: STEPS points a piece, or `stamps` along the whole."""
    strokes = [np.asarray(s, float) for s in strokes]
    shares = _shares(strokes, stamps) if stamps else [None] * len(strokes)
    made = [_matrices(s, share) for s, share in zip(strokes, shares)]
    starts = list(accumulate([len(s) for s in strokes], initial=0))
    n = starts[-1]
    first_of, ends = np.arange(n), np.zeros((n, n))
    smooth, straight, hasty = (_block([m[i] for m in made]) for i in range(3))
    for stroke, start in zip(strokes, starts):
        first_of[start + _corners(stroke)] -= 1
        for end, before in ((0, 1), (len(stroke) - 1, len(stroke) - 2)):
            length = max(np.hypot(*(stroke[end] - stroke[before])), .05)
            ends[start + end, [start + end, start + before]] = 1 / length, -1 / length
    return Form(points=np.vstack(strokes), stroke=np.repeat(np.arange(len(strokes)), np.diff(starts)),
                first_of=first_of, ends=ends, smooth=smooth, straight=straight, hasty=hasty,
                lengths=tuple(len(m[0]) for m in made))


def _shares(strokes, stamps: int) -> list[int]:
    """How many of `stamps` points each stroke gets: in proportion to its length, at least 8."""
    lengths = np.array([np.hypot(*np.diff(curve(s), axis=0).T).sum() for s in strokes])
    shares = np.maximum(8, np.floor(stamps * lengths / lengths.sum())).astype(int)
    shares[lengths.argmax()] += stamps - shares.sum()
    return shares.tolist()


def _matrices(points, count: int | None):
    """Smooth, straight and hasty matrix (m, n) of one stroke.

    m is `count` if that is given, and the points of the path are then equally far from each other.
    """
    parts = _parts(points) or [np.arange(len(points))]              # a dot
    smooth, straight = ([f(len(p), STEPS) for p in parts] for f in (_spline, _polygon))
    smooth, straight = (_block(m) for m in (smooth, straight))
    way = np.append(0, np.cumsum(np.hypot(*np.diff(smooth @ points, axis=0).T)))
    if count:
        resample = _interpolation(way, np.linspace(0, way[-1], count))
        smooth, straight, way = resample @ smooth, resample @ straight, np.linspace(0, way[-1], count)
    near = np.maximum(0, 1 - np.abs(way[:, None] - way) / .22)      # along the path, in heights
    edge = np.minimum(way, way[-1] - way)                           # an end stays where it is
    near *= np.abs(way[:, None] - way) <= edge[:, None] + 1e-9
    return smooth, straight, near / near.sum(axis=1, keepdims=True) @ smooth


def _interpolation(x, at) -> np.ndarray:
    """The matrix (len(at), len(x)) of linear interpolation from increasing places x."""
    right = np.clip(np.searchsorted(x, at, side="right"), 1, len(x) - 1)
    share = (at - x[right - 1]) / np.maximum(x[right] - x[right - 1], 1e-12)
    matrix = np.zeros((len(at), len(x)))
    matrix[np.arange(len(at)), right - 1] = 1 - share
    matrix[np.arange(len(at)), right] += share
    return matrix


def _block(matrices) -> np.ndarray:
    """Matrices along the diagonal of a larger one."""
    whole = np.zeros(np.sum([m.shape for m in matrices], axis=0))
    row = column = 0
    for m in matrices:
        whole[row:row + len(m), column:column + m.shape[1]] = m
        row, column = row + len(m), column + m.shape[1]
    return whole


# ---------------------------------------------------------------- writing

def write(rng: np.random.Generator, strokes, hand: Hand) -> list[np.ndarray]:
    """The polylines this hand makes of an allograph's strokes (control points, unit box)."""
    rng = given.generator("write", rng)
    if len(strokes) == 0:
        raise ValueError("write got no strokes; give a list with at least one (n, 2) array, "
                         "for example SKELETONS[3][0]")
    form = prepare(strokes)
    path = bend(rng, *(getattr(form, f.name)[None] for f in fields(Form)[:-1]), hand)
    return np.split(path[0].astype(float), np.cumsum(form.lengths)[:-1])


def bend(rng, points, stroke, first_of, ends, smooth, straight, hasty, hand: Hand) -> np.ndarray:
    """What hands make of forms: paths (N, m, 2). The arguments are those of `Form`, N times."""
    N, n, _ = points.shape
    jitter, reach, stray, roundness, haste = (
        a[:, :, None] for a in hand.columns("jitter", "reach", "stray", "roundness", "haste"))
    noise = jitter * rng.standard_normal((N, n, 2), np.float32)
    put_down = stray * rng.standard_normal((N, stroke.max() + 1, 2), np.float32)
    put_down *= (stroke.max(axis=1) > 0)[:, None, None]              # a stroke alone is where it is
    longer = reach * (1 + rng.standard_normal((N, n, 1), np.float32))
    points = (points + np.take_along_axis(noise, first_of[:, :, None], axis=1)
              + np.take_along_axis(put_down, stroke[:, :, None], axis=1))
    points = points + longer * (ends @ points)
    matrix = smooth + (1 - roundness) * (straight - smooth) + haste * (hasty - smooth)
    path = matrix @ points
    m = path.shape[1]
    tip = np.maximum(0, 1 - np.arange(m, dtype=np.float32) / (.12 * m))[:, None] ** 2
    flick = hand.columns("flick")[0][:, :, None] * rng.standard_normal((2, N, 1, 2), np.float32)
    return _place(rng, path + flick[0] * tip + flick[1] * tip[::-1], hand)


def _place(rng, path, hand: Hand) -> np.ndarray:
    """Move the waist, narrow head or foot, warp the plane, slant, stretch and turn it."""
    N = len(path)
    waist, taper, warp, slant, aspect, turn = hand.columns(
        "waist", "taper", "warp", "slant", "aspect", "turn")
    x, y = path[..., 0], path[..., 1]
    x = .5 + (x - .5) * (1 + np.maximum(taper, -.9) * (y - .5))
    y = y + 4 * np.clip(waist, -.2, .2) * y * (1 - y)
    amplitude = warp[:, :, None] * rng.standard_normal((2, N, WAVES, 1), np.float32)
    angle, phase = rng.uniform(0, 2 * np.pi, (2, N, WAVES, 1)).astype(np.float32)
    speed = rng.uniform(2, 6, (N, WAVES, 1)).astype(np.float32)      # radians a height
    wave = np.sin(speed * (np.cos(angle) * x[:, None] + np.sin(angle) * y[:, None]) + phase)
    x = aspect * (x + (amplitude[0] * wave).sum(axis=1))
    y = y + (amplitude[1] * wave).sum(axis=1)
    x = x - slant * y
    return np.stack([np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y], axis=-1)
