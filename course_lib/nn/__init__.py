"""A convolutional network in NumPy: layers, losses, networks, training, gradient checks.

Arrays are batch last: pictures (C, H, W, N), columns (features, N), one column per image. The dtype
belongs to the network: float32 for training, float64 for gradient checks.
"""

from course_lib.nn.checking import gradient_check, numerical_gradient, relative_error
from course_lib.nn.initialisers import constant, he, normal, uniform, xavier, zeros
from course_lib.nn.layers import Conv2D, Flatten, Layer, Linear, MaxPool2D, ReLU, Sigmoid, Tanh
from course_lib.nn.losses import SoftmaxCrossEntropy, SquaredError
from course_lib.nn.network import Sequential, lenet
from course_lib.nn.optimiser import SGD, inverse_decay
from course_lib.nn.training import History, train
from course_lib.nn.weights import load_weights, save_weights
from course_lib.nn.windows import add_patches, output_size, patches

__all__ = [
    "Conv2D", "Flatten", "History", "Layer", "Linear", "MaxPool2D", "ReLU", "SGD", "Sequential",
    "Sigmoid", "SoftmaxCrossEntropy", "SquaredError", "Tanh", "add_patches", "constant",
    "gradient_check", "he", "inverse_decay", "lenet", "load_weights", "normal",
    "numerical_gradient", "output_size", "patches", "relative_error", "save_weights", "train",
    "uniform", "xavier", "zeros",
]
