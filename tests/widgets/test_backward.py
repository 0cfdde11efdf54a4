"""Chapter 7's player, one entry of dy at a time: its frames show what loops compute, and say it."""

import copy
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from course_lib import nn
from course_lib.widgets.backward import backward_stepper, draw, examples, frames, record
from tests import naive

EXAMPLES = examples()


@pytest.fixture(scope="module", params=EXAMPLES)
def example(request):
    layer, x, dy = EXAMPLES[request.param]
    return record(layer, x, dy), np.asarray(x, float), np.asarray(dy, float)


def flat(array):
    """As it is drawn: a picture (1, H, W, 1) as its rows and columns."""
    return array[0, :, :, 0] if array.ndim == 4 else array


def by_loops(layer, x, dy):
    """{"dx": ..., "dW": ..., "db": ...} as they are drawn, from tests/naive.py."""
    match layer:
        case nn.Linear():
            return dict(zip(("dx", "dW", "db"), naive.linear_backward(dy, x, layer.W)))
        case nn.ReLU():
            return {"dx": naive.relu_backward(dy, x)}
        case nn.MaxPool2D():
            return {"dx": flat(naive.pool_backward(dy, x, layer.k, layer.stride, layer.pad))}
    W = layer.W.reshape(1, 1, layer.k, layer.k)
    dx, dW, db = naive.conv_backward(dy, x, W, layer.stride, layer.pad)
    return {"dx": flat(dx), "dW": dW[0, 0], "db": db[:, None]}


def some(dy, places):
    """dy with all entries 0 but those at some places in reading order."""
    kept = np.zeros_like(dy)
    kept.ravel()[places] = dy.ravel()[places]
    return kept


def shown(svg):
    """{name: (numbers, which are bold)} of the arrays in a drawing, rows and columns from where they stand."""
    arrays, name = {}, None
    for element in ET.fromstring(svg):
        if element.get("class", "").startswith("name"):
            name = element.text
        elif element.tag == "g":
            cells = [(float(t.get("y")), float(t.get("x")), float(t.text.replace("−", "-")),
                      "now" in t.get("class", "")) for t in element.iter("text")]
            rows = len({y for y, *_ in cells})
            numbers, bold = ([cell[k] for cell in sorted(cells)] for k in (2, 3))
            arrays[name] = (np.reshape(numbers, (rows, -1)), np.reshape(bold, (rows, -1))) if cells else None
    return arrays


# ---------------------------------------------------------------- numbers

def test_each_share_and_each_sum_is_that_of_the_loops(example):
    run, x, dy = example
    for count in range(1, dy.size + 1):
        arrays = shown(draw(run, count))
        alone, together = (by_loops(run.layer, x, some(dy, places)) for places in ([count - 1], range(count)))
        for name, share in alone.items():
            if name != "db":                        # its share is the entry of dy, and is not drawn again
                assert np.allclose(arrays[f"{name}: its share"][0], share)
                assert np.array_equal(arrays[f"{name}: its share"][1], share != 0), "bold where it arrives"
            total = arrays[name if name == "db" else f"{name} so far"]
            assert np.allclose(total[0], together[name]) and np.array_equal(total[1], share != 0)
        assert np.allclose(arrays["x"][0], flat(x)) and np.allclose(arrays["dy"][0], flat(dy))
        assert [*zip(*np.nonzero(arrays["dy"][1]))] == [np.unravel_index(count - 1, flat(dy).shape)]


def test_before_the_first_entry_nothing_has_arrived(example):
    run, x, dy = example
    arrays = shown(draw(run, 0))
    assert arrays["dx: its share"] is None and not arrays["dx so far"][0].any()
    assert not any(bold.any() for _, bold in filter(None, arrays.values()))


def test_the_cells_at_work_on_the_way_forward_are_bold_and_outlined(example):
    """Those of x and W that the output of this entry was made from: moving any of them may move it."""
    run, x, dy = example
    layer = copy.copy(run.layer)
    if layer.params:
        layer.W = np.ones_like(layer.W)              # a weight of 0 passes nothing on, but it is used
    for count, index in enumerate(np.ndindex(flat(dy).shape), 1):
        arrays = shown(draw(run, count))
        used = np.zeros(flat(x).shape, bool)
        for place in np.ndindex(used.shape):
            moved = x.copy()
            flat(moved)[place] = 100                 # larger than any: it is seen in a maximum as well
            used[place] = flat(layer.forward(moved))[index] != flat(layer.forward(x))[index]
        assert np.array_equal(arrays["x"][1], used)
        rects = [r for r in ET.fromstring(draw(run, count)).iter("rect") if r.get("class") == "box data"]
        assert sum(float(r.get("width")) * float(r.get("height")) for r in rects) == used.sum() * 32**2


