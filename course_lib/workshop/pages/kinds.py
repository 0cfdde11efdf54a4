"""Pages as strangers photograph them, each kind with its own trouble: a sheet on a table, turned, with odd digits.

Like `random_page`: a page for every seed, seeds below 10,000 for looking and tuning.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter
from skimage.transform import warp

from course_lib.digits import pen
from course_lib.workshop.pages import camera, scripts
from course_lib.workshop.pages.chance import ORDINARY, foreign_hand, random_page
from course_lib.workshop.pages.writing import MadePage, handwritten, stamp

PAPER = replace(ORDINARY, height=(20, 60), light_ink=0)
TURNED = replace(PAPER, rotation=(14, 30))


# ---------------------------------------------------------------- a sheet among other things

def on_a_table(seed: int) -> MadePage:
    """A sheet of paper that fills 15% to 70% of the picture; under it a table, a cloth or clutter, darker than it."""
    rng = np.random.default_rng([seed, 2])
    page = random_page(seed, replace(PAPER, rotation=(0, 0)))
    h, w = page.image.shape[:2]
    sheet = page.image if page.image.ndim == 3 else np.repeat(page.image[..., None], 3, axis=2)
    transform, (H, W) = camera.tilt(rng, (h, w), rng.uniform(-20, 20), .12)
    room = rng.uniform(1.15, 2.2)
    shape = round(H * room), round(W * room)
    away = np.array([rng.uniform(0, shape[1] - W), rng.uniform(0, shape[0] - H)])     # may touch the picture's edge
    lay = {"inverse_map": lambda at: transform.inverse(at - away), "output_shape": shape, "order": 1}
    covers = gaussian_filter(warp(np.ones((h, w)), **lay), .7)[..., None]
    shade = 1 - rng.uniform(0, .5) * gaussian_filter(covers, (5, 5, 0))
    image = covers * warp(sheet / 255, **lay) + (1 - covers) * shade * table(rng, shape, page.image.mean() / 255)
    image += rng.normal(0, page.made["noise"] / 255, (*shape, 1))
    image = camera.jpeg(np.uint8(np.round(255 * image.clip(0, 1))), page.made["quality"])
    written = tuple(item._replace(box=_moved(item.box, transform, away)) for item in page.written)
    return MadePage(f"on a table {seed}", image, page.rows, written, page.made)


def table(rng, shape, paper: float) -> np.ndarray:
    """What a sheet lies on, (H, W, 3): plain, grained, woven, or with other things on it."""
    y, x = np.mgrid[:shape[0], :shape[1]].astype(np.float32)
    ground = rng.uniform(.1, .6) * paper * (1 + rng.uniform(.02, .08) * camera.grain(rng, shape, 1.5))
    pattern, pitch, turn = rng.integers(4), rng.uniform(.04, .15) * min(shape), rng.uniform(0, np.pi)
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    if pattern == 1:
        ground *= 1 + .2 * np.sin(2 * np.pi * u / pitch + 2 * camera.grain(rng, shape, pitch))
    elif pattern == 2:
        ground *= 1 + .25 * np.sign(np.sin(2 * np.pi * u / pitch)) * np.sign(np.sin(2 * np.pi * v / pitch))
    elif pattern == 3:
        for _ in range(rng.integers(2, 6)):                         # pens, a rule, a book's corner
            inside = ((np.abs(u - rng.choice(u.ravel())) < rng.uniform(.01, .12) * max(shape))
                      & (np.abs(v - rng.choice(v.ravel())) < rng.uniform(.05, .4) * max(shape)))
            ground[inside] = rng.uniform(.05, .9) * paper
    return ground[..., None] * rng.uniform(.75, 1.1, 3)


def _moved(box, transform, away=0) -> tuple[int, int, int, int]:
    """A box (top, left, bottom, right) as the camera sees it after a transform, `away` from where that puts it."""
    corners = transform(np.array([(x, y) for x in box[1::2] for y in box[::2]], float)) + away
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return int(top), int(left), int(np.ceil(bottom)), int(np.ceil(right))


# ---------------------------------------------------------------- not upright

def on_its_side(seed: int) -> MadePage:
    """A page turned by one, two or three quarters, as a telephone that lay flat stores it."""
    page, quarters = random_page(seed, PAPER), 1 + seed % 3
    written, shape = page.written, page.image.shape
    for _ in range(quarters):
        written, shape = [item._replace(box=_quarter(item.box, shape[1])) for item in written], shape[1::-1]
    return replace(page, name=f"on its side {seed}", image=np.ascontiguousarray(np.rot90(page.image, quarters)),
                   written=tuple(written))


def _quarter(box, width: int):
    """A box after its picture, of this width, was turned a quarter anticlockwise."""
    top, left, bottom, right = box
    return width - right, top, width - left, bottom


def askew(seed: int) -> MadePage:
    """A page turned by 14 to 30 degrees, either way."""
    return replace(random_page(seed, TURNED), name=f"askew {seed}")


# ---------------------------------------------------------------- odd digits in clear writing

def tall_and_wide(seed: int) -> MadePage:
    """Clear, well separated digits with a thin pen, some of them far taller or wider than the rest; or only 1s."""
    rng = np.random.default_rng([seed, 3])
    height, hand = rng.uniform(24, 70), replace(foreign_hand(rng), pen_width=rng.uniform(1.2, 2.6), slant=.1, aspect=1.)
    columns, count = int(rng.integers(4, 11)), int(rng.integers(1, 4))
    labels = np.ones((count, columns), int) if rng.random() < .15 else rng.integers(10, size=(count, columns))
    rows = tuple("".join(map(str, row)) for row in labels)
    pitch = height * rng.uniform(2.0, 2.8)
    paper, written = np.zeros((round(pitch * (count + 1)), round(height * (2 * columns + 2))), np.float32), []
    for number, row in enumerate(rows):
        left = round(height * rng.uniform(.5, 1))
        for digit in row:
            picture = _odd(rng, int(digit), height, hand)
            above = rng.choice((0, .5, 1)) * (len(picture) - height)
            top = round((number + .6) * pitch - max(0, above) + rng.normal(0, .04) * height)
            written.append(stamp(paper, picture, max(1, top), left, int(digit)))
            left += picture.shape[1] + round(height * rng.uniform(.3, .7))
    paper = paper[:, :max(item.box[3] for item in written) + round(height)]
    made = {"darkness": rng.uniform(.4, .9), "ratio": rng.uniform(1, 2), "blur": rng.uniform(.3, .012 * height + .3),
            "noise": rng.uniform(.5, 2.5)}
    return MadePage(f"tall and wide {seed}", camera.photograph(rng, paper, **made), rows, tuple(written), made)


def _odd(rng, digit: int, height: float, hand: pen.Hand) -> np.ndarray:
    """A digit as high as the others; one in six is taller if it has a stem, or wider if it is a 1 or a 7."""
    if digit in (1, 4, 7, 9) and rng.random() < 1 / 6:
        stretch = rng.uniform(1.5, 2.3)
        hand = replace(hand, aspect=stretch**-.6, pen_width=hand.pen_width / stretch)
        return handwritten(rng, digit, stretch * height, hand)
    if digit in (1, 7) and rng.random() < 1 / 6:
        return handwritten(rng, digit, height, replace(hand, aspect=rng.uniform(1.4, 2.0)))
    return handwritten(rng, digit, height * rng.uniform(.9, 1.1), hand)


KINDS = {"on a table": on_a_table, "on its side": on_its_side, "askew": askew, "tall and wide": tall_and_wide,
         "table": scripts.table_of_numbers, "marked": scripts.marked, "faint": scripts.faint,
         "other forms": scripts.other_forms, "long rows": scripts.long_rows}
