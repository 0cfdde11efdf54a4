"""How well a network reads a split, and what the training chapter's recipe makes of a source."""

import hashlib
import json

import numpy as np
import pytest

from course_lib import digits, nn, statistics
from course_lib.reading.labels import WEIGHTS
from course_lib.workshop import RECORDS, evaluation, recipe


class Guess:
    """A network whose answers are given; it says how many pictures it was shown at a time."""

    def __init__(self, answers):
        self.answers, self.shown = np.asarray(answers), []

    def predict(self, x):
        start = sum(self.shown)
        self.shown.append(x.shape[-1])
        return self.answers[start:sum(self.shown)]


def test_every_answer_has_its_place():
    rng = np.random.default_rng(0)
    labels, answers = rng.integers(0, 10, 230), rng.integers(0, 10, 230)
    guess = Guess(answers)
    found = evaluation.evaluate(np.zeros((230, 28, 28)), labels, guess, batch=100)
    assert guess.shown == [100, 100, 30]
    confusion = np.zeros((10, 10), int)
    for label, answer in zip(labels, answers):
        confusion[label, answer] += 1
    np.testing.assert_array_equal(found.confusion, confusion)
    right = int((labels == answers).sum())
    assert (found.count, found.right, found.accuracy) == (230, right, right / 230)
    assert found.interval == statistics.wilson(right, 230)
    assert json.loads(json.dumps(found.as_dict())) == {
        "accuracy": right / 230, "interval": list(found.interval), "count": 230,
        "confusion": confusion.tolist()}


def test_the_table_says_what_is_where():
    confusion = np.diag([1234, *[5] * 8, 0])
    confusion[3, 8] = 20
    lines = evaluation.Evaluation(confusion).table().splitlines()
    assert lines[2].split() == ["0", "1,234", *["."] * 9, "100.0%"]
    assert lines[5].split() == ["3", ".", ".", ".", "5", ".", ".", ".", ".", "20", ".", "20.0%"]
    assert lines[11].split()[-1] == "none"                      # no such digit, no share
    assert lines[-1] == "1,274 of 1,294 right: 98.45%, 95% interval 97.62% to 99.00%"


@pytest.mark.parametrize("pictures, labels", [(0, 0), (3, 2)])
def test_what_cannot_be_evaluated(pictures, labels):
    with pytest.raises(ValueError, match=f"got {pictures} pictures and {labels} labels"):
        evaluation.evaluate(np.zeros((pictures, 28, 28)), np.zeros(labels, int))


# ---------------------------------------------------------------- the recipe

def test_digits_are_held_out_by_lot_always_the_same_ones():
    data = digits.load("uci")
    learn, measure = recipe.parts(data, 300)
    assert len(learn.labels) == 997 and len(measure.labels) == 300
    everything = sorted(picture.tobytes() for picture in data.train.images)
    assert sorted(picture.tobytes() for split in (learn, measure) for picture in split.images) == everything
    assert (np.bincount(measure.labels, minlength=10) > 10).all()
    np.testing.assert_array_equal(measure.images, recipe.parts(data, 300)[1].images)
    assert recipe.parts(data) == (data.train, data.test)


def test_the_test_split_is_not_touched_when_digits_are_held_out():
    def split(which):
        assert which == "train"
        return np.zeros((100, 28, 28), np.float32), np.arange(100) % 10

    learn, measure = recipe.parts(digits.Dataset("mine", split), 20)
    assert (len(learn.labels), len(measure.labels)) == (80, 20)


@pytest.mark.parametrize("held_out", [0, 1248, 5000])
def test_something_has_to_be_left_to_learn_from(held_out):
    with pytest.raises(ValueError, match="of 1,297 training digits cannot be held out"):
        recipe.parts(digits.load("uci"), held_out)


