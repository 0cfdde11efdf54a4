"""The networks of chapter 5, each by the definition its docstring names.

Counts differ between sources because definitions do: groups or none, biases or none, auxiliary
heads or none, the paper's widths or a library's. Every function here says which it builds.
"""

from __future__ import annotations

from course_lib.architectures.architecture import Architecture, Head
from course_lib.architectures.inception import Inception, conv_relu
from course_lib.architectures.layer import Layer
from course_lib.architectures.learning import Conv, Linear, ScaledPool, SparseConv
from course_lib.architectures.shaping import (
    AdaptiveAveragePool,
    Dropout,
    Flatten,
    GlobalAveragePool,
    LocalResponseNorm,
    Pool,
    ReLU,
    Tanh,
)

# Table 1 of Szegedy et al. 2015: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool projection.
INCEPTION_WIDTHS = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}

# Table I of LeCun et al. 1998: the six maps that each of C3's sixteen filters sees.
LENET5_CONNECTIONS = (
    *(tuple(sorted((first + i) % 6 for i in range(3))) for first in range(6)),
    *(tuple(sorted((first + i) % 6 for i in range(4))) for first in range(6)),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)


def lenet() -> Architecture:
    """The course's LeNet (assignment, part 4): 20 and 50 filters of 5x5, then 500 and 10."""
    return Architecture("LeNet", (1, 28, 28), (
        *conv_relu("conv1", 20, 5), Pool("pool1", 2, 2),
        *conv_relu("conv2", 50, 5), Pool("pool2", 2, 2),
        Flatten("flatten"), *linear_relu("fc1", 500), Linear("fc2", 10),
    ), variant="20-50-500-10")


def lenet5(dense: bool = False) -> Architecture:
    """LeNet-5 (LeCun et al. 1998), 60,000 trainable parameters, input 32x32.

    C3's filters see 3, 4 or 6 of the six maps, and the pools S2 and S4 learn a scale and a
    shift per map. The output layer compares with fixed patterns: it learns nothing, and it is
    left out here, so the network ends with its 84 features.

    With `dense`, the version of today's tutorials (61,706): C3 sees everything, the pools
    learn nothing, and a linear layer of 10 ends it.
    """
    pools: tuple[Layer, Layer]
    c3: Layer
    end: tuple[Layer, ...]
    if dense:
        pools = Pool("S2", 2, 2, how="average"), Pool("S4", 2, 2, how="average")
        c3, end = Conv("C3", 16, 5), (Tanh("F6 tanh"), Linear("output", 10))
    else:
        pools = ScaledPool("S2", 2, 2), ScaledPool("S4", 2, 2)
        c3, end = SparseConv("C3", LENET5_CONNECTIONS, 5), (Tanh("F6 tanh"),)
    return Architecture("LeNet-5", (1, 32, 32), (
        Conv("C1", 6, 5), Tanh("C1 tanh"), pools[0], Tanh("S2 tanh"),
        c3, Tanh("C3 tanh"), pools[1], Tanh("S4 tanh"),
        Conv("C5", 120, 5), Tanh("C5 tanh"), Flatten("flatten"), Linear("F6", 84), *end,
    ), variant="modern dense form" if dense else "as in 1998")


def alexnet(grouped: bool = False) -> Architecture:
    """AlexNet (Krizhevsky et al. 2012) on 227x227 pixels.

    Ungrouped, the assignment's and most courses' version, it has 62,378,344 parameters.
    With `grouped`, as published: convolutions 2, 4 and 5 see only the half of the channels
    that lives on their own GPU, 60,965,224.
    """
    groups = 2 if grouped else 1
    return Architecture("AlexNet", (3, 227, 227), (
        *conv_relu("conv1", 96, 11, stride=4), LocalResponseNorm("norm1"), Pool("pool1", 3, 2),
        *conv_relu("conv2", 256, 5, pad=2, groups=groups), LocalResponseNorm("norm2"),
        Pool("pool2", 3, 2),
        *conv_relu("conv3", 384, 3, pad=1),
        *conv_relu("conv4", 384, 3, pad=1, groups=groups),
        *conv_relu("conv5", 256, 3, pad=1, groups=groups), Pool("pool3", 3, 2),
        Flatten("flatten"),
        *linear_relu("fc1", 4096), Dropout("dropout1"),
        *linear_relu("fc2", 4096), Dropout("dropout2"),
        Linear("fc3", 1000),
    ), variant="grouped" if grouped else "ungrouped")


