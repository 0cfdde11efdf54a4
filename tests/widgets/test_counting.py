"""The counting widget's Python side: every formula gives the number that stands beside it."""

import json
import re
from math import ceil, floor

import pytest

from course_lib import architectures
from course_lib.widgets.counting import Counting, counting, counting_picture, entry, every_network, percent

NETWORKS = every_network()


def by_name(network):
    return network.convention()


def value(formula):
    """What a formula on the screen comes to."""
    code = (formula.replace(",", "").replace("·", "*").replace("−", "-").replace("²", "**2")
            .replace("⌊", "floor(").replace("⌈", "ceil(").replace("⌋", ")").replace("⌉", ")"))
    assert re.fullmatch(r"[\d\s+*/().-]*|(floor|ceil)[\d\s+*/().-]*", code), formula
    return eval(code, {"floor": floor, "ceil": ceil})


def items(layers):
    """All that can be pointed at: layers, and what is inside modules and heads."""
    for layer in layers:
        yield layer
        yield from items(layer.get("parts", []))


def number(text):
    return int(text.replace(",", ""))


@pytest.mark.parametrize("network", NETWORKS, ids=by_name)
def test_every_formula_comes_to_its_number(network):
    learning = 0
    for item in items(entry(network)["layers"]):
        for formula, count in zip(item["sums"], item["counts"]):
            assert (value(formula) if formula else 0) == number(count), item["name"]
            learning += bool(formula)
        if "side" in item:
            formula, result = item["side"].rsplit(" = ", 1)
            assert value(formula) == int(result) == int(item["out"].split(" × ")[1])
    assert learning >= 2 * network.depth


@pytest.mark.parametrize("network", NETWORKS, ids=by_name)
def test_layers_shapes_and_totals_are_the_descriptions_own(network):
    shown = entry(network)
    rows = {row.name: row for row in network.rows(quiet=True)}
    for layer in shown["layers"]:
        if layer["kind"] != "head":
            row = rows[layer["name"]]
            assert [number(count) for count in layer["counts"]] == [row.parameters, row.multiply_adds]
            assert layer["out"] == " × ".join(f"{side:,}" for side in row.output_shape)
            assert layer["in"] == " × ".join(f"{side:,}" for side in row.input_shape)
    for i, whole in enumerate([network.parameters, network.multiply_adds]):
        assert number(shown["totals"][i]) == whole
        assert sum(number(layer["counts"][i]) for layer in shown["layers"]) == whole
        for layer in items(shown["layers"]):
            assert layer["bars"][i] == pytest.approx(100 * number(layer["counts"][i]) / whole, abs=0.005)
            assert layer["shares"][i] == percent(number(layer["counts"][i]), whole)


@pytest.mark.parametrize("network", NETWORKS, ids=by_name)
def test_the_parts_of_a_module_make_up_the_module(network):
    for layer in entry(network)["layers"]:
        if "parts" in layer:
            for i in (0, 1):
                assert sum(number(part["counts"][i]) for part in layer["parts"]) == number(layer["counts"][i])


def test_googlenet_is_grouped_by_modules_and_heads():
    folded = [layer["name"] for layer in entry(architectures.googlenet(auxiliary=True))["layers"]
              if "parts" in layer]
    assert folded == [f"inception {name}" for name in architectures.INCEPTION_WIDTHS] + ["head 1", "head 2"]
    first = entry(architectures.googlenet())["layers"][5]
    assert [part["name"] for part in first["parts"]] == [
        "1×1", "3×3 reduce", "3×3", "5×5 reduce", "5×5", "pool", "pool 1×1"]


def test_where_the_parameters_sit_shows_in_the_bars():
    """AlexNet's and VGG-16's longest bar is the first linear layer, over half; GoogLeNet has no such bar."""
    for network in (architectures.alexnet(), architectures.vgg16()):
        layers = entry(network)["layers"]
        longest = max(layers, key=lambda layer: layer["bars"][0])
        assert longest is next(layer for layer in layers if layer["kind"] == "linear")
        assert longest["bars"][0] > 50
    layers = entry(architectures.googlenet())["layers"]
    assert max(layer["bars"][0] for layer in layers) < 25


def test_the_first_linear_layer_shows_the_maps_it_was_made_from():
    def sums(network, name):
        return next(item["sums"][0] for item in entry(network)["layers"] if item["name"] == name)

    assert sums(architectures.alexnet(), "fc1") == "4,096 · (256 · 6 · 6) + 4,096"
    assert sums(architectures.alexnet(), "fc2") == "4,096 · 4,096 + 4,096"
    assert sums(architectures.googlenet(), "linear") == "1,000 · (1,024 · 1 · 1) + 1,000"
    assert sums(architectures.alexnet(grouped=True), "conv2") == "256 · (96 / 2) · 5² + 256"


def test_a_pool_whose_last_window_would_begin_outside():
    """5 pixels, windows of 2, stride 3, padding 1, rounded up: the third would begin in the far border."""
    network = architectures.Architecture("small", (1, 5, 5), (
        architectures.Pool("pool", 2, 3, pad=1, ceil_mode=True),))
    formula, result = entry(network)["layers"][0]["side"].rsplit(" = ", 1)
    assert value(formula) == int(result) == 2


def test_all_networks_are_there_and_alexnet_is_first_on_show():
    widget = counting()
    assert [network["name"] for network in widget.networks].count("GoogLeNet") == 4
    assert {network["name"] for network in widget.networks} == {
        function().name for function in architectures.NETWORKS.values()} | {"LeNet-5"}
    assert widget.networks[widget.chosen]["name"] == "AlexNet"
    assert counting([architectures.lenet()]).chosen == 0


def test_bad_input_is_told_what_was_expected():
    with pytest.raises(ValueError, match="at least one Architecture"):
        counting([])
    with pytest.raises(TypeError, match="not 'alexnet'"):
        counting(["alexnet"])
    with pytest.raises(ValueError, match="chosen=3 is not a network: there are 1"):
        counting([architectures.lenet()], chosen=3)
    with pytest.raises(ValueError, match="at least one Architecture"):
        counting_picture()


def test_the_widget_is_light_and_asks_nobody():
    widget = counting()
    state = widget.get_state()
    assert json.loads(state["networks"]) == widget.networks
    assert sum(len(str(value)) for value in state.values()) < 300_000
    assert repr(widget) == "Counting(12 networks)"
    for text in (Counting._esm, Counting._css):
        assert "http" not in str(text) and "fetch(" not in str(text) and "import(" not in str(text)


@pytest.mark.parametrize("network", [architectures.alexnet(), architectures.vgg16(), architectures.googlenet()], ids=by_name)
def test_the_picture_for_paper_has_every_layer_that_learns(network):
    page = counting_picture(network).data
    for row in network.rows():
        assert (f'scope="row">{row.name}<' in page) is bool(row.parameters)
        assert not row.parameters or f"{row.parameters:,}" in page
    assert "<script" not in page and "http" not in page


def test_the_letters_are_the_chapters_formulas():
    """Biases are added: F C k² + F of a convolution, n n + n of a linear layer; without a bias nothing is."""
    met = set()
    for layer in entry(architectures.alexnet())["layers"]:
        if "letters" in layer:
            plain = re.sub("<[^>]*>", "", layer["letters"])
            met.add(plain)
            assert ("²" in plain) is (layer["kind"] == "conv")
            assert layer["sums"][0].count(" + ") == plain.count(" + ") == 1
    assert met == {"F C k² + F", "nℓ nℓ−1 + nℓ"}
