"""Pieces: a page's ink as one part for each digit, what is broken joined, what touches cut, the rest set aside."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from course_lib.reading.cutting import cut_rows, cut_touching
from course_lib.reading.frames import portraits
from course_lib.reading.ink import Ink
from course_lib.reading.joining import join_broken, mended
from course_lib.reading.judge import DOUBT, SURE, legibility, oddness
from course_lib.reading.measures import Measures, measure, typical_height, with_slope_of
from course_lib.reading.part import Part, components

LARGEST = 2.5         # times the typical height: what is higher is no digit
CROWD = 400           # pieces: of so many, most are digits, or this is no page of digits


@dataclass(frozen=True)
class Pieces:
    """What became of a page's ink, from its connected pieces to one part for each digit.

    ink         (H, W) with the gaps of broken strokes inked over
    measures    of the page
    components  connected pieces of ink
    kept        those that are no specks
    joined      after pieces of broken digits were joined
    cut         after digits that touch were cut apart
    digits      what is left of them for digits
    refused     what is not, with the reason
    """

    ink: np.ndarray
    measures: Measures
    components: list[Part]
    kept: list[Part]
    joined: list[Part] = field(default_factory=list)
    cut: list[Part] = field(default_factory=list)
    digits: list[Part] = field(default_factory=list)
    refused: list[tuple[Part, str]] = field(default_factory=list)


def find_pieces(ink: Ink, reader=None, skip=frozenset()) -> Pieces:
    """The digits on a page, as parts of its ink."""
    found = survey(ink, skip)
    size, lean = found.measures.size, found.measures.lean
    by_looks, _ = judges(found, reader, skip)
    worst = DOUBT
    if is_crowd(found.kept, by_looks):
        worst, skip = SURE, skip | {"join", "cut"}
    found = replace(found, joined=found.kept) if "join" in skip else joined(found, reader, skip)
    by_looks, in_line = judges(found, reader, skip)
    cut = found.joined
    if "cut" not in skip:
        cut = cut_touching(cut_rows(cut, size, in_line, found.measures.slope), size, in_line, lean, by_looks)
    digits, refused = ([*cut], []) if "refuse" in skip else refuse(cut, size, by_looks, worst)
    if "specks" not in skip:
        digits = drop_scraps(digits, size)
    measures = with_slope_of(digits, found.measures, ink.mask.shape[1], skip)
    return replace(found, measures=measures, cut=cut, digits=digits, refused=refused)


def survey(ink: Ink, skip=frozenset()) -> Pieces:
    """The connected pieces of ink without specks, and what they tell about the page."""
    found = components(ink.mask)
    size = typical_height(found)
    kept = found if "specks" in skip else drop_specks(found, size)
    return Pieces(ink.ink, measure(kept, size, ink.mask.shape[1], skip), found, kept)


def joined(found: Pieces, reader, skip=frozenset()) -> Pieces:
    """The pieces with those of broken digits joined, and the gaps between them inked over."""
    _, in_line = judges(found, reader, skip)
    size = found.measures.size
    ink, parts = mended(found.ink, join_broken(found.kept, size, in_line), size)
    return replace(found, ink=ink, joined=parts)


def judges(found: Pieces, reader, skip=frozenset()):
    """Two judges of parts of this page: by their looks alone, and by their size beside the others as well."""
    def by_looks(parts):
        return legibility(portraits(found.ink, parts, found.measures, skip), reader)

    def in_line(parts):
        return by_looks(parts) + oddness(parts, found.measures.size, found.measures.width)

    return by_looks, in_line


def is_crowd(parts: list[Part], judge) -> bool:
    """Whether a page holds far too much that is no digit, as print does, to try every join and every cut.

    Among so much, only what is surely a digit is taken for one.
    """
    return len(parts) > CROWD and bool(np.median(judge(parts[::len(parts) // 200])) < SURE)


def drop_specks(parts: list[Part], size: float, share: float = .15) -> list[Part]:
    """Without parts whose longer side is under `share` of a digit's height, or under 3 pixels."""
    return [p for p in parts if max(p.height, p.width) >= max(3, share * size)]


def drop_scraps(parts: list[Part], size: float, share: float = .45) -> list[Part]:
    """Without parts too low to be a digit, once the broken strokes have been joined."""
    return [p for p in parts if p.height >= share * size]


def refuse(parts: list[Part], size: float, judge, worst: float = DOUBT):
    """Parts that are digits, and a list of (part, reason) of those that are not: they score under `worst`."""
    scores, kept, refused = judge(parts) if parts else [], [], []
    for part, score in zip(parts, scores):
        if part.height > LARGEST * size or part.width > LARGEST * size:
            refused.append((part, "too large to be a digit"))
        elif max(part.height, part.width) < .45 * size or score >= worst:
            kept.append(part)
        else:
            refused.append((part, "does not look like a digit"))
    return kept, refused
