"""Write what lies beside the notebooks: python -m grading.material FOLDER, with the book's environment.

Digits, the maps of one digit, a page and a network that reads it; and the checks. It is the only part of the
assignment that uses `course_lib`: students get numbers, no code that answers a question.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
from skimage.measure import label
from threadpoolctl import threadpool_limits

from course_lib import digits, nn, reading
from grading import parts

ROWS = ("3141592653", "2718281828", "1618033988")
PITCH = 64      # pixels from digit to digit


def solutions(part):
    """The functions of a part's solution: the page's network knows digits in the frame that students make."""
    spaces = {"np": np}
    for cell in parts.read_part(parts.FOLDER / f"{part}.py").of("answer"):
        exec(compile(cell.source, cell.name, "exec"), spaces)
    return spaces


def framed(picture, solution):
    """A picture of a digit as the reader of the page sees it: its ink in a frame; None if it is not one piece."""
    ink = picture > 0.4
    if label(ink, connectivity=2).max() != 1:
        return None
    down, across = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return solution["frame"](ink[down[0]:down[-1] + 1, across[0]:across[-1] + 1])


@threadpool_limits.wrap(limits=1)     # its products are small
def learned(rng, solution, steps=800):
    """A network of 48 hidden units that reads framed digits."""
    split = digits.load("uci").train
    kept = [(frame, label) for frame, label in zip((framed(image, solution) for image in split.images), split.labels)
            if frame is not None]
    x, labels = np.array([frame.ravel() for frame, _ in kept], np.float32).T, np.array([label for _, label in kept])
    network = nn.Sequential(nn.Linear(784, 48, rng=rng), nn.ReLU(), nn.Linear(48, 10, rng=rng))
    loss, descent = nn.SoftmaxCrossEntropy(), nn.SGD(network, lr=0.05, momentum=0.9)
    for _ in range(steps):
        batch = rng.integers(0, len(labels), 64)
        loss.forward(network.forward(x[:, batch]), labels[batch])
        network.backward(loss.backward())
        descent.step()
    first, _, last = network.layers
    return {"W1": first.W, "b1": first.b, "W2": last.W, "b2": last.b}


def page(rng, solution):
    """A grey page with rows of digits that are held out, each in one piece, not quite in line, with a little noise."""
    split = digits.load("uci").test
    whole = np.array([framed(image, solution) is not None for image in split.images])
    grey = np.full((PITCH * len(ROWS), PITCH * len(ROWS[0])), 225.0)
    for i, row in enumerate(ROWS):
        for j, digit in enumerate(row):
            picture = split.images[rng.choice(np.flatnonzero(whole & (split.labels == int(digit))))]
            top, left = PITCH * i + 4 + rng.integers(-3, 4), PITCH * j + 4 + rng.integers(-3, 4)
            grey[top:top + 56, left:left + 56] -= 190 * np.kron(picture, np.ones((2, 2)))
    return np.clip(grey + rng.normal(0, 4, grey.shape), 0, 255).astype(np.uint8)


def maps():
    """The first digit that is held out, and what the course's reader makes of it in its first two layers."""
    picture = digits.load("uci").test.images[0]
    layer = reading.load_reader().layers[0]
    layer2 = layer.forward(digits.to_batch(picture))[..., 0]
    return {"digit": picture, "W": layer.W, "b": layer.b, "layer2": layer2, "layer3": np.maximum(layer2, 0)}


def real_digits():
    """The digits of the book as bytes, to train on and held out."""
    train, test = digits.load("uci")
    as_bytes = lambda images: np.round(255 * images).astype(np.uint8)
    return {"x_train": as_bytes(train.images), "t_train": train.labels,
            "x_test": as_bytes(test.images), "t_test": test.labels}


def main(folder):
    folder, rng = Path(folder), np.random.default_rng(2)
    solution = solutions("part6_page")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(parts.FOLDER / "checks.py", folder)
    np.savez_compressed(folder / "digits.npz", **real_digits())
    np.savez_compressed(folder / "maps.npz", **maps())
    np.savez_compressed(folder / "page.npz", page=page(rng, solution), rows=np.array(ROWS),
                        **learned(rng, solution))
    for path in (*folder.glob("*.py"), *folder.glob("*.npz")):
        path.chmod(0o644)       # a hand-in's process is nobody in particular, and reads them


if __name__ == "__main__":
    main(*sys.argv[1:])
