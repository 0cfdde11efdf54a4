"""Chapter 7's walk through the LeNet: every array is that of loops, and maps, bars and words show it."""

import re
import xml.etree.ElementTree as ET
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from course_lib import digits, nn
from course_lib.reading import load_reader
from course_lib.widgets.mosaic import HALF, LINE, maps_figure, montage
from course_lib.widgets.walk import AXIS, TALL, bars, frames, overview, walk, walk_stepper
from tests import naive

LIE = 6                                                     # what the network is told that the 0 is


@pytest.fixture(scope="module")
def zero():
    return digits.load("uci").test.images[274]


@pytest.fixture(scope="module")
def run(zero):
    return walk(load_reader(), zero, LIE)


@pytest.fixture(scope="module")
def made(run):
    return frames(run)


@pytest.fixture(scope="module")
def loops(zero):
    """(values, gradients) of the same network, each with the batch's axis of one, by tests/naive.py."""
    layers, values = load_reader().layers, [np.asarray(zero, float)[None, :, :, None]]
    filters = {layer: layer.W.reshape(len(layer.W), layer.c_in, layer.k, layer.k).astype(float)
               for layer in layers if isinstance(layer, nn.Conv2D)}
    for layer in layers:
        x = values[-1]
        values.append(naive.conv(x, filters[layer], layer.b[:, 0], 1, 0) if layer in filters
                      else naive.pool(x, 2, 2, 0) if isinstance(layer, nn.MaxPool2D)
                      else naive.relu(x) if isinstance(layer, nn.ReLU)
                      else naive.flatten(x) if isinstance(layer, nn.Flatten)
                      else layer.W.astype(float) @ x + layer.b)
    p = np.exp(values[-1]) / np.exp(values[-1]).sum()
    gradients = [p - np.eye(10)[:, [LIE]]]
    for layer, x in zip(reversed(layers), reversed(values[:-1])):
        dy = gradients[-1]
        gradients.append(naive.conv_backward(dy, x, filters[layer], 1, 0)[0] if layer in filters
                         else naive.pool_backward(dy, x, 2, 2, 0) if isinstance(layer, nn.MaxPool2D)
                         else naive.relu_backward(dy, x) if isinstance(layer, nn.ReLU)
                         else naive.unflatten(dy, x.shape) if isinstance(layer, nn.Flatten)
                         else layer.W.astype(float).T @ dy)
    return values, gradients[::-1], p[:, 0]


def close(mine, theirs):
    """Equal up to the rounding of float32."""
    return mine.shape == theirs.shape and np.abs(mine - theirs).max() <= 1e-4 * np.abs(theirs).max()


def test_every_value_and_every_gradient_is_that_of_the_loops(run, loops):
    values, gradients, p = loops
    assert len(run.values) == len(run.gradients) == len(values) == 11
    for mine, theirs in zip([*run.values, *run.gradients, run.p], [*values, *gradients, p]):
        assert close(mine, theirs)
    assert run.loss == pytest.approx(-np.log(p[LIE]), rel=1e-4) and run.loss > 1


def test_what_is_learned_has_the_shapes_of_the_parameters(run):
    for layer, learned in zip(run.network.layers, run.learned):
        assert {name: array.shape for name, array in learned.items()} == {
            name: getattr(layer, name).shape for name in layer.params}


# ---------------------------------------------------------------- words

def pairs(run, made):
    """(frame, array, i, forward?) of every frame but the loss's."""
    last = len(run.network.layers)
    assert len(made) == 2 * last + 3
    yield from ((made[i], run.values[i], i, True) for i in range(last + 1))
    yield from ((made[2 * last + 2 - i], run.gradients[i], i, False) for i in range(last, -1, -1))


def test_every_frame_says_shape_number_and_bytes(run, made):
    for frame, array, i, forward in pairs(run, made):
        *shape, size, bytes_ = re.split(" = ", frame.formula)
        assert int(size.split()[0].replace(",", "")) == array.size and size.endswith("values" if forward else "gradients")
        assert int(bytes_.split()[0].replace(",", "")) == 4 * array.size
        assert [tuple(map(int, one.split(" × "))) for one in shape] == ([array.shape[:-1]] if array.ndim > 2 else [])


def test_phases_count_the_way_there_and_back(run, made):
    kinds = ["convolution 5 × 5", "ReLU", "max-pool 2 × 2"] * 2 + ["flatten", "linear", "ReLU", "linear"]
    forward = [f"Forward, {i} of 11: {name}" for i, name in enumerate([*kinds, "softmax and loss"], 1)]
    backward = [f"Backward, {i} of 11: through {name}" for i, name in enumerate(["the loss", *kinds[::-1]], 1)]
    assert [re.sub(r"\s", " ", frame.phase) for frame in made] == ["Start: the picture", *forward, *backward]
    assert [frame.tone for frame in made] == ["forward"] * 12 + ["backward"] * 11


