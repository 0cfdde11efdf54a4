"""Train the judge that tells a digit from what is none, and store it with its record.

    python -m course_lib.workshop.train_judge [--lines 3200] [--pages 900] [--steps 30000] [--seed 0]

It learns from what the stages of the page reader would show it: lines of digits (pen strokes, and
scikit-learn's training digits) are written, some touching, some broken, and cut in all the ways the
reader would try. A piece that shares 85 % of the ink with one digit (of what the two cover together) is
a yes, one that shares less than 70 % with any is a no. Letters, scribbles and blots are no as well. The
pages that the reader learns from (`course_lib.workshop.cuttings`) give pieces, too: there the boxes of digits are
known, and what shares less than half with any of them is a no.
"""

from __future__ import annotations

import argparse
import json
import platform
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter, rotate
from tqdm import tqdm

from course_lib import digits, nn
from course_lib.digits import pen
from course_lib.reading.cutting import may_touch, pieces_of
from course_lib.reading.frames import portrait, portraits
from course_lib.reading.joining import belong_together
from course_lib.reading.judge import WEIGHTS, judge_network
from course_lib.reading.part import components, merge
from course_lib.reading.pieces import LARGEST
from course_lib.workshop import cuttings, pages
from course_lib.workshop.pages.score import shared
from course_lib.workshop.variation import vary

HEIGHT = 40
NOT_DIGITS = "AEFGHKLMNPQRTVWXYacdefhkmnprtuvwxy?!&%#=+*@$<>~()[]{}"


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
    with ProcessPoolExecutor() as pool:
        found = list(tqdm(pool.map(from_page, seeds, chunksize=4), total=len(seeds), desc="pages", leave=False))
    return [np.concatenate(kind) for kind in zip(*found)]


# ---------------------------------------------------------------- what is no digit

def letter(rng):
    """A printed character that is no digit, turned and slanted a little."""
    names = ("DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf", "DejaVuSans-Bold.ttf")
    import matplotlib
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    picture = Image.new("L", (120, 120))
    font = ImageFont.truetype(folder / names[rng.integers(len(names))], 60)
    ImageDraw.Draw(picture).text((30, 20), NOT_DIGITS[rng.integers(len(NOT_DIGITS))], 255, font)
    slant = rng.normal(0, .2)
    picture = picture.transform(picture.size, Image.Transform.AFFINE, (1, slant, -60 * slant, 0, 1, 0))
    return rotate(np.asarray(picture) / 255., rng.normal(0, 8), reshape=False, order=1)


def scribble(rng):
    """A curve through five to twelve random points, in one stroke or two."""
    lines = [pen.curve(rng.uniform(10, 70, (int(rng.integers(5, 13)), 2))) for _ in range(rng.integers(1, 3))]
    return pen.ink(lines, [rng.uniform(3, 9)] * len(lines), (80, 80))


def blot(rng):
    """An ellipse, a bar, or a corner of printed lines."""
    y, x = np.mgrid[-40:40, -40:40]
    a = rng.uniform(0, np.pi)
    u, v = x * np.cos(a) + y * np.sin(a), y * np.cos(a) - x * np.sin(a)
    kind = rng.integers(3)
    if kind == 0:
        return (u / rng.uniform(10, 30))**2 + (v / rng.uniform(10, 30))**2 + rng.normal(0, .05) < 1.
    if kind == 1:
        bar = (np.abs(u) < rng.uniform(8, 35)) & (np.abs(v) < rng.uniform(4, 30))
        lying = np.abs(x[bar]).max(initial=0) > 1.3 * np.abs(y[bar]).max(initial=1)
        thick = bar.sum() > 900
        return bar if lying or thick else (np.abs(y) < rng.uniform(2, 8)) & (np.abs(x) < 30)
    width = rng.uniform(2, 5)
    cross = (np.abs(u - rng.uniform(-20, 20)) < width) | (np.abs(v - rng.uniform(-20, 20)) < width)
    return cross & (np.abs(x) < 35) & (np.abs(y) < 35)


def strangers(rng, count: int):
    """Pictures of what is no digit."""
    makers = (letter, letter, scribble, blot)
    pictures = []
    while len(pictures) < count:
        ink = np.pad(np.asarray(makers[rng.integers(4)](rng), np.float32), 4)
        found = max(components(ink > .5), key=lambda p: p.area, default=None)
        if found is not None and found.area > 30:
            pictures.append(portrait(gaussian_filter(ink, rng.uniform(0, 1.5)), found))
    return pictures


def material(rng, lines: int, seeds):
    """Pictures of digits and of what is none (N, 28, 28), and which is which (N,)."""
    pictures, answers = from_lines(rng, lines)
    other = strangers(rng, len(pictures) // 4)
    alone = [*digits.load("uci").train.images, *pen.draw(rng, np.arange(len(pictures) // 5) % 10)]
    x, t = from_pages(seeds)
    x = np.concatenate([np.stack(pictures + other + alone), x]).astype(np.float32)
    return x, np.concatenate([answers + [0] * len(other) + [1] * len(alone), t])


def varied(x, rng):
    """A batch (1, 28, 28, N) deformed and restroked."""
    return digits.to_batch(vary(x[0].transpose(2, 0, 1), rng))


def main():
    """Train the judge, and store it with its record."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name, default in (("lines", 3200), ("pages", 900), ("steps", 30_000), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    a = parser.parse_args()
    rng = np.random.default_rng(a.seed)
    x, t = material(rng, a.lines, range(a.pages))
    x_test, t_test = material(np.random.default_rng(a.seed + 1), max(50, a.lines // 10),
                              range(a.pages, a.pages + max(10, a.pages // 10)))
    network = judge_network(rng)
    nn.train(network, digits.to_batch(x), t, steps=a.steps, batch=100, rng=rng, augment=varied,
             lr=lambda i: .03 * min(20 * (i + 1) / a.steps, .5 + .5 * np.cos(np.pi * i / a.steps)))
    nn.save_weights(network, a.out, dtype=np.float16)
    right = network.predict(digits.to_batch(x_test)) == t_test
    record = {"command": f"python -m course_lib.workshop.train_judge --lines {a.lines} --pages {a.pages} "
                         f"--steps {a.steps} --seed {a.seed}",
              "pictures": len(t), "of them digits": int(t.sum()),
              "right on new ones": {"digits": round(float(right[t_test == 1].mean()), 3),
                                    "others": round(float(right[t_test == 0].mean()), 3)},
              "versions": {"python": platform.python_version(), "numpy": np.__version__}}
    a.out.with_suffix(".json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
