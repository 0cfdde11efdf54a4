"""Where everything of a circuit stands: its gates below each other, its wires, its labels."""

from __future__ import annotations

from dataclasses import dataclass

from course_lib.circuit import Trace, Value

SPINE, RIGHT = 128, 362                  # x of the gates; where wires begin
TOP, PITCH, SIDE, RADIUS = 66, 76, 46, 17


@dataclass(frozen=True)
class Wire:
    """The wire over which input number `i` of gate `node` arrives: from above or from the side.

    `again` says that its value has been drawn before: it forks, and is repeated at the side.
    """

    node: Value
    i: int
    start: tuple[float, float]
    end: tuple[float, float]
    above: bool
    again: bool

    @property
    def parent(self) -> Value:
        return self.node.parents[self.i]

    @property
    def path(self) -> str:
        """The way from start to end, in SVG's words."""
        (x0, y0), (x1, y1) = self.start, self.end
        if self.above:
            return f"M{x0} {y0}V{y1}"
        return f"M{x0} {y0}H{x1 + 24}L{x1} {y1}" if y0 != y1 else f"M{x0} {y0}H{x1}"

    def tip(self, direction: str) -> tuple[float, float, str]:
        """Where the arrow head of a forward or backward pass is, and where it points."""
        (x0, y0), (x1, y1) = self.start, self.end
        if self.above:
            return (x1, y1 - 1, "down") if direction == "forward" else (x0, y0 + 1, "up")
        return (x1 + 1, y1, "left") if direction == "forward" else (x0, y0, "right")

    @property
    def slope_at(self) -> tuple[float, float, str]:
        """Where the local derivative is written, and " end" if its text ends there."""
        (_, y0), (x1, y1) = self.start, self.end
        if self.above:
            return x1 - RADIUS - 7, y1 + RADIUS + 5, " end"
        return x1 + (6 if y0 == y1 else 28), y0 - 6, ""


def layout(run: Trace):
    """Where everything stands: wires, {node: (x, y)}, {node: y of its label}, the height.

    The gates stand below each other in the order of the forward pass, each fed from the gate
    above it. Every other input comes in from the right; a value used before is repeated there.
    """
    gates = [node for node in run.nodes if node.parents]
    if not gates:
        raise ValueError("there is nothing to draw: the value has no gate behind it")
    above = gates[0].parents[0]
    wires, places, feet, y = [], {above: (SPINE, 0)}, {above: 20}, TOP
    for node in gates:
        places[node], beside, fed = (SPINE, y), 0, False
        for i, parent in enumerate(node.parents):
            if parent is above and not fed:
                top = places[parent][1]
                wires.append(Wire(node, i, (SPINE, top + (RADIUS if top else 4)),
                                  (SPINE, y - RADIUS), True, False))
                fed = True
                continue
            start = (RIGHT, y + SIDE * beside)
            wires.append(Wire(node, i, start, (SPINE + RADIUS, y), False, parent in places))
            places.setdefault(parent, start)
            beside += 1
        above = node
        y += PITCH + SIDE * max(0, beside - 1)
        feet[node] = y - PITCH + RADIUS + 26
    return wires, places, feet, feet[node] + 10
