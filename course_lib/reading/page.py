"""A page of handwriting to rows of digits: the stages in their order, each with a switch."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from skimage.transform import resize

from course_lib.reading import parts as P
from course_lib.reading import picture, ruling
from course_lib.reading.confidence import calibrated
from course_lib.reading.judge import is_digit
from course_lib.reading.reader import classify, load_reader, portrait

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
LARGEST = 2.5                       # times the typical height: what is higher is no digit
BREADTH = .50, .7, 1.02             # of a hand, as a share of the height: the least usual, usual, and the most
UPRIGHT = .12                       # the slant of most hands, as a share of the height
FLOOR = 1e-4                        # no picture is evidence without end
CROWD = 400                         # pieces: of so many, most are digits, or this is no page of digits
DOUBT = -4.0                        # log probability below which nobody would bet on a digit


@dataclass(frozen=True)
class Digit:
    """A digit read: its row (0 the first), label, the probability that the label is right, and its box

    (top, left, bottom, right) in the pixels of the picture given, the last two exclusive.
    """

    row: int
    label: int
    confidence: float
    box: tuple[int, int, int, int]


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
    stages : dict
        The intermediate results by name, in their order: "grey", "even" (with printed lines),
        "lines", "ink", "mask" are pictures, "families" the lines' directions; "components", "kept",
        "joined", "cut", "ordered" lists of parts; "slope" and "fan" of the rows, "angle" the degrees
        by which they rise, "slant" what is taken out of the hand's; "pictures" what the network saw
        (N, 28, 28). For looking at; boxes are in pixels of the working copy, which is "scale" times
        the size of the picture given.
    """

    rows: list[str]
    digits: list[Digit]
    refused: list[Refused] = field(default_factory=list)
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
    scale = stages["scale"]
    ordered = find_digits(stages, skip, reader)
    refused = [Refused(reason, _original(part.box, scale, np.shape(image)))
               for part, reason in stages["refused"]]
    if not ordered:
        return Page([], [], refused, stages)
    stages["pictures"] = portraits(stages, ordered, skip)
    labels, p = classify(stages["pictures"], reader)
    sure = calibrated(p.max(axis=1) * is_digit(stages["pictures"]))
    found = [Digit(part.row, int(k), float(c), _original(part.box, scale, np.shape(image)))
             for part, k, c in zip(ordered, labels, sure)]
    rows = ["".join(str(d.label) for d in found if d.row == row)
            for row in range(1 + max(d.row for d in found))]
    return Page(rows, found, refused, stages)


# ---------------------------------------------------------------- ink

def find_ink(image, skip=frozenset()) -> dict:
    """The stages up to ink: "grey", "even", "lines", "mask" and "ink", all of the working copy's size.

    A first glance at a small copy says how large the digits are, and whether there are printed lines;
    the second look is at the scale that suits the digits.
    """
    whole = picture.grey(image, WORKING_PIXELS)
    dark = "polarity" in skip or picture.is_dark_on_light(whole)
    first = _look(picture.thumbnail(whole, GLANCE), dark, skip)
    size = P.typical_height(P.components(first["mask"])) * whole.shape[1] / first["grey"].shape[1]
    if "scale" in skip or size < 3:
        stages = first if whole.shape == first["grey"].shape else _look(whole, dark, skip)
    else:
        page = _at_scale(whole, size)
        stages = _look(page, dark, skip, size * page.shape[1] / whole.shape[1], first)
    h, w = stages["grey"].shape
    stages["scale"] = h / np.shape(image)[0], w / np.shape(image)[1]
    return stages


def _at_scale(page, size):
    """The page enlarged or reduced so that digits `size` pixels high come out near HEIGHT."""
    factor = 1.0 if LEAST <= size <= MOST else HEIGHT / size
    factor = min(factor, 6.0, (WORKING_PIXELS / page.size)**.5)
    if abs(factor - 1) < .02:
        return page
    shape = [max(1, round(n * factor)) for n in page.shape]
    changed = resize(page, shape, order=1 if factor < 1 else 3, anti_aliasing=factor < 1)
    return changed.clip(0, 1).astype(np.float32)


def _look(page, dark, skip, size=None, glance=None) -> dict:
    """Even light, printed lines and ink on one scale.

    The second time it is known how high digits are (`size`), and from a glance which way lines run.
    """
    even = page if dark else 1 - page
    if "light" not in skip:
        even = picture.even_light(page, size and round(.7 * size), dark)
    families, lines = None, np.zeros_like(even)
    if "lines" not in skip and (glance is None or glance["lines"].any()):
        families = glance["families"] if glance else ruling.families(even)
        lines = ruling.printed_lines(even, families, size and 3 * size)
    mask, ink = picture.find_ink(ruling.without_lines(even, lines))
    return {"grey": page, "even": even, "lines": lines, "families": families, "mask": mask, "ink": ink}


# ---------------------------------------------------------------- digits

def find_digits(stages: dict, skip, reader) -> list[P.Part]:
    """The stages from ink to digits in reading order; each leaves its result in `stages`."""
    stages["refused"], width = [], stages["mask"].shape[1]
    kept, size, lean = survey(stages, skip)
    if not kept:
        return []
    judge, in_line = judges(stages, P.typical_width(kept, size), size, skip, reader)
    worst = DOUBT
    if is_crowd(kept, judge):
        worst, skip = P.SURE, skip | {"join", "cut"}
    if "join" not in skip:
        kept = mended(stages, P.join_broken(kept, size, in_line), size)
    stages["joined"] = kept
    if "cut" not in skip:
        kept = P.cut_touching(P.cut_rows(kept, size, in_line), size, in_line, lean)
    stages["cut"] = kept
    kept, stages["refused"] = ([*kept], []) if "refuse" in skip else refuse(kept, size, judge, worst)
    if "specks" not in skip:
        kept = P.drop_scraps(kept, size)
    if "turn" not in skip:
        stages["slope"], stages["fan"] = P.page_slope(kept, size, width)
    stages["angle"] = float(-np.rad2deg(np.arctan(stages["slope"])))
    stages["ordered"] = (P.by_columns(kept) if "rows" in skip
                         else P.in_rows(kept, stages["slope"], stages["fan"], width))
    return stages["ordered"]


