"""The recipe of the shipped reader: what it varies, that it learns, and the record it leaves."""

import json

import numpy as np
import pytest

from course_lib import digits, nn, reading, training


def test_a_tiny_budget_learns_to_a_stated_accuracy(tmp_path):
    """150 steps on 1,500 pen strokes and the training digits read at least 90% of the held-out."""
    out = tmp_path / "reader.npz"
    record = training.train_reader(steps=150, pen_digits=1500, out=out, progress=False)
    network = nn.load_weights(nn.lenet(), out)
    assert training.accuracy(network) >= .90
    assert record == json.loads(out.with_suffix(".json").read_text())
    assert record["command"] == "python -m course_lib train reader --steps 150 --seed 0"
    assert set(record["versions"]) == {"python", "numpy"}


def test_the_shipped_reader_reads_98_of_100_held_out_digits():
    assert training.accuracy(reading.load_reader()) >= .98


def test_the_shipped_weights_are_small_and_half_precision():
    assert training.WEIGHTS.stat().st_size <= 2**20
    with np.load(training.WEIGHTS, allow_pickle=False) as file:
        assert {file[name].dtype for name in file.files} == {np.dtype(np.float16)}
        assert sum(file[name].size for name in file.files) == 431_080


def test_the_record_agrees_with_the_shipped_weights():
    record = json.loads(training.RECORD.read_text())
    measured = training.accuracy(reading.load_reader())
    assert abs(record["accuracy on the 500 held-out digits"] - measured) <= .002


def test_material_holds_no_held_out_digit():
    images, labels = training.material(np.random.default_rng(0), 100)
    assert len(images) == len(labels)
    seen = {image.tobytes() for image in images}
    train = {image.tobytes() for image in digits.load("uci").train.images}
    held_out = {image.tobytes() for image in digits.load("uci").test.images}
    assert len(seen - train) == 100                                     # the pen strokes
    assert not seen & (held_out - train)


def test_deform_with_no_strength_changes_nothing():
    images = digits.load("uci").train.images[:5]
    assert np.allclose(training.deform(images, np.random.default_rng(0), 0), images, atol=1e-6)


def test_bilinear_lookup_equals_the_slow_definition():
    rng = np.random.default_rng(0)
    image = rng.random((1, 28, 28)).astype(np.float32)
    y, x = rng.uniform(-3, 31, (2, 1, 28, 28))
    found = training._bilinear(image, y, x)
    field = np.pad(image[0], 8)
    for r, c in [(0, 0), (5, 7), (20, 20), (27, 3)]:
        at_y, at_x = y[0, r, c] + 8, x[0, r, c] + 8
        i, j = int(at_y), int(at_x)
        fy, fx = at_y - i, at_x - j
        expected = ((1 - fy) * ((1 - fx) * field[i, j] + fx * field[i, j + 1])
                    + fy * ((1 - fx) * field[i + 1, j] + fx * field[i + 1, j + 1]))
        assert found[0, r, c] == pytest.approx(expected, abs=1e-5)


def test_restroke_keeps_paper_white_and_ink_in_range():
    images = digits.load("uci").train.images[:50]
    varied = training.restroke(images, np.random.default_rng(0))
    assert varied[images == 0].max() == 0 and 0 <= varied.min() and varied.max() <= 1
    widths = (varied > .5).sum(axis=(1, 2)) / (images > .5).sum(axis=(1, 2))
    assert widths.min() < .85 and widths.max() > 1.15                   # thinner and thicker


def test_vary_gives_a_batch_of_the_same_form():
    x = digits.to_batch(digits.load("uci").train.images[:7])
    varied = training.vary(x, np.random.default_rng(1))
    assert varied.shape == x.shape and varied.dtype == x.dtype and varied.flags.c_contiguous
