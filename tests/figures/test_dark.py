"""Figures for dark pages: the palette's dark colours, and data as it was."""

from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image

from course_lib.figures import dark, palette
from tests.figures.test_palette import contrast


def drawn(figure, **settings):
    """The figure's pixels, (H, W, 3)."""
    file = BytesIO()
    figure.savefig(file, dpi=100, **settings)
    return np.asarray(Image.open(file).convert("RGB"))


def both(figure):
    for _ in range(3):      # the layout moves by parts of a pixel until it rests
        drawn(figure)
    pixels = drawn(figure), drawn(figure, backend="module://course_lib.figures.dark")
    plt.close(figure)
    return pixels


def hexes(pixels):
    return {to_hex(pixel / 255).upper() for pixel in np.unique(pixels.reshape(-1, 3), axis=0)}


@pytest.mark.parametrize("name", palette.LIGHT)
def test_a_colour_of_the_palette_becomes_the_one_of_the_same_meaning(name):
    figure = plt.figure(figsize=(1, 1))
    figure.patches.append(plt.Rectangle((0, 0), 1, 1, transform=figure.transFigure, color=palette.LIGHT[name]))
    light, turned = (pixels[20:80, 20:80] for pixels in both(figure))
    assert hexes(light) == {palette.LIGHT[name]} and hexes(turned) == {palette.DARK[name]}


colours = st.tuples(*[st.floats(0, 1)] * 3)


@given(colours, st.floats(0, 1))
def test_any_other_colour_keeps_its_opacity_and_what_was_lighter_is_darker(colour, opacity):
    *rgb, kept = dark.turned((*colour, opacity))
    assert kept == opacity and min(rgb) >= 0 and max(rgb) <= 1
    lightness = max(colour) + min(colour)
    if abs(lightness - 1) > 0.2:
        assert (max(rgb) + min(rgb) < 1) == (lightness > 1)


@given(st.floats(0, 1), st.floats(0, 1))
def test_greys_that_can_be_told_apart_still_can(one, other):
    turned = [to_hex(dark.turned((grey,) * 3)) for grey in (one, other)]
    before = contrast(*[to_hex((grey,) * 3) for grey in (one, other)])
    if before > 4.5:
        assert contrast(*turned) > 2


def test_a_picture_stays_and_so_does_what_is_written_on_it():
    values = np.random.default_rng(0).random((4, 4))
    figure, axis = plt.subplots(figsize=(3, 3))
    axis.imshow(values, cmap=palette.SIGNED)
    axis.text(1.5, 1.5, "8", size=30, color=palette.INK)
    axis.plot([1, 2], [2, 2], color=palette.DATA)
    axis.set_title("title")
    light, turned = both(figure)
    x, y, width, height = axis.get_position().bounds
    box = np.s_[int((1 - y - height) * 300) + 3:int((1 - y) * 300) - 3, int(x * 300) + 3:int((x + width) * 300) - 3]
    assert np.array_equal(light[box], turned[box]) and len(np.unique(light[box])) > 20
    assert (light[0, 0] == 255).all() and turned[0, 0].max() < 40          # the paper around it
    above = np.s_[:box[0].start - 6]
    assert light[above].min() < 60 and turned[above].max() > 200           # the title


def test_a_figure_is_as_it_was_after_its_dark_print():
    figure, axis = plt.subplots()
    axis.scatter([1, 2, 3], [1, 2, 3], c=[palette.DATA, palette.WEIGHT, palette.MUTED])
    axis.legend(["points"])
    before = drawn(figure)
    first, second = (drawn(figure, backend="module://course_lib.figures.dark") for _ in range(2))
    assert np.array_equal(first, second) and not np.array_equal(first, before)
    assert np.array_equal(drawn(figure), before)
    plt.close(figure)


def test_a_kernel_draws_both_when_it_is_asked_to(monkeypatch):
    code = "from course_lib.figures import training\ntraining.decay()"
    monkeypatch.setenv("COURSE_DARK_FIGURES", "1")
    notebook = new_notebook(cells=[new_code_cell(code)])
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    from base64 import b64decode
    output = next(output for output in notebook.cells[0].outputs if "image/png" in output.get("data", {}))
    light, turned = (np.asarray(Image.open(BytesIO(b64decode(each))).convert("RGB"))
                     for each in (output["data"]["image/png"], output["metadata"]["image/png"]["dark"]))
    assert light[0, 0].min() > 250 and turned[0, 0].max() < 40
    assert np.abs(np.subtract(light.shape, turned.shape)).max() <= 4
