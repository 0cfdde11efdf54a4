"""From a description to a network that computes."""

import warnings
from functools import singledispatch

import numpy as np

from course_lib import architectures as described
from course_lib import nn
from course_lib.architectures.architecture import Architecture


def build(architecture: Architecture, *, rng=None, dtype=np.float32, init=nn.he) -> nn.Sequential:
    """Return the network that an `Architecture` describes, with random weights.

    Its layers are the description's, in order: one of `course_lib.nn` for each, `Branches` for an
    inception module. A head becomes a `Tap` behind the layer it hangs on; train such a network with
    ``loss=nn.HeadLoss(network)``. Local response normalisation is not in `course_lib.nn`: it is left
    out, with a warning. It has no parameters and changes no shape, so the counts stay right.

    Parameters
    ----------
    architecture : Architecture
    rng : numpy.random.Generator, optional
        Draws the weights, in the order of the layers, the heads' where they hang; seed 0 if left out.
    dtype : data type
        The network's.
    init : callable
        How the convolutions and linear layers start, see `course_lib.nn.initialisers`.

    Warns
    -----
    UserWarning
        Naming the local response normalisations that were left out.

    Examples
    --------
    >>> from course_lib import architectures
    >>> architectures.build(architectures.lenet()).count
    431080
    """
    missing = [layer.name for layer, _ in architecture.steps()
               if isinstance(layer, described.LocalResponseNorm)]
    if missing:
        warnings.warn(f"{architecture.name} is built without its local response normalisation "
                      f"({', '.join(missing)}): it learns nothing and course_lib.nn has none", stacklevel=2)
    rng = np.random.default_rng(0) if rng is None else rng
    options = {"rng": rng, "dtype": dtype, "init": init}
    return _sequence(architecture.layers, architecture.input_shape, options, architecture.heads)


def _sequence(layers, shape, options, heads=()):
    """A network layer for each described layer, and taps for the heads, given the input's shape."""
    made = []
    for layer in layers:
        if not isinstance(layer, described.LocalResponseNorm):
            made.append(_one(layer, shape, options))
        shape = layer.output_shape(shape)
        made += [nn.Tap(_sequence(head.layers, shape, options)) for head in heads
                 if head.after == layer.name]
    return nn.Sequential(*made)


@singledispatch
def _one(layer, shape, options):
    """The network layer for one described layer, given the input's shape."""
    raise TypeError(f"layer {layer.name!r}: course_lib.nn has nothing to build a "
                    f"{type(layer).__name__} ({layer.kind}) from")


@_one.register
def _(layer: described.Conv, shape, options):
    return nn.Conv2D(shape[0], layer.filters, layer.k, layer.stride, layer.pad,
                     groups=layer.groups, bias=layer.bias, **options)


@_one.register
def _(layer: described.SparseConv, shape, options):
    """One filter for each set of channels: a convolution of those that it sees."""
    def one(seen):
        return nn.Sequential(nn.Select(seen), nn.Conv2D(len(seen), 1, layer.k, layer.stride, layer.pad, **options))

    return nn.Branches(*map(one, layer.connections))


@_one.register
def _(layer: described.Linear, shape, options):
    return nn.Linear(shape[0], layer.outputs, bias=layer.bias, **options)


@_one.register
def _(layer: described.BatchNorm, shape, options):
    return nn.BatchNorm(shape[0], dtype=options["dtype"])


@_one.register
def _(layer: described.ScaledPool, shape, options):
    return nn.Sequential(nn.AveragePool2D(layer.k, layer.stride, layer.pad), nn.Scale(shape[0], dtype=options["dtype"]))


@_one.register
def _(layer: described.Pool, shape, options):
    pool = nn.MaxPool2D if layer.how == "max" else nn.AveragePool2D
    return pool(layer.k, layer.stride, layer.pad, layer.ceil_mode)


@_one.register
def _(layer: described.AdaptiveAveragePool, shape, options):
    return nn.AdaptiveAveragePool2D(layer.size)


@_one.register
def _(layer: described.Dropout, shape, options):
    return nn.Dropout(layer.rate, rng=options["rng"])


@_one.register
def _(layer: described.Inception, shape, options):
    return nn.Branches(*(_sequence(branch, shape, options) for branch in layer.branches))


for kind, made in {described.GlobalAveragePool: nn.GlobalAveragePool2D, described.Flatten: nn.Flatten,
                   described.ReLU: nn.ReLU, described.Tanh: nn.Tanh}.items():
    _one.register(kind, lambda layer, shape, options, made=made: made())
