"""The circuit explorer's Python side: what it hands to the page, and what it refuses."""

import json
import re
import xml.etree.ElementTree as ET

import pytest

from course_lib import circuit
from course_lib.circuit import data, weight
from course_lib.figures import palette
from course_lib.widgets.circuit import blank, draw
from course_lib.widgets.explorer import circuit_explorer
from tests.widgets.test_circuit import loss

#: the two losses of the chapter, under the names that a reader chooses from
SQUARE, HALF = "(t − f)²", "½ (t − f)²"


def half():
    return (0.5 * loss()).named("H")


def explorer(**options):
    return circuit_explorer({SQUARE: loss(), HALF: half()}, **options)


def test_the_page_gets_the_circuit_and_the_steps_of_its_trace():
    made, runs = explorer(), [circuit.trace(loss()), circuit.trace(half())]
    assert [plan["label"] for plan in made.circuits] == [SQUARE, HALF]
    for plan, run in zip(made.circuits, runs):
        assert [node["name"] for node in plan["nodes"]] == [run.names[node] for node in run.nodes]
        for k, step in enumerate(run.steps):
            sent = plan["steps"][k]
            assert sent["phase"] == step.phase
            assert (step.gate is None) is (sent["gate"] is None)
            if step.phase == "backward":
                gate = plan["nodes"][sent["gate"]]
                assert run.nodes[gate["parents"][sent["input"]]].name == step.target.name
    assert made.first == {"x1": 1, "x2": 0, "t": 5, "w1": 0, "w2": 0, "rate": 0.5, "loss": 0}
    assert made.now == made.first


def shape(svg):
    """Every mark of a drawing but its numbers and its emphasis: the element and where it stands."""
    place = ("d", "cx", "cy", "r", "x", "y")
    return {(element.tag.split("}")[-1], *(element.get(key) for key in place))
            for element in ET.fromstring(svg).iter() if element.tag.split("}")[-1] != "svg"}


@pytest.mark.parametrize("build", [loss, half])
def test_the_empty_drawing_has_a_place_for_everything_that_a_frame_shows(build):
    run = circuit.trace(build())
    places = shape(blank(run))
    for k in range(len(run.steps)):
        for slopes in (False, True):
            assert shape(draw(run, k, slopes=slopes)) <= places
    svg = ET.fromstring(blank(run))
    numbers = [text.text for text in svg.iter("text") if re.search(r"\d", text.text or "")]
    assert not numbers and svg.get("viewBox") == ET.fromstring(draw(run, 0)).get("viewBox")
    parts = [element.get("data-part") for element in svg.iter() if element.get("data-part")]
    assert len(parts) == len(set(parts))


def test_it_is_light_and_brings_its_colours():
    made = explorer()
    state = json.dumps({key: value for key, value in made.get_state().items()})
    assert len(state.encode()) < 100_000
    for colours in (palette.LIGHT, palette.DARK):
        assert all(colours[name] in made._css for name in ("forward", "backward", "weight", "data"))
    assert "<style" not in made._css and "http" not in made._css + made._esm


def test_a_kernel_reads_and_sets_the_numbers():
    made = explorer(rate=0.1)
    assert made.now["rate"] == 0.1
    made.now = {**made.now, "w2": 0.25}
    assert made.now["w2"] == 0.25 and made.first["w2"] == 0


@pytest.mark.parametrize("make, complaint", [
    (lambda: circuit_explorer({}), "at least one circuit, got none"),
    (lambda: explorer(rate=-1), "learning rate has to lie between 0 and 1000, got -1"),
    (lambda: explorer(rate=float("nan")), "learning rate .* got nan"),
    (lambda: explorer(against="w3"), "against='w3' is not a weight of the circuit; it has w1, w2"),
    (lambda: explorer(guess="x1"), "guess='x1' is not a gate of the circuit; it has z1, y1"),
    (lambda: circuit_explorer({"L": loss(w1=2000.0)}), "w1 has to lie between -1000 and 1000"),
    (lambda: circuit_explorer({"L": (data(1) * weight(1, "w2")).named("f")}), "no name"),
    (lambda: circuit_explorer({"L": circuit.tanh(weight(1, "w2")).named("f")}), "has tanh"),
    (lambda: circuit_explorer({"A": loss(), "B": (data(1, "x") * weight(0, "w2")).named("f")}),
     "the same inputs and weights, got x1, x2, t, w1, w2 and x, w2"),
    (lambda: circuit_explorer({"L": ((w := weight(1, "w2")) * w).named("f")}), "chain of gates"),
])
def test_what_it_cannot_explore_it_refuses_in_words(make, complaint):
    with pytest.raises(ValueError, match=complaint):
        make()
