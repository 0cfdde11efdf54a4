"""How the shipped reader is trained: what it sees, how that is varied, and the record it leaves.

The reader is the course's LeNet. It sees the 1,297 training digits of scikit-learn's set and pen
strokes drawn by `digits.pen`, each deformed afresh at every step. It sees no other handwriting;
the 500 held-out digits of the set only measure it.

``python -m course_lib train reader`` calls `train_reader`.
"""

from __future__ import annotations

import json
import platform
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from course_lib import digits, nn
from course_lib.digits import pen
from course_lib.digits.normalise import SIDE as SIZE

WEIGHTS = Path(__file__).parent / "data" / "reader.npz"
RECORD = WEIGHTS.with_suffix(".json")


# ---------------------------------------------------------------- variation

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


def vary(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Deform and restroke a batch (1, 28, 28, N); most of it, so that plain digits stay known."""
    images = np.ascontiguousarray(x[0].transpose(2, 0, 1))
    strength = 0.0 if rng.random() < .1 else 1.0
    images = restroke(deform(images, rng, strength), rng, strength)
    return np.ascontiguousarray(images.transpose(1, 2, 0)[None], dtype=x.dtype)


# ---------------------------------------------------------------- the recipe

def material(rng: np.random.Generator, pen_digits: int, uci_share: float = .25):
    """What the reader learns from: pictures (N, 28, 28) and labels (N,).

    `pen_digits` pen strokes, and scikit-learn's training digits repeated until they make up about
    `uci_share` of the whole.
    """
    real = digits.load("uci").train
    labels = rng.permutation(np.arange(pen_digits) % 10)
    drawn = np.empty((pen_digits, SIZE, SIZE), np.float32)
    for i in tqdm(range(0, pen_digits, 100), desc="drawing", unit="00 digits", leave=False):
        drawn[i:i + 100] = pen.draw(rng, labels[i:i + 100])
    again = max(1, round(uci_share / (1 - uci_share) * pen_digits / len(real.labels)))
    return (np.concatenate([drawn] + [real.images] * again),
            np.concatenate([labels] + [real.labels] * again))


def train_reader(steps: int = 3000, seed: int = 0, out: str | Path | None = None,
                 pen_digits: int = 20_000, batch: int = 100, peak: float = .03,
                 progress: bool = True) -> dict:
    """Train the reader, write its weights (float16 .npz) and, beside them, the record (.json).

    The learning rate rises over the first twentieth of the steps to `peak` and falls from there to
    nothing along a half cosine.

    Returns
    -------
    dict
        The record: command, seed, sizes, versions, and the share of the 500 held-out digits that
        the stored weights read right.
    """
    out = Path(out or WEIGHTS)
    rng = np.random.default_rng(seed)
    images, labels = material(rng, pen_digits)
    network = nn.lenet(rng)

    def rate(iteration):
        done = iteration / steps
        return peak * min(20 * (done + 1 / steps), .5 + .5 * np.cos(np.pi * done))

    nn.train(network, digits.to_batch(images), labels, steps=steps, batch=batch, lr=rate, rng=rng,
             augment=vary, progress=progress)
    out.parent.mkdir(parents=True, exist_ok=True)
    nn.save_weights(network, out, dtype=np.float16)
    record = {
        "command": f"python -m course_lib train reader --steps {steps} --seed {seed}",
        "seed": seed, "steps": steps, "batch": batch,
        "material": {"pen strokes": pen_digits, "scikit-learn's training digits": 1297},
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "accuracy on the 500 held-out digits": round(accuracy(nn.load_weights(nn.lenet(), out)), 3),
    }
    out.with_suffix(".json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return record


def accuracy(network) -> float:
    """The share of the 500 held-out digits of scikit-learn's set that a network reads right."""
    images, labels = digits.load("uci").test
    return float((network.predict(digits.to_batch(images)) == labels).mean())
