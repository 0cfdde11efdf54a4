"""A page of handwriting to rows of digits: the stages in their order, each with a switch."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from course_lib.reading import parts as P
from course_lib.reading import picture
from course_lib.reading.reader import classify, load_reader, portrait

STAGES = {
    "polarity": "decide whether the ink is darker or lighter than the paper",
    "light": "divide by the paper's brightness, so that one threshold fits the whole page",
    "specks": "drop what is too small to be a digit",
    "join": "join the pieces of broken strokes",
    "cut": "cut touching digits apart",
    "rows": "put the digits in reading order",
    "turn": "find the slope of the rows and take it out",
    "frame": "fit each digit into 20 x 20 and centre it in 28 x 28",
}
WORKING_PIXELS = 3_000_000          # larger pictures are read from a smaller copy


@dataclass(frozen=True)
class Digit:
    """A digit read: its row (0 the first), label, the reader's probability for it, and its box

    (top, left, bottom, right) in the pixels of the picture given, the last two exclusive."""

    row: int
    label: int
    confidence: float
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
    stages : dict
        The intermediate results by name, in their order: "grey", "even", "ink", "mask" are
        pictures; "components", "kept", "joined", "cut", "ordered" lists of parts; "angle" degrees;
        "pictures" what the network saw (N, 28, 28). For looking at; boxes are in pixels of the
        working copy.
    """

    rows: list[str]
    digits: list[Digit]
    stages: dict = field(repr=False, default_factory=dict)


def read_page(image, *, skip=(), reader=None) -> Page:
    """Read the handwritten digits on a page.

    Parameters
    ----------
    image : array
        (H, W) grey, or (H, W, C) with alpha or colour; see `picture.grey`.
    skip : set of str
        Stages to leave out, to see what they are worth; the names are in `STAGES`.
    reader : nn.Sequential, optional
        Another network than the one the course ships.

    Returns
    -------
    Page
        Without rows or digits if there is no ink.
    """
    skip = _checked(skip)
    reader = load_reader() if reader is None else reader
    stages = find_ink(image, skip)
    if not stages["mask"].any():
        return Page([], [], stages)
    ordered = find_digits(stages, skip, reader)
    if not ordered:
        return Page([], [], stages)
    stages["pictures"] = portraits(stages, ordered, skip)
    labels, p = classify(stages["pictures"], reader)
    scale = np.array(np.shape(image)[:2]) / stages["grey"].shape
    found = [Digit(part.row, int(k), float(p[n, k]), _original(part.box, scale))
             for n, (part, k) in enumerate(zip(ordered, labels))]
    rows = ["".join(str(d.label) for d in found if d.row == row)
            for row in range(1 + max(d.row for d in found))]
    return Page(rows, found, stages)


def find_ink(image, skip=frozenset()) -> dict:
    """The stages up to ink: "grey", "even", "mask" and "ink", all of the working copy's size."""
    grey = picture.grey(image)
    if grey.size > WORKING_PIXELS:
        grey = picture.thumbnail(grey, int(max(grey.shape) * (WORKING_PIXELS / grey.size)**.5))
    dark = "polarity" in skip or picture.is_dark_on_light(grey)
    page = grey if dark else 1 - grey
    even = page if "light" in skip else picture.even_light(page)
    mask, ink = picture.find_ink(even)
    return {"grey": grey, "even": even, "mask": mask, "ink": ink}


def find_digits(stages: dict, skip, reader) -> list[P.Part]:
    """The stages from ink to digits in reading order; each leaves its result in `stages`."""
    kept = stages["components"] = P.components(stages["mask"])
    size = P.typical_height(kept)
    if "specks" not in skip:
        kept = P.drop_specks(kept, size)
    stages["kept"] = kept
    if "join" not in skip:
        kept = P.join_broken(kept, size)
        if "specks" not in skip:
            kept = P.drop_scraps(kept, size)
    stages["joined"] = kept
    stages["angle"] = 0.0 if "turn" in skip else P.page_angle(kept, size)

    def judge(pieces):
        """A piece's log probability, less a fine for shapes that no digit has."""
        _, p = classify(portraits(stages, pieces, skip), reader)
        shape = np.array([piece.width / piece.height for piece in pieces])
        return np.log(p.max(axis=1)) - 2 * np.maximum(0, shape - 1.2)

    if "cut" not in skip:
        kept = P.cut_touching(kept, size, judge)
    stages["cut"] = kept
    stages["ordered"] = (P.by_columns(kept) if "rows" in skip
                         else P.in_rows(kept, stages["angle"]))
    return stages["ordered"]


def portraits(stages: dict, pieces, skip=frozenset()) -> np.ndarray:
    """The pictures (N, 28, 28) that the network sees of some parts."""
    return np.stack([portrait(stages["ink"], piece, angle=stages["angle"],
                              frame="frame" not in skip)
                     for piece in pieces])


def _original(box, scale):
    """A box of the working copy in pixels of the picture given."""
    top, left, bottom, right = box
    return (int(top * scale[0]), int(left * scale[1]),
            int(np.ceil(bottom * scale[0])), int(np.ceil(right * scale[1])))


def _checked(skip) -> frozenset:
    skip = {skip} if isinstance(skip, str) else set(skip)
    if unknown := skip - set(STAGES):
        raise ValueError(f"no stage is called {sorted(unknown)[0]!r}; "
                         f"those that can be left out are: {', '.join(STAGES)}")
    return frozenset(skip)
