"""Digits on paper: what was written, and the ways to write it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from course_lib.digits import pen


class Written(NamedTuple):
    """A digit on the page, the box of its ink (top, left, bottom, right) in pixels, and its fault.

    That is nothing (""), "touching" (it touches the one before it), or "broken".
    """

    digit: int
    box: tuple[int, int, int, int]
    fault: str = ""


@dataclass(frozen=True)
class MadePage:
    """A picture and what is written on it.

    image    (H, W) or (H, W, 3) uint8
    rows     the digits in reading order, one string a row
    written  every digit with its box, in reading order
    made     how: the conditions that `random_page` drew, by name
    """

    name: str
    image: np.ndarray
    rows: tuple[str, ...]
    written: tuple[Written, ...]
    made: dict = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many digits are on the page."""
        return sum(map(len, self.rows))


def stamp(paper: np.ndarray, picture: np.ndarray, top: int, left: int, digit: int) -> Written:
    """Put a picture of a digit (ink high) on the paper, in place; the darker ink wins."""
    h, w = picture.shape
    spot = paper[top:top + h, left:left + w]
    if spot.shape != (h, w):
        raise ValueError(f"a digit of {h} x {w} pixels at row {top}, column {left} does not fit "
                         f"paper of {paper.shape[0]} x {paper.shape[1]}; give it more paper")
    np.maximum(spot, picture, out=spot)
    rows, columns = np.flatnonzero(picture.max(axis=1) > .3), np.flatnonzero(picture.max(axis=0) > .3)
    return Written(digit, (int(top + rows[0]), int(left + columns[0]),
                           int(top + rows[-1] + 1), int(left + columns[-1] + 1)))


def handwritten(rng, digit: int, height: float, hand: pen.Hand, form: int | None = None):
    """A digit `height` pixels high, cropped to its ink; `form` picks one of its allographs."""
    allographs = pen.SKELETONS[digit]
    form = rng.integers(len(allographs)) if form is None else form
    return lettered(rng, allographs[form], height, hand)


def lettered(rng, strokes, height: float, hand: pen.Hand) -> np.ndarray:
    """Any strokes (control points in the unit box) in this hand, `height` pixels high, cropped."""
    lines = pen.write(rng, strokes, hand)
    width = hand.pen_width * height / pen.BOX
    low = np.vstack(lines).min(axis=0)
    lines = [(line - low) * (height - width) + width / 2 + 1 for line in lines]
    size = np.ceil(np.vstack(lines).max(axis=0) + width / 2 + 1).astype(int)
    softness = max(1.0, hand.softness * height / pen.BOX / 2)
    return pen.ink(lines, [width] * len(lines), (size[1], size[0]), softness)


def write_line(rng, paper, text, *, top, left, height, hand, gaps, forms=None, wander=.06, rise=0):
    """Write digits from left to right; returns what was written.

    Parameters
    ----------
    height : float
        Of a digit, in pixels; each is up to a tenth larger or smaller.
    gaps : float or list of float
        White between neighbours as a share of the height, one number or one for each gap;
        negative gaps make digits touch.
    wander : float
        How far a digit strays from the line, as a share of the height.
    rise : float
        Of the line, in degrees; the digits turn with it.
    """
    hand = replace(hand, turn=hand.turn - np.deg2rad(rise))
    gaps, written, start = np.broadcast_to(gaps, len(text)), [], left
    for i, character in enumerate(text):
        picture = handwritten(rng, int(character), height * rng.uniform(.9, 1.1), hand,
                              forms[i] if forms else None)
        stray = height * rng.normal(0, wander) - np.tan(np.deg2rad(rise)) * (left - start)
        down = top + round(height - len(picture) + stray)
        written.append(stamp(paper, picture, max(0, down), left, int(character)))
        left += round(picture.shape[1] + gaps[i] * height)
    return written


def broken(rng, picture: np.ndarray, gap: float = 1.8, stray: float = 3.0) -> np.ndarray:
    """The pen skipped: a white line `gap` pixels wide across the ink, up to `stray` from its middle."""
    y, x = np.indices(picture.shape)
    mass = picture.sum()
    cy, cx = (y * picture).sum() / mass, (x * picture).sum() / mass
    angle = rng.uniform(-.5, .5)
    away = np.abs(np.cos(angle) * (y - cy - rng.uniform(-stray, stray)) + np.sin(angle) * (x - cx))
    return picture * np.clip(away - gap / 2 + .5, 0, 1)
