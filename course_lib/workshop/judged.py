"""What the judge learns from: pieces of ink as the reader's stages would show it, and whether each is a digit.

Lines of digits (pen strokes, and scikit-learn's training digits) are written, some touching, some broken,
and cut in all the ways the reader would try. A piece that shares 85 % of the ink with one digit (of what the
two cover together) is a yes, one that shares less than 70 % with any is a no. The pages that the reader
learns from (`cuttings`) give pieces, too: there the boxes of digits are known, and what shares less than
half with any of them is a no. So is what never was a digit (`strangers`).
"""

from __future__ import annotations

from concurrent import futures

import numpy as np
from scipy.ndimage import gaussian_filter
from tqdm import tqdm

from course_lib import digits
from course_lib.digits import pen
from course_lib.reading.cutting import may_touch, pieces_of
from course_lib.reading.frames import portrait, portraits
from course_lib.reading.joining import belong_together
from course_lib.reading.part import components, merge
from course_lib.reading.pieces import LARGEST
from course_lib.workshop import cuttings, pages
from course_lib.workshop.pages.score import shared
from course_lib.workshop.strangers import strangers

HEIGHT = 40


# ---------------------------------------------------------------- digits, whole and in pieces

def written_line(rng):
    """Two to four digits beside each other: the ink of all of them and the mask of each."""
    n = int(rng.choice((2, 2, 2, 3, 4)))
    hand, real = pen.Hand.random(rng), digits.load("uci").train
    ink, masks, left, edge = np.zeros((3 * HEIGHT, 12 * HEIGHT), np.float32), [], 10, 0
    for _ in range(n):
        if rng.random() < .6:
            picture = pages.handwritten(rng, int(rng.integers(10)), HEIGHT * rng.uniform(.85, 1.15), hand)
        else:
            picture = pages.enlarged(rng, real.images[rng.integers(len(real.labels))], HEIGHT)
        if rng.random() < .25:
            picture = pages.broken(rng, picture, rng.uniform(.03, .1) * HEIGHT, stray=.2 * HEIGHT)
        if len(picture) > 2 * HEIGHT:  # the hand overshot: no room on the line
            continue
        top = int(HEIGHT * 2.2 - len(picture) + rng.normal(0, .05) * HEIGHT)
        if masks:
            touch = rng.uniform(0, .12) if rng.random() < .7 else rng.uniform(-.4, -.05)
            left = pages.until_touching(ink, picture, top, left, edge, touch * HEIGHT)
        alone = np.zeros_like(ink)
        alone[top:top + picture.shape[0], left:left + picture.shape[1]] = picture
        masks.append(alone)
        np.maximum(ink, alone, out=ink)
        edge, left = left, left + picture.shape[1]
    blur = rng.uniform(.3, 1.3)
    ink = np.clip(gaussian_filter(ink, blur) * rng.uniform(1, 1.2) + rng.normal(0, .03, ink.shape), 0, 1)
    return ink.astype(np.float32), [gaussian_filter(m, blur) > .45 for m in masks]


def candidates(ink):
    """All parts the reader's stages would ask the judge about."""
    found = [p for p in components(ink > .5) if p.area > 12]
    for part in list(found):
        if may_touch(part, HEIGHT):
            found += pieces_of(part, HEIGHT)[-1].values()
    return found + pairs(found[:12], HEIGHT)


def pairs(parts, size: float):
    """Every two parts that may belong together, as one."""
    return [merge(a, b) for i, a in enumerate(parts) for b in parts[:i] if belong_together(a, b, size)]


def agreement(part, masks) -> float:
    """The largest share of ink that a part has in common with one digit, of what they cover together."""
    rows, columns = slice(part.top, part.bottom), slice(part.left, part.right)
    common = np.array([(m[rows, columns] & part.mask).sum() for m in masks])
    return float((common / (part.area + np.array([m.sum() for m in masks]) - common)).max())


def from_lines(rng, lines: int):
    """Pictures of pieces of `lines` lines, and whether each is one digit."""
    pictures, answers = [], []
    for _ in tqdm(range(lines), desc="lines", leave=False):
        ink, masks = written_line(rng)
        found = candidates(ink)
        values = np.array([agreement(p, masks) for p in found])
        yes, no = (rng.permutation(np.flatnonzero(some))[:8] for some in (values > .85, values < .7))
        for k in [*yes, *no]:
            pictures.append(portrait(ink, found[k], angle=rng.normal(0, 3)))
            answers.append(int(values[k] > .85))
    return pictures, answers


# ---------------------------------------------------------------- what photographed pages leave

def from_page(seed: int):
    """Pictures of pieces of one page (n, 28, 28), and whether each is one digit (n,)."""
    _, boxes, found, pieces = cuttings.surveyed(seed)
    size = found.measures.size
    yes = [part for box in boxes if (part := cuttings.belonging_to(box, pieces))]
    no = [part for part in pieces + pairs(found.kept, size)
          if .45 * size <= max(part.height, part.width) < LARGEST * size       # what `refuse` asks about
          and shared(np.array(part.box), boxes).max() < .5]
    chosen = np.random.default_rng(seed).permutation(len(no))[:round(1.5 * len(yes)) + 5]
    pictures = portraits(found.ink, yes + [no[k] for k in chosen], found.measures)
    return pictures, np.repeat([1, 0], [len(yes), len(chosen)])


def from_pages(seeds):
    """The pieces of many pages, and whether each is one digit."""
    with futures.ProcessPoolExecutor() as pool:
        found = list(tqdm(pool.map(from_page, seeds, chunksize=4), total=len(seeds), desc="pages", leave=False))
    return [np.concatenate(kind) for kind in zip(*found)]


# ---------------------------------------------------------------- all of it

def material(rng, lines: int, seeds):
    """Pictures of digits and of what is none (N, 28, 28), and which is which (N,)."""
    pictures, answers = from_lines(rng, lines)
    other = strangers(rng, len(pictures) // 4)
    alone = [*digits.load("uci").train.images, *pen.draw(rng, np.arange(len(pictures) // 5) % 10)]
    x, t = from_pages(seeds)
    x = np.concatenate([np.stack(pictures + other + alone), x]).astype(np.float32)
    return x, np.concatenate([answers + [0] * len(other) + [1] * len(alone), t])
