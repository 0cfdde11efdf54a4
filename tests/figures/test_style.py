"""Figures in a notebook: half the bytes, and the same to the eye."""

from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image

from course_lib.figures import style, training


def as_png(figure):
    file = BytesIO()
    figure.savefig(file, dpi=200)
    plt.close(figure)
    return file.getvalue()


@pytest.fixture(scope="module")
def chart():
    style.use()
    training.decay()
    return as_png(plt.gcf())


def pixels(png):
    return np.asarray(Image.open(BytesIO(png)).convert("RGB"), int)


def test_a_chart_loses_half_its_bytes_and_no_pixel_changes_visibly(chart):
    light = style.lighter(chart)
    assert len(light) < 0.55 * len(chart)
    assert np.abs(pixels(light) - pixels(chart)).max() <= 16
    white = (pixels(chart) == 255).all(axis=2)
    assert white.mean() > 0.5 and (pixels(light)[white] == 255).all()


def test_a_picture_of_many_colours_keeps_them():
    noise = np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    assert style.lighter(file.getvalue()) == file.getvalue()


def test_a_kernel_draws_the_lighter_figure_at_its_size():
    notebook = new_notebook(cells=[new_code_cell("from course_lib.figures import training\ntraining.decay()")])
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    output = next(output for output in notebook.cells[0].outputs if "image/png" in output.get("data", {}))
    from base64 import b64decode
    image = Image.open(BytesIO(b64decode(output["data"]["image/png"])))
    assert image.mode == "P"
    assert output["metadata"]["image/png"] == {"width": image.width // 2, "height": image.height // 2}
