"""Pages of handwritten digits made by the course, with their truth.

Four of them are in the manner of the assignment's: two photographed pencil lines, one thick-penned
number whose digits touch, one grid of fifty small digits with broken strokes. `make(name)` gives
one, `all_pages()` the four. Each is drawn from its own seed and comes out the same every time.

A page is made as it would be in life: digits are written on paper (`write_line`, `stamp`), then
light falls on it and a camera looks at it (`photograph`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter

from course_lib import digits
from course_lib.digits import pen

PENCIL_ROW = "1234567890"


class Written(NamedTuple):
    """A digit on the page and the box of its ink: (top, left, bottom, right) in pixels."""

    digit: int
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class MadePage:
    """A picture and what is written on it.

    image    (H, W) or (H, W, 3) uint8
    rows     the digits in reading order, one string a row
    written  every digit with its box, in reading order
    """

    name: str
    image: np.ndarray
    rows: tuple[str, ...]
    written: tuple[Written, ...]

    @property
    def count(self) -> int:
        """How many digits are on the page."""
        return sum(map(len, self.rows))


# ---------------------------------------------------------------- writing

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
    lines = pen.write(rng, allographs[form], hand)
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


# ---------------------------------------------------------------- light and camera

def grain(rng, shape, size: float) -> np.ndarray:
    """Smooth random texture with features of about `size` pixels, mean 0, deviation 1."""
    noise = gaussian_filter(rng.standard_normal(shape), size, mode="reflect")
    return noise / noise.std()


def uneven_light(rng, shape, ratio: float) -> np.ndarray:
    """Light that falls from one side and fades: between 1 and 1/ratio."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")
    angle = rng.uniform(0, 2 * np.pi)
    slope = np.cos(angle) * x + np.sin(angle) * y
    pool = np.exp(-((x - rng.uniform(-.6, .6))**2 + (y - rng.uniform(-.6, .6))**2) / 1.5)
    field = slope + 1.2 * pool + .15 * grain(rng, shape, max(shape) / 6)
    field = (field - field.min()) / np.ptp(field)
    return ratio ** (field - 1)


def photograph(rng, ink, *, darkness, ratio, blur, noise, tint=(1., .97, .90)) -> np.ndarray:
    """What a camera makes of ink on paper: (H, W, 3) uint8.

    darkness  of the ink on its paper, 0 to 1
    ratio     the brightest over the dimmest light
    blur      of the lens, in pixels
    noise     of the sensor, in grey levels
    """
    shape = ink.shape
    tooth = grain(rng, shape, .8)                          # graphite stays on the paper's tooth
    laid = np.clip(ink * (1 + .28 * tooth), 0, 1)
    paper = 1 + .012 * grain(rng, shape, 1.2) + .015 * grain(rng, shape, 12)
    scene = paper * (1 - darkness * laid) * uneven_light(rng, shape, ratio)
    scene = gaussian_filter(scene, blur)
    colour = 225 * scene[..., None] * np.array(tint) + rng.normal(0, noise, (*shape, 3))
    return np.clip(np.round(colour), 0, 255).astype(np.uint8)


# ---------------------------------------------------------------- the four pages

def pencil(seed: int, hand: pen.Hand, *, ratio, darkness, forms, top=85, rise=0) -> MadePage:
    """One line of ten digits in pencil, photographed by a window."""
    rng = np.random.default_rng(seed)
    paper = np.zeros((240, 1400), np.float32)
    written = write_line(rng, paper, PENCIL_ROW, top=top, left=70, height=72, hand=hand,
                         gaps=rng.uniform(.35, .6, len(PENCIL_ROW)), forms=forms, rise=rise)
    paper = paper[:, :written[-1].box[3] + 60]
    for _ in range(6):                                     # specks: crumbs of an eraser
        y, x = rng.integers(10, 230), rng.integers(10, paper.shape[1] - 10)
        paper[y:y + rng.integers(2, 4), x:x + rng.integers(2, 4)] = rng.uniform(.5, .9)
    image = photograph(rng, paper, darkness=darkness, ratio=ratio, blur=1.0, noise=4)
    return MadePage("", image, (PENCIL_ROW,), tuple(written))


def pencil_upright() -> MadePage:
    """The first pencil line: plain forms, dim light from one side."""
    hand = pen.Hand(slant=.10, jitter=.015, warp=.02, pen_width=1.5, softness=.9)
    return pencil(61, hand, ratio=3.0, darkness=.55, forms=[0, 0, 1, 0, 0, 0, 0, 0, 0, 0])


