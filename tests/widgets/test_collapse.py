"""Chapter 2's player: what its frames say is what the layers compute, and what is drawn is that."""

import re
import xml.etree.ElementTree as ET
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from course_lib import nn
from course_lib.widgets import collapse, one_layer
from course_lib.widgets.collapse import (
    WIDTH,
    border,
    bound,
    collapse_stepper,
    draw,
    frame,
    outline,
    sheet,
    signed,
)
from course_lib.widgets.one_layer import best_layer, measure, plane, straight


class Affine(nn.Layer):
    """g(z) = c z + a."""

    def __init__(self, c, a=0.0):
        self.c, self.a = c, a

    def forward(self, x):
        return self.c * x + self.a


def network(widths, activation=None, seed=0):
    rng, layers = np.random.default_rng(seed), []
    for n_in, n_out in zip(widths, widths[1:]):
        layer = nn.Linear(n_in, n_out, rng=rng, dtype=np.float64)
        layer.b = rng.standard_normal((n_out, 1))
        layers += [layer, activation()] if activation else [layer]
    return nn.Sequential(*(layers[:-1] if activation else layers))


@pytest.fixture
def points():
    rng = np.random.default_rng(1)
    return rng.standard_normal((2, 60)), rng.integers(0, 2, 60)


@pytest.mark.parametrize("widths", [(2, 2), (2, 5, 2), (2, 7, 1, 4, 2)])
@pytest.mark.parametrize("c, a", [(None, 0), (0.5, 0), (-2, 0), (1.5, -0.7)])
def test_a_stack_without_a_bend_is_its_one_matrix(points, widths, c, a):
    net = network(widths, None if c is None else lambda: Affine(c, a))
    seen = measure(net, *points)
    x = np.random.default_rng(2).standard_normal((2, 40))
    assert np.allclose(seen.W @ x + seen.b, net.forward(x), rtol=1e-12, atol=1e-12)
    assert seen.gap < 1e-11 and seen.other == 0
    if len(widths) > 2:
        assert seen.slope == pytest.approx(1 if c is None else c)
    assert "differ by less than 10⁻" in frame(seen, "none", *points).sentence


def test_a_wrong_product_would_be_seen(points, monkeypatch):
    honest = one_layer.sm.collapse
    monkeypatch.setattr(one_layer.sm, "collapse",
                        lambda Ws, bs, c, shifts: honest(Ws, bs, 1.01 * c, shifts))
    seen = measure(network((2, 5, 5, 2)), *points)
    assert seen.gap > 1e-3
    assert "10⁻¹²" not in frame(seen, "none", *points).sentence


def test_a_bend_is_measured_against_the_closest_layer(points):
    x, t = points
    net = network((2, 8, 2), nn.ReLU)
    seen = measure(net, x, t)
    assert seen.slope is None
    low, high = plane(x)
    grid = np.array([[u, v] for v in np.linspace(low[1], high[1], 161)
                     for u in np.linspace(low[0], high[0], 161)]).T
    z = net.forward(grid)
    off = z - seen.W @ grid - seen.b
    with_one = np.vstack([grid, np.ones(grid.shape[1])])
    assert np.allclose(off @ with_one.T / grid.shape[1], 0, atol=1e-10)   # least squares: orthogonal
    assert seen.gap == pytest.approx(np.abs(off).max())
    assert seen.other == pytest.approx(np.mean((z[1] > z[0]) != (z - off)[1].__gt__((z - off)[0])))
    assert seen.right == (net.forward(x).argmax(axis=0) == t).sum()
    assert seen.margin[0, -1] == pytest.approx(np.diff(net.forward(
        np.array([[high[0]], [low[1]]])), axis=0)[0, 0])                  # lower right corner
    words = frame(seen, "ReLU", x, t).sentence
    assert f"up to {seen.gap:.0f}" in words and f"on {seen.other:.0%} of the plane" in words
    assert f"{seen.right} of 60 points" in words


