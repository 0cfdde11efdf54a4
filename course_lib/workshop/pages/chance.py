"""Random pages with known content: the measure of the page reader.

Nothing on them was seen in training: the digits are scikit-learn's held-out 500, or written by hands
from outside the ranges that the reader learned from (`foreign_hand`). Pages to learn from, which share
no digit and no hand with those, are made on request.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter
from skimage.transform import resize

from course_lib import digits
from course_lib.digits import pen
from course_lib.workshop.pages import camera
from course_lib.workshop.pages.writing import MadePage, Written, broken, handwritten


@dataclass(frozen=True)
class Level:
    """How bad the pages of a level may be; each condition is drawn between its two bounds.

    light        brightest over dimmest, of the light that falls on the page
    shadow       the share of pages with the edge of a shadow on them
    ink          how much darker than its paper ink is (or paper than its ink, where ink is the lighter)
    rotation     degrees, either way
    perspective  how far corners move, as a share of the page's sides
    quality      of the JPEG
    height       of digits, in pixels
    faulty       the share of digits that touch their neighbour or are broken
    ruled        the share of pages on ruled or squared paper
    blur         standard deviation as a share of a digit's height
    light_ink    the share of pages whose ink is lighter than their paper
    """

    name: str
    light: tuple[float, float]
    shadow: float
    ink: tuple[float, float]
    rotation: tuple[float, float]
    perspective: tuple[float, float]
    quality: tuple[int, int]
    height: tuple[float, float]
    faulty: float
    ruled: float
    blur: tuple[float, float]
    light_ink: float = .15


ORDINARY = Level("ordinary", light=(1, 2), shadow=0, ink=(.4, .9), rotation=(0, 5), perspective=(0, .03),
                 quality=(75, 95), height=(20, 120), faulty=.05, ruled=0, blur=(0, .01))
HARD = Level("hard", light=(2, 4), shadow=.5, ink=(.2, .6), rotation=(0, 12), perspective=(0, .08),
             quality=(40, 75), height=(12, 300), faulty=.2, ruled=.67, blur=(0, .03))
LEVELS = {level.name: level for level in (ORDINARY, HARD)}
LARGEST = 2_500_000                 # pixels of paper: fewer digits where they are large


def foreign_hand(rng) -> pen.Hand:
    """A hand that the reader has not learned from: one of its features lies outside the usual ranges.

    The pen's width and pressure and the jitter lie beyond what `pen.Hand.random` draws, slant and
    aspect more than two standard deviations from its mean. (With two at once a person cannot read
    every digit either: a narrow 0 that leans far, in thick pen, is a stroke.)
    """
    def beyond(low, high):
        return rng.uniform(*(low, high)[rng.integers(2)])

    unusual = {"slant": beyond((-.50, -.44), (.68, .74)), "aspect": beyond((.52, .56), (1.72, 1.80)),
               "pen_width": beyond((.9, 1.2), (4.9, 5.2)), "pressure": rng.uniform(.37, .5),
               "jitter": rng.uniform(.001, .007)}
    chosen = str(rng.choice(list(unusual)))
    usual = pen.Hand(slant=rng.uniform(-.15, .4), aspect=rng.uniform(.75, 1.3), turn=rng.uniform(-.1, .1),
                     jitter=rng.uniform(.01, .04), warp=rng.uniform(0, .05), pen_width=rng.uniform(1.5, 4))
    return replace(usual, **{chosen: unusual[chosen]})


def random_page(seed: int, level: Level = ORDINARY, *, to_learn_from: bool = False) -> MadePage:
    """A page with a few rows of digits, made under conditions of the level given.

    Seeds below 10,000 are for looking and tuning, those from 10,000 on for figures that are published.

    Parameters
    ----------
    to_learn_from : bool
        Another page, with scikit-learn's training digits or by a hand as `pen.Hand.random` draws them:
        nothing on it is on a page that measures.
    """
    rng = np.random.default_rng([seed, level.name != ORDINARY.name] + [1] * to_learn_from)
    made = _conditions(rng, level)
    height = made["height"]
    rows, pictures = _digits(rng, height, level, to_learn_from)
    ink, written = _lay_out(rng, rows, pictures, height)
    lines = _ruling(rng, ink.shape, made["paper"], height)
    transform, shape = camera.tilt(rng, ink.shape, made["rotation"], made["perspective"])
    written = tuple(_seen(w, picture, place, transform) for w, picture, place in written)
    image = _photograph(rng, camera.look(ink, transform, shape), camera.look(lines, transform, shape), made)
    return MadePage(f"{level.name} {seed}", image, tuple(rows), written, made)


def _conditions(rng, level: Level) -> dict:
    """What a page of this level is like, by name."""
    low, high = np.log(level.height)
    height = float(np.exp(rng.uniform(low, high)))
    ruled = rng.random() < level.ruled
    return {"height": height, "light": rng.uniform(*level.light), "shadow": bool(rng.random() < level.shadow),
            "ink": rng.uniform(*level.ink), "rotation": rng.uniform(*level.rotation) * rng.choice((-1, 1)),
            "perspective": rng.uniform(*level.perspective),
            "quality": int(rng.integers(*level.quality, endpoint=True)),
            "paper": str(rng.choice(("ruled", "squared"))) if ruled else "plain",
            "blur": rng.uniform(*level.blur) * height, "noise": rng.uniform(.5, 2.5),
            "light ink": bool(rng.random() < level.light_ink), "colour": bool(rng.random() < .6)}


# ---------------------------------------------------------------- ink

def _digits(rng, height, level, to_learn_from):
    """Rows of digits (list of str) and each digit's picture and fault, in reading order."""
    room = max(2, LARGEST / (1.6 * height)**2)
    columns = int(rng.integers(3, max(4, min(12, room / 2))))
    rows = int(rng.integers(1, max(2, min(6, room / columns))))
    real = digits.load("uci").train if to_learn_from else digits.load("uci").test
    any_hand = pen.Hand.random if to_learn_from else foreign_hand
    hand = any_hand(rng) if rng.random() < .5 else None
    texts, pictures = [], []
    for _ in range(rows):
        text = ""
        for n in range(int(rng.integers(max(2, columns - 2), columns + 1))):
            if hand:
                label = int(rng.integers(10))
                wide = max(hand.pen_width, 1.2 * pen.BOX / height)      # no pen is thinner than a pixel
                picture = handwritten(rng, label, height * rng.uniform(.88, 1.12),
                                      replace(hand, pen_width=wide))
            else:
                index = int(rng.integers(len(real.labels)))
                label, picture = int(real.labels[index]), enlarged(rng, real.images[index], height)
            text += str(label)
            fault = _fault(rng, level.faulty, first=n == 0)
            if fault == "broken":
                picture = broken(rng, picture, rng.uniform(.03, .08) * height + 1, stray=.15 * height)
            pictures.append((picture.astype(np.float32), fault))
        texts.append(text)
    return texts, pictures


