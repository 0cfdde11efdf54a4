"""The training chapter's recipe on any source, with a record of what came of it.

``python -m course_lib train lenet`` calls `train_lenet`. `Film` keeps the weights on their way.
"""

from __future__ import annotations

import copy
import json
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from course_lib import digits, evaluation, nn

BATCH, RATE = 50, 0.03
MNIST_RECORD = Path(__file__).parent / "data" / "mnist_run.json"


def parts(data: digits.Dataset, held_out: int | None = None):
    """The pictures and labels to learn from, and those to measure on.

    Parameters
    ----------
    data
    held_out
        None: the source's own training and test splits. A number: so many training digits, drawn by lot
        (always the same ones), are measured on, the others learned from; the test split is not touched.

    Raises
    ------
    ValueError
        If no more than a batch would be left to learn from.
    """
    if held_out is None:
        return data.train, data.test
    images, labels = data.train
    if not 1 <= held_out <= len(labels) - BATCH:
        raise ValueError(f"{held_out:,} of {len(labels):,} training digits cannot be held out: at least 1, "
                         f"and at least a batch of {BATCH} has to be left to learn from")
    order = np.random.default_rng(0).permutation(len(labels))
    return tuple(digits.Split(images[part], labels[part]) for part in (order[:-held_out], order[-held_out:]))


def train_lenet(data: str = "uci", data_dir: str | Path | None = None, *, steps: int = 300, seed: int = 0,
                held_out: int | None = None, out: str | Path | None = None, progress: bool = True) -> dict:
    """Train the chapter's network as the chapter does, and measure it every 300 steps and at the end.

    Parameters
    ----------
    data, data_dir
        See `digits.load`.
    steps
        Batches of 50; the chapter makes 300.
    seed
        Of the first weights and of the order of the digits.
    held_out
        See `parts`.
    out
        Where to save the weights (.npz); they are not saved if left out.

    Returns
    -------
    dict
        The record: command, source, how many digits were learned from and measured on, steps, seed, versions,
        and count, right, accuracy and its 95% interval. "right after steps" has a count every 300 steps.
    """
    (pictures, t), measured_on = parts(digits.load(data, data_dir=data_dir), held_out)
    rng = np.random.default_rng(seed)
    network = nn.lenet(rng)
    history = nn.train(network, digits.to_batch(pictures), t, steps=steps, batch=BATCH, rng=rng,
                       lr=nn.inverse_decay(RATE), momentum=0.9, weight_decay=5e-4, bias_rate=2.0, every=300,
                       watch=lambda network: evaluation.evaluate(*measured_on, network, progress=False),
                       progress=progress)
    if out is not None:
        nn.save_weights(network, out, dtype=np.float16)
    found = history.watched[-1][1]
    return {
        "command": _command(data, data_dir, held_out, steps, seed),
        "data": data,
        "learned from": f"{len(t):,} digits of the training split",
        "measured on": f"{found.count:,} digits of the " + ("test split" if held_out is None else
                                                            "training split, held out by lot"),
        "steps": steps, "batch": BATCH, "seed": seed,
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "course_lib": version("course_lib")},
        "count": found.count, "right": found.right,
        "accuracy": found.accuracy, "interval": list(found.interval),
        "right after steps": {str(step): at.right for step, at in history.watched},
    }


@dataclass(frozen=True)
class Moment:
    """What a network was like after some of its steps.

    Attributes
    ----------
    step : int
        How many steps it had made.
    filters : (F, C, k, k) array
        Its first layer's.
    probabilities : (10, N) array
        What it made of some pictures.
    """

    step: int
    filters: np.ndarray
    probabilities: np.ndarray


class Film:
    """Copies of a network's weights on its way through a training: give it to `nn.train` as `watch`.

    They are dense at the beginning, where most happens: the k-th is taken when a share of
    (k / last)² of the steps is made, the first before the first step.

    Parameters
    ----------
    steps : int
        How many the training will make.
    pictures : int
        How many copies to keep; fewer, if there are not so many steps.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib import nn, recipe
    >>> film = recipe.Film(10)
    >>> x, t = np.random.default_rng(0).random((1, 28, 28, 20), np.float32), np.arange(20) % 10
    >>> _ = nn.train(nn.lenet(), x, t, steps=10, batch=5, watch=film, every=1, progress=False)
    >>> [moment.step for moment in film.moments(x)]
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    """

    def __init__(self, steps: int, pictures: int = 25):
        if steps < 1 or pictures < 2:
            raise ValueError("a film needs at least 1 step and 2 pictures, before and after; "
                             f"got steps={steps}, pictures={pictures}")
        self.steps, self.met, self.copies, self.network = steps, 0, {}, None
        self.wanted = {round(steps * (k / (pictures - 1)) ** 2) for k in range(pictures)}

    def __call__(self, network) -> None:
        """Keep a copy of the weights, if this is a step to keep. Called before the first and after every step."""
        if self.met > self.steps:
            raise ValueError(f"this film is for one training of {self.steps} steps, and it is full; make a "
                             "new one, recipe.Film(steps), for every training")
        if self.met in self.wanted:
            self.network = self.network or copy.deepcopy(network)
            self.copies[self.met] = [getattr(layer, name).copy() for layer, name in network.parameters()]
        self.met += 1

    def moments(self, x) -> Iterator[Moment]:
        """Yield what the network was like at every kept step, and what it then made of some pictures.

        Parameters
        ----------
        x : (C, H, W, N) array

        Raises
        ------
        ValueError
            If the film has not met every step of its training.
        """
        if self.met != self.steps + 1:
            raise ValueError(f"the film met {self.met} of {self.steps + 1} moments; the training has to be "
                             f"nn.train(..., steps={self.steps}, watch=film, every=1), and to be over")
        first = self.network.layers[0]
        for step, weights in self.copies.items():
            for (layer, name), values in zip(self.network.parameters(), weights):
                setattr(layer, name, values)
            filters = first.W.reshape(len(first.W), -1, first.k, first.k)
            yield Moment(step, filters, self.network.probabilities(x))


def mnist_record() -> dict:
    """The record of one run on MNIST that comes with the course; its "command" makes it again."""
    return json.loads(MNIST_RECORD.read_text(encoding="utf-8"))


def _command(data, data_dir, held_out, steps, seed):
    """The command that makes such a record; the folder's own name stays out of it."""
    return (f"python -m course_lib train lenet --data {data}" + (" --data-dir FOLDER" if data_dir else "")
            + (f" --held-out {held_out}" if held_out else "") + f" --steps {steps} --seed {seed} --json")