def test_the_closest_layer_of_a_straight_one_is_itself():
    rng = np.random.default_rng(0)
    W, b, x = rng.standard_normal((2, 2)), rng.standard_normal((2, 1)), rng.standard_normal((2, 30))
    found = best_layer(x, W @ x + b)
    assert np.allclose(found[0], W) and np.allclose(found[1], b)


def test_activations_are_asked_whether_they_bend():
    assert straight([]) == (1, 0)
    assert straight([Affine(0.5), Affine(0.5)]) == (0.5, 0)
    assert straight([Affine(3, 1)]) == (3, 1)
    assert straight([nn.ReLU()]) is None and straight([nn.Tanh()]) is None
    with pytest.raises(ValueError, match="same activation after every layer"):
        straight([nn.ReLU(), Affine(1)])


def test_without_a_hidden_layer_even_relu_leaves_one_matrix(points):
    seen = measure(network((2, 2), nn.ReLU), *points)
    assert seen.depth == 0 and seen.slope == 1
    made = frame(seen, "ReLU", *points)
    assert made.phase == "No hidden layer, activation: ReLU" and made.formula.endswith("W = W₁")


@pytest.mark.parametrize("widths, c, formula", [
    ((2, 3, 2), None, "W = W₂ W₁"), ((2, 3, 3, 3, 2), None, "W = W₄ W₃ ⋯ W₁"),
    ((2, 3, 2), 0.5, "W = (½) W₂ W₁"), ((2, *[3] * 10, 2), -2, "W = (−2)¹⁰ W₁₁ W₁₀ ⋯ W₁")])
def test_the_formula_names_the_factors(points, widths, c, formula):
    net = network(widths, None if c is None else lambda: Affine(c))
    assert frame(measure(net, *points), "", *points).formula == f"f(x) = Wx + b, {formula}"


def test_what_does_not_fit_is_refused(points):
    x, t = points
    for widths in ((3, 4, 2), (2, 4, 3)):
        with pytest.raises(ValueError, match="from 2 inputs to 2 logits"):
            measure(network(widths), x, t)
    with pytest.raises(ValueError, match=r"points \(3, 60\)"):
        measure(network((2, 4, 2)), np.vstack([x, x[:1]]), t)


# ---------------------------------------------------------------- what is drawn

def area(loops):
    """The area inside closed loops of (row, column), holes taken off by their direction."""
    total = 0
    for loop in loops:
        y, x = loop.T
        total += 0.5 * np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])
    return abs(total)


@pytest.mark.parametrize("say", [lambda x, y: x - 0.3, lambda x, y: 1 - x**2 - y**2,
                                 lambda x, y: x**2 + y**2 - 1, lambda x, y: x * y,
                                 lambda x, y: 0 * x + 1])
def test_the_outline_holds_what_is_positive(say):
    x, y = np.meshgrid(np.linspace(-2, 2, 81), np.linspace(-2, 2, 81))
    margin = say(x, y)
    inside = area(outline(margin)) / 80**2
    assert inside == pytest.approx((margin > 0).mean(), abs=0.06)


def test_nothing_positive_has_no_outline():
    assert outline(-np.ones((9, 9))) == [] and outline(np.zeros((9, 9))) == []


def test_the_single_line_runs_where_its_logits_are_equal(points):
    x, t = points
    seen = measure(network((2, 8, 2), nn.ReLU), x, t)
    low, high = plane(x)
    svg = ET.fromstring(draw(seen, x, t))
    single = next(path for path in svg.iter("path") if path.get("class") == "single"
                  and "L" in path.get("d"))
    ends = np.array(re.findall(r"-?[\d.]+", single.get("d")), float).reshape(2, 2)
    inner = svg.find("svg")
    wide, tall = float(inner.get("width")), float(inner.get("height"))
    on_plane = low + (ends * [1, -1] + [0, tall]) / [wide, tall] * (high - low)
    values = seen.W @ on_plane.T + seen.b
    assert np.abs(values[1] - values[0]).max() < 0.02


