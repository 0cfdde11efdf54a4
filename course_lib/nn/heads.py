"""Classifiers on the side, which help to train a deep network and are not used afterwards."""

from textwrap import indent

from course_lib.nn import given
from course_lib.nn.layer import Layer
from course_lib.nn.losses import SoftmaxCrossEntropy


class Tap(Layer):
    """Lets x through unchanged and, while the network is being trained, also feeds it to a head.

    GoogLeNet (Szegedy et al., 2015) has two such classifiers half-way, so that a gradient reaches
    its first layers on a short path. `HeadLoss` says what they are to learn.

    Parameters
    ----------
    head : Layer
        A network of its own, with an output of its own.

    Attributes
    ----------
    z : array
        What the head put out, while the network is being trained.
    dz : array
        The gradient of the loss with respect to z, given by `HeadLoss`.
    """

    splits = False  # the loss needs the whole batch's z in one place

    def __init__(self, head):
        self.head, self.layers = head, (head,)

    def __repr__(self):
        return "Tap(\n" + indent(f"{self.head},", "    ") + "\n)"

    def forward(self, x):
        """y = x; while the network is being trained, z = head(x) as well."""
        given.array(self, x)
        self.x_shape, self.z, self.dz = x.shape, None, None
        if self.training:
            self.z = self.head.forward(x)
        return x

    def backward(self, dy):
        """x went two ways: dx = dy + the gradient that comes back through the head."""
        self._check_dy(dy, self._kept("x_shape"))
        if self.z is None:
            return dy
        if self.dz is None:
            raise RuntimeError("a head has put out something that no loss has looked at; train with "
                               "loss=nn.HeadLoss(network), or after network.set_training(False)")
        return dy + self.head.backward(self.dz)


class HeadLoss:
    """The loss of a network with heads: that of its output, plus `weight` times that of each head.

    Use it like any other loss, for instance `train(network, x, labels, loss=HeadLoss(network), ...)`.
    When the network is not being trained, its heads put out nothing and add nothing.

    Parameters
    ----------
    network : Layer
        With a `Tap` for every head.
    weight : float
        What a head's loss counts; 0.3 in GoogLeNet's paper.
    loss : callable, optional
        Makes a new loss for each output; `SoftmaxCrossEntropy` if left out.
    """

    def __init__(self, network, weight=0.3, loss=None):
        loss = SoftmaxCrossEntropy if loss is None else loss
        self.taps = [layer for _, layer in network.walk() if isinstance(layer, Tap)]
        if not self.taps:
            raise ValueError(f"HeadLoss: the network has no heads (no Tap); use {loss.__name__}() itself")
        self.weight, self.loss = float(weight), loss()
        self.head_losses = [loss() for _ in self.taps]

    def forward(self, z, target):
        """z, the network's output, and what it and every head should say -> one number."""
        L = self.loss.forward(z, target)
        for tap, loss in self._heads():
            L += self.weight * loss.forward(tap.z, target)
        return L

    def backward(self):
        """Return the gradient of the network's output; every head's is left in its tap."""
        for tap, loss in self._heads():
            tap.dz = self.weight * loss.backward()
        return self.loss.backward()

    def _heads(self):
        return [(tap, loss) for tap, loss in zip(self.taps, self.head_losses) if tap.z is not None]
