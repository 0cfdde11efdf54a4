"""Networks as data: shapes and counts against golden tables, brute force, PyTorch and the book.

Every total here names the convention it belongs to; the golden tables in `golden/` have a
last line whose columns must be the sums of the lines above it.
"""

import csv
import dataclasses
import doctest
from math import prod
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import architectures as A

GOLDEN = Path(__file__).parent / "golden"
GOLDEN_NETWORKS = {
    "lenet": A.lenet(),
    "lenet5-1998": A.lenet5(),
    "alexnet": A.alexnet(),
    "alexnet-grouped": A.alexnet(grouped=True),
    "vgg16-C": A.vgg16("C"),
    "vgg16-D": A.vgg16(),
    "googlenet-with-heads": A.googlenet(auxiliary=True),
}
EVERY_NETWORK = [
    A.lenet(), A.lenet5(), A.lenet5(dense=True), A.alexnet(), A.alexnet(grouped=True),
    A.torchvision_alexnet(), A.vgg16("C"), A.vgg16("D"), A.googlenet(),
    A.googlenet(auxiliary=True), A.torchvision_googlenet(), A.torchvision_googlenet(auxiliary=True)]


def label(network):
    return network.convention() if isinstance(network, A.Architecture) else None


# ------------------------------------------------------------------ totals, by convention

TOTALS = [
    (A.lenet(), 431_080, None),                                  # ten trained outputs
    (A.lenet5(), 60_000, None),                                  # sparse C3, trainable S2 and S4
    (A.lenet5(dense=True), 61_706, None),
    (A.alexnet(), 62_378_344, 62_367_776),                       # ungrouped
    (A.alexnet(grouped=True), 60_965_224, 60_954_656),           # conv2, conv4, conv5 in groups
    (A.torchvision_alexnet(), 61_100_840, None),
    (A.vgg16("D"), 138_357_544, 138_344_128),
    (A.vgg16("C"), 133_638_952, None),
    (A.googlenet(), 6_998_552, 6_990_272),                       # no auxiliary heads
    (A.googlenet(auxiliary=True), 13_378_280, 13_365_696),
    (A.torchvision_googlenet(), 6_624_904, None),                # batch norm, 3x3 for 5x5
    (A.torchvision_googlenet(auxiliary=True), 13_004_888, None),
]


@pytest.mark.parametrize("network, with_biases, weights_only", TOTALS, ids=label)
def test_total_by_its_convention(network, with_biases, weights_only):
    assert network.parameters == with_biases
    if weights_only is not None:
        assert network.weights == weights_only
        assert sum(row.parameters for row in network.rows(biases=False)) == weights_only


