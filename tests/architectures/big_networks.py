"""Build one of the big networks, send a picture through it, compare it with its description.

    python tests/architectures/big_networks.py "VGG-16 D"      prints its count, its output's shape and the peak memory

A program of its own, so that the peak is the network's and not that of all the tests.
"""

import json
import resource
import sys
import warnings

import numpy as np

from course_lib import architectures as A
from course_lib import nn

BIG = {
    "AlexNet": (A.alexnet(), 62_378_344), "AlexNet, grouped": (A.alexnet(grouped=True), 60_965_224),
    "AlexNet, torchvision's": (A.torchvision_alexnet(), 61_100_840),
    "VGG-16 C": (A.vgg16("C"), 133_638_952), "VGG-16 D": (A.vgg16(), 138_357_544),
    "GoogLeNet": (A.googlenet(), 6_998_552),
    "GoogLeNet with heads": (A.googlenet(auxiliary=True), 13_378_280),
    "GoogLeNet, torchvision's": (A.torchvision_googlenet(), 6_624_904),
    "GoogLeNet with heads, torchvision's": (A.torchvision_googlenet(auxiliary=True), 13_004_888),
}


def built(network, **options):
    """The network, without the warning that it has no local response normalisation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return A.build(network, **options)


def compare(described, layers, x, heads=()):
    """Walk descriptions and layers together, forward; return y once every shape and count has agreed."""
    layers, shape = list(layers), x.shape[:-1]
    for description in described:
        if not isinstance(description, A.LocalResponseNorm):
            layer = layers.pop(0)
            assert layer.count == description.weights(shape) + description.biases(shape), description.name
            if isinstance(description, A.Inception):
                for branch, inside in zip(description.branches, layer.layers, strict=True):
                    compare(branch, inside.layers, x)
            x = layer.forward(x)
        shape = description.output_shape(shape)
        assert x.shape == (*shape, x.shape[-1]), (description.name, x.shape)
        assert x.dtype == np.float32 and np.isfinite(x).all(), description.name
        for head in heads:
            if head.after == description.name:
                assert compare(head.layers, layers.pop(0).head.layers, x).shape == (1000, x.shape[-1])
    assert not layers
    return x


def quick(rng, shape, n_in, n_out):
    """Random weights of the variance of `nn.he`, drawn in float32: half the time."""
    return (rng.random(shape, dtype=np.float32) - np.float32(0.5)) * np.float32((24 / n_in) ** 0.5)


if __name__ == "__main__":
    name = sys.argv[1]
    network, _ = BIG[name]
    variants = "," in name or name in ("VGG-16 C", "GoogLeNet")  # the others start as a reader's would
    ours = built(network, init=quick if variants else nn.he)
    x = np.random.default_rng(0).random((*network.input_shape, 1), dtype=np.float32)
    y = compare(network.layers, ours.layers, x, network.heads)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"count": ours.count, "shape": y.shape, "peak": peak}))