def test_words_give_the_share_of_zeros_and_the_largest_gradient(run, made):
    met = 0
    for frame, array, i, forward in pairs(run, made):
        layer = run.network.layers[i - 1 if forward else min(i, len(run.network.layers) - 1)]
        if found := re.search(r"(\d+)% of (?:the (?:values|gradients)|them)", frame.sentence):
            met += 1
            assert int(found[1]) == round(100 * np.mean(array == 0))
            assert isinstance(layer, (nn.ReLU, nn.MaxPool2D))
        if not forward:
            largest = float(re.search(r"The largest is ([\d.e−-]+) in size", frame.sentence)[1].replace("−", "-"))
            assert largest == pytest.approx(np.abs(array).max(), rel=0.06)
        elif isinstance(layer, nn.Conv2D) and i:
            low, high = re.search(r"They go from (\S+) to (\S+)\. ", frame.sentence).groups()
            assert float(low.replace("−", "-")) == pytest.approx(array.min(), rel=0.06)
            assert float(high) == pytest.approx(array.max(), rel=0.06)
            assert f"{layer.count:,} parameters" in frame.sentence
    assert met == 10                                        # five such layers, there and back


def test_the_loss_frame_tells_what_the_lie_costs(run, made):
    frame = made[11]
    assert frame.formula == f"L = −ln p[{LIE}] = {run.loss:.2g}"
    total = sum(value.size for value in run.values)
    assert f"{total:,} values together" in frame.sentence
    assert "blue is where more ink would lower the loss" in made[-1].sentence


def test_what_the_chapter_says_of_zeros_and_sizes(run):
    shares = {i: np.mean(gradient == 0) for i, gradient in enumerate(run.gradients)}
    assert min(shares[2], shares[5]) >= 0.75                # pooling makes zeros of three gradients in four
    assert shares[1] >= shares[2] and shares[4] >= shares[5] and shares[8] > 0.5       # ReLU removes more
    assert max(shares[i] for i in (0, 3, 6, 7, 9)) < 0.05   # where a layer sums, hardly a zero is left
    total = sum(value.size for value in run.values)
    assert 0.3 < run.values[1].size / total < 1 / 3 and run.values[2].size == run.values[1].size
    assert run.values[8].size == 500


# ---------------------------------------------------------------- maps

def pixels(markup):
    """The whole numbers of the picture in a frame, and the colours that they stand for."""
    image = Image.open(BytesIO(b64decode(re.search(r'src="data:image/png;base64,([^"]*)"', markup)[1])))
    return np.asarray(image), np.reshape(image.getpalette(), (-1, 3))[:LINE + 1]


