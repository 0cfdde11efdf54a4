"""What is handed over wrongly is told what it was, what was expected, and how to mend it.

A row is a call, the error, and words for each of the three. Every public name of the room has a row, or a
reason to have none.
"""

import numpy as np
import pytest

from course_lib import nn

NAN = float("nan")
PICTURES, COLUMNS, LABELS = np.zeros((1, 28, 28, 4), np.float32), np.zeros((3, 4), np.float32), np.zeros(4, int)
NETWORK = nn.lenet()
TINY = nn.Sequential(nn.Linear(3, 2))
BYTES = np.zeros((1, 28, 28, 4), np.uint8)
HOLED = np.full((3, 4), NAN, np.float32)
LIST = "a list", "a NumPy array", "np.asarray"
INTEGERS = "integers", "astype(int)"


def entropy(logits, labels):
    return nn.SoftmaxCrossEntropy().forward(logits, labels)


def trained(**settings):
    return nn.train(TINY, COLUMNS, LABELS, **{"steps": 1, "batch": 2, "progress": False} | settings)


@pytest.mark.parametrize("name, call, error, given, expected, mend", [
    # types and shapes, where arrays enter a layer
    ("Conv2D", lambda: nn.Conv2D(1, 2, 3).forward(BYTES), TypeError, "uint8", "float32", "/ 255"),
    ("Conv2D", lambda: nn.Conv2D(1, 2, 3).forward(PICTURES[0, ..., 0]), ValueError, "(28, 28)", "(1, H, W, N)",
     "x[None, :, :, None]"),
    ("Conv2D", lambda: nn.Conv2D(1, 2, 3).forward(np.zeros((5, 28, 28), np.float32)), ValueError, "(5, 28, 28)",
     "(1, H, W, N)", "digits.to_batch(x)"),
    ("Conv2D", lambda: nn.Conv2D(1, 2, 3).forward(PICTURES.tolist()), TypeError, *LIST),
    ("Conv2D", lambda: nn.Conv2D(1, 2, 2.5), ValueError, "2.5", "whole number", "at least 1"),
    ("Conv2D", lambda: nn.Conv2D(1, 2, 3, rng=0), TypeError, "got 0", "generator", "np.random.default_rng(0)"),
    ("Linear", lambda: nn.Linear(3, 2).forward([[1.0]]), TypeError, *LIST),
    ("Linear", lambda: nn.Linear(3, 2).forward(np.zeros(3, np.float32)), ValueError, "(3,)", "(3, N)", "x[:, None]"),
    ("Linear", lambda: nn.Linear(0, 2), ValueError, "got 0", "whole number", "at least 1"),
    ("Linear", lambda: nn.Linear(3, 2).forward(np.zeros((3, 1), object)), TypeError, "object", "numbers", "astype"),
    *[(name, lambda name=name: getattr(nn, name)().forward([1.0]), TypeError, *LIST)
      for name in ("ReLU", "Sigmoid", "Tanh", "Flatten", "Dropout", "GlobalAveragePool2D", "MaxPool2D",
                   "AveragePool2D")],
    ("ReLU", lambda: nn.ReLU().forward(np.array(["7"])), TypeError, "<U1", "numbers", "astype"),
    ("MaxPool2D", lambda: nn.MaxPool2D(2).forward(PICTURES[0]), ValueError, "(28, 28, 4)", "(C, H, W, N)",
     "x[..., None]"),
    ("MaxPool2D", lambda: nn.MaxPool2D(0), ValueError, "got 0", "whole number", "at least 1"),
    ("MaxPool2D", lambda: nn.MaxPool2D(2, pad=2), ValueError, "pad=2", "from 0 to k // 2", "nothing but padding"),
    ("AveragePool2D", lambda: nn.AveragePool2D(2, stride=True), ValueError, "True", "whole number", "at least 1"),
    ("AdaptiveAveragePool2D", lambda: nn.AdaptiveAveragePool2D(1.5), ValueError, "1.5", "whole number", "at least 1"),
    ("Scale", lambda: nn.Scale(3).forward([[1.0]]), TypeError, *LIST),
    ("BatchNorm", lambda: nn.BatchNorm(3).forward(COLUMNS.astype(int)), TypeError, "int64", "float32", "astype"),
    ("Select", lambda: nn.Select([0, 9]).forward(COLUMNS), ValueError, "(3, 4)", "0 to 2", "only"),
    ("Dropout", lambda: nn.Dropout(NAN), ValueError, "nan", "probability", "below 1"),
    ("Tap", lambda: nn.Tap(nn.ReLU()).forward([1.0]), TypeError, *LIST),
    ("Branches", lambda: nn.Branches(nn.ReLU(), nn.MaxPool2D(2)).forward(PICTURES), ValueError, "(1, 14, 14, 4)",
     "agree", "channels"),
    ("HeadLoss", lambda: nn.HeadLoss(NETWORK), ValueError, "no heads", "Tap", "itself"),
    # a network, where numbers enter it
    ("lenet", lambda: NETWORK.predict(PICTURES[..., :0]), ValueError, "(1, 28, 28, 0)", "at least one column",
     "Give it"),
    ("lenet", lambda: NETWORK.predict(BYTES), TypeError, "uint8", "float32", "/ 255"),
    ("lenet", lambda: NETWORK.predict(PICTURES.tolist()), TypeError, *LIST),
    ("Sequential", lambda: TINY.probabilities(HOLED), ValueError, "12 places", "numbers", "nan_to_num"),
    ("Sequential", lambda: TINY.logits(np.float32(1)), TypeError, "float32", "a NumPy array", "np.asarray"),
    ("Parallel", lambda: nn.Parallel(nn.Sequential(nn.BatchNorm(3)), 2), ValueError, "BatchNorm(3)", "cannot share",
     "threads=1"),
    # losses
    ("SoftmaxCrossEntropy", lambda: entropy(COLUMNS, [0, 1, 2, 3]), ValueError, "got 3", "0 to 2",
     "position 3"),
    ("SoftmaxCrossEntropy", lambda: entropy(COLUMNS, [0.0] * 4), TypeError, "float64", *INTEGERS),
    ("SoftmaxCrossEntropy", lambda: entropy(COLUMNS, ["0"] * 4), TypeError, "<U1", *INTEGERS),
    ("SoftmaxCrossEntropy", lambda: entropy(COLUMNS, [True] * 4), TypeError, "bool", *INTEGERS),
    ("SoftmaxCrossEntropy", lambda: entropy(COLUMNS[:, 0], [0]), ValueError, "(3,)",
     "(classes, N)", "z[:, None]"),
    ("SoftmaxCrossEntropy", lambda: entropy(COLUMNS[:, :0], []), TypeError, "float64", *INTEGERS),
    ("SquaredError", lambda: nn.SquaredError().forward(COLUMNS, np.zeros(3)), ValueError, "(3,)", "(3, 4)",
     "must have"),
    # training
    *[("SGD", lambda lr=lr: nn.SGD(TINY, lr=lr), ValueError, str(lr), "at least 0", "finite")
      for lr in (NAN, float("inf"), -.1, "0.1")],
    *[("SGD", lambda m=m: nn.SGD(TINY, lr=.1, momentum=m), ValueError, str(m), "at least 0", "below 1")
      for m in (1, 1.5, -1)],
    ("SGD", lambda: nn.SGD(TINY, lr=.1, rates={"7.W": 1}), ValueError, "7.W", "0.W", "parameters are"),
    ("SGD", lambda: nn.SGD(TINY, lr=.1, rates={"0.W": -1}), ValueError, "-1", "at least 0", "finite"),
    ("train", lambda: trained(batch=0), ValueError, "got 0", "batch must be a whole number", "at least 1"),
    ("train", lambda: trained(batch=9), ValueError, "9", "4 inputs", "4 at most"),
    ("train", lambda: trained(lr=NAN), ValueError, "nan", "at least 0", "finite"),
    ("train", lambda: trained(lr=lambda iteration: -1), ValueError, "-1", "at least 0", "finite"),
    ("train", lambda: trained(momentum=1), ValueError, "got 1", "momentum", "below 1"),
    ("train", lambda: trained(steps=-1), ValueError, "-1", "whole number", "at least 0"),
    ("train", lambda: trained(every=0, watch=print), ValueError, "got 0", "whole number", "at least 1"),
    ("train", lambda: trained(rng=7), TypeError, "7", "generator", "default_rng(0)"),
    ("train", lambda: nn.train(TINY, HOLED, LABELS, steps=1), ValueError, "12 places", "numbers", "nan_to_num"),
    ("train", lambda: nn.train(TINY, COLUMNS, LABELS[:3], steps=1), ValueError, "3 labels", "4 inputs",
     "one label for each"),
    ("train", lambda: nn.train(TINY, COLUMNS, 3, steps=1), ValueError, "no labels", "4 inputs", "one label for each"),
    ("inverse_decay", lambda: nn.inverse_decay(NAN), ValueError, "nan", "at least 0", "finite"),
    # checks, windows, starts
    ("gradient_check", lambda: nn.gradient_check(TINY, COLUMNS), TypeError, "float32", "float64", "astype"),
    ("gradient_check", lambda: nn.gradient_check(TINY, [[1.0]]), TypeError, *LIST),
    ("numerical_gradient", lambda: nn.numerical_gradient(lambda: 0, np.zeros(3, int)), TypeError, "int64",
     "float64", "astype"),
    ("relative_error", lambda: nn.relative_error(np.zeros(3), np.zeros((3, 1))), ValueError, "(3, 1)", "the same",
     "reshape"),
    ("output_size", lambda: nn.output_size(4, 5), ValueError, "5 pixels", "side of 4", "smaller window"),
    ("output_size", lambda: nn.output_size(4, 2, stride=0), ValueError, "got 0", "whole number", "at least 1"),
    ("patches", lambda: nn.patches(COLUMNS, 2), ValueError, "(3, 4)", "(C, H, W, N)", "x[None, :, :, None]"),
    ("patches", lambda: nn.patches(PICTURES, 30), ValueError, "30 pixels", "side of 28", "smaller window"),
    ("strips", lambda: nn.strips(COLUMNS, 2), ValueError, "(3, 4)", "(C, H, W, N)", "x[None, :, :, None]"),
    ("constant", lambda: nn.constant(NAN), ValueError, "nan", "number", "finite"),
    ("uniform", lambda: nn.uniform(-1), ValueError, "-1", "at least 0", "finite"),
    ("normal", lambda: nn.normal(None), ValueError, "None", "at least 0", "finite"),
    ("load_weights", lambda: nn.load_weights(NETWORK, __file__), ValueError, "test_errors.py", "file of weights",
     "save_weights"),
])
def test_an_error_says_what_was_given_what_was_expected_and_what_to_do(name, call, error, given, expected, mend):
    with pytest.raises(error) as caught:
        call()
    for words in (given, expected, mend):
        assert words in str(caught.value), str(caught.value)


#: Public names without a row, and why
NO_ROW = {
    "History": "what train returns", "Layer": "what layers share: its checks are theirs",
    "add_patches": "the way back of patches: handed what patches made", "add_strips": "the way back of strips",
    "bands": "a view of what strips made",
    "he": "called by a layer with what the layer has checked", "xavier": "called by a layer",
    "zeros": "called by a layer",
    "save_weights": "tests/nn/test_network.py: the file appears whole or not at all",
}


def test_every_public_name_has_a_row_or_a_reason():
    rows = {row[0] for row in test_an_error_says_what_was_given_what_was_expected_and_what_to_do.pytestmark[0].args[1]}
    known = rows | NO_ROW.keys()
    assert known >= set(nn.__all__), f"a row above, or a reason in NO_ROW, for {sorted(set(nn.__all__) - known)}"
    assert known <= set(nn.__all__) and not rows & NO_ROW.keys()