def test_the_recipe_is_the_chapters(tmp_path):
    record = recipe.train_lenet(steps=3, seed=5, out=tmp_path / "weights.npz", progress=False)
    (x, t), (xt, tt) = digits.load("uci")
    rng = np.random.default_rng(5)
    network = nn.lenet(rng)
    nn.train(network, digits.to_batch(x), t, steps=3, batch=50, rng=rng, lr=nn.inverse_decay(.03),
             momentum=.9, weight_decay=5e-4, bias_rate=2.0, progress=False)
    right = int((network.predict(digits.to_batch(xt)) == tt).sum())
    assert (record["right"], record["count"]) == (right, 500)
    assert record["accuracy"] == right / 500 and record["interval"] == list(statistics.wilson(right, 500))
    assert record["right after steps"]["3"] == right and list(record["right after steps"]) == ["0", "3"]
    assert record["command"] == "python -m course_lib train lenet --data uci --steps 3 --seed 5 --json"
    stored = nn.load_weights(nn.lenet(), tmp_path / "weights.npz")
    np.testing.assert_allclose(stored.layers[0].W, network.layers[0].W, atol=1e-3)


def test_the_assignments_recipe_has_other_digits_batches_and_rate(monkeypatch):
    """Asked for, it trains on 100 digits a step, at 0.01, and on no more digits than it is given."""
    (x, t), (xt, tt) = recipe.parts(digits.load("uci"), 97)
    monkeypatch.setattr(recipe, "ASSIGNED", 700)
    record = recipe.train_lenet(steps=3, seed=5, held_out=97, assigned=True, progress=False)
    rng = np.random.default_rng(5)
    network = nn.lenet(rng)
    nn.train(network, digits.to_batch(x[:700]), t[:700], steps=3, batch=100, rng=rng, lr=nn.inverse_decay(.01),
             momentum=.9, weight_decay=5e-4, bias_rate=2.0, progress=False)
    read = network.predict(digits.to_batch(xt))
    assert (record["right"], record["count"]) == (int((read == tt).sum()), 97)
    assert (record["batch"], record["rate"]) == (100, 0.01) and record["learned from"].startswith("700 digits")
    assert sum(record["confused pairs"].values()) == int((read != tt).sum())
    assert record["command"] == "python -m course_lib train lenet --data uci --held-out 97 --assigned --steps 3 --seed 5 --json"


def test_it_learns_from_the_pen_too():
    digits._load_pen.cache_clear()
    record = recipe.parts(digits.load("pen", count=100), 50)
    assert len(record[0].labels) == len(record[1].labels) == 50


@pytest.mark.parametrize(("assigned", "count", "learned"), [(False, 10_000, "50,000 digits"), (True, 500, "3,000 digits")])
def test_the_records_of_mnist_hold_together(assigned, count, learned):
    record = recipe.mnist_record(assigned)
    assert record["command"].startswith("python -m course_lib train lenet --data mnist --data-dir FOLDER")
    assert ("--assigned" in record["command"]) == assigned and record["learned from"].startswith(learned)
    assert record["interval"] == pytest.approx(statistics.wilson(record["right"], record["count"]))
    assert record["accuracy"] == record["right"] / record["count"]
    after = record["right after steps"]
    assert after[str(record["steps"])] == record["right"] and list(after) == [
        str(step) for step in range(0, record["steps"] + 1, 300)]
    assert record["count"] == count and "training split, held out" in record["measured on"]
    if assigned:
        assert (record["steps"], record["batch"], record["rate"]) == (3000, 100, 0.01)
        assert sum(record["confused pairs"].values()) == count - record["right"]


def test_the_record_of_the_reader_on_mnist_is_of_the_shipped_weights():
    """tools/measure_on_mnist.py has to be run again whenever the reader is trained again."""
    record = json.loads((RECORDS / "reader_on_mnist.json").read_text())
    assert record["weights"] == hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    confusion = np.array(record["confusion"])
    assert confusion.sum() == record["count"] == 60_000
    assert record["accuracy"] == np.trace(confusion) / 60_000 >= .974
    assert record["interval"] == pytest.approx(statistics.wilson(np.trace(confusion), 60_000))
