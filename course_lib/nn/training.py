"""The training loop: draw a batch, forward, backward, step."""

from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from course_lib.nn import given
from course_lib.nn.losses import SoftmaxCrossEntropy
from course_lib.nn.optimiser import SGD


@dataclass
class History:
    """What happened during training.

    Attributes
    ----------
    loss : list of float
        The batch's loss at every step.
    watched : list of (step, value)
        What the `watch` function returned, and after how many steps.
    """

    loss: list = field(default_factory=list)
    watched: list = field(default_factory=list)


def batches(count, batch, rng):
    """Yield the indices of one batch after another, for ever; every pass is a new shuffle."""
    while True:
        order = rng.permutation(count)
        for start in range(0, count - batch + 1, batch):
            yield order[start:start + batch]


def train(network, x, labels, *, steps, batch=100, lr=0.01, momentum=0.9, weight_decay=5e-4,
          bias_rate=2.0, rng=None, loss=None, augment=None, watch=None, every=50, progress=True,
          threads=None):
    """Train a network by stochastic gradient descent.

    Parameters
    ----------
    network : Sequential
        Changed in place; train again to go on, build a new one to start over.
    x : (..., N) array
        Inputs, one per column, in the network's dtype.
    labels : (N,) integers
    steps, batch : int
    lr : float or callable
        The learning rate, or a function from the iteration to it, such as `inverse_decay(0.01)`.
    momentum, weight_decay, bias_rate : float
        See `SGD`.
    rng : numpy.random.Generator, optional
        Shuffles the data; seed 0 if left out.
    loss : optional
        `SoftmaxCrossEntropy()` if left out.
    augment : callable, optional
        augment(x, rng) -> x, applied to every batch.
    watch : callable, optional
        watch(network) is called before the first step, after every `every` steps and at the end.
    progress : bool
        Whether to show a progress bar.
    threads : int, optional
        How many threads share every batch; see `Sequential.quick`.

    Returns
    -------
    History
    """
    x, labels = np.asarray(x), np.asarray(labels)
    _check_material(x, labels, batch)
    given.whole("train", 0, steps=steps)
    given.whole("train", every=every)
    rng = given.generator("train", rng)
    loss = SoftmaxCrossEntropy() if loss is None else loss
    rate = lr if callable(lr) else lambda iteration: lr
    optimiser = SGD(network, lr=rate(0), momentum=momentum, weight_decay=weight_decay,
                    bias_rate=bias_rate)
    history, draw, quick = History(), batches(len(labels), batch, rng), network.quick(batch, threads)
    from tqdm.auto import tqdm  # looks for Jupyter's widgets, which takes longer than all of `nn`

    bar = tqdm(range(steps), desc="training", unit="step", disable=not progress)
    for iteration in bar:
        if watch is not None and iteration % every == 0:
            history.watched.append((iteration, watch(network)))
        columns = next(draw)
        batch_x = x[..., columns] if augment is None else augment(x[..., columns], rng)
        with training_mode(network):
            history.loss.append(loss.forward(quick.forward(batch_x), labels[columns]))
        quick.backward(loss.backward(), input_gradient=False)
        optimiser.lr = rate(iteration)
        optimiser.step()
        bar.set_postfix_str(f"loss {history.loss[-1]:.3f}", refresh=False)
    if watch is not None:
        history.watched.append((steps, watch(network)))
    return history


def _check_material(x, labels, batch):
    """Complain unless there is a label for each input, and a batch can be drawn."""
    given.finite("the inputs of train", x)
    if labels.ndim == 0 or x.shape[-1] != len(labels):
        raise ValueError(f"{x.shape[-1]} inputs (the last axis of {x.shape}) but "
                         f"{len(labels) if labels.ndim else 'no'} labels; expected one label for each input")
    given.whole("train", batch=batch)
    if batch > len(labels):
        raise ValueError(f"a batch of {batch} cannot be drawn from {len(labels)} inputs; "
                         f"batch must be {len(labels)} at most")


@contextmanager
def training_mode(network):
    """Tell the network's layers that they are being trained, as long as the block runs."""
    network.set_training(True)
    try:
        yield
    finally:
        network.set_training(False)
