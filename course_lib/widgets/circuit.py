"""Pictures of a circuit, drawn from its trace: one for every step.

The circuit runs down the page, because a telephone is tall. On each wire the value stands in the
forward colour and the gradient in the backward colour, beside a vertical wire left and right, on
a horizontal one above and below. Next to each gate, where a gradient crosses it, the local
derivative it is multiplied by.
"""

from __future__ import annotations

from html import escape

from course_lib.circuit import Trace, Value, number, trace
from course_lib.widgets.circuit_layout import RADIUS, SPINE, layout
from course_lib.widgets.frame import Frame, style
from course_lib.widgets.stepper import stepper

__all__ = ["circuit_stepper", "circuit_picture", "frames"]

WIDTH = 370                              # of the picture

CSS = """
.course-drawing text { font-size: 15.5px; fill: var(--course-ink); }
.course-drawing .wire { stroke: var(--course-muted); stroke-width: 1.5; fill: none; }
.course-drawing .gate { fill: var(--course-paper); stroke: var(--course-muted); stroke-width: 1.5; }
.course-drawing .op { font-size: 17px; text-anchor: middle; }
.course-drawing .op.long { font-size: 14px; }
.course-drawing .end { text-anchor: end; }
.course-drawing .value { fill: var(--course-forward); }
.course-drawing .gradient { fill: var(--course-backward); }
.course-drawing .weight { fill: var(--course-weight); font-weight: 600; }
.course-drawing .data { fill: var(--course-data); font-weight: 600; }
.course-drawing .quiet { fill: var(--course-muted); }
.course-drawing .now { font-weight: 700; }
.course-drawing .wire.on-forward { stroke: var(--course-forward); stroke-width: 3; }
.course-drawing .wire.on-backward { stroke: var(--course-backward); stroke-width: 3;
  stroke-dasharray: 6 3; }
.course-drawing .gate.on-forward { stroke: var(--course-forward); stroke-width: 3; }
.course-drawing .gate.on-backward { stroke: var(--course-backward); stroke-width: 3; }
.course-drawing .tip-forward { fill: var(--course-forward); }
.course-drawing .tip-backward { fill: var(--course-backward); }
"""

SYMBOLS = {"relu": "R", "tanh": "th", "exp": "eˣ", "log": "ln"}


def circuit_stepper(output: Value | Trace):
    """A player that steps through the circuit that ends in `output`, forward then backward.

    Parameters
    ----------
    output : Value or Trace
        The circuit's last value (its trace is then recorded), or a trace.

    Returns
    -------
    Player
    """
    run = _as_trace(output)
    forward = sum(step.phase in ("inputs", "forward") for step in run.steps)
    bends = [k for k, step in enumerate(run.steps)
             if step.phase == "backward" and step.gate.op not in ("+", "−")]   # sums only pass gradients on
    return stepper(frames(run), css=CSS, paper={0, forward - 1, *bends, len(run.steps) - 1})


def circuit_picture(output: Value | Trace, step: int = -1, slopes: bool = True):
    """One frame as a picture that stands in the page itself (no script, prints as it looks).

    Parameters
    ----------
    output : Value or Trace
    step : int
        Which step's frame; −1 is the last: every value and every gradient known.
    slopes : bool
        Write every local derivative at its wire, not only the one at work.

    Returns
    -------
    IPython.display.HTML
    """
    from IPython.display import HTML

    run = _as_trace(output)
    step = range(len(run.steps))[step]
    drawing = draw(run, step, slopes=slopes, quiet=True)
    return HTML(f'{style(CSS)}<div class="course-frame"><div class="course-drawing">{drawing}'
                "</div></div>")


def frames(run: Trace) -> list[Frame]:
    """One frame for every step of the trace."""
    forward = sum(step.phase == "forward" for step in run.steps)
    backward = sum(step.phase in ("seed", "backward") for step in run.steps)
    made = []
    for k, step in enumerate(run.steps):
        if step.phase == "inputs":
            phase, tone = "Start: what is given", ""
        elif step.phase == "forward":
            phase, tone = f"Forward, {k} of {forward}", "forward"
        else:
            phase, tone = f"Backward, {k - forward} of {backward}", "backward"
        made.append(Frame(draw(run, k), phase, step.formula, step.sentence, tone))
    return made


