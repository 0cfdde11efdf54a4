"""A page of handwriting to rows of digits: view, light, sheet, ink, pieces, rows, frames, labels, confidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from course_lib.reading import ink as ink_on
from course_lib.reading import light, picture, sheet, view
from course_lib.reading.confidence import confidences
from course_lib.reading.files import open_picture
from course_lib.reading.frames import portraits
from course_lib.reading.ink import Ink
from course_lib.reading.labels import classify, load_reader
from course_lib.reading.measures import typical_height
from course_lib.reading.part import Part, components
from course_lib.reading.pieces import find_pieces
from course_lib.reading.rows import in_order
from course_lib.reading.way import way_up

VIEWS = {                           # before the stages: they leave a straight page that fills its picture alone
    "paper": "find the sheet in a picture that shows more, and set it straight",
    "way": "find which way up the page lies, and turn it",
}
DOUBT = "Upside down it is as legible: 6 and 9 may be taken for each other."
STAGES = {
    "polarity": "decide whether the ink is darker or lighter than the paper",
    "light": "divide by the paper's brightness, so that one threshold fits the whole page",
    "lines": "find printed lines and divide them out of the paper",
    "scale": "bring the page to a scale at which digits are about 40 pixels high",
    "specks": "drop what is too small to be a digit",
    "join": "join the pieces of broken strokes",
    "cut": "cut touching digits apart",
    "refuse": "set aside what is not a digit",
    "rows": "put the digits in reading order",
    "turn": "find the slope of the rows and take it out",
    "slant": "cut along the slant of the hand, and take out a slant that is unusual",
    "breadth": "narrow the digits of a very broad hand, and broaden those of a very narrow one",
    "frame": "fit each digit into 20 x 20 and centre it in 28 x 28",
}
WORKING_PIXELS = 3_000_000          # larger pictures are read from a smaller copy
GLANCE = 1000                       # pixels of the longer side, for the first look
HEIGHT, LEAST, MOST = 40, 26, 85    # of digits in the working copy, and the heights that are left as they are


@dataclass(frozen=True)
class Digit:
    """A digit read: its row (0 the first), label, the probability that it is right, its box, and what comes second.

    The box is (top, left, bottom, right) in the pixels of the picture given, the last two exclusive.
    """

    row: int
    label: int
    confidence: float
    box: tuple[int, int, int, int]
    second: int


@dataclass(frozen=True)
class Refused:
    """Ink that was not read: why, and its box in the pixels of the picture given."""

    reason: str
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Page:
    """What was read.

    Attributes
    ----------
    rows : list of str
        One string of digits for each row, top to bottom.
    digits : list of Digit
        Every digit, in reading order.
    refused : list of Refused
        Ink that is too large for a speck and does not look like a digit, with the reason.
    remarks : tuple of str
        What a person should know: that only a sheet in the picture was read, that it was turned, that it
        may be upside down.
    stages : dict
        The intermediate results by name, in their order: the fields of `ink.Ink` ("grey", "even",
        "lines", "families", "mask", "ink") and of `pieces.Pieces` ("measures", "components", "kept",
        "joined", "cut", "digits", "refused"), "ordered", the parts in reading order, and "pictures",
        what the network saw of them (N, 28, 28). For looking at; boxes are in pixels of the working
        copy, which is "scale" times the size of the "view": the picture, or what was cut out of it, turned.
    """

    rows: list[str]
    digits: list[Digit]
    refused: list[Refused] = field(default_factory=list)
    remarks: tuple[str, ...] = ()
    stages: dict = field(repr=False, default_factory=dict)


def read_page(image, *, skip=(), reader=None) -> Page:
    """Read the handwritten digits on a page.

    Parameters
    ----------
    image : array
        (H, W) grey, or (H, W, C) with alpha or colour; see `picture.grey`.
    skip : set of str
        Stages to leave out, to see what they are worth; the names are in `VIEWS` and `STAGES`.
    reader : nn.Sequential, optional
        Another network than the one the course ships.

    Returns
    -------
    Page
        Without rows or digits if there is no ink.

    Raises
    ------
    ValueError, TypeError
        For what is not a picture, and for a stage that is not there.
    """
    skip = _checked(skip)
    reader = load_reader() if reader is None else reader
    if not hasattr(reader, "probabilities"):
        raise TypeError("reader must be a network of ten outputs, such as nn.load_weights(nn.lenet(), path); "
                        f"got {reader!r}")
    seen, ink = _right_way_up(image, reader, skip)
    pieces = find_pieces(ink, reader, skip)
    ordered = in_order(pieces, skip)
    pictures = portraits(pieces.ink, ordered, pieces.measures, skip)
    labels, p = classify(pictures, reader)
    sure = confidences(pictures, p)
    scale = scale_of(ink, seen.grey)
    found = [Digit(part.row, int(k), float(c), _original(part, scale, seen, np.shape(image)), int(second))
             for part, k, c, second in zip(ordered, labels, sure, p.argsort(axis=1)[:, -2])]
    refused = [Refused(reason, _original(part, scale, seen, np.shape(image))) for part, reason in pieces.refused]
    stages = vars(ink) | vars(pieces) | {"view": seen, "scale": scale, "ordered": ordered, "pictures": pictures}
    return Page(_strings(found), found, refused, seen.remarks, stages)


def read_file(path, *, skip=(), reader=None) -> Page:
    """Read the digits in a picture file; see `read_page` and `open_picture`."""
    return read_page(open_picture(path), skip=skip, reader=reader)


# ---------------------------------------------------------------- a page, looked at twice

def _right_way_up(image, reader, skip) -> tuple[view.View, Ink]:
    """The view of a picture that is read, and the ink in it."""
    seen = view.whole(image, WORKING_PIXELS)
    seen = seen if "paper" in skip else view.of_sheet(seen)
    ink = see(seen.grey, skip)
    turn, ambiguous = (0.0, False) if "way" in skip else way_up(ink, reader)
    if turn:
        seen = view.turned(seen, turn)
        ink = see(seen.grey, skip)
    return (replace(seen, remarks=(*seen.remarks, DOUBT)) if ambiguous else seen), ink


def see(image, skip=frozenset()) -> Ink:
    """The ink on a page.

    A first glance at a small copy says how large the digits are, and whether there are printed lines;
    the second look is at the scale that suits the digits.
    """
    whole = picture.grey(image, WORKING_PIXELS)
    dark = "polarity" in skip or light.is_dark_on_light(whole)
    glance = _look(picture.thumbnail(whole, GLANCE), dark, skip)
    size = typical_height(components(glance.mask)) * whole.shape[1] / glance.grey.shape[1]
    if "scale" in skip or size < 3:
        return glance if whole.shape == glance.grey.shape else _look(whole, dark, skip)
    page = _at_scale(whole, size)
    return _look(page, dark, skip, size * page.shape[1] / whole.shape[1], glance)


def _look(page, dark: bool, skip, size: float | None = None, glance: Ink | None = None) -> Ink:
    """Light, sheet and ink on one scale; the second time with the digits' `size`, and with the first `glance`."""
    return ink_on.on_sheet(sheet.find_lines(light.even_out(page, dark, size, skip), size, glance, skip), size)


