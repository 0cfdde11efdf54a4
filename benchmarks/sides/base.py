"""What the sides share."""

import task


class BaseSide:
    """One library's LeNet.

    Attributes
    ----------
    packages : tuple of str
        The distributions whose versions belong in the record.
    note : str
        What had to be done to make the library run, and where its training step differs.
    tasks : tuple of str
        What it can be asked to do; some only predict.
    """

    packages = ()
    note = ""
    tasks = ("step", "predict")

    def __init__(self, argument, threads):
        """Build the network with `task.weights()`; `argument` is what follows the name and a colon."""
        raise NotImplementedError

    def give(self, case):
        """Take a batch, {"batch": N}, in the library's own layout: this is not timed."""
        raise NotImplementedError

    def step(self):
        """Train on the batch once: gradients to zero, forward, loss, backward, SGD. Return the loss."""
        raise NotImplementedError

    def predict(self):
        """Return the labels (N,) of the batch, without gradients."""
        raise NotImplementedError

    def parameters(self):
        """Return the number of parameters."""
        raise NotImplementedError

    def settings(self):
        """Return what is to be said of this side's threads and kernels besides BLAS."""
        return {}


def give_weights(network):
    """Put `task.weights()` into a network of `course_lib.nn`."""
    learning = [layer for layer in network.layers if layer.params]
    for layer, (W, b) in zip(learning, task.weights(), strict=True):
        layer.W[:], layer.b[:] = W, b
