"""The players of chapters 1, 2, 3, 4, 6 and 7 in the built book, by mouse, by finger and by keyboard alone.

What stands on the screen is compared with plain NumPy on the chapters' own networks and pictures.
"""

import json

import numpy as np
import pytest

from course_lib import circuit, nn
from course_lib.circuit import number
from course_lib.widgets import channels, tiny
from course_lib.widgets.circuit import frames
from course_lib.widgets.collapse import signed
from course_lib.widgets.signals import short
from tests import naive
from tests.book.test_widget_explorer import FIRST, LABELS, built, labels, without_signs_and_slopes
from tests.conftest import DRAWN, ROOT, rest_slow
from tests.widgets.test_tiny import by_loops
from tests.widgets.test_windows import FILTER, MAP, PICTURE, POOLS, SLIDES, first_largest, printed, windows

#: who uses the players, and where
HANDS = {"mouse": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
         "finger": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True, "is_mobile": True},
         "keyboard": {"viewport": {"width": 900, "height": 900}, "color_scheme": "dark"}}
ALL_HANDS = pytest.mark.parametrize("hand", HANDS)


def one_hand(name):
    """A long walk by one hand for `make test`: all three move the same slider, as the circuit's test shows."""
    return pytest.mark.parametrize("hand", rest_slow(HANDS, [name]))