def draw(run: Trace, k: int, slopes: bool = False, quiet: bool = False) -> str:
    """The circuit after step `k` as SVG.

    `slopes` writes every local derivative; `quiet` marks no wire as being at work.
    """
    step = run.steps[k]
    values, grads = run.known(k)
    wires, places, feet, height = layout(run)
    onward = {wire.parent for wire in wires if wire.above}
    parts, direction = _wires(run, k, wires, slopes, quiet), "" if quiet else _direction(step)
    for node, place in places.items():
        if node.parents:
            parts += _gate(place, node, direction if node is step.gate else "")
            if node not in onward:                   # what leaves a gate that feeds none below it
                parts.append(_stub(place, feet[node]))
        at = place[0], feet.get(node, place[1])
        parts += _labels(run, at, node, values, grads, direction if node is step.target else "")
    return (f'<svg viewBox="0 0 {WIDTH} {height}" role="img" '
            f'aria-label="{escape(_in_words(run, k, values, grads))}">' + "".join(parts) + "</svg>")


def _wires(run, k, wires, slopes, quiet):
    """All wires after step `k`; a slope stands at those that are known, or are at work backward."""
    values, paid, parts = run.known(k)[0], _paid(run, k), []
    for wire in wires:
        on = "" if quiet else _at_work(run.steps[k], wire)
        known = slopes and wire.node in values
        parts += _wire(run, wire, on, known or on == "backward", values, paid)
    return parts


def blank(run: Trace) -> str:
    """The circuit as SVG without a number in it, for a script that fills the numbers in.

    Everything that a step can show is there under its ``data-part``: "value 3" and "gradient 3"
    for the labels of node 3 of ``run.nodes``; "gate 3"; and for the wire into its first input
    "wire 3 0", "forward 3 0" and "backward 3 0" (the arrow tips) and "local 3 0".
    """
    wires, places, feet, height = layout(run)
    index = {node: i for i, node in enumerate(run.nodes)}
    parts = []
    for wire in wires:
        if wire.again:
            raise ValueError(f"{run.names[wire.parent]} does not only feed the gate after it; a "
                             "circuit whose numbers can be changed has to be a chain of gates, "
                             "with every value used once")
        key = f"{index[wire.node]} {wire.i}"
        parts.append(f'<path class="wire" data-part="wire {key}" d="{wire.path}"/>')
        parts += [_tip(*wire.tip(on), on, f"{on} {key}") for on in ("forward", "backward")]
        x, y, end = wire.slope_at
        parts.append(_text(x, y, "", "quiet" + end, f"local {key}"))
    for node, (x, y) in places.items():
        i = index[node]
        parts += _gate((x, y), node, "", f"gate {i}") if node.parents else []
        parts += [_stub(places[node], feet[node])] if i == len(run.nodes) - 1 else []
        value_at, gradient_at, end = _label_places(x, feet.get(node, y))
        parts.append(_text(*value_at, "", f"{_look(node)} end", f"value {i}"))
        parts.append(_text(*gradient_at, "", "gradient" + end, f"gradient {i}"))
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img">' + "".join(parts) + "</svg>"


# ---------------------------------------------------------------- where everything stands

def _wire(run, wire, on, with_slope, values, paid):
    """The wire, an arrow tip if it is at work, its slope, and the name of a repeated value."""
    slope = f"×{_bracket(number(wire.node.local[wire.i]))}" if with_slope else ""
    look = "gradient now" if on == "backward" else "quiet"
    kind = f"wire on-{on}" if on else "wire"
    tip = _tip(*wire.tip(on), on) if on else ""
    x, y, end = wire.slope_at
    parts = [f'<path class="{kind}" d="{wire.path}"/>', tip, _text(x, y, slope, look + end)]
    if wire.again and wire.parent in values:
        (x0, y0), name = wire.start, run.names[wire.parent]
        parts.append(_text(x0, y0 - 7, f"{name} = {number(wire.parent.value)}", "quiet end"))
        share = paid.get((wire.node, wire.i))
        if share is not None:
            parts.append(_text(x0, y0 + 19, f"adds {number(share)}", "gradient end"))
    return parts