def placed(array):
    """{(row, column) of the picture: value}: map after map, row by row, one line between them."""
    maps = array[..., 0]
    if maps.ndim == 1:
        columns = {500: 25, 800: 32, 10: 5}[len(maps)]
        return {divmod(k, columns): value for k, value in enumerate(maps)}
    if len(maps) == 1:
        return dict(np.ndenumerate(maps[0]))
    across = {20: 5, 50: 10}[len(maps)]
    return {((k // across) * (maps.shape[1] + 1) + 1 + r, (k % across) * (maps.shape[2] + 1) + 1 + c): value
            for (k, r, c), value in np.ndenumerate(maps)}


def test_every_pixel_has_the_shade_of_its_number(run, made):
    drawn = 0
    for frame, array, i, forward in pairs(run, made):
        if i == len(run.network.layers):
            continue                                        # the logits: bars
        shades, _ = pixels(frame.picture)
        places, limit = placed(array), np.abs(array).max()
        for place, value in places.items():
            assert abs(int(shades[place]) - HALF - HALF * value / limit) <= 0.501
        assert (shades == LINE).sum() == shades.size - len(places)
        drawn += 1
    assert drawn == 20


def test_red_is_above_zero_blue_below_and_white_at_zero(run, made):
    _, colours = pixels(made[-1].picture)
    colours = colours.astype(int)
    assert (colours[HALF + 5:2 * HALF + 1, 0] > colours[HALF + 5:2 * HALF + 1, 2] + 20).all()
    assert (colours[:HALF - 4, 2] > colours[:HALF - 4, 0] + 20).all() and colours[HALF].min() > 240
    _, inks = pixels(made[0].picture)
    assert inks[HALF].min() > 240 and inks[2 * HALF].max() < 20       # the picture itself: paper and ink


def test_one_scale_serves_all_labels(zero):
    """Told the truth the maps stay pale: they have the scale of the lie."""
    lie, truth = walk_stepper(load_reader(), zero, {"6, a lie": LIE, "0, which it is": 0}).tracks
    assert len(lie) == len(truth) == 23
    strongest = [[np.abs(pixels(value)[0][pixels(value)[0] < LINE].astype(int) - HALF).max() for value in track[13:]]
                 for track in (lie, truth)]
    assert min(strongest[0]) == HALF and max(strongest[1]) <= HALF / 4
    for a, b in zip(lie[:11], truth[:11]):
        assert a == b                                       # forward the label changes nothing


def test_a_picture_says_what_is_in_it(run, made):
    for frame, array, i, forward in pairs(run, made):
        if i < len(run.network.layers):
            alt = re.search(r'<img [^>]*alt="([^"]*)"', frame.picture)[1]
            assert ("Values" if forward else "Gradients") in alt
            if array.ndim == 4 and len(array) > 1:
                assert f"{len(array)} maps of {array.shape[1]} × {array.shape[2]}. " in alt


def test_a_column_of_any_length_and_a_single_map_can_be_drawn():
    assert montage(np.arange(7.0)[:, None]).shape == (1, 7) and montage(np.ones((1, 3, 4, 1))).shape == (3, 4)
    assert "A column of 7, " in maps_figure(np.arange(7.0)[:, None], 6, "forward")


# ---------------------------------------------------------------- bars

@pytest.mark.parametrize("numbers", [[.5, 0, .25, .25], [-3, 4, 1, -.5], [-.25, -1, -.5, -.125]])
def test_bars_stand_above_zero_or_hang_below_it(numbers):
    svg = ET.fromstring(bars(np.array(numbers), "backward"))
    zero = float(re.search(r"M0 (\S+?)H", svg.find("path").get("d"))[1])
    scale = 62 / max(map(abs, numbers))
    for value, bar in zip(numbers, svg.iter("rect"), strict=True):
        top, height = float(bar.get("y")), float(bar.get("height"))
        assert height == pytest.approx(scale * abs(value), abs=0.06)
        assert (top + height if value > 0 else top) == pytest.approx(zero, abs=0.11)
        assert top >= 0 and top + height <= float(svg.get("viewBox").split()[3])
    written = [float(t.text.replace("−", "-")) for t in svg.iter("text") if t.get("class") != "now"]
    assert written == pytest.approx(numbers, abs=0.051)
    assert [t.text for t in svg.iter("text") if t.get("class") == "now"] == list("0123")


def test_the_bars_of_the_loss_are_p_and_go_back_as_p_minus_one_hot(run, made):
    for frame, numbers in ((made[10], run.values[-1][:, 0]), (made[11], run.p),
                           (made[12], run.p - np.eye(10)[LIE])):
        svg = ET.fromstring(re.findall("<svg.*?</svg>", frame.picture, re.S)[1])
        written = [float(t.text.replace("−", "-")) for t in svg.iter("text") if t.get("class") != "now"]
        assert written == pytest.approx(numbers, abs=0.051)


@pytest.mark.parametrize("at, direction", [(0, "forward"), (4, "forward"), (11, "forward"), (10, "backward"), (0, "backward")])
def test_the_overview_has_a_bar_for_every_array_that_is_known(run, at, direction):
    svg = ET.fromstring(overview(run, at, direction))
    counts = [value.size for value in run.values]
    heights = {kind: [(float(r.get("y")), float(r.get("height"))) for r in svg.iter("rect")
                      if r.get("class").split()[0] == kind] for kind in ("forward", "backward")}
    known = 11 if direction == "backward" else min(at, 10)
    for (y, height), count in zip(heights["forward"][:known + 1], counts):
        assert height == pytest.approx(max(TALL * count / max(counts), 1.5), abs=0.06)
        assert y + height == pytest.approx(AXIS - 10, abs=0.11)
    assert len(heights["forward"]) == (12 if direction == "backward" or at == 11 else at + 1)
    assert len(heights["backward"]) == (11 - at if direction == "backward" else 0)
    for (y, height), count in zip(heights["backward"], counts[at:]):
        assert y > AXIS and height == pytest.approx(max(TALL * count / max(counts), 1.5), abs=0.06)


def test_a_picture_must_be_one(zero):
    with pytest.raises(ValueError, match=r"one picture \(H, W\); got \(1, 28, 28\)"):
        walk(load_reader(), zero[None], 0)