def test_every_point_is_drawn_once(points):
    x, t = points
    svg = ET.fromstring(draw(measure(network((2, 3, 2)), x, t), x, t))
    drawn = {path.get("class"): path.get("d").count("M") for path in svg.iter("path")}
    assert (drawn["class0"], drawn["class1"]) == ((t == 0).sum(), (t == 1).sum())


def test_the_matrices_are_pictured_last_layer_first():
    Ws = [np.array([[1.0, -1.0], [0.0, 0.5], [0.0, 0.0]]), np.array([[0.0, 2.0, -2.0]])]
    shades = sheet(Ws)
    assert shades.shape == (3, 3 + 3 + 2)
    assert shades[1, :3].tolist() == [8, 16, 0] and (shades[[0, 2], :3] == 17).all()
    assert (shades[:, 3:6] == 17).all()
    assert shades[:, 6:].tolist() == [[16, 0], [8, 12], [8, 8]]
    pixels = np.array(Image.open(BytesIO(b64decode(collapse.png(shades).split(",")[1]))).convert("RGBA"))
    plus, minus, zero, nothing = pixels[1, 1], pixels[1, 2], pixels[1, 0], pixels[0, 0]
    assert plus[0] > plus[2] and minus[2] > minus[0] and min(zero[:3]) > 240
    assert nothing[3] == 0 and zero[3] == 255


def test_the_one_layer_is_written_out_and_the_drawing_is_named(points):
    seen = measure(network((2, 6, 6, 2)), *points)
    svg = ET.fromstring(draw(seen, *points))
    shown = [element.text for element in svg.iter("text")]
    numbers = [signed(v) for v in [*seen.W.ravel(), *seen.b.ravel()]]
    assert sorted(set(numbers) & set(shown)) == sorted(set(numbers))
    assert svg.get("role") == "img" and all(number in svg.get("aria-label") for number in numbers)
    assert f"3 matrices, {18 + 42 + 14} parameters:" in shown
    assert not [element for element in svg.iter() if element.get("id")]       # two on a page
    image = svg.find("image")
    assert float(image.get("width")) <= WIDTH


def test_ten_layers_of_sixteen_fit_into_the_picture(points):
    svg = ET.fromstring(draw(measure(network((2, *[16] * 10, 2)), *points), *points))
    assert float(svg.find("image").get("width")) <= WIDTH


def test_the_player_has_a_track_for_each_activation(points):
    nets = {"none": [network((2, 2)), network((2, 3, 2))],
            "ReLU": [network((2, 2), nn.ReLU), network((2, 3, 2), nn.ReLU)]}
    player = collapse_stepper(nets, *points)
    assert player.rows[0]["options"] == ["none", "ReLU"] and player.slider == "Depth"
    page = player.tracks[1][1]
    assert "1 hidden layer, activation: ReLU" in page
    assert page.count("<svg class") == 1 and "<script" not in page and "http" not in page


# ---------------------------------------------------------------- words

def test_bounds_are_above_the_number():
    assert bound(0) == bound(9e-13) == "10⁻¹²" and bound(2e-12) == "10⁻⁹" and bound(0.5) == "10⁰"
    with pytest.raises(ValueError, match="finite number, got nan"):
        bound(np.nan)


@pytest.mark.parametrize("w, offset, words", [
    ((0.4, -2.0), 1.0, "x₂ = 0.20 x₁ + 0.50"), ((1.0, 1.0), 0.25, "x₂ = −1.00 x₁ − 0.25"),
    ((2.0, 0.0), -1.0, "x₁ = 0.50"), ((0.0, 0.0), 1.0, "nowhere")])
def test_the_border_as_an_equation(w, offset, words):
    W, b = np.array([[0.3, 0.1], [0.3 + w[0], 0.1 + w[1]]]), np.array([[0.0], [offset]])
    assert border(W, b) == words
