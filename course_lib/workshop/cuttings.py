"""Digits cut out of photographed pages, with their labels: what reader and judge meet at their work.

A pen stroke on a screen is clean. What a page leaves of it has been blurred, shaded, pressed into JPEG
blocks and thresholded, and was a few pixels high before it was enlarged. The reader learns from such
digits, too; the pages are made for that and share nothing with those that measure (`pages.random_page`).
"""

from __future__ import annotations

from concurrent import futures
from dataclasses import replace

import numpy as np
from tqdm.auto import tqdm

from course_lib.digits import Split
from course_lib.reading.cutting import may_touch, pieces_of
from course_lib.reading.frames import portraits
from course_lib.reading.page import scale_of, see
from course_lib.reading.part import Part, merge
from course_lib.reading.pieces import Pieces, survey
from course_lib.workshop import pages
from course_lib.workshop.pages.score import shared

# Small digits, since large ones come out clean; and more faults than a page has.
LEVELS = tuple(replace(level, height=(12, 60), faulty=.3) for level in (pages.ORDINARY, pages.HARD))


def cut_out(count: int, progress: bool = True) -> Split:
    """The digits of `count` pages, ordinary and hard in turn: pictures (N, 28, 28) and labels (N,)."""
    with futures.ProcessPoolExecutor() as pool:
        found = list(tqdm(pool.map(from_page, range(count), chunksize=4), total=count, desc="pages",
                          unit="page", disable=not progress))
    return Split(np.concatenate([images for images, _ in found]),
                 np.concatenate([labels for _, labels in found]))


def from_page(seed: int) -> Split:
    """The digits of one page that stand alone, or can be cut from their neighbours, as the reader sees them."""
    made, boxes, found, pieces = surveyed(seed)
    whole = [belonging_to(box, pieces) for box in boxes]
    labels = [written.digit for written, part in zip(made.written, whole) if part]
    return Split(portraits(found.ink, [part for part in whole if part], found.measures), np.array(labels, int))


def surveyed(seed: int) -> tuple[pages.MadePage, np.ndarray, Pieces, list[Part]]:
    """A page to learn from, the boxes (n, 4) of its digits in the working copy, what a survey finds, all its pieces.

    The pieces are those of its ink and all that they may be cut into.
    """
    made = pages.random_page(seed, LEVELS[seed % 2], to_learn_from=True)
    ink = see(made.image)
    boxes = np.array([written.box for written in made.written]) * np.tile(scale_of(ink, made.image), 2)
    found = survey(ink)
    size, lean = found.measures.size, found.measures.lean
    return made, boxes, found, found.kept + [piece for part in found.kept if may_touch(part, size)
                                             for piece in pieces_of(part, size, lean)[-1].values()]


def belonging_to(box, pieces) -> Part | None:
    """All pieces of ink in a digit's box as one part; None if they do not fill the box, or do more than that."""
    boxes = np.array([piece.box for piece in pieces]).reshape(-1, 4)
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    inside = np.prod(np.maximum(0, high - low), axis=1) > .8 * np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    if not inside.any():
        return None
    part = merge(*(piece for piece, it_is in zip(pieces, inside) if it_is))
    return part if shared(box, np.array([part.box]))[0] > .7 else None