@pytest.mark.parametrize("name", GOLDEN_NETWORKS)
def test_golden_table(name):
    with (GOLDEN / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        *lines, total = csv.DictReader(file)
    for column in ("weights", "biases"):
        assert sum(int(line[column]) for line in lines) == int(total[column])
    network = GOLDEN_NETWORKS[name]
    assert [(row.name, "x".join(map(str, row.output_shape)), row.weights, row.biases)
            for row in network.rows()] == [
        (line["layer"], line["output"], int(line["weights"]), int(line["biases"]))
        for line in lines]
    assert network.parameters == int(total["weights"]) + int(total["biases"])


def test_every_golden_file_is_used():
    assert {path.stem for path in GOLDEN.glob("*.csv")} == set(GOLDEN_NETWORKS)


@pytest.mark.parametrize("network", EVERY_NETWORK, ids=label)
def test_rows_agree_whichever_way_they_are_listed(network):
    short, long = network.rows(), network.rows(expand=True, quiet=True)
    for what in ("weights", "biases", "multiply_adds"):
        assert sum(getattr(row, what) for row in short) == sum(getattr(row, what) for row in long)
    assert len(short) <= len(long)


def test_depths_are_the_papers():
    assert (A.alexnet().depth, A.vgg16().depth, A.vgg16("C").depth) == (8, 16, 16)
    assert A.googlenet().depth == A.googlenet(auxiliary=True).depth == 22


def test_lenet_is_the_one_that_the_course_trains():
    np = pytest.importorskip("numpy")
    from course_lib import nn

    network = nn.lenet(np.random.default_rng(0))
    x = np.zeros((1, 28, 28, 2), np.float32)
    described = A.lenet().rows(quiet=True)
    assert len(described) == len(network.layers)
    for layer, row in zip(network.layers, described):
        x = layer.forward(x)
        assert x.shape == (*row.output_shape, 2)
        assert getattr(layer, "W", np.zeros(0)).size == row.weights
        assert getattr(layer, "b", np.zeros(0)).size == row.biases


# ------------------------------------------------------------------ windows

@given(st.integers(1, 40), st.integers(1, 8), st.integers(1, 5), st.integers(0, 3))
def test_output_size_is_the_number_of_positions(size, k, stride, pad):
    from course_lib import nn

    if size + 2 * pad < k:
        with pytest.raises(ValueError, match="larger than its input"):
            A.output_size(size, k, stride, pad)
        return
    positions = [left for left in range(-pad, size + pad, stride) if left + k <= size + pad]
    assert A.output_size(size, k, stride, pad) == len(positions) == nn.output_size(
        size, k, stride, pad)


@settings(deadline=None)         # the first example imports PyTorch
@given(st.integers(1, 40), st.integers(1, 8), st.integers(1, 9), st.integers(0, 4))
def test_ceil_mode_is_pytorchs(size, k, stride, pad):
    torch = pytest.importorskip("torch")
    if size + 2 * pad < k or pad > k // 2:
        return
    x = torch.zeros(1, 1, size, device="meta")
    pooled = torch.nn.functional.max_pool1d(x, k, stride, pad, ceil_mode=True)
    assert A.output_size(size, k, stride, pad, ceil_mode=True) == pooled.shape[-1]


# ------------------------------------------------------------------ PyTorch as referee

def build(torch, layer, shape):
    """A PyTorch module from a description, without memory (device "meta")."""
    nn, meta = torch.nn, {"device": "meta"}
    match layer:
        case A.Conv():
            return nn.Conv2d(shape[0], layer.filters, layer.k, layer.stride, layer.pad,
                             groups=layer.groups, bias=layer.bias, **meta)
        case A.Linear():
            return nn.Linear(shape[0], layer.outputs, bias=layer.bias, **meta)
        case A.BatchNorm():
            return nn.BatchNorm2d(shape[0], **meta)
        case A.Pool(how="max"):
            return nn.MaxPool2d(layer.k, layer.stride, layer.pad, ceil_mode=layer.ceil_mode)
        case A.Pool():
            return nn.AvgPool2d(layer.k, layer.stride, layer.pad, ceil_mode=layer.ceil_mode)
        case A.GlobalAveragePool():
            return nn.AdaptiveAvgPool2d(1)
        case A.AdaptiveAveragePool():
            return nn.AdaptiveAvgPool2d(layer.size)
        case A.Flatten():
            return nn.Flatten()
        case A.LocalResponseNorm():
            return nn.LocalResponseNorm(layer.size, layer.alpha, layer.beta, layer.bias)
        case A.Dropout():
            return nn.Dropout(layer.rate)
        case A.ReLU():
            return nn.ReLU()
        case A.Tanh():
            return nn.Tanh()


def run(torch, layers, x):
    """Send `x` through layers built one by one; return what comes out and the parameters."""
    parameters = 0
    for layer in layers:
        if isinstance(layer, A.Inception):
            results = [run(torch, branch, x) for branch in layer.branches]
            x = torch.cat([y for y, _ in results], dim=1)
            parameters += sum(count for _, count in results)
        else:
            module = build(torch, layer, tuple(x.shape[1:]))
            x = module(x)
            parameters += sum(p.numel() for p in module.parameters())
    return x, parameters


@pytest.mark.parametrize("network", [network for network in EVERY_NETWORK
                                     if network.variant != "as in 1998"], ids=label)
def test_pytorch_networks_have_these_shapes_and_counts(network):
    torch = pytest.importorskip("torch")
    x, after, total = torch.zeros(2, *network.input_shape, device="meta"), {}, 0
    for layer in network.layers:
        x, count = run(torch, [layer], x)
        row = network.row(layer.name)
        assert (tuple(x.shape[1:]), count) == (row.output_shape, row.parameters), layer.name
        after[layer.name], total = x, total + count
    for head in network.heads:
        y, count = run(torch, head.layers, after[head.after])
        assert tuple(y.shape) == (2, 1000)
        total += count
    assert total == network.parameters


def test_multiply_adds_are_pytorchs():
    torch = pytest.importorskip("torch")
    counter = pytest.importorskip("torch.utils.flop_counter")
    for network in (A.lenet(), A.alexnet(grouped=True), A.vgg16(), A.googlenet()):
        with counter.FlopCounterMode(display=False) as flops:
            run(torch, network.layers, torch.zeros(1, *network.input_shape, device="meta"))
        assert flops.get_total_flops() == 2 * network.multiply_adds


def test_grouped_convolution_shape():
    torch = pytest.importorskip("torch")
    layer = torch.nn.Conv2d(96, 256, 5, padding=2, groups=2, device="meta")
    assert A.Conv("c", 256, 5, pad=2, groups=2).weights((96, 27, 27)) == layer.weight.numel()


# ------------------------------------------------------------------ LeNet-5 of 1998

def test_lenet5_layers_as_the_paper_counts_them():
    rows = {row.name: row.parameters for row in A.lenet5().rows()}
    assert rows == {"C1": 156, "S2": 12, "C3": 1516, "S4": 32, "C5": 48120, "F6": 10164}


def test_lenet5_connections():
    seen = A.LENET5_CONNECTIONS
    assert [len(maps) for maps in seen] == [3] * 6 + [4] * 9 + [6]
    assert len(set(seen)) == 16
    for map_ in range(6):                   # every map of S2 feeds ten filters
        assert sum(map_ in maps for maps in seen) == 10


# ------------------------------------------------------------------ what chapter 5 says

def linear_share(network, what="parameters"):
    rows = network.rows()
    linear = sum(getattr(row, what) for row in rows if row.kind == "linear")
    return linear / sum(getattr(row, what) for row in rows)


def with_end(trunk, cut, donor, graft):
    return A.Architecture(trunk.name, trunk.input_shape, trunk.layers[:trunk.index(cut)]
                          + donor.layers[donor.index(graft):])


def test_shares_in_the_prose():
    lenet, alexnet, vgg16, googlenet = A.lenet(), A.alexnet(), A.vgg16(), A.googlenet()
    assert round(lenet.row("conv2").parameters / lenet.parameters, 2) == .06
    assert round(lenet.row("conv2").multiply_adds / lenet.multiply_adds, 2) == .70
    assert lenet.row("conv2").multiply_adds == 1_600_000
    assert lenet.multiply_adds == 2_293_000
    assert round(linear_share(alexnet), 2) == .94
    assert sum(row.parameters for row in alexnet.rows() if row.kind == "linear") // 10 ** 5 == 586
    assert round(linear_share(vgg16), 3) == .894
    assert linear_share(vgg16, "multiply_adds") < .01
    assert vgg16.row("fc1").parameters == 102_764_544
    assert .55e9 < 4 * vgg16.parameters < .56e9
    assert vgg16.values == 15_237_608
    top = [row for row in vgg16.rows() if row.parameters][:10]
    assert top[-1].name == "conv4_3"
    assert round(sum(row.multiply_adds for row in top) / vgg16.multiply_adds, 1) == .9
    assert prod(vgg16.row("conv1_2").output_shape[1:]) == 50_176
    assert googlenet.row("linear").parameters == 1_025_000
    assert round(linear_share(googlenet), 2) == .15
    heavier = [row.name for row in googlenet.rows() if row.parameters > 1_025_000]
    assert heavier == ["inception 5a", "inception 5b"]
    first = [googlenet.row(name) for name in ("conv1", "conv2 reduce", "conv2")]
    assert round(sum(row.multiply_adds for row in first) / googlenet.multiply_adds, 2) == .30
    assert round(sum(row.parameters for row in first) / googlenet.parameters, 2) == .02


def test_where_the_savings_come_from():
    googlenet, vgg16, alexnet = A.googlenet(), A.vgg16(), A.alexnet()
    unsqueezed = googlenet
    for name in A.INCEPTION_WIDTHS:
        unsqueezed = unsqueezed.replace(f"inception {name}", r3=None, r5=None)
    assert round(unsqueezed.parameters / googlenet.parameters, 1) == 3.6
    assert round(unsqueezed.multiply_adds / googlenet.multiply_adds, 1) == 2.8
    heavy = with_end(googlenet, "average", vgg16, "flatten")
    assert round(heavy.parameters / googlenet.parameters) == 33
    assert heavy.parameters > vgg16.parameters
    assert round(heavy.multiply_adds / googlenet.multiply_adds, 2) == 1.14
    assert with_end(alexnet, "flatten", googlenet, "average").parameters == 4_004_200
    light = with_end(vgg16, "flatten", googlenet, "average")
    assert light.parameters == 15_227_688 and round(vgg16.parameters / light.parameters) == 9
    assert vgg16.parameters > alexnet.parameters > googlenet.parameters
    assert vgg16.multiply_adds > googlenet.multiply_adds > alexnet.multiply_adds


def test_alexnet_at_224_pixels_does_not_have_the_papers_maps():
    narrow = dataclasses.replace(A.alexnet(), input_shape=(3, 224, 224))
    assert narrow.row("conv1").output_shape == (96, 54, 54)
    assert narrow.row("pool3").output_shape == (256, 5, 5)
    assert A.alexnet().parameters - narrow.parameters == 11_534_336


TABLE_1 = {"conv1": 2.7, "conv2": 112, "3a": 159, "3b": 380, "4a": 364, "4b": 437, "4c": 463,
           "4d": 580, "4e": 840, "5a": 1072, "5b": 1388, "linear": 1000}


def test_table_1_of_googlenet_audited():
    net = A.googlenet()
    counted = {name: net.row("inception " + name).weights / 1024 for name in A.INCEPTION_WIDTHS}
    counted |= {"conv1": net.row("conv1").weights / 1024,
                "conv2": (net.row("conv2 reduce").weights + net.row("conv2").weights) / 1024,
                "linear": net.row("linear").weights / 1024}
    assert round(sum(TABLE_1.values()), 1) == 6797.7
    assert counted["conv2"] == 112 and counted["linear"] == 1000 and counted["3a"] == 159.5
    assert [name for name in TABLE_1 if abs(TABLE_1[name] - counted[name]) < 1] == [
        "conv2", "3a", "linear"]
    assert net.row("inception 4c").multiply_adds / 1e6 == pytest.approx(100, abs=.5)
    assert pytest.approx(54, abs=.5) == 1072 * 1024 * 49 / 1e6
    assert round(net.row("inception 5a").multiply_adds / 1e6, 1) == 51.1
    separable = 7 * 7 * 3 * 8 + 24 * 64
    assert separable == 2712 and 112 ** 2 * separable / 1e6 == pytest.approx(34, abs=.1)
    assert round(A.alexnet(grouped=True).parameters / net.parameters, 1) == 8.7


def test_a_separable_stem_can_be_described():
    stem = A.Architecture("stem", (3, 224, 224), (
        A.Conv("depthwise", 24, 7, stride=2, pad=3, groups=3, bias=False),
        A.Conv("pointwise", 64, 1, bias=False)))
    assert stem.parameters == 2712
    assert stem.row("pointwise").output_shape == A.googlenet().row("conv1").output_shape


# ------------------------------------------------------------------ changing a network

def test_widening_a_layer_reaches_every_figure_that_depends_on_it():
    before, after = A.alexnet(), A.alexnet().replace("conv3", filters=512)
    changed = [row.name for row, new in zip(before.rows(), after.rows()) if row != new]
    assert changed == ["conv3", "conv4"]
    more = 128 * 256 * 9 + 128 + 384 * 128 * 9
    assert after.parameters == before.parameters + more
    assert after.multiply_adds == before.multiply_adds + 13 * 13 * (more - 128)
    assert after.values == before.values + 128 * 13 * 13
    assert f"{after.parameters:,}" in after.table() and "512x13x13" in after.table()
    assert before.parameters == 62_378_344                       # the old one is untouched


def test_widening_before_flatten_reaches_the_linear_layer():
    before, after = A.vgg16(), A.vgg16().replace("conv5_3", filters=513)
    assert after.row("fc1").weights - before.row("fc1").weights == 49 * 4096


def test_widening_an_inception_module_reaches_the_next_and_the_head():
    before = A.googlenet(auxiliary=True)
    after = before.replace("inception 4a", c3=209)
    changed = [row.name for row, new in zip(before.rows(), after.rows()) if row != new]
    assert changed == ["inception 4a", "inception 4b", "head 1 pool", "head 1 conv"]


def test_a_layer_of_a_head_can_be_replaced():
    after = A.googlenet(auxiliary=True).replace("head 1 fc", outputs=512)
    assert A.googlenet(auxiliary=True).parameters - after.parameters == 512 * (2048 + 1 + 1000)


def test_without_reductions_the_module_has_plain_windows():
    naive = A.Inception("m", 64, None, 128, None, 32, 32)
    assert naive.weights((192, 28, 28)) == 192 * (64 + 9 * 128 + 25 * 32 + 32)
    assert naive.output_shape((192, 28, 28)) == (256, 28, 28)


def test_table_is_aligned_and_names_its_convention():
    lines = A.googlenet(auxiliary=True).table(biases=False).splitlines()
    assert lines[-1] == "total 13,365,696  (GoogLeNet, with auxiliary heads, weights only)"
    assert max(map(len, lines)) <= 70
    weights = [line for line in lines if line.startswith(("conv1", "linear", "sum"))]
    assert len({line.rindex(line.split()[-1]) + len(line.split()[-1]) for line in weights}) == 1


# ------------------------------------------------------------------ mistakes

def network(*layers, shape=(3, 8, 8)):
    return A.Architecture("test", shape, layers)


MISTAKES = [
    (lambda: network(A.Conv("c", 4, 9)), "layer 'c': a window of 9 is larger than its input: 8"),
    (lambda: network(A.Pool("p", 9, 1)), "layer 'p': a window of 9 is larger"),
    (lambda: A.Conv("c", -4, 3), "layer 'c': filters has to be an integer of at least 1, not -4"),
    (lambda: A.Conv("c", 4.0, 3), "filters has to be an integer of at least 1, not 4.0"),
    (lambda: A.Conv("c", True, 3), "filters has to be an integer of at least 1, not True"),
    (lambda: A.Conv("c", 4, 3, pad=-1), "pad has to be an integer of at least 0, not -1"),
    (lambda: A.Conv("c", 4, 3, stride=0), "stride has to be an integer of at least 1, not 0"),
    (lambda: A.Conv("c", 5, 3, groups=2), "layer 'c': 2 groups do not divide 5 filters"),
    (lambda: network(A.Conv("c", 4, 3, groups=2)), "2 groups do not divide 3 input channels"),
    (lambda: A.Linear("l", 0), "outputs has to be an integer of at least 1, not 0"),
    (lambda: network(A.Linear("l", 5)), "layer 'l': needs columns.*put a Flatten before it"),
    (lambda: network(A.Flatten("f"), A.Conv("c", 4, 3)), r"layer 'c': needs maps.*\(192,\)"),
    (lambda: A.Pool("p", 2, 2, how="median"), 'how has to be "max" or "average", not \'median\''),
    (lambda: A.Pool("p", 2, 2, pad=2), "some windows would see no pixel"),
    (lambda: A.AdaptiveAveragePool("a", 0), "size has to be an integer of at least 1"),
    (lambda: A.Dropout("d", 1.5), r"rate is a probability in \[0, 1\), not 1.5"),
    (lambda: A.Inception("i", 1, 1, -1, 1, 1, 1), "layer 'i': c3 has to be an integer"),
    (lambda: A.Inception("i", 1, 1, 1, 1, 1, 1, k5=4), "k5 has to be odd"),
    (lambda: A.ReLU(""), "a layer needs a name"),
    (lambda: network(A.SparseConv("s", ((0, 3),), 3)), "looks at channel 3, but only channels 0 to 2"),
    (lambda: A.SparseConv("s", ((0, 1), ()), 3), "lists for each filter the channels it sees"),
    (lambda: network(A.ReLU("a"), A.ReLU("a")), "'a' is given more than once"),
    (lambda: A.Architecture("t", (3, 8, 8), (A.ReLU("a"),), (A.Head("h", "b", ()),)),
     "head 'h' hangs on 'b', which is not a layer of t"),
    (lambda: network(A.ReLU("a"), shape=(3, 0, 8)), r"input_shape.*\(3, 0, 8\)"),
    (lambda: A.by_name("resnet"), "no network 'resnet'; choose one of lenet, alexnet, vgg16"),
    (lambda: A.by_name("vgg16", grouped=True), "vgg16 has no option 'grouped': it belongs to alexnet"),
    (lambda: A.by_name("vgg16", colour=1), "vgg16 has no option 'colour'"),
    (lambda: A.vgg16("E"), "configuration C or D of the paper, not 'E'"),
    (lambda: A.alexnet().replace("conv9", filters=2), "AlexNet has no layer 'conv9'.*conv1"),
    (lambda: A.alexnet().replace("conv3", width=2), r"layer 'conv3' \(conv\) has no width"),
    (lambda: A.alexnet().replace("conv3", filters=-1), "filters has to be"),
    (lambda: A.alexnet(grouped=True).replace("conv3", filters=383), "do not divide 383 input"),
    (lambda: A.alexnet().replace("conv5", k=99), "layer 'conv5': a window of 99 is larger"),
]


@pytest.mark.parametrize("mistake, message", MISTAKES, ids=[message for _, message in MISTAKES])
def test_mistakes_are_named(mistake, message):
    with pytest.raises(ValueError, match=message):
        mistake()


def test_by_name_ignores_options_that_are_none():
    assert A.by_name("alexnet", grouped=None, auxiliary=None) == A.alexnet()
    assert A.by_name("vgg16", configuration="C") == A.vgg16("C")
    assert A.by_name("googlenet", auxiliary=True) == A.googlenet(auxiliary=True)


def test_docstring_examples():
    assert doctest.testmod(A).failed == 0
    assert doctest.testmod(A).attempted > 0


# ------------------------------------------------------------------ figures

def test_figures_draw_what_the_network_says():
    plt = pytest.importorskip("matplotlib.pyplot")
    plt.switch_backend("agg")
    from course_lib.figures import architectures as draw

    def words():
        plt.gcf().canvas.draw()
        found = [text.get_text() for text in plt.gcf().findobj(plt.Text)]
        plt.close("all")
        return found

    assert draw.where(A.lenet().replace("fc1", outputs=1000), "t") is None
    assert "parameters: 836,580" in words()          # 25,570 + 801,000 + 10,010
    draw.compare([A.vgg16(), A.alexnet(), A.googlenet()], "t")
    assert {"138M\n89% linear", "62.4M\n94% linear", "7.00M\n15% linear"} <= set(words())
    draw.module(A.googlenet()["inception 3a"], (192, 28, 28), "t")
    assert {"128 of 3×3\n110,592", "in: 192 maps of 28×28"} <= set(words())
    draw.module(A.Inception("m", 64, None, 128, None, 32, 32), (192, 28, 28), "t")
    assert "128 of 3×3\n221,184" in words()
    draw.windows([(7, 3, 2, 1)], "t")
    assert "7 pixels, k = 3, stride 2, pad 1: 4 positions" in words()
    draw.audit(["a", "b"], [95, 50], [100, 50.1], "t")
    assert {"−5.0%", "fits"} <= set(words())
    draw.totals({"one": 2_000_000, "two": 5_000_000}, "t")
    assert {"2.00M", "5.00M, 2.5×"} <= set(words())
