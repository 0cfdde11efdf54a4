"""The player of chapters 3 and 4: what passes through is recorded, and histograms show just that."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from course_lib import nn
from course_lib.widgets.signals import (
    BIN,
    BINS,
    DECADES,
    TALL,
    WIDTH,
    Signals,
    draw,
    factor,
    frame,
    short,
    signals,
    size,
    span,
    through,
)


def network(g, init, depth=4, n=12, seed=0):
    rng, layers, n_in = np.random.default_rng(seed), [], 9
    for _ in range(depth):
        layers += [nn.Linear(n_in, n, rng=rng, init=init, dtype=np.float64), g()]
        n_in = n
    return nn.Sequential(*layers, nn.Linear(n, 10, rng=rng, init=init, dtype=np.float64))


@pytest.fixture
def pictures():
    rng = np.random.default_rng(5)
    return rng.random((9, 30)), rng.integers(0, 10, 30)


ACTIVATIONS = [(nn.Sigmoid, lambda y: y * (1 - y)), (nn.Tanh, lambda y: 1 - y**2),
               (nn.ReLU, lambda y: y > 0)]


@pytest.mark.parametrize("g, slope", ACTIVATIONS)
def test_what_passes_is_recorded(pictures, g, slope):
    x, t = pictures
    net = network(g, nn.he)
    run = through(net, x, t)
    y = x
    for k in range(4):                                      # forward, layer by layer
        y = net.layers[2 * k + 1].forward(net.layers[2 * k].W @ y)
        assert np.array_equal(run.ys[k], y)
        assert np.allclose(run.slopes[k], slope(y))
    loss = nn.SoftmaxCrossEntropy()
    loss.forward(net.forward(x), t)
    net.backward(loss.backward())
    for k in range(4):                                      # db is the sum of dz over the pictures
        assert np.allclose(run.dzs[k].sum(axis=1, keepdims=True), net.layers[2 * k].db, atol=1e-16)
    assert np.allclose(run.dz_logits, loss.backward())


def test_a_gradient_agrees_with_a_nudge(pictures):
    x, t = pictures
    net, loss = network(nn.Tanh, nn.xavier), nn.SoftmaxCrossEntropy()
    run = through(net, x, t)
    first, *others = net.layers

    def loss_at(nudge):
        z = first.forward(x)
        z[3, 7] += nudge
        for layer in others:
            z = layer.forward(z)
        return loss.forward(z, t)

    assert run.dzs[0][3, 7] == pytest.approx((loss_at(1e-5) - loss_at(-1e-5)) / 2e-5, rel=1e-6)


def test_rounding_is_no_gradient(pictures):
    run = through(network(nn.ReLU, nn.constant(0.3)), *pictures)
    assert all((dz == 0).all() for dz in run.dzs) and (run.gradients == 0).all()
    assert run.copies
    assert "No gradient reaches the first layer." in frame(run, "").sentence
    assert "they are copies" in frame(run, "").sentence
    assert frame(run, "").formula.endswith("gradients none")


def test_a_gradient_that_has_faded_is_still_one(pictures):
    run = through(network(nn.ReLU, nn.normal(1e-5), depth=12), *pictures)
    assert 0 < run.gradients[0] < 1e-40 and not run.copies
    assert re.search(r"gradient is (\d·)?10⁻\S+ times", frame(run, "").sentence)


def test_shares_and_counts():
    y = np.array([[0.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
    relu = Signals([y, y + 1], [y > 0, np.ones((2, 3))], [y, y], np.ones((10, 3)))
    assert relu.zero == pytest.approx(5 / 12) and relu.silent == 1 and relu.units == 4
    assert relu.switches
    slopes = np.array([[0.25, 0.009, 0.0]])
    smooth = Signals([slopes], [slopes], [slopes], np.full((10, 3), 2.0))
    assert smooth.saturated == pytest.approx(2 / 3) and not smooth.switches
    assert smooth.gradients[0] == pytest.approx(np.sqrt((slopes**2).mean()) / 2)


def test_a_network_must_alternate():
    for layers in ((nn.Linear(9, 10),), (nn.Linear(9, 10), nn.ReLU())):
        with pytest.raises(ValueError, match="each but the last followed by an activation"):
            through(nn.Sequential(*layers), np.zeros((9, 2), np.float32), np.zeros(2, int))


# ---------------------------------------------------------------- what is drawn

def bars(path, start, bases):
    """The heights that a path of stairs shows, one row of BINS for each base."""
    heights = {base: np.zeros(BINS, int) for base in bases}
    for x, y, rest in re.findall(r"M(\d+) (\d+)([^M]*)", path or ""):
        at, high = (int(x) - start) // BIN, 0
        for move, value in re.findall(r"([hv])(-?\d+)", rest):
            if move == "v":
                high -= int(value)
            else:
                heights[int(y)][at:at + int(value) // BIN] = high
                at += int(value) // BIN
    return [heights[base] for base in bases]


@pytest.mark.parametrize("g, init", [(nn.Sigmoid, nn.normal(3)), (nn.Tanh, nn.xavier),
                                     (nn.ReLU, nn.he), (nn.ReLU, nn.normal(2))])
def test_the_bars_are_the_histogram(pictures, g, init):
    run = through(network(g, init), *pictures)
    svg = ET.fromstring(draw(run))
    assert svg.get("role") == "img" and not [each for each in svg.iter() if each.get("id")]
    rows = [int(text.get("y")) for text in svg.find("g").iter("text")]
    paths = {path.get("class"): path.get("d") for path in svg.iter("path")}
    low, high = span(run)
    unit = size(run.dz_logits)
    for look, start, (a, b), values in [
            ("y", 37, (low, high), [y[(y != 0) | (not run.switches)] for y in run.ys]),
            ("dz", 215, DECADES, [np.log10(np.abs(dz[dz != 0]) / unit) for dz in run.dzs])]:
        for found, v in zip(bars(paths[look], start, rows), values):
            count = np.histogram(v[(v >= a) & (v <= b)], BINS, (a, b))[0]
            assert found.tolist() == np.ceil(TALL * count / max(count.max(), 1)).tolist()


def test_grey_bars_are_the_shares_of_what_the_axis_does_not_show(pictures):
    run = through(network(nn.ReLU, nn.normal(2)), *pictures)
    svg = ET.fromstring(draw(run))
    base = [int(text.get("y")) for text in svg.find("g").iter("text")][-1]
    asides = [path for path in svg.iter("path") if path.get("class") == "aside"][0].get("d")
    drawn = {int(x): int(h) for x, y, h in re.findall(r"M(\d+) (\d+)v-(\d+)h", asides) if int(y) == base}
    y = run.ys[-1]
    assert drawn[26] == round(TALL * (y == 0).mean())
    assert drawn[26 + 8 + 6 + BINS * BIN] == round(TALL * (y > 1.5).mean()) > 0


@pytest.mark.parametrize("g, expected", [(nn.Sigmoid, (0, 1)), (nn.Tanh, (-1, 1)), (nn.ReLU, (0, 1.5))])
def test_the_axis_is_what_the_activation_can_reach(pictures, g, expected):
    for scale in (0.01, 1, 30):
        assert span(through(network(g, nn.normal(scale)), *pictures)) == expected


def test_sizes_stand_beside_their_histograms_and_in_the_words(pictures):
    run = through(network(nn.Tanh, nn.xavier), *pictures)
    svg = ET.fromstring(draw(run))
    columns = [[text.text for text in group] for group in svg.findall("g")]
    assert columns == [["1", "2", "3", "4"], [short(v) for v in run.activations],
                       [short(v) for v in run.gradients]]
    assert all(short(v) in svg.get("aria-label") for v in [*run.activations, *run.gradients])
    assert float(svg.get("viewBox").split()[2]) == WIDTH
    made = frame(run, "tanh, weights as they are")
    assert made.phase == "tanh, weights as they are"
    assert made.formula == (f"a layer: activations {factor(run.activations)}, "
                            f"gradients {factor(run.gradients[::-1])}")
    assert short(run.gradients[0]) in made.sentence and f"{run.saturated:.0%}" in made.sentence


def test_tracks_are_named_after_their_buttons_and_places(pictures):
    runs = {name: {start: {f"{n} units": through(network(g, init, n=n), *pictures) for n in (3, 5)}
                   for start, init in [("He", nn.he), ("Xavier", nn.xavier)]}
            for name, g in [("ReLU", nn.ReLU), ("tanh", nn.Tanh)]}
    player = signals(runs, ["Activation", "Start"], slider="Width", start=1, paper={1})
    assert player.rows == [{"name": "Activation", "options": ["ReLU", "tanh"]}, {"name": "Start", "options": ["He", "Xavier"]}]
    assert player.slider == "Width" and player.start == 1
    assert ["course-keyframe" in markup for markup in player.tracks[1]] == [False, True]
    page = player.tracks[2][1]
    assert "tanh, He, 5 units" in page
    assert page.count("<svg") == 1 and "<script" not in page and "http" not in page


# ---------------------------------------------------------------- numbers

@pytest.mark.parametrize("number, words", [
    (0, "0"), (1, "1.0"), (0.5, "0.50"), (0.123, "0.12"), (0.0123, "0.012"), (0.03, "0.030"),
    (9.96, "10"), (12.3, "12"), (0.0096, "10⁻²"), (0.0094, "9·10⁻³"), (99.4, "99"), (123, "10²"),
    (250, "2·10²"), (3e-7, "3·10⁻⁷"),
    (1e-12, "10⁻¹²")])
def test_short_numbers(number, words):
    assert short(number) == words


def test_sizes_neither_overflow_nor_vanish():
    assert size(np.full((3, 4), 1e300)) == pytest.approx(1e300)
    assert size(np.full((3, 4), 1e-300)) == pytest.approx(1e-300)
    assert size(np.zeros((3, 4))) == 0 and size(np.array([3.0, 4.0])) == pytest.approx(np.sqrt(12.5))


def test_factors_are_means_over_layers():
    assert factor(np.array([1, 0.5, 0.25])) == "× 0.50" and factor(np.array([1, 0.0])) == "× 0"
    assert factor(np.array([0.0, 0.0])) == "none" and factor(np.array([2.0])) == "–"