def _tip(x, y, towards, on, part=""):
    """A small arrow head with its point at (x, y)."""
    dx, dy = {"down": (0, -1), "up": (0, 1), "left": (1, 0), "right": (-1, 0)}[towards]
    a = (x + 9 * dx + 5 * dy, y + 9 * dy + 5 * dx)
    b = (x + 9 * dx - 5 * dy, y + 9 * dy - 5 * dx)
    return f'<path class="tip-{on}"{_part(part)} d="M{x} {y}L{a[0]} {a[1]}L{b[0]} {b[1]}Z"/>'


def _gate(place, node, on, part=""):
    x, y = place
    symbol = SYMBOLS.get(node.op, node.op)
    if node.op == "power":
        symbol = {2: "( )²", 3: "( )³"}.get(node.exponent, "( )ⁿ")
    kind = f"gate on-{on}" if on else "gate"
    look = "op long" if len(symbol) > 2 else "op"
    return [f'<circle class="{kind}"{_part(part)} cx="{x}" cy="{y}" r="{RADIUS}"/>',
            _text(x, y + (5 if "long" in look else 6), symbol, look)]


def _stub(place, foot):
    """The wire that leaves the last gate and leads nowhere."""
    x, y = place
    return f'<path class="wire" d="M{x} {y + RADIUS}V{foot + 8}"/>'


def _look(node):
    return {"weight": "weight", "data": "data", "constant": "quiet"}.get(node.kind, "value")


def _label_places(x, y):
    """Where a value and its gradient stand on the wire at (x, y), and where the second ends.

    On a horizontal wire the value is above and the gradient below, both ending at x; on a
    vertical one the value is left and the gradient right.
    """
    if x != SPINE:
        return (x, y - 7), (x, y + 19), " end"
    return (x - 12, y), (x + 12, y), ""


def _labels(run, place, node, values, grads, direction):
    """The value of `node` and its gradient on the wire that leaves it, bold if they are new."""
    (x, y), name = place, run.names[node]
    value, grad = values.get(node), grads.get(node)
    look = _look(node) + (" now" if direction == "forward" else "")
    slope_look = "gradient now" if direction == "backward" else "gradient"
    text = name if node.kind == "constant" else f"{name} = {number(node.value)}"
    slope = "" if grad is None else f"∂{run.names[run.output]}/∂{name} = {number(grad)}"
    if x == SPINE and value is None:
        text = ""
    value_at, gradient_at, end = _label_places(x, y)
    return [_text(*value_at, text, look + " end"), _text(*gradient_at, slope, slope_look + end)]


def _at_work(step, wire):
    """Whether the wire is at work in `step`: its direction, or ""."""
    if wire.node is not step.gate or step.phase == "seed":
        return ""
    if step.phase == "forward":
        return "forward"
    return "backward" if wire.parent is step.target else ""


def _paid(run, k):
    """What each wire has added to its gradient up to step `k`: {(gate, input number): share}."""
    paid = {}
    for step in run.steps[:k + 1]:
        if step.phase == "backward":
            i = next(i for i, parent in enumerate(step.gate.parents)
                     if parent is step.target and (step.gate, i) not in paid)
            paid[step.gate, i] = step.upstream * step.local
    return paid


def _direction(step):
    return {"forward": "forward", "seed": "backward", "backward": "backward"}.get(step.phase, "")


def _in_words(run, k, values, grads):
    """What the picture shows, for those who hear it."""
    step, out = run.steps[k], run.names[run.output]
    known = [f"{run.names[v]} = {number(x)}" for v, x in values.items() if v.kind != "constant"]
    words = f"The circuit of {out}. Values: {', '.join(known)}."
    if grads:
        listed = [f"{number(g)} for {run.names[v]}" for v, g in grads.items()]
        words += f" Gradients of {out}: {', '.join(listed)}."
    return f"{words} This step: {step.formula}."


def _text(x, y, text, look, part=""):
    if not (text or part):
        return ""
    return f'<text class="{look}"{_part(part)} x="{x}" y="{y}">{escape(text)}</text>'


def _part(name):
    return f' data-part="{name}"' if name else ""


def _bracket(text):
    return f"({text})" if text.startswith("−") else text


def _as_trace(output):
    return output if isinstance(output, Trace) else trace(output)
