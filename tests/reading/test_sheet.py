"""Printed lines are found, and divided out."""

import numpy as np
import pytest

from course_lib import reading
from course_lib.reading import light, picture, sheet
from course_lib.workshop import pages


@pytest.fixture(scope="module")
def squared():
    """Lines askew and fanned out, and two digits' worth of ink on them: (lines, ink)."""
    y, x = np.mgrid[:300, :400].astype(float)
    level = (y - 150 - 30 * (x / 400 - .5)) / (1 + .08 * (x / 400 - .5))
    away = np.minimum(np.abs(level % 40 - 20), np.abs((x + .075 * y) % 50 - 25))
    lines = .2 * np.clip(2 - away, 0, 1)
    ink = np.zeros(y.shape)
    ink[100:180, 80:90] = ink[100:110, 80:130] = ink[100:180, 250:262] = .5
    return lines, ink


def test_the_direction_of_lines_is_found(squared):
    lines, ink = squared
    darkness = 1 - (1 - lines) * (1 - ink)
    slope, fan = sheet.direction(darkness)
    assert slope == pytest.approx(30 / 400, abs=.006) and fan == pytest.approx(.08, abs=.03)
    assert sheet.direction(darkness.T.copy())[0] == pytest.approx(-.075, abs=.01)


def test_lines_are_divided_out_and_ink_stays(squared):
    lines, ink = squared
    even = (1 - lines) * (1 - ink)
    clean = sheet.without_lines(even, sheet.printed_lines(even))
    inside = np.s_[20:-20, 20:-20]
    assert np.abs(clean - (1 - ink))[inside].mean() < .25 * np.abs(even - (1 - ink))[inside].mean()
    assert clean[ink > 0].max() < .75                   # also where lines crossed it


def test_no_lines_on_plain_paper(sheets):
    for plain, size in zip(sheets, (72, 72, 112, 20)):
        even = light.even_light(picture.grey(plain.image), round(.7 * size))
        assert sheet.printed_lines(even, length=3 * size).mean() < .01


def test_ruled_pages_are_read():
    made = [pages.random_page(seed, pages.HARD) for seed in (8, 12, 13)]
    assert {page.made["paper"] for page in made} == {"ruled", "squared"}
    with_it, without = (sum(pages.score(page, reading.read_page(page.image, skip=skip)).mistakes for page in made)
                        for skip in ((), {"lines"}))
    assert with_it <= 3 and without >= 10