def torchvision_alexnet() -> Architecture:
    """torchvision's AlexNet: 64-192-384-256-256 filters on 224x224 pixels, no groups."""
    return Architecture("AlexNet", (3, 224, 224), (
        *conv_relu("conv1", 64, 11, stride=4, pad=2), Pool("pool1", 3, 2),
        *conv_relu("conv2", 192, 5, pad=2), Pool("pool2", 3, 2),
        *conv_relu("conv3", 384, 3, pad=1),
        *conv_relu("conv4", 256, 3, pad=1),
        *conv_relu("conv5", 256, 3, pad=1), Pool("pool3", 3, 2),
        AdaptiveAveragePool("average", 6), Flatten("flatten"),
        Dropout("dropout1"), *linear_relu("fc1", 4096),
        Dropout("dropout2"), *linear_relu("fc2", 4096),
        Linear("fc3", 1000),
    ), variant="torchvision's widths")


def vgg16(configuration: str = "D") -> Architecture:
    """VGG-16 (Simonyan & Zisserman 2015): thirteen convolutions, three linear layers.

    Configuration D has only 3x3 windows (138,357,544 parameters). C, also of 16 layers, has a
    1x1 window in the last convolution of blocks 3, 4 and 5 (133,638,952).
    """
    if configuration not in ("C", "D"):
        raise ValueError(f"VGG-16 is configuration C or D of the paper, not {configuration!r}")
    layers: list[Layer] = []
    for block, (filters, depth) in enumerate(
            [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)], start=1):
        for i in range(1, depth + 1):
            k = 1 if configuration == "C" and i == 3 else 3
            layers += conv_relu(f"conv{block}_{i}", filters, k, pad=k // 2)
        layers.append(Pool(f"pool{block}", 2, 2))
    layers += [Flatten("flatten"),
               *linear_relu("fc1", 4096), Dropout("dropout1"),
               *linear_relu("fc2", 4096), Dropout("dropout2"), Linear("fc3", 1000)]
    return Architecture("VGG-16", (3, 224, 224), tuple(layers),
                        variant=f"configuration {configuration}")


def googlenet(auxiliary: bool = False) -> Architecture:
    """GoogLeNet (Szegedy et al. 2015) as the widths in its Table 1 say: 6,998,552 parameters.

    The first convolution is a plain 7x7 one (see chapter 5 for what the paper's own count
    suggests instead). With `auxiliary`, the two classifiers on inception 4a and 4d that help
    in training and are thrown away afterwards: 13,378,280.
    """
    def module(name: str) -> Inception:
        return Inception(f"inception {name}", *INCEPTION_WIDTHS[name])

    def pool(name: str) -> Pool:
        return Pool(name, 3, 2, ceil_mode=True)

    heads = tuple(_head(name, after, Pool(f"{name} pool", 5, 3, how="average"), rate=0.7)
                  for name, after in [("head 1", "inception 4a"), ("head 2", "inception 4d")])
    return Architecture("GoogLeNet", (3, 224, 224), (
        *conv_relu("conv1", 64, 7, stride=2, pad=3), pool("pool1"), LocalResponseNorm("norm1"),
        *conv_relu("conv2 reduce", 64, 1), *conv_relu("conv2", 192, 3, pad=1),
        LocalResponseNorm("norm2"), pool("pool2"),
        *map(module, ("3a", "3b")), pool("pool3"),
        *map(module, ("4a", "4b", "4c", "4d", "4e")), pool("pool4"),
        *map(module, ("5a", "5b")),
        GlobalAveragePool("average"), Flatten("flatten"), Dropout("dropout", 0.4),
        Linear("linear", 1000),
    ), heads if auxiliary else (),
        variant=("with" if auxiliary else "without") + " auxiliary heads")


def torchvision_googlenet(auxiliary: bool = False) -> Architecture:
    """torchvision's GoogLeNet: 3x3 windows where the paper has 5x5, batch norm, no LRN.

    6,624,904 parameters (scale and shift of the batch norms included), 13,004,888 with heads.
    """
    def conv(name: str, filters: int, k: int, stride: int = 1) -> tuple[Layer, ...]:
        return conv_relu(name, filters, k, stride=stride, pad=k // 2, batch_norm=True)

    def module(name: str) -> Inception:
        return Inception(f"inception {name}", *INCEPTION_WIDTHS[name], k5=3, batch_norm=True)

    heads = tuple(_head(name, after, AdaptiveAveragePool(f"{name} pool", 4), rate=0.7,
                        batch_norm=True)
                  for name, after in [("head 1", "inception 4a"), ("head 2", "inception 4d")])
    return Architecture("GoogLeNet", (3, 224, 224), (
        *conv("conv1", 64, 7, 2), Pool("pool1", 3, 2, ceil_mode=True),
        *conv("conv2 reduce", 64, 1), *conv("conv2", 192, 3),
        Pool("pool2", 3, 2, ceil_mode=True),
        *map(module, ("3a", "3b")), Pool("pool3", 3, 2, ceil_mode=True),
        *map(module, ("4a", "4b", "4c", "4d", "4e")), Pool("pool4", 2, 2, ceil_mode=True),
        *map(module, ("5a", "5b")),
        AdaptiveAveragePool("average", 1), Flatten("flatten"), Dropout("dropout", 0.2),
        Linear("linear", 1000),
    ), heads if auxiliary else (),
        variant="torchvision's, " + ("with" if auxiliary else "without") + " auxiliary heads")


def _head(name: str, after: str, pool: Layer, rate: float, batch_norm: bool = False) -> Head:
    """An auxiliary classifier: pool to 4x4, 128 1x1 filters, 1024 units, 1000 classes."""
    return Head(name, after, (
        pool, *conv_relu(f"{name} conv", 128, 1, batch_norm=batch_norm),
        Flatten(f"{name} flatten"), *linear_relu(f"{name} fc", 1024),
        Dropout(f"{name} dropout", rate), Linear(f"{name} linear", 1000)))


def linear_relu(name: str, outputs: int) -> tuple[Layer, ...]:
    """A fully connected layer and its ReLU."""
    return (Linear(name, outputs), ReLU(f"{name} relu"))


NETWORKS = {"lenet": lenet, "alexnet": alexnet, "vgg16": vgg16, "googlenet": googlenet}
OPTIONS = {"grouped": "alexnet", "configuration": "vgg16", "auxiliary": "googlenet"}


def by_name(name: str, **options: object) -> Architecture:
    """The network called `name` ("lenet", "alexnet", "vgg16", "googlenet").

    Options that are None count as not given.

    Raises
    ------
    ValueError
        If there is no such network, or it has no such option.
    """
    if name not in NETWORKS:
        raise ValueError(f"there is no network {name!r}; choose one of {', '.join(NETWORKS)}")
    given = {option: value for option, value in options.items() if value is not None}
    for option in given:
        if OPTIONS.get(option) != name:
            belongs = f"it belongs to {OPTIONS[option]}" if option in OPTIONS else "nothing has"
            raise ValueError(f"{name} has no option {option!r}: {belongs}")
    return NETWORKS[name](**given)
