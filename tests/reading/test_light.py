"""A page as if its light were even."""

import numpy as np
import pytest

from course_lib import reading
from course_lib.reading import picture
from course_lib.reading.light import even_light, is_dark_on_light
from course_lib.workshop import pages


@pytest.mark.parametrize("dark_ink", [True, False])
def test_evening_the_light_gives_the_paper_back(dark_ink):
    y, x = np.mgrid[:120, :160] / 160
    light = (.4 + .5 * x + .1 * y) * np.where(x + y > 1, .6, 1)      # with the edge of a shadow
    ink = np.zeros((120, 160))
    ink[40:80, 50:53] = ink[40:80, 110:113] = .6
    seen = light * (1 - ink) if dark_ink else light * .4 / (1 - ink)
    even = even_light(seen.astype(np.float32), dark_ink=dark_ink)
    assert np.abs(even[ink == 0] - 1).mean() < .02
    assert np.ptp(even[60, [51, 111]]) < .06            # the same ink in shade and in light
    assert np.median(even[ink > 0]) == pytest.approx(.4, abs=.03)


@pytest.mark.parametrize("seed", range(3))
def test_grain_at_a_dark_edge_is_not_taken_for_paper(seed):
    grain = np.random.default_rng(seed).normal(0, .02, (120, 200))
    even = even_light((np.linspace(.2, .5, 200) + grain).astype(np.float32), 31)[20:-20]
    assert even[:, :8].mean() > even[:, 80:120].mean() - .045      # .06 with the grain of the edge doubled


@pytest.mark.parametrize("seed", [8, 10, 36])
def test_the_dark_edge_of_a_photograph_is_not_read(seed):
    """Each had a row of its own made of grain at the edge, before the 1."""
    rng, paper = np.random.default_rng(seed), np.zeros((160, 700), np.float32)
    pages.write_line(rng, paper, "1234567890", top=60, left=40, height=44, gaps=.5,
                     hand=pages.foreign_hand(np.random.default_rng(71)))
    image = pages.photograph(rng, paper, darkness=.35, ratio=4, blur=1, noise=9)
    assert reading.read_page(image).rows == ["1234567890"]


def test_light_or_dark_ink():
    for seed in (0, 1, 3, 7, 8):
        made = pages.random_page(seed, pages.HARD)
        assert is_dark_on_light(picture.grey(made.image)) is not made.made["light ink"]
