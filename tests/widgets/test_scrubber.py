"""The training scrubber's Python side: the film is the training, and the frames say what the film shows."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from course_lib import digits, nn
from course_lib.widgets import scrubber as module
from course_lib.widgets.scrubber import Run, across, develop, frames, marks, scrubber, short
from course_lib.workshop.film import Film, Moment

STEPS = 30


def train(watch=None):
    pictures, labels = digits.load("uci").train
    rng = np.random.default_rng(0)
    network = nn.lenet(rng)
    history = nn.train(network, digits.to_batch(pictures), labels, steps=STEPS, batch=20, lr=0.03, rng=rng,
                       watch=watch, every=1, progress=False)
    return network, history


@pytest.fixture(scope="module")
def filmed():
    film = Film(STEPS, pictures=9)
    return film, *train(film)


@pytest.fixture(scope="module")
def held_out():
    pictures, labels = digits.load("uci").test
    return pictures[:60], labels[:60]


@pytest.fixture(scope="module")
def run(filmed, held_out):
    film, _, history = filmed
    return develop(film, history.loss, *held_out)


# ---------------------------------------------------------------- the film

def test_filming_changes_nothing(filmed):
    _, network, history = filmed
    alone, other = train()
    assert history.loss == other.loss
    for (layer, name), (same, _) in zip(network.parameters(), alone.parameters(), strict=True):
        assert np.array_equal(getattr(layer, name), getattr(same, name))


def test_the_film_holds_the_weights_of_its_steps(filmed, held_out):
    """Its first moment is the network before training, its last the trained one, one between is retraced."""
    film, network, _ = filmed
    x = digits.to_batch(held_out[0])
    moments = list(film.moments(x))
    assert np.array_equal(moments[-1].probabilities, network.probabilities(x))
    assert np.array_equal(moments[0].probabilities, nn.lenet(np.random.default_rng(0)).probabilities(x))
    seen = {}

    def watch(network, count=iter(range(STEPS + 1))):
        seen[next(count)] = network.probabilities(x), network.layers[0].W.reshape(20, 1, 5, 5).copy()

    train(watch)
    for moment in moments:
        assert np.array_equal(moment.probabilities, seen[moment.step][0])
        assert np.array_equal(moment.filters, seen[moment.step][1])


def test_showing_the_film_leaves_the_trained_network_alone(filmed, held_out):
    film, network, _ = filmed
    x = digits.to_batch(held_out[0])
    before = network.probabilities(x)
    first = [moment.probabilities for moment in film.moments(x)]
    again = [moment.probabilities for moment in film.moments(x)]
    assert np.array_equal(network.probabilities(x), before)
    assert all(map(np.array_equal, first, again))


def test_the_chapters_film_is_dense_at_its_beginning():
    steps = sorted(Film(300).wanted)
    gaps = np.diff(steps)
    assert 20 <= len(steps) <= 30 and steps[0] == 0 and steps[-1] == 300
    assert sum(step <= 30 for step in steps) >= 8
    assert gaps[-1] > 20 * gaps[0] and (np.diff(gaps) >= -1).all()
    assert sorted(Film(3).wanted) == [0, 1, 2, 3]


def test_a_film_is_for_one_whole_training(held_out):
    with pytest.raises(ValueError, match="steps=0, pictures=25"):
        Film(0)
    film = Film(2)
    x, network = digits.to_batch(held_out[0][:20]), nn.lenet()
    nn.train(network, x, held_out[1][:20], steps=2, batch=5, watch=film, progress=False)    # every=50
    with pytest.raises(ValueError, match="met 2 of 3 moments.*steps=2, watch=film, every=1"):
        next(film.moments(x))
    film = Film(2)
    history = nn.train(network, x, held_out[1][:20], steps=2, batch=5, watch=film, every=1, progress=False)
    with pytest.raises(ValueError, match="training of 2 steps, but there are 3 losses"):
        develop(film, history.loss + [1.0], *held_out)
    with pytest.raises(ValueError, match="60 pictures and 59 labels"):
        develop(film, history.loss, held_out[0], held_out[1][:-1])
    with pytest.raises(ValueError, match="make a new one"):
        nn.train(network, x, held_out[1][:20], steps=2, batch=5, watch=film, every=1, progress=False)


# ---------------------------------------------------------------- what is measured

def test_right_answers_losses_and_movement_by_their_definitions(run):
    for k, moment in enumerate(run.moments):
        read = [int(np.argmax(moment.probabilities[:, i])) for i in range(60)]
        assert run.readings()[k].tolist() == read
        assert run.right()[k] == sum(a == b for a, b in zip(read, run.labels))
        of_truth = [float(moment.probabilities[label, i]) for i, label in enumerate(run.labels)]
        assert run.losses()[k] == pytest.approx(-sum(map(np.log, of_truth)) / 60, rel=1e-6)
    assert run.moved()[0] == 0 and 0 < run.moved()[-1] < 1


def test_the_followed_digits_run_from_a_typical_one_to_the_last_to_settle(run):
    readings, followed = run.readings(), run.followed(4)

    def settled(i):
        return max((k for k in range(len(readings)) if readings[k, i] != readings[-1, i]), default=-1)

    times = [settled(i) for i in followed]
    everybody = sorted(map(settled, range(60)))
    assert times == sorted(times) and times[-1] == everybody[-1]
    assert everybody[15] <= times[0] <= everybody[45]
    assert len({run.labels[i] for i in followed}) == len(followed) == 4


# ---------------------------------------------------------------- frames

def drawings(frame):
    """The frame's pictures as parsed markup: three SVG and the block of filters."""
    parts = re.findall(r"<svg.*?</svg>", frame.picture, re.S)
    assert len(parts) == 3
    return [ET.fromstring(part) for part in parts]


