"""A convolutional network in NumPy: layers, losses, networks, training, gradient checks.

Arrays are batch last: pictures (C, H, W, N), columns (features, N), one column per image. The dtype
belongs to the network: float32 for training, float64 for gradient checks.
"""

from course_lib.nn.activations import ReLU, Sigmoid, Tanh
from course_lib.nn.channels import Scale, Select
from course_lib.nn.checking import gradient_check, numerical_gradient, relative_error
from course_lib.nn.convolution import Conv2D
from course_lib.nn.dropout import Dropout
from course_lib.nn.heads import HeadLoss, Tap
from course_lib.nn.initialisers import constant, he, normal, uniform, xavier, zeros
from course_lib.nn.layer import Layer
from course_lib.nn.linear import Flatten, Linear
from course_lib.nn.losses import SoftmaxCrossEntropy, SquaredError
from course_lib.nn.network import Branches, Sequential, lenet
from course_lib.nn.normalisation import BatchNorm
from course_lib.nn.optimiser import SGD, inverse_decay
from course_lib.nn.parallel import Parallel
from course_lib.nn.pooling import AdaptiveAveragePool2D, AveragePool2D, GlobalAveragePool2D, MaxPool2D
from course_lib.nn.training import History, train
from course_lib.nn.weights import load_weights, save_weights
from course_lib.nn.windows import add_patches, add_strips, bands, output_size, patches, strips

__all__ = [
    "AdaptiveAveragePool2D", "AveragePool2D", "BatchNorm", "Branches", "Conv2D", "Dropout", "Flatten",
    "GlobalAveragePool2D", "HeadLoss", "History", "Layer", "Linear", "MaxPool2D", "Parallel", "ReLU",
    "SGD", "Scale", "Select", "Sequential", "Sigmoid", "SoftmaxCrossEntropy", "SquaredError", "Tanh",
    "Tap", "add_patches", "add_strips", "bands", "constant", "gradient_check", "he", "inverse_decay",
    "lenet", "load_weights", "normal", "numerical_gradient", "output_size", "patches", "relative_error",
    "save_weights", "strips", "train", "uniform", "xavier", "zeros",
]
