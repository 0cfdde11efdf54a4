"""Chapter 2's player: networks of growing depth, and the one layer that each of them is, or is not.

Every frame shows one trained network: what it says all over the plane, all its matrices, and one
matrix and column. Where the activation has no bend these are the matrices multiplied out, and the
frame says by how much the two differ at most. Where it has one they are the best that a single
layer can do (least squares), and the frame says by how much it misses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import matplotlib
import numpy as np
from PIL import Image
from skimage.measure import approximate_polygon, find_contours

from course_lib.figures import palette
from course_lib.nn import Sequential
from course_lib.widgets.frame import Frame
from course_lib.widgets.one_layer import SIDE, Collapse, measure, plane
from course_lib.widgets.stepper import tracks
from course_lib.widgets.svg import address
from course_lib.widgets.svg import text as _text

__all__ = ["Collapse", "collapse_stepper", "frame", "measure"]

WIDTH, PLANE = 370, 246                      # the picture's width, the plane's height
CELL, GAP = 1.9, 3                           # a number of a matrix on the page; cells between matrices
SHADES = 17                                  # of the signed colours of the matrices, zero in the middle

CSS = """
.course-collapse text { font-size: 15px; fill: var(--course-ink); }
.course-collapse .quiet { fill: var(--course-muted); }
.course-collapse .end { text-anchor: end; }
.course-collapse .number { font-variant-numeric: tabular-nums; text-anchor: end;
  fill: var(--course-weight); }
.course-collapse .ground { fill: var(--course-paper); stroke: var(--course-muted); }
.course-collapse .region { fill: var(--course-forward); fill-opacity: 0.22; fill-rule: evenodd; }
.course-collapse .border { fill: none; stroke: var(--course-forward); stroke-width: 3; }
.course-collapse .single { fill: none; stroke: var(--course-ink); stroke-width: 2;
  stroke-dasharray: 7 5; }
.course-collapse .class0 { fill: var(--course-paper); stroke: var(--course-data); stroke-width: 1.3; }
.course-collapse .class1 { fill: var(--course-data); stroke: var(--course-paper); stroke-width: 0.6; }
.course-collapse .bracket { fill: none; stroke: var(--course-weight); stroke-width: 1.5; }
.course-collapse image { image-rendering: pixelated; }
"""


# ---------------------------------------------------------------- players and frames

def collapse_stepper(networks: Mapping[str, Sequence[Sequential]], x, t):
    """A player over depth, with a button for each activation.

    Parameters
    ----------
    networks : mapping
        From an activation's name to its networks, the shallowest first; see `measure`.
    x, t : arrays (2, N) and (N,)
        The points that the networks were trained on and their classes, 0 or 1.

    Returns
    -------
    Player
    """
    return tracks({name: [frame(measure(network, x, t), name, x, t) for network in row]
                   for name, row in networks.items()}, "Activation", css=CSS, slider="Depth")


def frame(seen: Collapse, name: str, x, t) -> Frame:
    """What was measured of one network, as a frame; `name` is its activation's."""
    layers = {0: "No hidden layer", 1: "1 hidden layer"}.get(seen.depth, f"{seen.depth} hidden layers")
    words = _bent(seen) if seen.slope is None else _straight(seen)
    return Frame(draw(seen, x, t), f"{layers}, activation: {name}", _formula(seen),
                 f"{words} {seen.right} of {seen.count} points are on their side.", "forward")


def _straight(seen):
    same = f"{seen.parameters:,} parameters do what 6 can do" if seen.depth else "6 parameters"
    where = border(seen.W, seen.b).replace(" ", "\N{NO-BREAK SPACE}")     # an equation stays on one line
    return (f"{same}. At {SIDE**2:,} points of the plane the network and Wx + b differ by less than "
            f"{bound(seen.gap)}. Both have the border {where}, a straight line.")


def _bent(seen):
    return (f"{seen.parameters:,} parameters, and a border that bends. The dashed line belongs to the "
            f"W and b that come closest (least squares at {SIDE**2:,} points): they miss by up to "
            f"{seen.gap:.0f}, where the largest logit is {seen.size:.0f}, and answer otherwise on "
            f"{seen.other:.0%} of the plane.")


