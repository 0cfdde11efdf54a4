"""The steppers' Python side: what the frames say, and how the controls are linked."""

import re
import xml.etree.ElementTree as ET

import pytest
from IPython.display import HTML

from course_lib import circuit
from course_lib.circuit import data, number, weight
from course_lib.figures import palette
from course_lib.widgets import Frame, circuit_picture, circuit_stepper, stepper
from course_lib.widgets.circuit import WIDTH, draw, frames
from course_lib.widgets.circuit_layout import RIGHT


def loss(w1=0.0, w2=0.0):
    x1, x2, t = data(1, "x1"), data(0, "x2"), data(5, "t")
    w1, w2 = weight(w1, "w1"), weight(w2, "w2")
    y1 = circuit.sigmoid((x1 * w1).named("z1")).named("y1")
    f = circuit.sigmoid(((y1 * w2).named("m") + x2).named("z2")).named("f")
    return (((f - t).named("e")) ** 2).named("L")


def forked():
    v = weight(3, "v")
    return circuit.sigmoid(v * v + 2 * v - v / 4).named("y")


def texts(svg):
    return [element.text for element in ET.fromstring(svg).iter("text")]


# ---------------------------------------------------------------- frames of a circuit

@pytest.mark.parametrize("build", [loss, forked], ids=["chapter 1", "with forks"])
def test_every_frame_shows_exactly_the_numbers_known_by_then(build):
    run = circuit.trace(build())
    out = run.names[run.output]
    for k in range(len(run.steps)):
        values, grads = run.known(k)
        shown = texts(draw(run, k))
        for node in run.nodes:
            if node.kind == "constant":
                continue
            name = run.names[node]
            assert (f"{name} = {number(node.value)}" in shown) is (node in values)
            slopes = [text for text in shown if text.startswith(f"∂{out}/∂{name} = ")]
            assert slopes == ([f"∂{out}/∂{name} = {number(grads[node])}"] if node in grads else [])


def test_the_gate_at_work_shows_its_local_derivative():
    run = circuit.trace(loss())
    for k, step in enumerate(run.steps):
        slopes = [text for text in texts(draw(run, k)) if text.startswith("×") and len(text) > 1]
        if step.phase == "backward":
            local = number(step.local)
            assert slopes == [f"×({local})" if step.local < 0 else f"×{local}"]
        else:
            assert slopes == []


def test_the_picture_shows_every_local_derivative():
    run = circuit.trace(loss())
    shown = [text for text in texts(draw(run, len(run.steps) - 1, slopes=True)) if text[0] == "×"]
    slopes = [text[1:].strip("()").replace("−", "-") for text in shown if len(text) > 1]
    expected = [local for node in run.nodes for local in node.local]
    assert sorted(map(float, slopes)) == sorted(expected)


def test_what_each_use_of_a_forked_value_adds_makes_up_its_gradient():
    y = forked()
    run = circuit.trace(y)
    shown = texts(draw(run, len(run.steps) - 1))
    slope = y.value * (1 - y.value)
    adds = {text for text in shown if text.startswith("adds ")}
    assert adds == {f"adds {number(c * slope)}" for c in (3, 2, -1 / 4, 1)}   # v v, 2 v, v/4, sums
    assert shown.count("v = 3") == 4                                          # once per use
    v = next(node for node in run.nodes if node.name == "v")
    assert v.grad == pytest.approx((3 + 3 + 2 - 1 / 4) * slope)


def test_frames_are_counted_through():
    phases = [frame.phase for frame in frames(circuit.trace(loss()))]
    assert phases[0] == "Start: what is given"
    assert phases[1] == "Forward, 1 of 7" and phases[7] == "Forward, 7 of 7"
    assert phases[8] == "Backward, 1 of 12" and phases[-1] == "Backward, 12 of 12"


