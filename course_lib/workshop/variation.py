"""Pictures of digits varied as handwriting varies: turned, bent, thicker, softer."""

from __future__ import annotations

import numpy as np

from course_lib.digits.normalise import SIDE as SIZE


def deform(images: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Turn, stretch, slant, shift and gently bend pictures (N, 28, 28), each in its own way.

    Every new pixel looks up where it came from in the old picture (bilinear, paper outside).
    `strength` 0 leaves the pictures as they are.
    """
    N = len(images)
    turn, slant = rng.normal(0, .10, N), rng.normal(0, .12, N)
    stretch = np.exp(rng.normal(0, .08, (2, N)))
    shift = rng.normal(0, .8, (2, N))
    bend = rng.normal(0, .55, (2, N, 4, 4))                  # pixels, at 4 x 4 knots
    centred = np.arange(SIZE) - (SIZE - 1) / 2
    knots = np.maximum(0, 1 - np.abs(np.arange(SIZE)[:, None] / (SIZE - 1) * 3 - np.arange(4)))
    bend = knots @ bend @ knots.T                            # (2, N, 28, 28)

    y, x = centred[None, :, None], centred[None, None, :]
    a, s = strength * turn[:, None, None], strength * slant[:, None, None]
    sx, sy = (stretch ** strength)[:, :, None, None]
    from_x = sx * (np.cos(a) * x + np.sin(a) * y) + s * y
    from_y = sy * (np.cos(a) * y - np.sin(a) * x)
    from_x = from_x + strength * (bend[0] + shift[0][:, None, None]) + (SIZE - 1) / 2
    from_y = from_y + strength * (bend[1] + shift[1][:, None, None]) + (SIZE - 1) / 2
    return _bilinear(images, from_y, from_x)


def _bilinear(images, y, x):
    """images[n] at real coordinates y[n], x[n], both (N, 28, 28); 0 outside."""
    padded = np.pad(images, ((0, 0), (1, 2), (1, 2)))
    side = SIZE + 3
    y, x = np.clip(y + 1, 0, SIZE + 1), np.clip(x + 1, 0, SIZE + 1)
    row, column = y.astype(np.intp), x.astype(np.intp)
    fy, fx = (y - row).astype(np.float32), (x - column).astype(np.float32)
    at = (np.arange(len(images))[:, None, None] * side + row) * side + column
    flat = padded.ravel()
    top = flat[at] * (1 - fx) + flat[at + 1] * fx
    bottom = flat[at + side] * (1 - fx) + flat[at + side + 1] * fx
    return top * (1 - fy) + bottom * fy


def restroke(images: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Make strokes thicker or thinner, their edges harder or softer.

    Across the grey edge of a stroke the values fall from 1 to 0; cutting at a lower level than a
    half moves the edge outwards. The digits of scikit-learn's set, enlarged from 8 x 8, have such
    edges several pixels wide.
    """
    N = len(images)
    level = .5 + strength * rng.uniform(-.25, .2, (N, 1, 1)).astype(np.float32)
    reach = .5 * np.exp(-strength * rng.uniform(0, 1.4, (N, 1, 1))).astype(np.float32)
    low = np.maximum(level - reach, 0)                       # paper stays white
    return np.clip((images - low) / (level + reach - low), 0, 1)


def vary(images: np.ndarray, rng: np.random.Generator, deformed: float = 1.0,
         restroked: float = 1.0) -> np.ndarray:
    """Deform and restroke pictures (N, 28, 28), each with the probability given."""
    if rng.random() < deformed:
        images = deform(images, rng)
    if rng.random() < restroked:
        images = restroke(images, rng, .6 + .4 * restroked)
    return images.astype(np.float32, copy=False)