def survey(stages: dict, skip=frozenset()) -> tuple[list[P.Part], float, float]:
    """Ink in pieces without specks, the height of a typical digit, and how far ink leans to the right.

    How rows and hand lie is left in `stages`.
    """
    kept = stages["components"] = P.components(stages["mask"])
    size, lean = P.typical_height(kept), 0.0
    stages |= {"slope": 0.0, "fan": 0.0, "angle": 0.0, "slant": 0.0, "stretch": 1.0}
    kept = stages["kept"] = kept if "specks" in skip else P.drop_specks(kept, size)
    if "turn" not in skip:
        stages["slope"], stages["fan"] = P.page_slope(kept, size, stages["mask"].shape[1])
    stages["angle"] = float(-np.rad2deg(np.arctan(stages["slope"])))
    if "slant" not in skip:
        lean, stages["slant"] = leaning(kept, size, stages["angle"])
    if "breadth" not in skip:
        stages["stretch"] = stretching(kept, size, lean)
    return kept, size, lean


def leaning(parts, size, angle) -> tuple[float, float]:
    """How far ink leans in the picture, and what of the hand's slant is unusual and to be taken out.

    Only what may be a single digit has a say: digits that touch lie in a row, whichever way they lean.
    """
    tall = [p for p in parts if p.height > .5 * size and p.width < 1.5 * size]
    unusual = P.slant_of(tall, angle) - UPRIGHT
    return P.slant_of(tall, 0.0), 0.0 if abs(unusual) < .2 else unusual


def stretching(parts, size, lean) -> float:
    """By how much to broaden every digit, or with less than 1 to narrow it, for a hand of usual breadth."""
    breadth = P.breadth_of([p for p in parts if p.height > .5 * size and p.width < 2.2 * size], lean)
    return BREADTH[1] / breadth if breadth < BREADTH[0] or breadth > BREADTH[2] else 1.0   # 1 for nan


def judges(stages: dict, width, size, skip, reader):
    """Two judges of pieces of this page: by their looks alone, and by their size beside the others as well."""
    def by_looks(pieces):
        return legibility(portraits(stages, pieces, skip), reader)

    def in_line(pieces):
        return by_looks(pieces) + P.oddness(pieces, size, width)

    return by_looks, in_line


def is_crowd(parts, judge) -> bool:
    """Whether a page holds far too much that is no digit, as print does, to try every join and every cut.

    Among so much, only what is surely a digit is taken for one.
    """
    return len(parts) > CROWD and np.median(judge(parts[::len(parts) // 200])) < P.SURE


def mended(stages: dict, parts, size) -> list[P.Part]:
    """Parts with the gaps between their pieces inked over, in `stages["ink"]` as well."""
    bridged = [P.bridge(part, .2 * size) for part in parts]
    for old, new in zip(parts, bridged):
        spot = stages["ink"][new.top:new.bottom, new.left:new.right]
        spot[new.mask & ~old.mask] = 1
    return bridged


def legibility(pictures, reader) -> np.ndarray:
    """How much each picture (N, 28, 28) looks like one digit, and like one digit above others.

    The logarithm of the product: the judge's probability that it is a digit, times the reader's that
    it is the one it looks most like.
    """
    _, p = classify(pictures, reader)
    return np.log(np.maximum(is_digit(pictures) * p.max(axis=1), FLOOR))


def refuse(parts, size, judge, worst=DOUBT):
    """Parts that are digits, and a list of (part, reason) of those that are not: they score under `worst`."""
    scores, kept, refused = judge(parts) if parts else [], [], []
    for part, score in zip(parts, scores):
        if part.height > LARGEST * size or part.width > LARGEST * size:
            refused.append((part, "too large to be a digit"))
        elif max(part.height, part.width) < .45 * size:
            kept.append(part)
        elif score < worst:
            refused.append((part, "does not look like a digit"))
        else:
            kept.append(part)
    return kept, refused


def portraits(stages: dict, pieces, skip=frozenset()) -> np.ndarray:
    """The pictures (N, 28, 28) that the network sees of some parts."""
    pictures = [portrait(stages["ink"], piece, angle=stages["angle"], slant=stages["slant"],
                         stretch=stages["stretch"], frame="frame" not in skip) for piece in pieces]
    return np.array(pictures, np.float32).reshape(-1, 28, 28)           # of no pieces as well


def _original(box, scale, shape):
    """A box of the working copy in pixels of the picture given."""
    top, left, bottom, right = box
    return (int(top / scale[0]), int(left / scale[1]),
            min(shape[0], int(np.ceil(bottom / scale[0]))), min(shape[1], int(np.ceil(right / scale[1]))))


def _checked(skip) -> frozenset:
    skip = {skip} if isinstance(skip, str) else set(skip)
    if unknown := skip - set(STAGES):
        raise ValueError(f"no stage is called {sorted(unknown)[0]!r}; "
                         f"those that can be left out are: {', '.join(STAGES)}")
    return frozenset(skip)