def texts(svg):
    return [element.text for element in svg.iter("text")]


def test_every_frame_says_what_its_moment_was(run):
    made, followed = frames(run, 4), run.followed(4)
    assert len(made) == len(run.moments)
    for k, (frame, moment) in enumerate(zip(made, run.moments)):
        right = int(run.right()[k])
        assert frame.phase == (f"After {moment.step} of {STEPS} steps" if moment.step else "Before the first step")
        assert frame.formula == f"accuracy = {right} / 60 = {right / 60:.0%}"
        assert short(run.losses()[k]) in frame.sentence
        loss, accuracy, asked = drawings(frame)
        assert short(run.losses()[k]) in texts(loss) and f"{right / 60:.0%}" in texts(accuracy)
        for i in followed:
            p = moment.probabilities[:, i]
            mark = "✓" if p.argmax() == run.labels[i] else "✗"
            assert f"{p.argmax()} {mark} {p.max():.0%}" in texts(asked)
        assert f"moved by {run.moved()[k]:.0%}" in frame.picture


def test_the_sentence_names_each_change_of_an_answer(run):
    followed, readings = run.followed(4), run.readings()
    changed = 0
    for k, frame in enumerate(frames(run, 4)[1:], start=1):
        for i in followed:
            words = f"the {run.labels[i]} from {readings[k - 1, i]} to {readings[k, i]}"
            assert (words in frame.sentence) is bool(readings[k - 1, i] != readings[k, i])
            changed += words in frame.sentence
    assert changed >= 4


def test_the_curves_and_the_cursor_stand_where_their_numbers_are(run):
    for k, frame in enumerate(frames(run, 4)):
        for svg, top, bottom, values in ((drawings(frame)[1], 1, 0, run.right() / 60),
                                         (drawings(frame)[0], None, None, run.losses())):
            places = [tuple(map(float, pair.split(","))) for pair in svg.find("polyline").get("points").split()]
            cursor = svg.find("circle")
            assert [x for x, _ in places] == [round(across(moment.step, STEPS)) for moment in run.moments]
            assert float(cursor.get("cx")) == pytest.approx(across(run.moments[k].step, STEPS), abs=0.06)
            assert float(cursor.get("cy")) == pytest.approx(places[k][1], abs=0.6)
            heights = np.array([y for _, y in places])
            expected = values if top else np.log10(values)
            line = np.polyfit(expected, heights, 1)
            assert line[0] < 0 and np.abs(np.polyval(line, expected) - heights).max() <= 0.6


def test_every_batch_is_a_dot(run):
    path = drawings(frames(run, 4)[0])[0].findall("path")
    dots = next(each.get("d") for each in path if each.get("class") == "dots" and each.get("d").count("h0") > 1)
    assert dots.count("h0") == len(run.batches) == STEPS


def test_bars_are_as_high_as_their_probabilities(run):
    for k, frame in enumerate(frames(run, 4)):
        bars = [rect for rect in drawings(frame)[2].iter("rect")]
        shown = [run.moments[k].probabilities[:, i] for i in run.followed(4)]
        expected = [module.TALL * p for each in shown for p in each if p >= 0.01]
        assert [float(bar.get("height")) for bar in bars] == pytest.approx(expected, abs=0.51)
        axes = [float(re.search(r"M\d+ (\d+)H", path.get("d"))[1]) for path in drawings(frame)[2].findall("path")]
        feet = {round(float(bar.get("y")) + float(bar.get("height"))) for bar in bars}
        assert feet == set(map(round, axes)) and len(axes) == 4             # they stand on their axes


def test_pictures_have_words_and_ask_nobody(run):
    for frame in frames(run, 4):
        for svg in drawings(frame):
            assert svg.get("role") == "img" and len(svg.get("aria-label")) > 20
        assert re.search(r'<img src="data:[^"]*" alt="[^"]{20,}"', frame.picture)
        assert "http" not in frame.picture and "<script" not in frame.picture


def test_a_chapters_worth_of_frames_is_light():
    """25 moments of 300 batches, with the most different filters there can be."""
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(10), (25, 500)).transpose(0, 2, 1)
    moments = [Moment(round(300 * (k / 24) ** 2), rng.standard_normal((20, 1, 5, 5)), p[k]) for k in range(25)]
    run = Run(moments, list(rng.exponential(1, 300)), rng.random((500, 28, 28)), rng.integers(0, 10, 500))
    (track,) = scrubber(run).tracks
    assert len(track) == 25
    assert sum(map(len, track)) < 450_000


def test_the_numbers_on_the_axis_keep_apart():
    for steps in (1, 2, 7, 20, 100, 300, 3000, 12345):
        found = marks(steps)
        assert found[0] == 0 and found[-1] == steps and found == sorted(set(found))
        assert min(np.diff([across(step, steps) for step in found])) >= 30


def test_short_numbers():
    assert [short(x) for x in (2.302, 0.5, 0.0412, 12.3)] == ["2.3", "0.50", "0.041", "12"]


def test_filters_are_drawn_on_one_scale_white_at_zero():
    from base64 import b64decode
    from io import BytesIO

    from PIL import Image
    filters = np.zeros((2, 1, 3, 3))
    filters[0, 0, 0, 0], filters[1, 0, 2, 2] = 1, -1
    picture = module.filters_figure(filters, 1.0, 0.25)
    data = re.search(r'base64,([^"]*)"', picture).group(1)
    pixels = np.asarray(Image.open(BytesIO(b64decode(data))).convert("RGB"), int)
    assert pixels.shape[0] == 3
    red, blue, zero = pixels[0, 0], pixels[2, 6], pixels[1, 1]
    assert red[0] > red[2] + 50 and blue[2] > blue[0] + 50 and zero.min() > 240