def pencil_slanted() -> MadePage:
    """The second: a slanting hand, looped and crossed forms, a paler pencil, a line that rises."""
    hand = pen.Hand(slant=.30, aspect=1.1, jitter=.02, warp=.03, pen_width=1.4, softness=.9)
    return pencil(62, hand, ratio=2.5, darkness=.42, forms=[4, 3, 2, 3, 2, 1, 4, 0, 3, 3],
                  top=120, rise=4.5)


def thick() -> MadePage:
    """Five digits with a thick pen on white; the second 6 touches the 2, the 2 touches the last."""
    rng = np.random.default_rng(63)
    hand = pen.Hand(slant=.12, jitter=.015, warp=.02, pen_width=2.3, softness=.5)
    paper = np.zeros((170, 600), np.float32)
    written = write_line(rng, paper, "60626", top=30, left=24, height=112, hand=hand,
                         gaps=[.12, .10, -.06, -.12, 0], forms=[0, 0, 1, 0, 3], wander=.02)
    paper = paper[:, :written[-1].box[3] + 24]
    image = np.round(255 * (1 - paper)).astype(np.uint8)
    return MadePage("", image, ("60626",), tuple(written))


def grid() -> MadePage:
    """Fifty of the held-out digits, five rows of ten, small; one in four has a broken stroke."""
    rng = np.random.default_rng(64)
    images, labels = digits.load("uci").test
    chosen = rng.choice(len(labels), 50, replace=False)
    cell, side = 32, 28
    paper = np.zeros((5 * cell + 8, 10 * cell + 8), np.float32)
    written = []
    for place, index in enumerate(chosen):
        picture = np.clip(images[index] * 1.7 - .45, 0, 1)
        if place % 4 == 3:
            picture = broken(rng, picture)
        row, column = divmod(place, 10)
        top, left = (4 + cell * n + rng.integers(0, cell - side + 1) for n in (row, column))
        written.append(stamp(paper, picture.astype(np.float32), top, left, int(labels[index])))
    image = np.clip(np.round(255 - 245 * paper + rng.normal(0, 2, paper.shape)), 0, 255)
    rows = tuple("".join(str(w.digit) for w in written[i:i + 10]) for i in range(0, 50, 10))
    return MadePage("", image.astype(np.uint8), rows, tuple(written))


def broken(rng, picture: np.ndarray, gap: float = 1.8) -> np.ndarray:
    """The pen skipped: a white line `gap` pixels wide across the middle of the ink."""
    y, x = np.indices(picture.shape)
    mass = picture.sum()
    cy, cx = (y * picture).sum() / mass, (x * picture).sum() / mass
    angle = rng.uniform(-.5, .5)
    away = np.abs(np.cos(angle) * (y - cy - rng.uniform(-3, 3)) + np.sin(angle) * (x - cx))
    return picture * np.clip(away - gap / 2 + .5, 0, 1)


MAKERS = {"pencil, upright": pencil_upright, "pencil, slanted": pencil_slanted,
          "thick pen": thick, "grid": grid}


def make(name: str) -> MadePage:
    """One of the four pages, by name."""
    if name not in MAKERS:
        raise ValueError(f"no page is called {name!r}; choose one of: {', '.join(MAKERS)}")
    page = MAKERS[name]()
    return MadePage(name, page.image, page.rows, page.written)


def all_pages() -> list[MadePage]:
    """The four pages, in the assignment's order."""
    return [make(name) for name in MAKERS]


def crowded(text: str = "2024", overlap: float = .3, seed: int = 5) -> MadePage:
    """A line of digits pushed together until they overlap by a share of their height."""
    rng = np.random.default_rng(seed)
    hand = pen.Hand(slant=.1, jitter=.015, warp=.02, pen_width=2.0, softness=.8)
    paper = np.zeros((130, 90 * len(text) + 40), np.float32)
    written = write_line(rng, paper, text, top=25, left=20, height=80, hand=hand, gaps=-overlap,
                         wander=.02)
    paper = paper[:, :written[-1].box[3] + 20]
    image = np.round(255 * (1 - paper)).astype(np.uint8)
    return MadePage(f"crowded {text}", image, (text,), tuple(written))
