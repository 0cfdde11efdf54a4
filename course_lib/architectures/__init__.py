"""Networks as data: AlexNet, VGG-16, GoogLeNet and the LeNets, their shapes and their counts.

>>> from course_lib import architectures
>>> net = architectures.alexnet()
>>> net.parameters
62378344
>>> net.replace("conv3", filters=512).row("conv4").weights
1769472
"""

from course_lib.architectures.architecture import Architecture, Head, Row, aligned
from course_lib.architectures.famous import (
    INCEPTION_WIDTHS, LENET5_CONNECTIONS, NETWORKS, alexnet, by_name, googlenet, lenet, lenet5,
    torchvision_alexnet, torchvision_googlenet, vgg16)
from course_lib.architectures.layers import (
    AdaptiveAveragePool, BatchNorm, Conv, Dropout, Flatten, GlobalAveragePool, Inception, Layer,
    Linear, LocalResponseNorm, Pool, ReLU, ScaledPool, Shape, SparseConv, Tanh, conv_relu,
    output_size)

__all__ = [
    "Architecture", "Head", "Row", "aligned",
    "INCEPTION_WIDTHS", "LENET5_CONNECTIONS", "NETWORKS", "alexnet", "by_name", "googlenet",
    "lenet", "lenet5", "torchvision_alexnet", "torchvision_googlenet", "vgg16",
    "AdaptiveAveragePool", "BatchNorm", "Conv", "Dropout", "Flatten", "GlobalAveragePool",
    "Inception", "Layer", "Linear", "LocalResponseNorm", "Pool", "ReLU", "ScaledPool", "Shape",
    "SparseConv", "Tanh", "conv_relu", "output_size",
]
