"""The recipe of the shipped reader: what it varies, that it learns, and the record it leaves."""

import json
import re

import numpy as np
import pytest

from course_lib import digits, nn, reading
from course_lib.workshop import cuttings, variation
from course_lib.workshop import train_reader as training


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A reader trained for 200 steps of 50, its record, and its file."""
    out = tmp_path_factory.mktemp("reader") / "reader.npz"
    return training.train_reader(steps=200, pages=4, pen_digits=1600, out=out, progress=False), out


def test_a_tiny_budget_learns_to_a_stated_accuracy(tiny):
    """200 batches of 32 pen strokes, 8 training digits, 10 from pages: at least 90% of the held-out read right."""
    record, out = tiny
    network = nn.load_weights(nn.lenet(), out)
    assert training.accuracy(network) >= .90
    assert record["accuracy on the 500 held-out digits"] == round(training.accuracy(network), 3)


def test_the_record_says_how_the_weights_were_made(tiny):
    record, out = tiny
    assert record == json.loads(out.with_suffix(".json").read_text())
    assert record["command"] == "python -m course_lib train reader --steps 200 --seed 0"
    assert set(record["versions"]) == {"python", "numpy", "scikit-learn", "course"}
    assert record["material"] == {"pen strokes": 200 * 32, "scikit-learn's training digits": 1297,
                                  "digits cut out of pages": sum(len(cuttings.from_page(seed).labels) for seed in range(4))}
    assert record["commit"] is None or re.fullmatch(r"[0-9a-f]{12}(-dirty)?", record["commit"])
    assert sorted(p.name for p in out.parent.iterdir()) == ["reader.json", "reader.npz"]


def test_the_same_seed_gives_the_same_weights(tmp_path):
    weights = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        training.train_reader(steps=3, seed=seed, pages=2, pen_digits=100, out=tmp_path / name, progress=False)
        weights.append(nn.load_weights(nn.lenet(), tmp_path / name).layers[0].W)
    assert np.array_equal(weights[0], weights[1]) and not np.array_equal(weights[0], weights[2])


@pytest.mark.parametrize("where", ["during the steps", "while storing"])
def test_an_interrupted_training_leaves_the_old_files(tmp_path, monkeypatch, where):
    old = {"reader.npz": b"old weights", "reader.json": b"old record"}
    for name, content in old.items():
        (tmp_path / name).write_bytes(content)

    def interrupt(*_):
        raise KeyboardInterrupt
    if where == "during the steps":
        monkeypatch.setattr(training.Average, "step", interrupt)
    else:
        monkeypatch.setattr(training, "accuracy", interrupt)
    with pytest.raises(KeyboardInterrupt):
        training.train_reader(steps=2, pages=2, pen_digits=100, out=tmp_path / "reader.npz", progress=False)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == old


def test_outside_git_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "__file__", str(tmp_path / "training.py"))
    assert training._commit() is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert training._commit() is None


def test_the_average_forgets_the_start_and_follows_the_steps():
    """Against the slow definition: the sum of all weights times their shares."""
    network = nn.Sequential(nn.Linear(1, 1))
    average, values, shares = training.Average(network, memory=20), [network.layers[0].W.item()], [1.0]
    for step in range(1, 101):
        network.layers[0].W[...] = np.sin(step)
        average.step()
        share = max(1 / 20, 1 / (1 + step / 10))
        shares, values = [s * (1 - share) for s in shares] + [share], values + [np.sin(step)]
    average.apply()
    assert network.layers[0].W.item() == pytest.approx(np.dot(shares, values), abs=1e-5)
    assert sum(shares) == pytest.approx(1) and shares[0] < 1e-3


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
    assert record["steps"] == 30_000 and record["seed"] == 0    # chapter 10 says so
    assert re.fullmatch(r"[0-9a-f]{12}", record["commit"])      # not "-dirty"


def test_pen_digits_differ_and_depend_on_the_seed_alone():
    def first(seed, count, many):
        digits_ = training.pen_digits_for(seed, count, block=60)
        parts = [next(digits_) for _ in range(many)]
        digits_.close()
        return np.concatenate([p for p, _ in parts]), np.concatenate([t for _, t in parts])

    images, labels = first(5, 20, 6)                                    # two blocks
    assert images.shape == (120, 28, 28) and labels.shape == (120,)
    assert len({image.tobytes() for image in images}) == 120
    again, same = first(5, 30, 4)                                       # batches of another size
    assert np.array_equal(images, again) and np.array_equal(labels, same)
    assert not np.array_equal(first(6, 20, 1)[0], images[:20])


def test_material_holds_no_held_out_digit(monkeypatch):
    """With variation switched off, every picture is a pen stroke, a training digit, or cut from a page to learn from."""
    monkeypatch.setattr(training, "vary", lambda images, *_: images)
    cut = cuttings.from_page(0)
    batches = training.material(0, cut, block=500)
    seen = [next(batches) for _ in range(40)]
    batches.close()
    assert all(x.shape == (50, 28, 28) and t.shape == (50,) for x, t in seen)
    real = digits.load("uci")
    label_of = {image.tobytes(): t for image, t in zip(*real.train)}
    cut_label_of = {image.tobytes(): t for image, t in zip(*cut)}
    held_out = {image.tobytes() for image in real.test.images} - set(label_of)
    for images, labels in seen:
        known = [label_of.get(image.tobytes()) for image in images]
        assert known[:32] == [None] * 32 and known[32:40] == labels[32:40].tolist()
        assert [cut_label_of[image.tobytes()] for image in images[40:]] == labels[40:].tolist()
        assert not held_out & {image.tobytes() for image in images}


def test_deform_with_no_strength_changes_nothing():
    images = digits.load("uci").train.images[:5]
    assert np.allclose(variation.deform(images, np.random.default_rng(0), 0), images, atol=1e-6)


def test_bilinear_lookup_equals_the_slow_definition():
    rng = np.random.default_rng(0)
    image = rng.random((1, 28, 28)).astype(np.float32)
    y, x = rng.uniform(-3, 31, (2, 1, 28, 28))
    found = variation._bilinear(image, y, x)
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
    varied = variation.restroke(images, np.random.default_rng(0))
    assert varied[images == 0].max() == 0 and varied.min() >= 0 and varied.max() <= 1
    widths = (varied > .5).sum(axis=(1, 2)) / (images > .5).sum(axis=(1, 2))
    assert widths.min() < .85 and widths.max() > 1.15                   # thinner and thicker


def test_vary_does_what_the_chances_say():
    images = digits.load("uci").train.images[:7]
    rng = np.random.default_rng(1)
    varied = variation.vary(images, rng)
    assert varied.shape == images.shape and varied.dtype == np.float32
    assert not np.allclose(varied, images, atol=.1)
    assert np.array_equal(variation.vary(images, rng, 0, 0), images)
    changed = [not np.array_equal(variation.vary(images, rng, .5, 0), images) for _ in range(200)]
    assert 70 < sum(changed) < 130
