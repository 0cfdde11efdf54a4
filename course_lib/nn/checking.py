"""Are the gradients right? Compare them with centred differences, in float64."""

import numpy as np

from course_lib.nn import given
from course_lib.nn.network import Sequential


def numerical_gradient(f, x, h=1e-5):
    """Return the gradient of the scalar f() with respect to the array x, by centred differences.

    `f` takes no argument and reads x, whose entries are moved by ±h one at a time and put back.
    """
    given.array("numerical_gradient", x)
    if x.dtype != np.float64:
        raise TypeError(f"numerical_gradient moves x by {h:g}, which {x.dtype} drowns in rounding; "
                        "expected float64: let f read x = x.astype(np.float64)")
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        value = x[index]
        x[index] = value + h
        above = f()
        x[index] = value - h
        below = f()
        x[index] = value
        gradient[index] = (above - below) / (2 * h)
    return gradient


def relative_error(a, b):
    """Return max abs(a - b) / max(abs(a), abs(b)) over two arrays; 0 if both are all zeros."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError(f"relative_error compares arrays entry by entry; got shapes {a.shape} and {b.shape}, "
                         "expected the same: reshape one of them")
    scale = max(np.abs(a).max(initial=0), np.abs(b).max(initial=0))
    return float(np.abs(a - b).max(initial=0) / scale) if scale > 0 else 0.0


def gradient_check(network, x, labels=None, *, loss=None, rng=None, h=1e-5, directions=5):
    """Compare every gradient of a layer or network with centred differences.

    Each array (the input and every parameter) is moved as a whole along a few random directions v:
    (L(w + h v) - L(w - h v)) / 2h must equal the inner product of dw and v. One number per
    direction covers all entries of the array, so a big network is checked in a few passes.
    Kinks (ReLU at 0, ties in pooling) spoil the comparison when the step crosses them; take a
    smaller h or another point.

    Parameters
    ----------
    network : Layer
        In float64: with float32 the differences drown in rounding.
    x : array
        Input in float64.
    labels : optional
        What `loss.forward` compares the output with.
    loss : optional
        If left out, the loss is the inner product of the output with a fixed random array.
    rng : numpy.random.Generator, optional
        Draws the directions; seed 0 if left out.

    Returns
    -------
    dict
        From the name of an array ("x", "0.W", "0.b", ...) to the relative error of its directions.
    """
    given.finite("gradient_check", x)
    if x.dtype != np.float64:
        raise TypeError(f"gradient_check needs float64 throughout; the input is {x.dtype}. Build the "
                        "network with dtype=np.float64 and pass x.astype(np.float64).")
    network = network if isinstance(network, Sequential) else Sequential(network)
    rng = given.generator("gradient_check", rng)
    x = x.copy()
    loss = RandomProjection(rng) if loss is None else loss

    def L():
        return loss.forward(network.forward(x), labels)

    L()
    dx = network.backward(loss.backward())
    arrays = {"x": (x, dx)}
    for label, layer, name in network.named_parameters():
        arrays[label] = (getattr(layer, name), getattr(layer, "d" + name).copy())
    return {label: _directional_error(L, w, dw, rng, h, directions)
            for label, (w, dw) in arrays.items()}


class RandomProjection:
    """A loss for checks: the inner product of the output with a random array, drawn once."""

    def __init__(self, rng):
        self.rng, self.c = rng, None

    def forward(self, y, target=None):
        """Return <c, y>."""
        if self.c is None:
            self.c = self.rng.standard_normal(y.shape)
        return float((self.c * y).sum())

    def backward(self):
        """Return c."""
        return self.c


def _directional_error(L, w, dw, rng, h, directions):
    """Relative error of <dw, v> against centred differences of L along random unit vectors v.

    The error is taken over all directions together: along a direction that happens to be almost
    level, <dw, v> is nearly 0, and its own relative error would be rounding and nothing else.
    """
    differences, products, start = [], [], w.copy()
    for _ in range(directions):
        v = rng.standard_normal(w.shape)
        v /= np.linalg.norm(v)
        w[...] = start + h * v
        above = L()
        w[...] = start - h * v
        below = L()
        w[...] = start
        differences.append((above - below) / (2 * h))
        products.append((dw * v).sum())
    return relative_error(differences, products)