def _formula(seen):
    if seen.slope is None:
        return "f(x) ≠ Wx + b"
    factors = [f"W{below(ell)}" for ell in range(len(seen.Ws), 0, -1)]
    chain = " ".join(factors if len(factors) < 4 else [*factors[:2], "⋯", factors[-1]])
    scale = "" if seen.slope == 1 or not seen.depth else f"{fraction(seen.slope)}{above(seen.depth)} "
    return f"f(x) = Wx + b, W = {scale}{chain}"


# ---------------------------------------------------------------- the drawing

def draw(seen: Collapse, x, t) -> str:
    """The plane, the chain of matrices and the one layer, as SVG."""
    chain, key = sheet(seen.Ws), PLANE + 19
    high, wide = (round(CELL * cells) for cells in chain.shape)
    result = ("multiplied out, 6 numbers:" if seen.slope is not None
              else "the 6 numbers that come closest:")
    parts = [f'<svg class="course-collapse" viewBox="0 0 {WIDTH} {PLANE + 184}" role="img" '
             f'aria-label="{escape(_in_words(seen))}">', _plane(seen, x, t),
             f'<path class="border" d="M4 {key}h26"/>', _text(36, key + 5, "the network’s border"),
             f'<path class="single" d="M200 {key}h28"/>', _text(234, key + 5, "one layer’s border"),
             _text(0, PLANE + 56, _count(seen)),
             f'<image x="0" y="{PLANE + 66}" width="{wide}" height="{high}" '
             f'preserveAspectRatio="none" href="{png(chain)}"/>',
             _text(0, PLANE + 122, result), _layer(seen.W, seen.b, PLANE + 134)]
    return "".join(parts) + "</svg>"


def _plane(seen, x, t):
    """Regions, border, the one layer's border and the points, cut off at the plane's edge."""
    low, high = plane(x)
    across = WIDTH / (high[0] - low[0])
    up = PLANE / (high[1] - low[1])

    def place(points):
        return (points - low) * [across, -up] + [0, PLANE]

    step = (high - low) / (SIDE - 1)
    loops = [place(low + (loop[:, ::-1] - 1) * step) for loop in outline(seen.margin)]
    outer = "".join(_loop(approximate_polygon(loop, 0.4)) for loop in loops)
    points = place(x.T)
    parts = [f'<svg x="0" y="0" width="{WIDTH}" height="{PLANE}" viewBox="0 0 {WIDTH} {PLANE}">',
             f'<path class="ground" d="M0 0h{WIDTH}v{PLANE}h{-WIDTH}z"/>',
             f'<path class="region" d="{outer}"/><path class="border" d="{outer}"/>',
             _single(seen.W, seen.b, low, high, place),
             '<path class="class0" d="' + "".join(
                 f"M{u:.0f} {v - 3:.0f}a3 3 0 1 1-.1 0" for u, v in points[t == 0]) + '"/>',
             '<path class="class1" d="' + "".join(
                 f"M{u:.0f} {v - 4:.0f}l4 7h-8z" for u, v in points[t == 1]) + '"/></svg>']
    return "".join(parts)


def outline(margin) -> list[np.ndarray]:
    """Closed loops (row, column) around where `margin` is positive; they close outside the map."""
    edge = -1e-6 * max(np.abs(margin).max(), 1e-300)
    return find_contours(np.pad(margin, 1, constant_values=edge), 0)


def _loop(points):
    return "M" + "L".join(f"{u:.0f} {v:.0f}" for u, v in points) + "Z" if len(points) > 2 else ""


def _single(W, b, low, high, place):
    """The border of the one layer, where its two logits are equal: a dashed line."""
    w, offset = W[1] - W[0], b[1, 0] - b[0, 0]
    length = np.hypot(*w)
    if length < 1e-9:
        return ""
    nearest = (low + high) / 2
    nearest = nearest - w * (w @ nearest + offset) / length**2
    reach = np.hypot(*(high - low)) * np.array([-w[1], w[0]]) / length
    (u0, v0), (u1, v1) = place(np.stack([nearest - reach, nearest + reach]))
    return f'<path class="single" d="M{u0:.1f} {v0:.1f}L{u1:.1f} {v1:.1f}"/>'


