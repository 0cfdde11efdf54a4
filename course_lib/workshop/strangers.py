"""What is no digit, for the judge to refuse: letters, scribbles and blots."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter, rotate

from course_lib.digits import pen
from course_lib.reading.frames import portrait
from course_lib.reading.part import components

NOT_DIGITS = "AEFGHKLMNPQRTVWXYacdefhkmnprtuvwxy?!&%#=+*@$<>~()[]{}"


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