def _at_scale(page, size: float) -> np.ndarray:
    """The page enlarged or reduced so that digits `size` pixels high come out near HEIGHT."""
    factor = 1.0 if LEAST <= size <= MOST else HEIGHT / size
    return picture.scaled(page, min(factor, 6.0, (WORKING_PIXELS / page.size)**.5))


def scale_of(ink: Ink, image) -> tuple[float, float]:
    """How large the working copy is beside the picture given: (down, across)."""
    return tuple(n / given for n, given in zip(ink.mask.shape, np.shape(image)))


# ---------------------------------------------------------------- what was read

def _strings(digits: list[Digit]) -> list[str]:
    """The labels of each row as one string."""
    count = 1 + max((digit.row for digit in digits), default=-1)
    return ["".join(str(digit.label) for digit in digits if digit.row == row) for row in range(count)]


def _original(part: Part, scale, seen: view.View, shape) -> tuple[int, int, int, int]:
    """The box of a part of the working copy in pixels of the picture given."""
    top, left, bottom, right = seen.box(np.array(part.box) / np.tile(scale, 2))
    return max(0, top), max(0, left), min(shape[0], bottom), min(shape[1], right)


def _checked(skip) -> frozenset:
    names = {skip} if isinstance(skip, str) or not isinstance(skip, Iterable) else set(skip)
    if unknown := names - {*VIEWS, *STAGES}:
        raise ValueError(f"no stage is called {min(unknown, key=repr)!r}; "
                         f"those that can be left out are: {', '.join([*VIEWS, *STAGES])}")
    return frozenset(names)
