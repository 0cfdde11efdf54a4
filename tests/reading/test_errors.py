"""What is no page is told what it was, what was expected, and how to mend it: a row each."""

import numpy as np
import pytest

from course_lib import reading

NAN, PAPER = float("nan"), np.ones((20, 30))


@pytest.mark.parametrize("name, call, error, given, expected, mend", [
    ("read_page", lambda: reading.read_page("page.png"), ValueError, "()", "(height, width)", "read_file('page.png')"),
    ("read_page", lambda: reading.read_page([[1, 2], [3]]), ValueError, "a list", "(height, width)", "rows of one length"),
    ("read_page", lambda: reading.read_page(np.zeros((3, 20, 20))), ValueError, "(3, 20, 20)", "channels", "np.moveaxis"),
    ("read_page", lambda: reading.read_page(np.zeros((4, 20, 20, 3))), ValueError, "(4, 20, 20, 3)", "(height, width)",
     "one page at a time"),
    ("read_page", lambda: reading.read_page(np.zeros((0, 5))), ValueError, "(0, 5)", "(height, width)", "at least one pixel"),
    ("read_page", lambda: reading.read_page(np.zeros((5, 5), complex)), TypeError, "complex128", "numbers", "np.asarray"),
    ("read_page", lambda: reading.read_page(np.full((5, 5), NAN)), ValueError, "nan", "finite", "nan_to_num"),
    ("read_page", lambda: reading.read_page(255 * PAPER), ValueError, "255", "[0, 1]", "Divide by"),
    ("read_page", lambda: reading.read_page(np.full((5, 5), -3)), ValueError, "-3", "0 to 255", "8 bits"),
    ("read_page", lambda: reading.read_page(PAPER, skip={"threshold"}), ValueError, "'threshold'", "can be left out", "light"),
    ("read_page", lambda: reading.read_page(PAPER, skip=3), ValueError, "3", "can be left out", "light"),
    ("read_page", lambda: reading.read_page(PAPER, reader="lenet"), TypeError, "'lenet'", "network", "load_weights"),
    ("read_file", lambda: reading.read_file("nowhere.png"), FileNotFoundError, "nowhere.png", "no file", "there is"),
    ("read_file", lambda: reading.read_file(PAPER), TypeError, "ndarray", "path", "read_page"),
    ("open_picture", lambda: reading.open_picture("."), ValueError, ".", "folder", "give the picture file"),
    ("open_picture", lambda: reading.open_picture(None), TypeError, "NoneType", "path", "open_bytes"),
    ("open_bytes", lambda: reading.open_bytes(b"", "mine.png"), ValueError, "mine.png", "not a picture", "give a PNG"),
    ("open_bytes", lambda: reading.open_bytes("mine.png", "mine.png"), TypeError, "a str", "bytes", "open_picture"),
    ("classify", lambda: reading.classify(np.zeros((28, 28))), ValueError, "(28, 28)", "(N, 28, 28)", "picture[None]"),
    ("classify", lambda: reading.classify(np.zeros((2, 20, 20))), ValueError, "(2, 20, 20)", "(N, 28, 28)", "normalise"),
    ("classify", lambda: reading.classify(np.full((1, 28, 28), NAN)), ValueError, "nan", "finite", "nan_to_num"),
    ("classify", lambda: reading.classify(np.full((1, 28, 28), 9, np.uint8)), ValueError, "9", "0 to 1", "/ 255"),
])
def test_an_error_says_what_was_given_what_was_expected_and_what_to_do(name, call, error, given, expected, mend):
    with pytest.raises(error) as caught:
        call()
    for words in (given, expected, mend):
        assert words in str(caught.value), str(caught.value)


def test_of_no_pictures_there_is_no_label():
    labels, p = reading.classify([])
    assert labels.shape == (0,) and p.shape == (0, 10)


def test_every_public_name_has_a_row_or_a_reason():
    rows = {row[0] for row in test_an_error_says_what_was_given_what_was_expected_and_what_to_do.pytestmark[0].args[1]}
    no_row = {"Digit", "Page", "Refused", "STAGES", "VIEWS", "load_reader"}       # what read_page returns and knows; no arguments
    assert rows | no_row == set(reading.__all__)
