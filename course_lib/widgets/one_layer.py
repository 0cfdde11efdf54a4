"""A network from the plane to two logits, measured against a single layer z = W x + b."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.nn import Linear, Sequential
from course_lib.symbolic import affine as sm

MARGIN = 0.5                                 # of the plane around the data
SIDE = 161                                   # points of the plane, along each side, that are compared


@dataclass(frozen=True)
class Collapse:
    """A network of two inputs and two logits, measured against one layer z = W x + b.

    Attributes
    ----------
    Ws, bs : lists of arrays
        The network's own matrices and columns.
    slope : float or None
        c, if the activation is g(z) = c z + a; None if it bends. Without an activation it is 1.
    W, b : arrays (2, 2) and (2, 1)
        The layers multiplied out or, if the activation bends, the best fit to the logits.
    gap : float
        The largest difference between the network's logits and W x + b over the plane.
    other : float
        The share of the plane where the two do not say the same class.
    right, count : int
        How many of the points the network sorts as told, of how many.
    size : float
        The network's largest logit over the plane, signs aside.
    margin : array (SIDE, SIDE)
        The logit of class 1 less that of class 0, from the lower left.
    """

    Ws: list
    bs: list
    slope: float | None
    W: np.ndarray
    b: np.ndarray
    gap: float
    other: float
    right: int
    count: int
    size: float
    margin: np.ndarray

    @property
    def depth(self) -> int:
        """The number of hidden layers."""
        return len(self.Ws) - 1

    @property
    def parameters(self) -> int:
        """How many numbers the network consists of."""
        return sum(array.size for array in self.Ws + self.bs)


def measure(network: Sequential, x, t) -> Collapse:
    """Compare a network with one layer, at SIDE x SIDE points of the plane around its data.

    Parameters
    ----------
    network : Sequential
        Linear layers from 2 inputs to 2 logits, with the same activation after each but the last.
    x, t : arrays (2, N) and (N,)
        The points and their classes, 0 or 1.
    """
    linear = _linear_layers(network, x)
    Ws, bs = [layer.W for layer in linear], [layer.b for layer in linear]
    line = straight([layer for layer in network.layers if layer not in linear])
    points = np.stack(np.meshgrid(*np.linspace(*plane(x), SIDE).T)).reshape(2, -1)
    z = network.forward(points)
    W, b = one_layer(Ws, bs, line) if line else best_layer(points, z)
    single = W @ points + b
    margin, margin_of_one = z[1] - z[0], single[1] - single[0]
    return Collapse(Ws, bs, line[0] if line else None, W, b, np.abs(z - single).max(),
                    np.mean((margin > 0) != (margin_of_one > 0)),
                    int((network.predict(x) == t).sum()), len(t), np.abs(z).max(),
                    margin.reshape(SIDE, SIDE))


def _linear_layers(network, x):
    """The network's linear layers, if they go from the plane to two logits."""
    linear = [layer for layer in network.layers if isinstance(layer, Linear)]
    if len(x) != 2 or not linear or linear[0].W.shape[1] != 2 or len(linear[-1].W) != 2:
        raise ValueError("expected Linear layers from 2 inputs to 2 logits and points (2, N); got "
                         f"{network} and points {x.shape}")
    return linear


def one_layer(Ws, bs, line: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """The W and b that a whole chain of layers comes to where its activations are lines."""
    shifts = [np.full((len(W), 1), line[1]) for W in Ws[:-1]]
    return sm.collapse(Ws, bs, line[0], shifts)


def straight(activations: Sequence) -> tuple[float, float] | None:
    """The (c, a) of activations g(z) = c z + a, found by asking them; None if they bend."""
    if not activations:
        return 1.0, 0.0
    z = np.array([[-2.0, -1.0, 0.0, 1.0, 2.0]])
    answer, *others = (activation.forward(z) for activation in activations)
    if not all(np.array_equal(answer, other) for other in others):
        raise ValueError("expected the same activation after every layer but the last; got "
                         + ", ".join(map(repr, activations)))
    a = answer[0, 2]
    c = answer[0, 3] - a
    return (float(c), float(a)) if np.allclose(answer, c * z + a) else None


def best_layer(points, z) -> tuple[np.ndarray, np.ndarray]:
    """The W and b for which W x + b comes closest to z, summed squares over all points."""
    with_one = np.vstack([points, np.ones(points.shape[1])])
    fit = np.linalg.lstsq(with_one.T, z.T, rcond=None)[0].T
    return fit[:, :2], fit[:, 2:]


def plane(x) -> tuple[np.ndarray, np.ndarray]:
    """The lower left and upper right corner of the plane that is looked at."""
    return x.min(axis=1) - MARGIN, x.max(axis=1) + MARGIN
