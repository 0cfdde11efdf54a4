"""A network on its way through a training: copies of its weights, dense at the beginning."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


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
    >>> from course_lib import nn
    >>> from course_lib.workshop.film import Film
    >>> film = Film(10)
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
                             "new one, Film(steps), for every training")
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