def test_the_last_frame_has_what_backward_returns_for_all_of_dy(example):
    run, x, dy = example
    run.layer.forward(x)
    dx = flat(run.layer.backward(dy))
    arrays = shown(frames(run)[-1].picture)
    assert np.allclose(arrays["dx so far"][0], dx)
    if run.layer.params:
        assert np.allclose(arrays["dW so far"][0].ravel(), run.layer.dW.ravel())
        assert np.allclose(arrays["db"][0].ravel(), run.layer.db.ravel())


# ---------------------------------------------------------------- words

def number(text):
    return float(text.strip("()").replace("−", "-"))


def told(name):
    """(entry of dy as (row, column), its value, formula, sentence) of each frame but the first."""
    run = record(*EXAMPLES[name])
    assert len(frames(run)) == 1 + len(run.shares)
    for n, frame in enumerate(frames(run)[1:], 1):
        found = re.fullmatch(rf"Entry {n} of 4: dy\[(\d),\s(\d)\] = (\S+)", frame.phase)
        yield (int(found[1]), int(found[2])), number(found[3]), frame.formula, frame.sentence


def test_a_linear_layers_words_give_its_share():
    layer, x, dy = EXAMPLES["Linear"]
    x, met = np.asarray(x, float), set()
    for (o, n), m, formula, sentence in told("Linear"):
        said = re.fullmatch(r"dx \+= (\S+) · row (\d) of W, dW \+= (\S+) · column (\d) of x, db\[(\d)\] \+= (\S+)", formula)
        alone = np.zeros((2, 2))
        alone[o, n] = m
        dx, dW, db = naive.linear_backward(alone, x, layer.W)
        assert np.allclose(dx[:, n], number(said[1]) * layer.W[int(said[2])])
        assert np.allclose(dW[o], number(said[3]) * x[:, int(said[4])])
        assert db[int(said[5]), 0] == number(said[6]) == m == dy[o][n]
        assert f"Output {o} of image {n} was made from row {o} of W and column {n} of x." in sentence
        met.add((o, n))
    assert len(met) == 4 and "the sums are the dx, dW and db" in sentence


def test_a_relus_words_say_why_a_message_passes():
    layer, x, dy = EXAMPLES["ReLU"]
    reasons = {1: "is above 0, so y moves with x", -1: "is below 0: y does not move", 0: "is on the kink"}
    stopped = 0
    for place, m, formula, sentence in told("ReLU"):
        value = x[place[0]][place[1]]
        arrived, left, through = re.fullmatch(r"dx\[\d,\s\d\] = (\S+) · (\d) = (\S+)", formula).groups()
        assert number(arrived) == m and number(through) == m * (value > 0) and int(left) == (value > 0)
        assert reasons[np.sign(value)] in sentence
        stopped += value <= 0
    assert stopped == 2 and "the sum is the dx that" in sentence


@pytest.mark.parametrize("name", ["Max-pool", "Max-pool, stride 1"])
def test_a_poolings_words_name_the_winner_the_ties_and_what_adds_up(name):
    layer, x, dy = EXAMPLES[name]
    x, sofar, ties, again = flat(np.asarray(x, float)), {}, 0, 0
    for (r, c), m, formula, sentence in told(name):
        window = x[r * layer.stride:, c * layer.stride:][:2, :2]
        held, largest = window.ravel().tolist(), window.max()
        i, j = divmod(held.index(largest), 2)        # the first in reading order
        winner = (r * layer.stride + i, c * layer.stride + j)
        assert re.sub(r"\s", " ", formula) == f"dx[{winner[0]}, {winner[1]}] += {m:g}"
        assert [number(v) for v in re.search(r"The window held (.*?)[.:]", sentence)[1].split(", ")] == held
        if held.count(largest) > 1:
            ties += 1
            assert f"{held.count(largest)} share the first place. The first of them in reading order gets all of the {m:g}" in sentence
        else:
            assert f"The {largest:g} went through, and gets all of the {m:g}.".replace("-", "−") in sentence
        if winner in sofar:
            again += 1
            terms = " + ".join(f"{each:g}" for each in [*sofar[winner], m])
            assert f"{terms} = {sum(sofar[winner]) + m:g}." in sentence
        sofar.setdefault(winner, []).append(m)
    assert (ties, again) == ((1, 0) if name == "Max-pool" else (0, 3))


