"""Handwritten digits from strokes: a few control points, a hand that bends them, a pen that inks them.

`SKELETONS[digit]` lists the ways to write a digit (its allographs). An allograph is a list of
strokes, a stroke an ``(n, 2)`` array of control points, x to the right, y downwards, in the unit
box. A smooth curve runs through the points; *a point given twice is a corner*.

From there to a picture it is three steps, each a function::

    strokes = SKELETONS[7][2]                     # what a 7 is: here a crossed one
    lines = write(rng, strokes, Hand.random(rng)) # how this hand writes it: polylines
    image = render(lines, smooth=False)           # how the pen inks it: (28, 28) in [0, 1]

`sample` does all three for one digit, `draw` for many.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_lib.digits.normalise import BOX, SIDE as SIZE, centre

STEPS = 6                     # line pieces between two control points

_ALLOGRAPHS = {
    0: [
        # begun at the top, anticlockwise: an egg, a wide one, a slim one that overlaps its start
        [[(.52, .02), (.30, .13), (.20, .46), (.27, .83), (.49, .99), (.72, .84), (.80, .48),
          (.71, .14), (.50, .02)]],
        [[(.50, .00), (.18, .18), (.06, .53), (.20, .88), (.52, 1.0), (.84, .86), (.95, .50),
          (.81, .14), (.52, .01)]],
        [[(.62, .13), (.50, .01), (.35, .20), (.28, .60), (.39, .94), (.57, .91), (.68, .55),
          (.66, .19), (.53, .03), (.41, .09)]],
        # begun at the upper right; begun at the upper left, clockwise, not quite closed
        [[(.72, .12), (.46, .02), (.23, .28), (.21, .70), (.45, .98), (.73, .77), (.78, .36),
          (.61, .06), (.45, .11)]],
        [[(.33, .05), (.61, .02), (.80, .28), (.78, .72), (.53, .98), (.27, .80), (.20, .43),
          (.29, .13), (.45, .00)]],
    ],
    1: [
        [[(.50, .00), (.50, .50), (.50, 1.0)]],                                    # plain
        [[(.56, .00), (.51, .48), (.45, 1.0)]],
        [[(.46, .00), (.51, .52), (.50, 1.0)]],
        [[(.41, .13), (.53, .00), (.53, .00), (.51, .50), (.50, 1.0)]],            # a short serif
        [[(.30, .27), (.54, .00), (.54, .00), (.53, .50), (.52, 1.0)]],            # a flag
        [[(.32, .22), (.54, .00), (.54, .00), (.52, .99)],                         # flag and foot
         [(.27, 1.0), (.52, .99), (.78, 1.0)]],
    ],
    2: [
        # a corner at the lower left
        [[(.20, .24), (.32, .06), (.56, .00), (.76, .16), (.70, .40), (.46, .70), (.18, .98),
          (.18, .98), (.50, .97), (.84, .98)]],
        [[(.15, .13), (.46, .02), (.76, .13), (.67, .42), (.40, .74), (.13, 1.0), (.13, 1.0),
          (.50, .96), (.90, .97)]],
        # a loop there: small, round, lying flat
        [[(.22, .20), (.42, .02), (.69, .08), (.74, .32), (.56, .62), (.30, .90), (.15, .92),
          (.17, .79), (.35, .77), (.57, .90), (.87, .95)]],
        [[(.18, .18), (.45, .00), (.75, .14), (.70, .44), (.49, .74), (.25, .98), (.10, .88),
          (.22, .71), (.45, .79), (.65, .95), (.90, .87)]],
        [[(.26, .14), (.50, .00), (.70, .16), (.60, .50), (.36, .88), (.10, .98), (.04, .86),
          (.22, .78), (.52, .92), (.80, 1.0), (.98, .94)]],
        [[(.30, .30), (.35, .08), (.60, .01), (.73, .21), (.58, .56), (.31, .90), (.13, .85),
          (.20, .67), (.42, .74), (.66, .93), (.95, .98)]],
        [[(.20, .17), (.48, .00), (.71, .18), (.54, .56), (.24, .86), (.10, .82), (.23, .70),
          (.50, .84), (.80, 1.0)]],
        # no loop and no corner: the base swings out, or drops below the line
        [[(.22, .22), (.42, .02), (.71, .10), (.72, .36), (.50, .66), (.22, .92), (.22, .92),
          (.42, .88), (.66, .98), (.88, .90)]],
        [[(.24, .28), (.40, .04), (.68, .06), (.74, .30), (.52, .60), (.24, .84), (.24, .84),
          (.50, .84), (.80, 1.0)]],
    ],
    3: [
        # round, with a cusp in the middle
        [[(.22, .13), (.46, .00), (.72, .12), (.68, .36), (.41, .47), (.41, .47), (.70, .54),
          (.80, .77), (.58, .99), (.30, .98), (.15, .86)]],
        [[(.30, .06), (.59, .00), (.72, .19), (.47, .42), (.47, .42), (.73, .51), (.76, .78),
          (.47, 1.0), (.16, .91)]],
        # round, with a small loop there
        [[(.22, .11), (.50, .00), (.74, .16), (.62, .38), (.41, .47), (.37, .41), (.49, .42),
          (.72, .56), (.79, .80), (.52, 1.0), (.18, .90)]],
        # without cusp or loop: the waist only bends
        [[(.20, .10), (.50, .01), (.74, .15), (.66, .36), (.48, .47), (.68, .57), (.80, .78),
          (.56, .99), (.17, .93)]],
        # a flat roof
        [[(.20, .04), (.48, .04), (.76, .03), (.76, .03), (.44, .40), (.44, .40), (.71, .49),
          (.80, .75), (.56, .99), (.18, .92)]],
    ],
    4: [
        # open: the stem is a stroke of its own
        [[(.26, .02), (.20, .30), (.22, .54), (.22, .54), (.50, .56), (.83, .51)],
         [(.72, .05), (.70, .50), (.66, 1.0)]],
        [[(.30, .00), (.14, .53), (.14, .53), (.50, .53), (.87, .50)],
         [(.68, .20), (.65, .60), (.61, 1.0)]],
        [[(.26, .06), (.18, .34), (.32, .50), (.52, .49), (.72, .40)],
         [(.77, .00), (.71, .50), (.63, 1.0)]],
        # open, in one stroke: a u with a stem
        [[(.18, .06), (.20, .38), (.40, .53), (.65, .44), (.78, .03), (.78, .03), (.72, .50),
          (.66, 1.0)]],
        # closed: a triangle on a stem, in two strokes or in one
        [[(.64, .00), (.40, .34), (.13, .66), (.13, .66), (.50, .66), (.90, .65)],
         [(.65, .02), (.66, .50), (.65, 1.0)]],
        [[(.70, 1.0), (.69, .50), (.68, .00), (.68, .00), (.40, .36), (.12, .67), (.12, .67),
          (.50, .66), (.91, .64)]],
    ],
    5: [
        # in one stroke, beginning with the hat
        [[(.78, .02), (.36, .04), (.36, .04), (.28, .42), (.28, .42), (.52, .36), (.78, .54),
          (.74, .84), (.46, 1.0), (.17, .90)]],
        [[(.74, .00), (.38, .06), (.38, .06), (.26, .46), (.26, .46), (.52, .46), (.68, .66),
          (.56, .90), (.22, 1.0)]],
        # the hat put on last, touching or not
        [[(.34, .04), (.30, .43), (.30, .43), (.56, .38), (.80, .60), (.68, .92), (.40, 1.0),
          (.16, .90)], [(.34, .04), (.58, .05), (.85, .02)]],
        [[(.35, .13), (.27, .46), (.27, .46), (.54, .42), (.74, .62), (.64, .92), (.36, 1.0),
          (.12, .92)], [(.41, .08), (.64, .05), (.90, .00)]],
        # without corners, nearly an s
        [[(.80, .04), (.50, .03), (.33, .21), (.44, .42), (.70, .56), (.73, .82), (.45, 1.0),
          (.16, .92)]],
    ],
    6: [
        [[(.66, .00), (.40, .22), (.24, .56), (.28, .86), (.50, 1.0), (.72, .86), (.69, .62),
          (.48, .55), (.28, .70)]],
        [[(.56, .00), (.34, .38), (.24, .76), (.41, .99), (.65, .89), (.68, .66), (.50, .58),
          (.30, .78)]],
        # a low, wide loop
        [[(.50, .00), (.24, .40), (.12, .78), (.36, 1.0), (.72, .95), (.86, .75), (.60, .62),
          (.24, .76)]],
        # a curl at the top, a loop that runs on inside
        [[(.75, .08), (.48, .06), (.25, .38), (.21, .77), (.47, 1.0), (.74, .82), (.63, .58),
          (.36, .62), (.28, .82)]],
        # open: the loop does not come back to the stem
        [[(.62, .00), (.32, .32), (.22, .72), (.40, .98), (.68, .92), (.74, .68), (.56, .58),
          (.44, .64)]],
    ],
    7: [
        [[(.16, .06), (.50, .05), (.82, .04), (.82, .04), (.60, .44), (.44, 1.0)]],
        [[(.17, .21), (.17, .06), (.17, .06), (.50, .06), (.82, .05), (.82, .05), (.60, .46),
          (.41, 1.0)]],
        # a round shoulder; a wavy roof
        [[(.14, .14), (.38, .02), (.73, .06), (.73, .30), (.59, .64), (.52, 1.0)]],
        [[(.12, .09), (.30, .14), (.58, .09), (.82, .04), (.82, .04), (.62, .42), (.53, 1.0)]],
        # crossed, without and with a serif
        [[(.16, .06), (.50, .06), (.82, .05), (.82, .05), (.59, .48), (.42, 1.0)],
         [(.32, .53), (.54, .51), (.77, .48)]],
        [[(.15, .19), (.17, .05), (.17, .05), (.50, .06), (.82, .04), (.82, .04), (.62, .48),
          (.50, 1.0)], [(.36, .52), (.58, .51), (.80, .51)]],
    ],
    8: [
        # an s that returns, begun at the upper right
        [[(.70, .14), (.47, .00), (.26, .16), (.41, .40), (.65, .60), (.72, .84), (.48, 1.0),
          (.26, .84), (.36, .61), (.62, .39), (.72, .17), (.62, .04)]],
        # the same, begun further right and left open at the top
        [[(.82, .05), (.52, .03), (.33, .21), (.52, .46), (.68, .72), (.50, .99), (.28, .80),
          (.43, .53), (.64, .31), (.81, .12)]],
        # a small head on a big body
        [[(.64, .10), (.48, .00), (.34, .12), (.44, .32), (.70, .56), (.76, .82), (.48, 1.0),
          (.18, .84), (.28, .56), (.56, .33), (.68, .16), (.60, .04)]],
        # begun in the middle
        [[(.50, .46), (.28, .24), (.48, .00), (.72, .20), (.50, .46), (.26, .76), (.50, 1.0),
          (.76, .78), (.52, .47)]],
        # begun at the upper left
        [[(.36, .05), (.28, .22), (.46, .42), (.70, .62), (.70, .88), (.46, 1.0), (.26, .84),
          (.40, .58), (.66, .36), (.68, .12), (.48, .01), (.33, .09)]],
        # two rings
        [[(.50, .45), (.30, .32), (.34, .08), (.55, .00), (.71, .16), (.66, .37), (.49, .45)],
         [(.51, .45), (.27, .61), (.24, .87), (.50, 1.0), (.76, .86), (.72, .60), (.50, .45)]],
    ],
    9: [
        # a straight leg: upright, slanted, a stroke of its own
        [[(.72, .17), (.48, .02), (.26, .20), (.32, .43), (.56, .46), (.73, .17), (.73, .17),
          (.72, .55), (.70, 1.0)]],
        [[(.70, .16), (.46, .02), (.24, .23), (.36, .45), (.60, .34), (.72, .10), (.65, .50),
          (.46, 1.0)]],
        [[(.70, .24), (.51, .02), (.28, .21), (.46, .46), (.69, .27)],
         [(.72, .04), (.71, .50), (.67, 1.0)]],
        # a hooked leg
        [[(.72, .18), (.50, .00), (.26, .18), (.34, .43), (.60, .40), (.74, .15), (.76, .55),
          (.63, .93), (.38, 1.0), (.22, .89)]],
        [[(.70, .14), (.44, .00), (.24, .22), (.42, .44), (.68, .22), (.70, .10), (.74, .50),
          (.58, .92), (.26, 1.0), (.08, .92)]],
        # a loop that stays open at the top; a big, round head
        [[(.64, .05), (.37, .08), (.22, .28), (.40, .45), (.66, .31), (.75, .05), (.75, .05),
          (.70, .50), (.64, 1.0)]],
        [[(.74, .22), (.52, .00), (.22, .16), (.20, .44), (.46, .57), (.70, .40), (.76, .18),
          (.72, .58), (.58, 1.0)]],
    ],
}

SKELETONS: dict[int, list[list[np.ndarray]]] = {
    digit: [[np.array(stroke) for stroke in allograph] for allograph in allographs]
    for digit, allographs in _ALLOGRAPHS.items()}


# ---------------------------------------------------------------- curves

@lru_cache(maxsize=None)
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


def curve(points, steps: int = STEPS) -> np.ndarray:
    """A smooth polyline (m, 2) through control points (n, 2); a point given twice is a corner."""
    points = np.asarray(points, float)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:
        raise ValueError(f"a stroke is an array of shape (n, 2) with n at least 2, got "
                         f"{points.shape}; give a picture's strokes as a list of such arrays")
    corners = 1 + np.flatnonzero((points[1:] == points[:-1]).all(axis=1))
    parts = [p for p in np.split(points, corners) if len(p) > 1]
    if not parts:                                    # the pen only touched the paper: a dot
        return points[:1].repeat(2, axis=0)
    return np.vstack([_spline(len(p), steps) @ p for p in parts])


# ---------------------------------------------------------------- the hand

@dataclass(frozen=True)
class Hand:
    """How one person writes, today. Lengths are fractions of a digit's height.

    slant      how far the top leans to the right of the foot (0.2 is common, negative leans left)
    aspect     width over height, relative to the skeleton
    turn       rotation of the whole digit, radians
    jitter     standard deviation of every control point
    warp       amplitude of a slow bend of the whole plane
    pen_width  width of the line, in pixels of a 28 x 28 picture (2 to 4 is common)
    pressure   relative change of that width along a stroke
    softness   width of the line's grey edge, in the same pixels
    """

    slant: float = 0.0
    aspect: float = 1.0
    turn: float = 0.0
    jitter: float = 0.0
    warp: float = 0.0
    pen_width: float = 2.6
    pressure: float = 0.0
    softness: float = 1.0

    @classmethod
    def random(cls, rng: np.random.Generator) -> "Hand":
        """Somebody's hand. The ranges were chosen by looking at the sheets they give."""
        return cls(slant=rng.normal(.15, .22), aspect=np.exp(rng.normal(.05, .24)),
                   turn=rng.normal(0, .09), jitter=rng.uniform(.012, .045),
                   warp=abs(rng.normal(0, .045)), pen_width=rng.uniform(1.5, 4.2),
                   pressure=rng.uniform(0, .3), softness=rng.uniform(.8, 1.6))


