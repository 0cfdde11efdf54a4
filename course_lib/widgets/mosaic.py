"""An array as one picture of all its maps, in signed colours or as ink."""

from __future__ import annotations

from html import escape
from math import isqrt

import matplotlib
import numpy as np
from PIL import Image

from course_lib.figures import palette
from course_lib.widgets.svg import address

WIDTH = 370                                  # of a drawing
HALF = 20                                    # shades on either side of zero
LINE = 2 * HALF + 1                          # the shade of the lines between maps


def short(value):
    """Two digits that count."""
    return f"{float(f'{value:.2g}'):g}".replace("-", "−")


def maps_figure(array, limit: float, kind: str) -> str:
    """An array as one picture of all its maps, with a line that says what the colours mean."""
    tiles = montage(array)
    grown = max(1, min(9, WIDTH // tiles.shape[1]))
    shown = "" if array.ndim == 4 and len(array) == 1 else (
        f"{len(array)} maps of {array.shape[1]} × {array.shape[2]}. " if array.ndim == 4 else
        f"A column of {len(array)}, in {tiles.shape[0]} rows. ")
    if kind == "ink":
        meaning = "Dark is ink."
    else:
        meaning = f"Red: up to {short(limit)}, white: 0, blue: down to −{short(limit)}."
    what = "Gradients" if kind == "backward" else "Values"
    alt = f"{shown}{what} from {short(array.min())} to {short(array.max())}."
    return (f'<div class="course-maps"><img src="{png(tiles, limit, kind == "ink")}" alt="{escape(alt)}" '
            f'width="{grown * tiles.shape[1]}" height="{grown * tiles.shape[0]}"><p>{shown}{meaning}</p></div>')


def montage(array) -> np.ndarray:
    """All maps of (C, H, W, 1) in rows with lines of NaN between them, or a column (features, 1) in rows."""
    array = array[..., 0].astype(float)
    if array.ndim == 1:
        return array.reshape(_rows(len(array)), -1)
    count, height, width = array.shape
    if count == 1:
        return array[0]
    rows = _rows(count)
    tiles = np.pad(array, ((0, 0), (1, 0), (1, 0)), constant_values=np.nan)
    tiles = tiles.reshape(rows, count // rows, height + 1, width + 1).transpose(0, 2, 1, 3)
    return np.pad(tiles.reshape(rows * (height + 1), -1), ((0, 1), (0, 1)), constant_values=np.nan)


def _rows(count):
    """The number of rows that makes a table of `count` cells as square as it can be, and not tall."""
    return max(r for r in range(1, isqrt(count) + 1) if count % r == 0)


def shades(tiles, limit: float) -> np.ndarray:
    """Values as whole numbers from 0 (−limit) over HALF (zero) to 2 HALF (limit); LINE for NaN."""
    scaled = np.clip(np.nan_to_num(tiles) / (limit or 1), -1, 1)
    return np.where(np.isnan(tiles), LINE, np.round(HALF * scaled) + HALF).astype(np.uint8)


def png(tiles, limit: float, ink: bool = False) -> str:
    """The maps as the address of a picture in the page."""
    image = Image.fromarray(shades(tiles, limit))
    spread = np.clip((np.arange(2 * HALF + 1) - HALF) / HALF, 0, 1) if ink else np.linspace(0, 1, 2 * HALF + 1)
    colours = matplotlib.colormaps[palette.PIXELS if ink else palette.SIGNED](spread)[:, :3]
    image.putpalette(np.round(255 * np.vstack([colours, [0.62, 0.65, 0.69]])).astype(np.uint8).tobytes())
    return address(image, optimize=True)
