"""Way: which way up a page lies. Where its digits are hard to read they are looked at from all four sides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from course_lib.reading.frames import portraits
from course_lib.reading.ink import Ink
from course_lib.reading.judge import NO_DIGIT, legibility
from course_lib.reading.measures import STEEPEST, Measures, page_slope, typical_height
from course_lib.reading.part import Part, components

FEWEST, SOME = 3, 6   # digits of a page that may be turned by quarters, and of one whose rows may be steep
SAMPLE, MANY = 20, 100      # so many are looked at, and so many tell how the rows lie
CLEAR = -.4           # mean legibility above which nobody looks from another side
LEAST = -1.0          # how legible another side must be,
GAIN = .1             # and by how much more than the one first seen
OPEN = 1.0            # upside down is as legible, if all digits together lose no more than this
ASKEW = 2 * STEEPEST  # degrees by which rows may rise or fall, if the page is turned for it


def way_up(ink: Ink, reader) -> tuple[float, bool]:
    """How many degrees to turn a page, anticlockwise, to read it; and whether upside down it is as legible.

    Rows that rise no more than usual are left to the stages to come.
    """
    parts, shape = components(ink.mask), ink.mask.shape
    size = typical_height(parts)
    parts = [p for p in parts if .4 * size < max(p.height, p.width) < 2.5 * size]
    if len(parts) < FEWEST:
        return 0.0, False
    steepest, parts = ASKEW if len(parts) >= SOME else STEEPEST, parts[::-(-len(parts) // MANY)]
    many = -(-len(parts) // SAMPLE)

    def side(quarter):
        """(Mean legibility, the same upside down, by how much to turn), from one side."""
        lying = [quarters(part, shape, quarter) for part in parts]
        slope, _ = page_slope(lying, size, shape[(quarter + 1) % 2], steepest)
        measures = Measures(size, slope=slope)
        seen = portraits(np.rot90(ink.ink, quarter), lying[::many], measures)
        away = measures.angle if abs(measures.angle) > STEEPEST else 0.0
        clear = (np.maximum(legibility(s, reader), NO_DIGIT).mean() for s in (seen, np.rot90(seen, 2, (1, 2))))
        return *map(float, clear), 90 * quarter - away

    found = side(0)
    if found[0] < CLEAR:
        other = max(map(side, (1, 2, 3)))
        found = other if other[0] > max(LEAST, found[0] + GAIN) else found
    return found[2], found[1] > max(CLEAR, found[0] - OPEN / len(parts[::many]))


def quarters(part: Part, shape, count: int) -> Part:
    """A part of a picture (H, W) after the picture was turned by so many quarters, anticlockwise."""
    for _ in range(count):
        part = replace(part, top=shape[1] - part.right, left=part.top, mask=np.rot90(part.mask))
        shape = shape[::-1]
    return part