def write(rng: np.random.Generator, strokes, hand: Hand) -> list[np.ndarray]:
    """The polylines this hand makes of an allograph's strokes (control points, unit box)."""
    amplitude, phase = rng.normal(0, hand.warp, 4), rng.uniform(0, 2 * np.pi, 4)
    cos, sin = np.cos(hand.turn), np.sin(hand.turn)
    plane = (np.array([[cos, -sin], [sin, cos]])
             @ np.array([[1, -hand.slant], [0, 1]]) @ np.diag([hand.aspect, 1]))
    lines = []
    for stroke in strokes:
        noise = rng.normal(0, hand.jitter, np.shape(stroke))
        again = np.flatnonzero((stroke[1:] == stroke[:-1]).all(axis=1))
        noise[again + 1] = noise[again]              # a corner stays a corner
        x, y = curve(stroke + noise).T
        bend_x = amplitude[0] * np.sin(2 * np.pi * y + phase[0]) \
            + amplitude[1] * np.sin(np.pi * x + phase[1])
        bend_y = amplitude[2] * np.sin(2 * np.pi * x + phase[2]) \
            + amplitude[3] * np.sin(np.pi * y + phase[3])
        lines.append(np.stack([x + bend_x, y + bend_y], axis=1) @ plane.T)
    return lines