@pytest.mark.parametrize("build", [loss, forked, lambda: loss(0.1234, -1.2345)])
def test_pictures_are_well_formed_named_and_keep_inside_their_frame(build):
    run = circuit.trace(build())
    for k, step in enumerate(run.steps):
        svg = ET.fromstring(draw(run, k, slopes=True))
        assert svg.get("role") == "img"
        assert step.formula in svg.get("aria-label")
        _, _, width, height = map(float, svg.get("viewBox").split())
        assert width == WIDTH <= 390
        for text in svg.iter("text"):
            length = 8.8 * len(text.text)             # wider than any of the fonts' averages
            x, y = float(text.get("x")), float(text.get("y"))
            left = x - length if "end" in text.get("class").split() else x
            assert left > -length / 3 and y < height, text.text
            assert x <= RIGHT


def test_labels_on_one_line_do_not_run_into_each_other():
    run = circuit.trace(loss(0.1234, -1.2345))
    svg = ET.fromstring(draw(run, len(run.steps) - 1, slopes=True))
    boxes = []
    for text in svg.iter("text"):
        length, look = 7.4 * len(text.text), text.get("class").split()
        x, y = float(text.get("x")), float(text.get("y"))
        left = x - length if "end" in look else x - length / 2 if "op" in look else x
        boxes.append((left, left + length, y, text.text))
    for i, (a0, a1, ay, a) in enumerate(boxes):
        for b0, b1, by, b in boxes[:i]:
            assert a1 <= b0 or b1 <= a0 or abs(ay - by) >= 13, (a, b)


def test_names_are_escaped():
    run = circuit.trace((data(1, "<b>") * weight(2, '"w"')).named("y & z"))
    for frame in frames(run):
        assert "<b>" not in frame.html()
    ET.fromstring(draw(run, 1))


def test_a_value_without_a_gate_cannot_be_drawn():
    with pytest.raises(ValueError, match="nothing to draw"):
        circuit_picture(weight(1, "w"))


def test_the_picture_in_the_page_needs_no_widget_and_brings_its_colours():
    page = circuit_picture(loss())
    assert isinstance(page, HTML)
    assert page.data.count("<svg") == 1
    for colours in (palette.LIGHT, palette.DARK):
        assert all(colours[name] in page.data for name in ("forward", "backward", "weight", "data"))
    assert "<script" not in page.data and "http" not in page.data


def test_one_trace_makes_the_same_picture_as_its_output():
    L = loss()
    assert circuit_picture(L, 5).data == circuit_picture(circuit.trace(L), 5).data
    with pytest.raises(IndexError):
        circuit_picture(L, 99)


# ---------------------------------------------------------------- the player

def test_the_stepper_has_a_frame_for_each_step():
    player, run = circuit_stepper(loss()), circuit.trace(loss())
    (track,) = player.tracks
    assert [markup.replace(" course-keyframe", "") for markup in track] == [frame.html() for frame in frames(run)]
    assert len(track) == 20 and player.rows == [] and player.start == 0


def test_the_stepper_takes_any_frames():
    made = [Frame(f"<svg>{k}</svg>", f"Part {k}", f"a = {k} < 9", "In words: b = c.")
            for k in range(3)]
    player = stepper(made, start=2)
    assert player.start == 2
    page = player.tracks[0][1]
    assert "<svg>1</svg>" in page and "a</span>" in page and "= 1 &lt; 9</span>" in page
    assert "b\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}c" in page


def test_the_words_come_before_the_picture():
    page = Frame("<svg/>", "phase", "formula", "sentence").html()
    assert re.search("phase.*formula.*sentence.*<svg/>", page, re.S)


def test_a_stepper_needs_frames_and_a_start_among_them():
    with pytest.raises(ValueError, match="at least one frame"):
        stepper([])
    with pytest.raises(ValueError, match="start=3 is not a frame: there are 1"):
        stepper([Frame("", "", "", "")], start=3)


def test_the_frames_stay_light_enough_for_a_page():
    assert sum(map(len, circuit_stepper(loss()).tracks[0])) < 150_000