def test_a_convolutions_words_give_its_patch_and_say_where_shares_add_up():
    layer, x, dy = EXAMPLES["Convolution"]
    x, seen, overlaps = flat(x), np.zeros((3, 3), bool), 0
    for (r, c), m, formula, sentence in told("Convolution"):
        factors = re.findall(r"\+= (\S+)", formula)
        assert "dx under the window" in formula and [number(each) for each in factors] == [m] * 3
        patch = re.search(r"times the patch (.*?)\. ", sentence)[1]
        assert [number(v) for v in patch.split(", ")] == x[r:r + 2, c:c + 2].ravel().tolist()
        reached = np.zeros((3, 3), bool)
        reached[r:r + 2, c:c + 2] = layer.W.reshape(2, 2) != 0
        assert ("shares add up" in sentence) is bool((reached & seen).any())
        overlaps += (reached & seen).any()
        seen |= reached
    assert overlaps == 3


def test_what_the_chapter_says_of_the_players_numbers():
    last = {name: shown(frames(record(*given))[-1].picture) for name, given in EXAMPLES.items()}
    assert (last["ReLU"]["dx so far"][0] == 0).sum() == 2                   # lost two of its four messages
    assert (last["Max-pool"]["dx so far"][0] != 0).sum() == 4               # each to one pixel
    collected = last["Max-pool, stride 1"]["dx so far"][0]
    assert collected[1, 1] == collected.sum() == 100                        # the 3 in the middle won all four
    layer, x, dy = EXAMPLES["Convolution"]
    terms = [by_loops(layer, x, some(dy, [k]))["dx"][1, 1] for k in range(4)]
    assert terms == [0, 4, 1, 3] and last["Convolution"]["dx so far"][0][1, 1] == 8


# ---------------------------------------------------------------- pictures

def test_pictures_keep_inside_their_frame_and_say_their_numbers(example):
    run, x, dy = example
    for count, frame in enumerate(frames(run)):
        svg = ET.fromstring(frame.picture)
        left, top, width, height = map(float, svg.get("viewBox").split())
        words = svg.get("aria-label")
        assert svg.get("role") == "img" and ("is at work" in words) is (count > 0)
        for name, shape in (("x", flat(x)), ("dy", flat(dy))):
            assert f"{name}: {', '.join(' '.join(f'{v:g}'.replace('-', '−') for v in row) for row in shape)}." in words
        for element in svg.iter():
            if element.get("x") and element.get("y"):
                right = float(element.get("x")) + float(element.get("width", 0))
                bottom = float(element.get("y")) + float(element.get("height", 0))
                assert left <= float(element.get("x")) and right <= left + width and bottom <= top + height
        assert "http" not in frame.html() and "<script" not in frame.html()


def test_no_array_is_drawn_over_another(example):
    run, *_ = example
    for count in range(len(run.shares) + 1):
        places = [(float(t.get("x")), float(t.get("y"))) for t in ET.fromstring(draw(run, count)).iter("text")
                  if "name" not in t.get("class", "")]
        assert len(set(places)) == len(places)
        for i, (x, y) in enumerate(places):
            assert all(abs(x - a) >= 30 or abs(y - b) >= 18 for a, b in places[:i])


def test_the_player_has_a_track_for_each_layer():
    player = backward_stepper(EXAMPLES)
    assert player.rows == [{"name": "Layer", "options": list(EXAMPLES)}] and player.together
    for track, given in zip(player.tracks, EXAMPLES.values(), strict=True):
        assert [markup.replace(" course-keyframe", "") for markup in track] == [frame.html() for frame in frames(record(*given))]
        assert len(track) == 5
    assert sum(map(len, sum(player.tracks, []))) < 150_000


# ---------------------------------------------------------------- what it refuses

class Doubled(nn.ReLU):
    """No way back of a layer: not linear in dy."""

    def backward(self, dy):
        return super().backward(dy) * np.abs(dy).sum()


def test_what_cannot_be_drawn_is_refused_in_words(monkeypatch):
    from course_lib.widgets import backward

    with pytest.raises(ValueError, match="the player can explain Linear, ReLU, MaxPool2D, Conv2D; got"):
        record(nn.Tanh(), np.ones((2, 2)), np.ones((2, 2)))
    padded = nn.Conv2D(1, 1, 2, pad=1, dtype=np.float64)
    with pytest.raises(ValueError, match="only layers without padding"):
        frames(record(padded, np.ones((1, 2, 2, 1)), np.ones((1, 3, 3, 1))))
    with pytest.raises(ValueError, match=r"only columns .* got \(2, 3, 3, 1\)"):
        record(nn.ReLU(), np.ones((2, 3, 3, 1)), np.ones((2, 3, 3, 1)))
    monkeypatch.setitem(backward.ABOUT, Doubled, backward.ABOUT[nn.ReLU])
    with pytest.raises(ValueError, match="the shares of dx do not add up .* not linear in dy"):
        record(Doubled(), np.ones((2, 2)), np.ones((2, 2)))