# ---------------------------------------------------------------- the pen

def ink(lines, widths, shape, softness: float = 1.0) -> np.ndarray:
    """How dark polylines make every pixel of a picture of `shape`: float32 in [0, 1].

    `lines` are (m, 2) arrays in pixels, (0, 0) the upper left corner of the picture; `widths`
    holds the line's width for each, a number or one per line piece (m-1,). A pixel is black where
    its centre is well inside the line, white well outside, grey over `softness` pixels between.
    """
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

    strokes    list of (n, 2) arrays, x right, y down, in any unit: control points, or polylines
               when `smooth` is False
    pen_width  width of the line in pixels of the result
    softness   width of its grey edge, in pixels
    pressure   relative width along each stroke, a list of (m-1,) arrays; None for an even line
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


# ---------------------------------------------------------------- all of it

def sample(rng: np.random.Generator, digit: int, hand: Hand | None = None) -> np.ndarray:
    """One random handwritten digit, (28, 28) float32 in [0, 1]: any allograph, any hand."""
    allographs = SKELETONS[_checked(digit)]
    hand = hand or Hand.random(rng)
    lines = write(rng, allographs[rng.integers(len(allographs))], hand)
    phase = rng.uniform(0, 2 * np.pi)
    pressure = [1 + hand.pressure * np.sin(np.linspace(0, 4, len(line) - 1) + phase)
                for line in lines]
    return render(lines, hand.pen_width, hand.softness, pressure, smooth=False)


def draw(rng: np.random.Generator, labels) -> np.ndarray:
    """Random handwritten digits for labels (N,): pictures (N, 28, 28) float32 in [0, 1]."""
    labels = np.asarray(labels)
    images = np.empty((len(labels), SIZE, SIZE), np.float32)
    for image, label in zip(images, labels):
        image[:] = sample(rng, label)
    return images


def _checked(digit) -> int:
    if digit not in SKELETONS:
        raise ValueError(f"the pen writes the digits 0 to 9, not {digit!r}")
    return int(digit)
