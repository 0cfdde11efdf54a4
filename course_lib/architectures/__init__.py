"""Networks as data: AlexNet, VGG-16, GoogLeNet and the LeNets, their shapes and their counts.

>>> from course_lib import architectures
>>> net = architectures.alexnet()
>>> net.parameters
62378344
>>> net.replace("conv3", filters=512).row("conv4").weights
1769472

`build(net)` makes a network of `course_lib.nn` from such a description. It is loaded when first
asked for: who only counts does not wait for NumPy.
"""

from course_lib.architectures.architecture import Architecture, Head, Row, aligned
from course_lib.architectures.famous import (
    INCEPTION_WIDTHS,
    LENET5_CONNECTIONS,
    NETWORKS,
    alexnet,
    by_name,
    googlenet,
    lenet,
    lenet5,
    torchvision_alexnet,
    torchvision_googlenet,
    vgg16,
)
from course_lib.architectures.inception import Inception, conv_relu
from course_lib.architectures.layer import Layer, Shape, output_size
from course_lib.architectures.learning import BatchNorm, Conv, Linear, ScaledPool, SparseConv
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

__all__ = [
    "Architecture", "Head", "Row", "aligned",
    "INCEPTION_WIDTHS", "LENET5_CONNECTIONS", "NETWORKS", "alexnet", "by_name", "googlenet",
    "lenet", "lenet5", "torchvision_alexnet", "torchvision_googlenet", "vgg16",
    "AdaptiveAveragePool", "BatchNorm", "Conv", "Dropout", "Flatten", "GlobalAveragePool",
    "Inception", "Layer", "Linear", "LocalResponseNorm", "Pool", "ReLU", "ScaledPool", "Shape",
    "SparseConv", "Tanh", "build", "conv_relu", "output_size",
]


def __getattr__(name):
    if name != "build":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from course_lib.architectures.building import build

    return build


def __dir__():
    return sorted({*globals(), "build"})
