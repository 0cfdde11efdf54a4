"""One batch, several threads: each computes its own columns with the same parameters."""

import copy
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np

COLUMNS = 32  # a thread with fewer columns than this costs more than it brings


def share(network, threads, columns):
    """Return something with the network's `forward` and `backward` that uses several threads.

    Parameters
    ----------
    network : Sequential
    threads : int or None
        None: as many as NumPy's matrix products use (the environment sets it, for instance with
        OPENBLAS_NUM_THREADS), but none with fewer than 32 columns; one if a layer looks at the
        whole batch at once.
    columns : int
        The size of the batches to come.

    Returns
    -------
    Parallel, or the network itself where one thread does the work.
    """
    if threads is None:
        most = columns // COLUMNS if network.splits else 1
        threads = min(most, blas_threads()) if most > 1 else 1
    return Parallel(network, threads) if threads > 1 else network


class Parallel:
    """A network whose batches are split among threads; its gradients are the sums of theirs.

    Two matrix products of one thread each leave no core idle while the other layers work; one
    product of two threads does. So NumPy's matrix products are held to one thread meanwhile.

    Parameters
    ----------
    network : Sequential
        Its parameters are shared, its gradients are set; it may be used as before.
    threads : int
    """

    def __init__(self, network, threads):
        if not network.splits:
            raise ValueError("threads cannot share a batch when a layer looks at all of it at once; "
                             f"use threads=1 with\n{network}")
        self.network, self.twins = network, [twin(network) for _ in range(threads)]

    def forward(self, x):
        """x -> y, each thread a part of the columns."""
        return np.concatenate(self._together(lambda t, part: t.forward(part), self._parts(x)), axis=-1)

    def backward(self, dy, input_gradient=True):
        """Return dx and store every layer's gradients in the network, as `Sequential.backward`."""
        parts = self._parts(dy)
        dxs = self._together(lambda t, part: t.backward(part, input_gradient), parts)
        for (layer, name), *shares in zip(self.network.parameters(),
                                          *(t.parameters() for t in self.twins[:len(parts)])):
            first, *others = (getattr(part, "d" + name) for part, _ in shares)
            for other in others:
                first += other
            setattr(layer, "d" + name, first)
        return np.concatenate(dxs, axis=-1) if input_gradient else None

    def _parts(self, x):
        """A part of the columns for each thread; where there are fewer columns than threads, one for each column."""
        return np.array_split(x, max(1, min(len(self.twins), x.shape[-1])), axis=-1)

    def _together(self, work, parts):
        with _controller().limit(limits=1, user_api="blas"):
            return list(_side_by_side(len(self.twins))(work, self.twins, parts))


def twin(layer):
    """A layer with the same parameters, but values of its own between forward and backward."""
    other = copy.copy(layer)
    other.layers = tuple(twin(inner) for inner in layer.layers)
    return other


def blas_threads():
    """How many threads NumPy's matrix products use at present."""
    return max((each["num_threads"] for each in _controller().select(user_api="blas").info()), default=1)


@cache
def _controller():
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()  # looks through the process's libraries: once is enough


@cache
def _side_by_side(threads):
    """`map` on so many threads; a browser has none, and does one after the other."""
    return map if sys.platform == "emscripten" else ThreadPoolExecutor(threads, thread_name_prefix="course_lib").map


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_side_by_side.cache_clear)  # a fork copies the pool, not its threads
