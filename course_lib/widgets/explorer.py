"""A circuit whose numbers the reader changes: everything is computed again in the page.

The circuit itself (its gates, its steps, where everything stands) comes from the recorded trace
as data; ``js/circuit.js`` does the arithmetic of `course_lib.circuit` on it, and ``js/wording.js`` says
each step in the same words. The tests compare the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

import anywidget
import traitlets

from course_lib.circuit import Trace, Value, trace
from course_lib.widgets import circuit
from course_lib.widgets.scripts import module, rules

__all__ = ["CircuitExplorer", "circuit_explorer"]

SCRIPTS = ("elements.js", "circuit.js", "wording.js", "plot.js", "explorer_parts.js", "explorer.js")
#: the gates that circuit.js can compute
GATES = ("+", "−", "×", "σ", "power")
#: numbers that can be typed go from −LIMIT to LIMIT, the learning rate from 0
LIMIT = 1000


class CircuitExplorer(anywidget.AnyWidget):
    """The widget that `circuit_explorer` makes.

    Attributes
    ----------
    circuits : list of dict
        One circuit for each loss: its label, nodes, steps and drawing.
    first : dict
        The numbers at the start.
    fields : list of str
        The names of the numbers that can be typed, in the order of their fields.
    now : dict
        The numbers as the reader has left them; where a kernel runs, read and set them here.
    """

    _esm = module(*SCRIPTS)
    _css = rules("explorer.css", more=circuit.CSS)
    circuits = traitlets.List(traitlets.Dict()).tag(sync=True)
    first = traitlets.Dict().tag(sync=True)
    fields = traitlets.List(traitlets.Unicode()).tag(sync=True)
    now = traitlets.Dict().tag(sync=True)
    against = traitlets.Unicode().tag(sync=True)
    guess = traitlets.Unicode().tag(sync=True)
    limit = traitlets.Float(LIMIT).tag(sync=True)


def circuit_explorer(losses: Mapping[str, Value | Trace], *, rate: float = 0.5,
                     against: str = "w2", guess: str = "f") -> CircuitExplorer:
    """A circuit to change, step through and train, in the page and in Jupyter.

    Parameters
    ----------
    losses : dict of str to Value or Trace
        The circuits to choose from, each ending in a loss, under what the loss is called. They
        differ in their last gates only; the first is shown, with the numbers it was built with.
    rate : float
        The learning rate at the start.
    against : str
        The weight over which the loss is drawn.
    guess : str
        The value whose gradient the write-up took for that of the loss.

    Returns
    -------
    CircuitExplorer

    Examples
    --------
    >>> from course_lib.circuit import data, sigmoid, weight
    >>> f = sigmoid(data(1, "x1") * weight(0, "w2")).named("f")
    >>> explorer = circuit_explorer({"(f − t)²": (f - data(5, "t")) ** 2})
    >>> explorer.now["w2"]
    0.0
    """
    if not isfinite(rate) or not 0 <= rate <= LIMIT:
        raise ValueError(f"the learning rate has to lie between 0 and {LIMIT}, got {rate}")
    runs, numbers = _compared(losses)
    for run in runs.values():
        _find(run, against, "weight", "against")
        _find(run, guess, "gate", "guess")
    first = {**numbers, "rate": float(rate), "loss": 0}
    return CircuitExplorer(circuits=[_plan(run, label) for label, run in runs.items()],
                           first=first, now=dict(first), fields=[*numbers, "rate"],
                           against=against, guess=guess)


def _compared(losses):
    """The circuits traced, by their labels, and the numbers that all of them are computed from."""
    if not losses:
        raise ValueError("the explorer needs at least one circuit, got none: "
                         'circuit_explorer({"(f − t)²": L})')
    runs = {label: loss if isinstance(loss, Trace) else trace(loss)
            for label, loss in losses.items()}
    given = [_given(run, label) for label, run in runs.items()]
    if any(numbers.keys() != given[0].keys() for numbers in given):
        raise ValueError("the circuits need the same inputs and weights, got "
                         + " and ".join(", ".join(numbers) for numbers in given))
    return runs, given[0]


def _given(run, label):
    """The numbers that can be changed, {name: number}, inputs first; error if one has no name."""
    leaves = [node for node in run.nodes if not node.parents and node.kind != "constant"]
    leaves.sort(key=lambda node: ("data", "weight").index(node.kind))
    for node in leaves:
        if not node.name:
            raise ValueError(f"an input of the circuit {label} has no name to stand at its field; "
                             'give it one: data(1, "x1")')
        if not abs(node.value) <= LIMIT:
            raise ValueError(f"{node.name} has to lie between {-LIMIT} and {LIMIT}, "
                             f"got {node.value}")
    return {node.name: node.value for node in leaves}


def _find(run, name, kind, argument):
    named = [node.name for node in run.nodes if node.kind == kind]
    if name not in named:
        raise ValueError(f"{argument}={name!r} is not a {kind} of the circuit; "
                         f"it has {', '.join(filter(None, named)) or 'none with a name'}")


def _plan(run, label):
    """A circuit as data: what the scripts need to compute it, step through it and draw it."""
    index = {node: i for i, node in enumerate(run.nodes)}
    if unknown := {node.op for node in run.nodes if node.parents} - set(GATES):
        raise ValueError(f"the explorer computes the gates {', '.join(GATES)}; "
                         f"the circuit {label} has {', '.join(sorted(unknown))}")
    nodes = [{"name": run.names[node], "key": node.name, "kind": node.kind, "op": node.op,
              "parents": [index[parent] for parent in node.parents],
              "exponent": node.exponent, "value": node.value if node.kind == "constant" else None}
             for node in run.nodes]
    steps = [{"phase": step.phase, "gate": index.get(step.gate),
              "input": step.gate.parents.index(step.target) if step.phase == "backward" else None}
             for step in run.steps]
    return {"label": label, "nodes": nodes, "steps": steps, "drawing": circuit.blank(run)}