def _layer(W, b, top):
    """W x + b in brackets."""
    def bracketed(left, width, rows):
        right, foot = left + width, top + 46
        lines = (f'<path class="bracket" d="M{left + 6} {top}H{left}V{foot}H{left + 6}'
                 f'M{right - 6} {top}H{right}V{foot}H{right - 6}"/>')
        return lines + "".join(
            _text(left + 64 * (j + 1) - 2, top + 20 + 19 * i, signed(v), "number")
            for i, row in enumerate(rows) for j, v in enumerate(row))

    return (_text(0, top + 29, "f(x) =") + bracketed(52, 136, W) + _text(194, top + 29, "x +")
            + bracketed(224, 72, b))


def sheet(Ws) -> np.ndarray:
    """All matrices side by side, the last layer's first, as shades; SHADES where there is nothing."""
    limit = [np.abs(W).max() or 1 for W in Ws]
    height = max(len(W) for W in Ws)
    columns = []
    for W, largest in zip(Ws[::-1], limit[::-1]):
        tile = np.full((height, W.shape[1] + GAP), SHADES, np.uint8)
        top = (height - len(W)) // 2
        tile[top:top + len(W), :W.shape[1]] = np.round((W / largest + 1) / 2 * (SHADES - 1))
        columns.append(tile)
    return np.hstack(columns)[:, :-GAP]


def png(shades) -> str:
    """Shades as a picture's address: red above zero, white at it, blue below, clear at SHADES."""
    image = Image.fromarray(shades)
    colours = matplotlib.colormaps[palette.SIGNED](np.linspace(0, 1, SHADES))[:, :3]
    image.putpalette(np.round(255 * colours).astype(np.uint8).tobytes() + b"\xff\xff\xff")
    return address(image, optimize=True, transparency=SHADES)


def _count(seen):
    matrices = "1 matrix" if seen.depth == 0 else f"{seen.depth + 1} matrices"
    return f"{matrices}, {seen.parameters:,} parameters:"


def _in_words(seen):
    """What the picture shows, for those who hear it."""
    border = "bends" if seen.slope is None else "is a straight line"
    single = ("The dashed border of the best single layer is elsewhere" if seen.slope is None
              else "The dashed border of the one layer lies on it")
    numbers = "; ".join(", ".join(map(signed, row)) for row in np.hstack([seen.W, seen.b]))
    return (f"The plane around the points. The border between the network’s two answers {border}. "
            f"{single}. Below, {_count(seen)[:-1]}, as coloured squares, and the one layer’s rows of "
            f"W and b: {numbers}.")


# ---------------------------------------------------------------- numbers in words

def signed(number: float) -> str:
    """Two digits after the point and a minus sign that looks like one."""
    return f"{number:.2f}".replace("-0.00", "0.00").replace("-", "−")


def border(W, b) -> str:
    """Where the two logits of W x + b are equal, as an equation."""
    w, offset = W[1] - W[0], b[1, 0] - b[0, 0]
    if abs(w[1]) < 1e-9:
        return f"x₁ = {signed(-offset / w[0])}" if abs(w[0]) > 1e-9 else "nowhere"
    slope, constant = -w[0] / w[1], -offset / w[1]
    return f"x₂ = {signed(slope)} x₁ {'−' if constant < 0 else '+'} {signed(abs(constant))}"


def bound(number: float) -> str:
    """A power of ten that the number is below, as text; the first of 10⁻¹², 10⁻⁹, 10⁻⁶, ..."""
    power = next((p for p in range(-12, 300, 3) if number < 10.0 ** p), None)
    if power is None:
        raise ValueError(f"expected a finite number, got {number}: did the training explode?")
    return f"10{above(power)}"


def fraction(c: float) -> str:
    """(½) for a half, otherwise the number in brackets."""
    return "(½)" if c == 0.5 else f"({c:g})".replace("-", "−")


def above(number: int) -> str:
    """A number as a superscript; nothing for 1."""
    digits = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return "" if number == 1 else str(number).translate(digits)


def below(number: int) -> str:
    """A number as a subscript."""
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
