"""What is no digit is set aside."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from course_lib import digits, reading
from course_lib.reading import pieces


def printed(text, size=48):
    """A line of printed characters, black on white."""
    sheet = Image.new("L", (50 * len(text) + 60, 120), 255)
    ImageDraw.Draw(sheet).text((30, 30), text, 0, ImageFont.load_default(size))
    return np.asarray(sheet)


def test_letters_and_blots_are_refused():
    page = reading.read_page(printed("H A M X A H X"))
    assert len(page.refused) >= 4
    assert all("digit" in item.reason for item in page.refused)
    y, x = np.mgrid[:200, :300]
    blot = 255 - 255 * ((y - 100)**2 + (x - 150)**2 < 60**2).astype(np.uint8)
    page = reading.read_page(blot)
    assert page.rows == [] and len(page.refused) == 1
    top, left, bottom, right = page.refused[0].box
    assert top == pytest.approx(40, abs=4) and right == pytest.approx(210, abs=4)
    assert reading.read_page(blot, skip={"refuse"}).rows != []


def test_print_is_refused_without_trying_every_join_and_cut(monkeypatch):
    """Letters by the hundred: what is surely a digit stays, 40 of each, and nothing is joined or cut.

    Nobody wrote these 2s by hand: the judge is not sure of them.
    """
    sheet = Image.new("L", (1000, 1400), 255)
    for n in range(20):
        ImageDraw.Draw(sheet).text((30, 30 + 65 * n), "hearth, bath 234 murky worm 234", 0, ImageFont.load_default(40))
    for stage in ("join_broken", "cut_touching"):
        monkeypatch.setattr(pieces, stage, None)
    page = reading.read_page(np.asarray(sheet))
    assert [row.count("3") + row.count("4") for row in page.rows] == [4] * 20
    assert len(page.digits) <= 120 + 20 and len(page.refused) >= 300


def test_a_page_with_as_many_digits_is_read():
    """21 rows of 21 digits are more pieces than a crowd has to have, and no crowd."""
    test = digits.load("uci").test
    sheet = test.images[:441].reshape(21, 21, 28, 28).transpose(0, 2, 1, 3).reshape(588, 588)
    page = reading.read_page(np.kron(255 - (255 * sheet).astype(np.uint8), np.ones((2, 2), np.uint8)))
    truth = "".join(map(str, test.labels[:441]))
    assert [len(row) for row in page.rows] == [21] * 21 and page.refused == []
    assert np.mean([a == b for a, b in zip("".join(page.rows), truth)]) >= .97
