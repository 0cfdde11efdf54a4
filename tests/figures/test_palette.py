"""The palette by numbers: it stands out from its ground, and readers with colour-vision deficiencies can tell it apart."""

from itertools import combinations

import matplotlib
import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from course_lib.figures import palette

MODES = {"light": palette.LIGHT, "dark": palette.DARK}
MEANINGS = ("forward", "backward", "weight", "data")

#: what is left of linear RGB without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1)
EYES = {
    "all cones": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
}


def linear(colour):
    """Linear RGB of "#RRGGBB" or of three numbers from 0 to 1."""
    rgb = np.array(matplotlib.colors.to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """The contrast of WCAG 2, from 1 to 21."""
    low, high = sorted(linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def seen(colour, eyes):
    """CIELAB of a colour as these eyes see it."""
    rgb = np.clip(EYES[eyes] @ linear(colour), 0, 1)
    rgb = np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * rgb ** (1 / 2.4) - 0.055)
    return rgb2lab(rgb.reshape(1, 1, 3))[0, 0]


def test_the_measures_agree_with_known_values():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
    assert seen("#808080", "deuteranopia") == pytest.approx(seen("#808080", "all cones"), abs=0.1)
    red, green = "#C00000", "#5C5C00"                      # nearly one colour without M cones
    assert deltaE_ciede2000(seen(red, "all cones"), seen(green, "all cones")) > 40
    assert deltaE_ciede2000(seen(red, "deuteranopia"), seen(green, "deuteranopia")) < 12


@pytest.mark.parametrize("mode", MODES)
def test_text_colours_reach_AA_on_their_ground(mode):
    colours = MODES[mode]
    ratios = {name: contrast(colours[name], colours["paper"]) for name in colours if name != "paper"}
    assert {name: ratio for name, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("mode", MODES)
def test_colours_with_a_meaning_can_be_told_apart(mode, eyes):
    """2.3 is a just noticeable difference side by side; ten and more is a different colour."""
    colours = MODES[mode]
    apart = {pair: deltaE_ciede2000(*(seen(colours[name], eyes) for name in pair))
             for pair in combinations((*MEANINGS, "ink"), 2)}
    assert {pair: round(float(d), 1) for pair, d in apart.items() if d < 12} == {}


@pytest.mark.parametrize("eyes", EYES)
def test_signed_maps_part_negative_zero_and_positive(eyes):
    low, zero, high = (seen(matplotlib.colormaps[palette.SIGNED](v)[:3], eyes) for v in (0.1, 0.5, 0.9))
    assert min(deltaE_ciede2000(*pair) for pair in combinations((low, zero, high), 2)) > 25


def test_paper_is_light_also_when_the_screen_is_dark():
    sheet = palette.css()
    screen, printed = sheet.split("@media print")
    assert all(value in screen for colours in MODES.values() for value in colours.values())
    assert all(value in printed for value in palette.LIGHT.values())
    assert palette.DARK["paper"] not in printed and 'html[data-theme="dark"]' in printed
