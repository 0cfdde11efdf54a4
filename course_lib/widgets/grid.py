"""Small arrays drawn as SVG: numbers in cells, with outlines, names and the same thing in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

import numpy as np

__all__ = ["COMMA", "CSS", "Grid", "drawing", "entry", "in_words", "number", "sign"]

WIDTH = 370                                  # of a drawing: what a telephone shows without shrinking it much
COMMA = ",\N{NO-BREAK SPACE}"               # between numbers that stay together; a frame's formula may break at ", "
KINDS = ("data", "weight", "forward", "backward")

CSS = """
.course-grids text { font-size: 16px; fill: var(--course-ink); text-anchor: middle;
  font-variant-numeric: lining-nums tabular-nums; }
.course-grids .name { font-size: 15px; font-weight: 600; text-anchor: start; }
.course-grids .small text { font-size: 15px; }
.course-grids .sign { font-size: 19px; }
.course-grids .lines { fill: none; stroke: var(--course-muted); stroke-opacity: 0.5; }
.course-grids .margin { stroke-dasharray: 2 3; }
.course-grids .box { fill: none; stroke-width: 3; }
.course-grids .ring { fill: none; stroke-width: 2; }
.course-grids .quiet { fill: var(--course-muted); }
.course-grids .now { font-weight: 700; }
""" + "".join(f""".course-grids .{kind} text:not(.quiet), .course-grids .name.{kind} {{ fill: var(--course-{kind}); }}
.course-grids .box.{kind}, .course-grids .ring.{kind} {{ stroke: var(--course-{kind}); }}
""" for kind in KINDS)


@dataclass(frozen=True)
class Grid:
    """An array at its place in a drawing.

    Parameters
    ----------
    array : (rows, columns) array
        NaN stands for a number that is not known yet: its cell stays empty.
    name : str
        What stands above it.
    kind : {"data", "weight", "forward", "backward"}
        Its colour's meaning.
    left, top : float
        The upper left corner of its first cell. The name stands above.
    cell : float
        The side of a cell.
    margin : int
        How many cells on each side are a margin around a picture, drawn more quietly.
    """

    array: np.ndarray
    name: str
    kind: str
    left: float
    top: float
    cell: float = 32
    margin: int = 0
    shape: tuple[int, int] = field(init=False)

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}; got {self.kind!r}")
        if np.ndim(self.array) != 2:
            raise ValueError(f"a grid shows rows and columns; {self.name} has the shape {np.shape(self.array)}")
        object.__setattr__(self, "shape", np.shape(self.array))

    @property
    def right(self) -> float:
        """Where its last column ends."""
        return self.left + self.shape[1] * self.cell

    @property
    def bottom(self) -> float:
        """Where its last row ends."""
        return self.top + self.shape[0] * self.cell

    def svg(self, now: Iterable[tuple] = (), quiet: Iterable[tuple] = ()) -> str:
        """Name, lines and numbers; the cells in `now` are bold, those in `quiet` in the quiet colour."""
        now, quiet, (rows, columns), m = set(now), set(quiet), self.shape, self.margin
        parts = [f'<text class="name {self.kind}" x="{self.left:g}" y="{self.top - 7:g}">{escape(self.name)}</text>'
                 if self.name else "", self._lines(0, 0, rows, columns, "lines margin") if m else "",
                 self._lines(m, m, rows - 2 * m, columns - 2 * m, "lines"),
                 f'<g class="{self.kind}{" small" if self.cell < 30 else ""}">']
        for (r, c), value in np.ndenumerate(self.array):
            if np.isnan(value):
                continue
            outside = not (m <= r < rows - m and m <= c < columns - m)
            look = " ".join(["quiet"] * ((r, c) in quiet or outside) + ["now"] * ((r, c) in now))
            x, y = self.centre(r, c)
            parts.append(f'<text{f" class={chr(34)}{look}{chr(34)}" if look else ""} x="{x:g}" y="{y + 5.5:.0f}">'
                         f"{number(value)}</text>")
        return "".join(parts) + "</g>"

    def box(self, row: int, column: int, height: int = 1, width: int = 1, look: str = "") -> str:
        """An outline around some cells."""
        x, y = self.left + column * self.cell, self.top + row * self.cell
        return (f'<rect class="box {look or self.kind}" x="{x:g}" y="{y:g}" width="{width * self.cell:g}" '
                f'height="{height * self.cell:g}"/>')

    def ring(self, row: int, column: int, look: str = "") -> str:
        """A circle around one number."""
        x, y = self.centre(row, column)
        return f'<circle class="ring {look or self.kind}" cx="{x:g}" cy="{y:g}" r="{self.cell * 0.42:g}"/>'

    def centre(self, row: int, column: int) -> tuple[float, float]:
        """The middle of a cell."""
        return self.left + (column + 0.5) * self.cell, self.top + (row + 0.5) * self.cell

    def _lines(self, row, column, rows, columns, look):
        """Lines around and between some cells: one line that winds down, one that winds to the right."""
        x, y, c = self.left + column * self.cell, self.top + row * self.cell, self.cell
        down = f"v{c:g}".join(f"h{'-' * (i % 2)}{columns * c:g}" for i in range(rows + 1))
        right = f"h{c:g}".join(f"v{'-' * (j % 2)}{rows * c:g}" for j in range(columns + 1))
        return f'<path class="{look}" d="M{x:g} {y:g}{down}M{x:g} {y:g}{right}"/>'


def drawing(parts: Iterable[str], height: float, words: str) -> str:
    """Parts put together as a picture with a description."""
    return (f'<svg class="course-grids" viewBox="-2 0 {WIDTH + 4} {height:g}" role="img" '
            f'aria-label="{escape(words)}">' + "".join(parts) + "</svg>")


def sign(text: str, x: float, y: float) -> str:
    """An operation's sign between two arrays."""
    return f'<text class="sign" x="{x:g}" y="{y + 6:g}">{escape(text)}</text>'


def entry(name: str, row: int, column: int) -> str:
    """An entry of an array, as in code."""
    return f"{name}[{row}{COMMA}{column}]"


def number(value: float) -> str:
    """A number as short as it goes, with a minus sign that looks like one."""
    return f"{value + 0.0:g}".replace("-", "−").replace("inf", "∞")


def in_words(array) -> str:
    """An array row by row: "1 2, 0 3"; "not known yet" if all of it is still empty."""
    array = np.asarray(array, float)
    if np.isnan(array).all():
        return "not known yet"
    return ", ".join(" ".join("empty" if np.isnan(v) else number(v) for v in row) for row in array)
