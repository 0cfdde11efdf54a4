"""The trace: every step of one run through a circuit, forward then backward, with its numbers and its words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from course_lib.circuit.values import Value, chain_rule, topological_order
from course_lib.circuit.wording import backward_step, forward_step, names_of, number


@dataclass(frozen=True)
class Step:
    """One step of a run through a circuit, with its numbers and its sentence.

    Attributes
    ----------
    phase : {"inputs", "forward", "seed", "backward"}
    gate : Value or None
        The gate at work (None for "inputs").
    target : Value or None
        The value that the step fills in: a gate's output on the way forward, one of its inputs
        on the way back.
    result : float or None
        The number filled in. On the way back, the gradient of `target` collected so far.
    upstream, local : float or None
        On the way back: the gradient at the gate's output, and the gate's local derivative.
    formula : str
        The step as arithmetic, e.g. ``∂L/∂z = −9 × 0.25 = −2.25``.
    sentence : str
        The step in words.
    """

    phase: str
    gate: Value | None
    target: Value | None
    result: float | None
    upstream: float | None
    local: float | None
    formula: str
    sentence: str


@dataclass(frozen=True)
class Trace:
    """A circuit and every step of one run through it, forward then backward.

    Attributes
    ----------
    output : Value
    nodes : tuple of Value
        In topological order.
    names : dict of Value to str
        A name for every node, also for the gates that were given none.
    steps : tuple of Step
    """

    output: Value
    nodes: tuple[Value, ...]
    names: dict[Value, str]
    steps: tuple[Step, ...]

    def known(self, k: int) -> tuple[dict[Value, float], dict[Value, float]]:
        """The values and the gradients known after step `k` (0 is the first): two dictionaries."""
        if not 0 <= k < len(self.steps):
            raise IndexError(f"step {k} of a trace with steps 0 to {len(self.steps) - 1}")
        values: dict = {node: node.value for node in self.nodes if not node.parents}
        grads: dict = {}
        for step in self.steps[:k + 1]:
            if step.phase == "forward":
                values[step.target] = step.result
            elif step.phase in ("seed", "backward"):
                grads[step.target] = step.result
        return values, grads

    def __repr__(self):
        return "\n".join(f"{k:3d}  {step.phase:8s}  {step.formula}"
                         for k, step in enumerate(self.steps))


def trace(output: Value) -> Trace:
    """Record a run through the circuit that ends in `output`.

    The forward steps come from the gates, the backward steps from :func:`chain_rule`, the very
    loop that ``backward`` runs, so every ``grad`` is filled in as well. Constants take part in the
    arithmetic, but no step is spent on their gradients, which nobody asks for.
    """
    nodes = topological_order(output)
    names = names_of(nodes)
    steps = [_inputs_step(nodes, names)]
    steps += [Step("forward", node, node, node.value, None, None, *forward_step(node, names))
              for node in nodes if node.parents]
    out, uses = names[output], Counter(p for v in nodes for p in v.parents)
    paid: Counter[Value] = Counter()
    steps.append(Step("seed", output, output, 1.0, None, None, f"∂{out}/∂{out} = 1",
                      f"Now backward. A small change of {out} changes {out} by just as much: "
                      "the gradient starts at 1."))
    for node, parent, local in chain_rule(output):
        if parent.kind != "constant":
            paid[parent] += 1
            words = backward_step(node, parent, local, (paid[parent], uses[parent]), names, out)
            steps.append(Step("backward", node, parent, parent.grad, node.grad, local, *words))
    return Trace(output, tuple(nodes), names, tuple(steps))


def _inputs_step(nodes, names) -> Step:
    """What is given before any gate works."""
    given = [f"{names[v]} = {number(v.value)}" for v in nodes
             if not v.parents and v.kind != "constant"]
    return Step("inputs", None, None, None, None, None, ", ".join(given),
                "The inputs and weights are given; every gate waits for its numbers.")
