"""What digits are asked for wrongly is told what it was, what was expected, and how to mend it: a row each."""

import numpy as np
import pytest

from course_lib import digits
from course_lib.digits import pen

NAN, RNG = float("nan"), np.random.default_rng(0)


@pytest.mark.parametrize("name, call, error, given, expected, mend", [
    ("load", lambda: digits.load("mnits"), ValueError, "'mnits'", "one of", "mnist, pen, uci"),
    ("load", lambda: digits.load(3), ValueError, "3", "one of", "mnist, pen, uci"),
    ("load", lambda: digits.load("pen", count=0), ValueError, "got 0", "count is a whole number", "at least 1"),
    ("load", lambda: digits.load("pen", seed=1.5), ValueError, "1.5", "seed is a whole number", "at least 0"),
    ("load", lambda: digits.load("uci", count=5), ValueError, "count", '"pen"', "leave it out"),
    ("to_batch", lambda: digits.to_batch(np.full((2, 28, 28), 200, np.uint8)), ValueError, "200", "from 0 to 1", "/ 255"),
    ("to_batch", lambda: digits.to_batch(np.full((2, 28, 28), NAN)), ValueError, "nan", "numbers", "nan_to_num"),
    ("to_batch", lambda: digits.to_batch([["7"]]), TypeError, "<U1", "numbers", "astype"),
    ("to_batch", lambda: digits.to_batch([]), ValueError, "(0,)", "(N, H, W)", "(H, W)"),
    ("to_batch", lambda: digits.to_batch(np.zeros((2, 9, 9, 3))), ValueError, "(2, 9, 9, 3)", "(N, H, W)", "grey"),
    ("normalise", lambda: digits.normalise(np.zeros((5, 5))), ValueError, "(5, 5)", "no ink", "higher than the paper"),
    ("normalise", lambda: digits.normalise(np.full((5, 5), NAN)), ValueError, "nan", "numbers", "nan_to_num"),
    ("normalise", lambda: digits.normalise([["7"]]), TypeError, "<U1", "numbers", "astype"),
    ("normalise", lambda: digits.normalise(np.ones((5, 5, 3))), ValueError, "(5, 5, 3)", "(H, W)", "one channel"),
    ("normalise", lambda: digits.normalise(np.ones((0, 5))), ValueError, "(0, 5)", "no ink", "higher than the paper"),
    ("normalise", lambda: digits.normalise(None), TypeError, "object", "numbers", "astype"),
    ("draw", lambda: pen.draw(RNG, [1, 12]), ValueError, "12", "0 to 9", "labels (N,)"),
    ("draw", lambda: pen.draw(RNG, [.5]), ValueError, "0.5", "0 to 9", "labels (N,)"),
    ("draw", lambda: pen.draw(7, [1]), TypeError, "7", "generator", "default_rng(0)"),
    ("sample", lambda: pen.sample(RNG, 12), ValueError, "12", "0 to 9", "one of them"),
    ("sample", lambda: pen.sample(RNG, 1, form=99), ValueError, "99", "forms", "numbered from 0"),
    ("sample", lambda: pen.sample(7, 1), TypeError, "7", "generator", "default_rng(0)"),
    ("write", lambda: pen.write(7, pen.SKELETONS[1][0], pen.Hand()), TypeError, "7", "generator", "default_rng(0)"),
    ("write", lambda: pen.write(RNG, [], pen.Hand()), ValueError, "no strokes", "(n, 2)", "SKELETONS"),
    ("Hand", lambda: pen.Hand(slant="much"), ValueError, "'much'", "slant", "finite number"),
    ("Hand", lambda: pen.Hand(aspect=NAN), ValueError, "nan", "aspect", "finite number"),
    ("Hand", lambda: pen.Hand(pen_width=0), ValueError, "got 0", "above 0", "2 to 4"),
    ("curve", lambda: pen.curve([[1, 2, 3]]), ValueError, "(1, 3)", "(n, 2)", "list of such arrays"),
    ("curve", lambda: pen.curve([[NAN, 1], [2, 3]]), ValueError, "nan", "numbers", "nan_to_num"),
    ("ink", lambda: pen.ink([], [], (9, 9)), ValueError, "no lines", "(m, 2)", "curve(points)"),
    ("render", lambda: pen.render([]), ValueError, "no strokes", "(n, 2)", "SKELETONS"),
    ("render", lambda: pen.render(pen.SKELETONS[1][0], pen_width=40), ValueError, "40", "between 0 and 20", "pixels"),
])
def test_an_error_says_what_was_given_what_was_expected_and_what_to_do(name, call, error, given, expected, mend):
    with pytest.raises(error) as caught:
        call()
    for words in (given, expected, mend):
        assert words in str(caught.value), str(caught.value)


def test_every_public_name_has_a_row_or_a_reason():
    rows = {row[0] for row in test_an_error_says_what_was_given_what_was_expected_and_what_to_do.pytestmark[0].args[1]}
    no_row = {"Dataset", "Split", "pen",           # what load returns, and a room
              "BOX", "SKELETONS"}                  # numbers
    assert rows | no_row == set(digits.__all__) | set(pen.__all__)