class Hand:
    """A chapter opened from its file with the network off, and one way to use what is on it."""

    def __init__(self, browser, address, kind):
        self.kind, self.problems = kind, []
        self.context = browser.new_context(**HANDS[kind], offline=True)
        self.page = self.context.new_page()
        self.page.on("console", lambda m: m.type == "error" and self.problems.append(m.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.goto(address)
        self.page.evaluate(DRAWN)

    def press(self, control):
        if self.kind == "keyboard":
            control.focus()
            self.page.keyboard.press("Enter")
        else:
            (control.tap if self.kind == "finger" else control.click)()

    def point(self, x, y):
        (self.page.touchscreen.tap if self.kind == "finger" else self.page.mouse.click)(x, y)


THUMB = 16                                      # pixels: so wide is what is drawn along a slider


def on_track(slider, place, below=0):
    """Where the middle of a slider's thumb is when it stands at a place."""
    track, last = slider.bounding_box(), int(slider.get_attribute("max"))
    return (track["x"] + THUMB / 2 + (track["width"] - THUMB) * place / last, track["y"] + track["height"] / 2 + below)


class Player:
    def __init__(self, hand, number=0):
        self.hand, self.page = hand, hand.page
        self.box = hand.page.locator(".course-stepper").nth(number)
        self.box.scroll_into_view_if_needed()

    def press(self, name):
        button = self.box.get_by_role("button", name=name, exact=True)
        self.hand.press(button)
        self.page.wait_for_function("button => button.ariaPressed === 'true'", arg=button.element_handle())

    def go(self, place, phase):
        """Bring the slider to a place, and wait for the frame there."""
        handle = self.box.get_by_role("slider")
        if self.hand.kind == "keyboard":
            handle.focus()
            for key in ["Home"] + place * ["ArrowRight"]:
                self.page.keyboard.press(key)
        else:                                       # on the track, or a little beside it; not while the handle is on its way
            self.hand.point(*on_track(handle, place, 9))
        self.box.locator(".course-phase").get_by_text(phase, exact=True).wait_for()

    def near(self, place, phase):
        """As `go`; to a neighbouring place by a button, which a finger does not miss."""
        way = place - int(self.box.get_by_role("slider").input_value())
        if abs(way) != 1:
            return self.go(place, phase)
        self.hand.press(self.box.get_by_role("button", name="Next" if way > 0 else "Back", exact=True))
        self.box.locator(".course-phase").get_by_text(phase, exact=True).wait_for()

    def words(self):
        return self.box.locator(".course-sentence").text_content().replace("\N{NO-BREAK SPACE}", " ")

    def arrays(self):
        """The texts of each group of the drawing."""
        return self.box.locator(".course-drawing svg g").evaluate_all(
            "groups => groups.map(group => [...group.querySelectorAll('text')].map(text => text.textContent))")


@pytest.fixture(scope="module")
def hands(book, browser):
    """Opens a chapter once for each hand."""
    opened = {}

    def get(chapter, kind):
        if (chapter, kind) not in opened:
            opened[chapter, kind] = Hand(browser, (book / f"book/{chapter}.html").as_uri(), kind)
        return opened[chapter, kind]

    yield get
    for hand in opened.values():
        assert hand.problems == []
        hand.context.close()


def run_cells(chapter, *parts):
    """Run those code cells of a chapter that contain these words; return their names."""
    cells = json.loads((ROOT / f"book/{chapter}.ipynb").read_text(encoding="utf-8"))["cells"]
    sources, names = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"], {}
    for part in parts:
        (source,) = (source for source in sources if part in source)
        exec(source, names)
    return names


# ---------------------------------------------------------------- chapter 1

@ALL_HANDS
def test_the_circuit_step_by_step(hands, hand):
    ours, run = Player(hands("01-gradient", hand)), circuit.trace(built({**FIRST, "loss": 0})[0])
    told = frames(run)
    for k in (8, 13, 14, 13, len(told) - 1):
        ours.near(k, told[k].phase)
        shown = [text for text in ours.box.locator("svg text").all_text_contents() if text]
        assert without_signs_and_slopes(shown) == labels(run, k)
        assert ours.box.locator(".course-formula").text_content() == told[k].formula
        assert ours.words() == told[k].sentence


def test_the_explorer_with_a_finger(hands):
    hand = hands("01-gradient", "finger")
    box = hand.page.locator(".course-explorer")
    numbers = {**FIRST, "loss": 1}
    box.get_by_label("L, the loss").select_option(index=1)
    for _ in range(3):
        L, _, w1, w2 = built(numbers)
        L.backward()
        numbers |= {"w1": w1.value - 0.5 * w1.grad, "w2": w2.value - 0.5 * w2.grad}
        before = box.locator(".course-plot .curve").get_attribute("d")
        hand.press(box.get_by_role("button", name="Take a step"))
        assert (box.locator(".course-plot .curve").get_attribute("d") != before) or w1.grad == 0
    run = circuit.trace(built(numbers)[0])
    texts = [text for text in box.locator(".course-circuit text").all_text_contents() if text]
    assert without_signs_and_slopes(texts) == labels(run, len(run.steps) - 1)
    assert box.locator(".course-plot .past").count() == 3
    hand.press(box.get_by_text("Beside it: the write-up’s step"))
    assert box.locator(".course-rules li").count() == 3
    slider = box.get_by_role("slider", name="w₂", exact=True)
    slider.scroll_into_view_if_needed()
    place = slider.bounding_box()
    hand.point(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    assert abs(float(box.get_by_label(LABELS["w2"]).input_value())) < 0.2
    hand.press(box.get_by_role("button", name="Reset all"))
    assert f"L = {number(built({**FIRST, 'loss': 0})[0].value)}" in box.locator(".course-told").text_content()


# ---------------------------------------------------------------- chapter 2

@pytest.fixture(scope="module")
def moons():
    return run_cells("02-depth", "def stack(", "def fit(network", "make_moons")


def closest_layer(network, x):
    """W and b of the one layer: the product of all matrices, or the least squares if the network bends."""
    linear = network.layers[::1 if not any(isinstance(layer, nn.ReLU) for layer in network.layers) else 2]
    if len(linear) == len(network.layers):
        W, b = np.eye(2), np.zeros((2, 1))
        for layer in linear:
            W, b = layer.W @ W, layer.W @ b + layer.b
        return W, b
    low, high = x.min(axis=1) - 0.5, x.max(axis=1) + 0.5
    grid = np.array([[u, v, 1] for v in np.linspace(low[1], high[1], 161) for u in np.linspace(low[0], high[0], 161)])
    fit = np.linalg.lstsq(grid, network.forward(grid[:, :2].T.copy()).T, rcond=None)[0].T
    return fit[:, :2], fit[:, 2:]


INSIDE = """(region, points) => points.map(([x, y]) => {
  const at = region.ownerSVGElement.createSVGPoint();
  [at.x, at.y] = [x, y];
  return region.isPointInFill(at);
})"""


@one_hand("mouse")
def test_depth_moves_the_border_only_where_the_activation_bends(hands, hand, moons):
    ours, x, t = Player(hands("02-depth", hand)), moons["moons"], moons["t_moons"]
    low, high = x.min(axis=1) - 0.5, x.max(axis=1) + 0.5
    plane = low + np.random.default_rng(0).random((400, 2)) * (high - low)
    for name, button in (("no bend", "none"), ("ReLU", "ReLU")):
        ours.press(button)
        for place, depth in ((1, 1), (5, 10)):
            network = moons["nets"][name][f"T = {depth}"]
            ours.go(place, f"{depth} hidden layer{'s' * (depth > 1)}, activation: {button}")
            W, b = closest_layer(network, x)
            assert ours.box.locator(".number").all_text_contents() == [signed(v) for v in [*W.ravel(), *b.ravel()]]
            assert f"{(network.predict(x) == t).sum()} of 200 points are on their side" in ours.words()
            z = network.forward(plane.T.copy())
            sure = np.abs(z[1] - z[0]) > 0.05 * np.abs(z[1] - z[0]).max()
            drawn = (plane[sure] - low) / (high - low) * [370, -246] + [0, 246]
            inside = ours.box.locator(".region").evaluate(INSIDE, drawn.tolist())
            assert inside == (z[1] > z[0])[sure].tolist()
            assert f"{network.count:,} parameters" in ours.words()


# ---------------------------------------------------------------- chapters 3 and 4

def sigmoid(z):
    return 1 / (1 + np.exp(-z))


BENDS = {"sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
         "tanh": (np.tanh, lambda z: 1 - np.tanh(z)**2), "ReLU": (lambda z: np.maximum(z, 0), lambda z: z > 0)}


def sizes(network, x, t, bend):
    """Root mean squares of each hidden layer's activations, and of its dz by that of the logits: by hand."""
    def rms(array):
        return np.sqrt(np.mean(np.square(array)))

    *hidden, last = [layer for layer in network.layers if layer.params]
    (g, slope), y, zs, ys = BENDS[bend], x, [], []
    for layer in hidden:
        zs.append(layer.W @ y + layer.b)
        ys.append(y := g(zs[-1]))
    z = last.W @ y + last.b
    e = np.exp(z - z.max(axis=0))
    dz = (e / e.sum(axis=0) - np.eye(10)[t].T) / len(t)
    logits, found = rms(dz), []
    for above, z in zip([*hidden[1:], last][::-1], zs[::-1]):
        dz = above.W.T @ dz * slope(z)
        found.append(rms(dz) / logits)
    return [short(rms(y)) for y in ys], [short(size) for size in found[::-1]]


@pytest.fixture(scope="module")
def deep():
    return run_cells("03-relu", "digits.load", "def dense(", "def gradient_sizes(", "x64, t64 =")


@one_hand("finger")
def test_signals_fade_or_grow_with_the_scale_of_the_weights(hands, hand, deep):
    ours = Player(hands("03-relu", hand))
    for name, (g, _) in deep["CHOICES"].items():
        ours.press(name)
        for place, scale in ((1, 1), (5, 8)):
            ours.go(place, f"{name}, weights {scale:.3g} × Xavier’s")
            network = deep["dense"](g, 10, nn.normal(scale / 8), dtype=np.float64)
            layers, *shown = ours.arrays()
            assert layers == [str(ell) for ell in range(1, 11)]
            assert shown == list(sizes(network, deep["x64"], deep["t64"], name))


@pytest.fixture(scope="module")
def starts():
    return run_cells("04-initialisation", "def columns(", "def build(", "tried = {")


@one_hand("keyboard")
def test_signals_depend_on_the_start_and_on_the_width(hands, hand, starts):
    ours, x, t = Player(hands("04-initialisation", hand)), starts["x"][:, :50], starts["t"][:50]
    for name, g in (("tanh", nn.Tanh), ("ReLU", nn.ReLU)):
        ours.press(name)
        for start in ("Xavier", "He"):
            ours.press(start)
            for place, n in ((0, 16), (2, 256)):
                ours.go(place, f"{name}, {start}, {n} units a layer")
                network = starts["build"](starts["tried"][start], n=(49, *[n] * 10, 10), activation=g)
                assert ours.arrays()[1:] == list(sizes(network, x, t, name))
    ours.press("0.3")
    ours.go(1, "ReLU, 0.3, 64 units a layer")
    assert "No gradient reaches the first layer" in ours.words() and "they are copies" in ours.words()


# ---------------------------------------------------------------- chapters 6 and 7

@one_hand("keyboard")
def test_each_filter_adds_up_all_channels(hands, hand):
    ours, run = Player(hands("06-forward", hand)), channels.example()
    y = naive.conv(run.x[..., None], run.W, run.b, 1, 0)[..., 0]
    ours.go(y.size - 1, "Filter 1, row 1, column 1")
    arrays = ours.arrays()
    assert arrays[:3] == [printed(channel.ravel()) for channel in run.x]
    assert arrays[7] == printed(y[0].ravel()) and arrays[-2] == printed(y[1].ravel())


@one_hand("keyboard")
def test_the_small_network_shows_every_value_and_every_gradient(hands, hand):
    ours, run = Player(hands("07-backward", hand), 1), tiny.example()
    values, gradients = by_loops(run)
    ours.go(10, "Backward, 5 of 5")
    shown = dict(zip(tiny.PLACES, filter(None, ours.arrays()), strict=True))
    for name, gradient in gradients.items():
        value = np.asarray(values.get(name, run.values[name]))
        assert shown[name] == printed(value.ravel()) + printed(gradient.ravel())
    assert shown["p"] == ["0.5", "0.5"] and shown["L"] == ["0.69"]


@one_hand("finger")
def test_the_window_slides_and_its_column_times_the_row_is_a_pixel(hands, hand):
    ours = Player(hands("06-forward", hand), 1)
    for stride, pad in SLIDES:
        ours.press(f"stride {stride}, pad {pad}")
        seen = windows(PICTURE, 2, stride, pad, 0)
        products = [sum(a * b for a, b in zip(FILTER.ravel(), patch)) for _, _, patch in seen]
        for n in {1, len(seen) - 1}:
            r, c, _ = seen[n]
            ours.go(n, f"Window {n + 1} of {len(seen)}, from row {number(r)}, column {number(c)}")
            picture, filter_, map_, columns, row, below = ours.arrays()
            assert picture == printed(np.pad(PICTURE, pad).ravel()) and filter_ == row == printed(FILTER.ravel())
            assert map_ == below == printed(products[:n + 1])
            assert columns == [number(patch[i]) for i in range(4) for _, _, patch in seen[:n + 1]]


@one_hand("mouse")
def test_pooling_rings_its_winners(hands, hand):
    ours = Player(hands("06-forward", hand), 2)
    for k, stride, pad in POOLS:
        ours.press(f"{k} × {k}, stride {stride}" + f", pad {pad}" * (pad > 0))
        seen = windows(MAP, k, stride, pad, -np.inf)
        for n in {1, len(seen) - 1}:
            r, c, _ = seen[n]
            ours.go(n, f"Window {n + 1} of {len(seen)}, from row {number(r)}, column {number(c)}")
            assert ours.arrays()[1] == printed(max(patch) for _, _, patch in seen[:n + 1])
            won = {first_largest(r, c, k, MAP) for r, c, _ in seen[:n + 1]}
            assert ours.box.locator("circle.ring").count() == len(won)
            assert ("A tie" in ours.words()) is (seen[n][2].count(max(seen[n][2])) > 1)


# ---------------------------------------------------------------- all of them

@one_hand("finger")
@pytest.mark.parametrize("chapter", ["01-gradient", "02-depth", "03-relu", "04-initialisation", "06-forward", "07-backward"])
def test_controls_are_labelled_and_nothing_is_cut_off(hands, hand, chapter):
    page = hands(chapter, hand).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for player in page.locator(".course-stepper").all():
        for label in player.locator(".course-controls span, .course-row > span").all():
            assert label.is_visible() and label.get_attribute("title") is None
        cut = player.evaluate("""player => [...player.querySelectorAll(".course-drawing > svg text")].filter(text => {
          const [inner, outer] = [text, text.ownerSVGElement.closest(".course-drawing > svg")].map(e => e.getBoundingClientRect());
          return inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1;
        }).map(text => text.textContent)""")
        assert cut == []