def _fault(rng, share, first: bool) -> str:
    if rng.random() >= share:
        return ""
    return "broken" if first or rng.random() < .5 else "touching"


def enlarged(rng, picture, height):
    """A 28 x 28 digit cropped to its ink and enlarged until it is about `height` high."""
    rows, columns = (np.flatnonzero(picture.max(axis=n) > .3) for n in (1, 0))
    crop = picture[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
    scale = height * rng.uniform(.88, 1.12) / 20            # a small 1 stays in proportion
    shape = [max(2, round(n * scale)) for n in crop.shape]
    large = resize(np.pad(crop, 2), [n + round(4 * scale) for n in shape], order=3)
    return np.clip((large - .5) * rng.uniform(1.6, 2.4) + .5, 0, 1)


def _lay_out(rng, rows, pictures, height):
    """The ink (H, W) of all rows and, for each digit, what was written, its picture and its place."""
    pitch, margin = height * rng.uniform(1.35, 2.2), round(height * rng.uniform(.6, 1.2) + 6)
    gap = rng.uniform(.18, .6)
    widest = max(map(len, rows))
    ink = np.zeros((round(2 * margin + pitch * (len(rows) - 1) + 1.4 * height),
                    round(2 * margin + widest * height * (1.9 + gap))), np.float32)
    remaining, written, right = iter(pictures), [], 0
    for r, text in enumerate(rows):
        left, line = margin + round(rng.uniform(0, .5) * height), None
        for character in text:
            picture, fault = next(remaining)
            top = round(margin + r * pitch + 1.15 * height - len(picture) + rng.normal(0, .04) * height)
            top = max(top, 1)
            if fault == "touching":
                left = until_touching(ink, picture, top, left, line, rng.uniform(0, .08) * height)
            elif line is not None:
                left = max(left, until_touching(ink, picture, top, left, line, -.1 * height - 1.5))
            spot = ink[top:top + picture.shape[0], left:left + picture.shape[1]]
            np.maximum(spot, picture, out=spot)
            written.append((Written(int(character), (0, 0, 0, 0), fault), picture, (top, left)))
            line, right = left, max(right, left + picture.shape[1])
            left += picture.shape[1] + round(height * gap * rng.uniform(.7, 1.3))
    return ink[:, :right + margin], written


def until_touching(ink, picture, top, left, last, overlap) -> int:
    """Where a digit must begin so that its ink meets the ink on its left, `overlap` pixels deep."""
    spot = ink[top:top + len(picture), last:left]
    reach = np.where(spot.max(axis=1) > .5, spot.shape[1] - np.argmax(spot[:, ::-1] > .5, axis=1), -np.inf)
    begin = np.where(picture.max(axis=1) > .5, np.argmax(picture > .5, axis=1), np.inf)
    nearest = (reach - begin).max()
    if not np.isfinite(nearest):
        return left
    return max(last + 2, round(last + nearest - overlap))


def _ruling(rng, shape, paper: str, height) -> np.ndarray:
    """Printed lines: none, ruled, or squared; 1 on a line."""
    lines = np.zeros(shape, np.float32)
    if paper == "plain":
        return lines
    wide = max(1.0, rng.uniform(.015, .04) * height)
    step = height * (rng.uniform(.5, 1.0) if paper == "squared" else rng.uniform(1.0, 1.8))
    for axis in (0, 1)[:2 if paper == "squared" else 1]:
        place = (np.arange(shape[axis]) + rng.uniform(0, step)) % step
        across = np.clip(wide / 2 + .5 - np.abs(place - step / 2), 0, 1).astype(np.float32)
        np.maximum(lines, across[:, None] if axis == 0 else across[None], out=lines)
    return lines * rng.uniform(.3, .8)                  # of the ink's strength


def _seen(written: Written, picture, place, transform) -> Written:
    """What was written, with the box where the camera sees it."""
    y, x = np.nonzero(picture > .3)
    x, y = transform(np.stack([x + place[1] + .5, y + place[0] + .5], axis=1)).T
    box = (int(max(0, y.min() - .5)), int(max(0, x.min() - .5)),
           int(np.ceil(y.max() + .5)), int(np.ceil(x.max() + .5)))
    return written._replace(box=box)


# ---------------------------------------------------------------- light

def _photograph(rng, ink, lines, made: dict) -> np.ndarray:
    """The picture (H, W) or (H, W, 3), uint8."""
    shape, tints = ink.shape, 3 if made["colour"] else 1
    lit = camera.smooth_light(rng, shape, made["light"] ** (.5 if made["shadow"] else 1))
    if made["shadow"]:
        lit = lit * camera.shadow(rng, shape, made["light"] ** .5, rng.uniform(.05, 1.5) * made["height"])
    ink = ink * (1 + .15 * camera.grain(rng, shape, .8))
    for _ in range(rng.poisson(3)):                     # crumbs and dust, up to a twelfth of a digit
        side = max(1, round(rng.uniform(.02, .08) * made["height"]))
        y, x = (int(rng.integers(0, n - side)) for n in shape)
        ink[y:y + side, x:x + side] = rng.uniform(.3, 1)
    ink = np.clip(gaussian_filter(ink, made["blur"]), 0, 1)
    lines = gaussian_filter(lines, made["blur"])
    paper = (1 + .008 * camera.grain(rng, shape, 1.2)) * lit
    darkness = _darkness(rng, made["ink"], tints)
    tint = np.array([1., rng.uniform(.94, 1), rng.uniform(.82, .98)])[:tints]
    image = np.empty((*shape, tints), np.float32)
    for c in range(tints):
        marks = (1 - darkness[c] * ink) * (1 - made["ink"] * lines)
        if made["light ink"]:                           # chalk: the paper is what absorbs
            marks = (1 - darkness[c]) / marks
        image[..., c] = paper * marks * 225 * tint[c]
    image += rng.normal(0, made["noise"], shape)[..., None] + rng.normal(0, made["noise"] / 2, image.shape)
    image = np.clip(np.round(image), 0, 255).astype(np.uint8)
    return camera.jpeg(image if tints == 3 else image[..., 0], made["quality"])


def _darkness(rng, mean: float, tints: int) -> np.ndarray:
    """How dark the ink is in each colour, `mean` to the eye."""
    if tints == 1:
        return np.array([mean])
    d = mean * (1 + rng.uniform(-.3, .3, 3))
    return np.clip(d * mean / (d @ camera.LUMINANCE), 0, .97)
