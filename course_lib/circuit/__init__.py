"""A circuit of single numbers that can be run forward and backward.

Every operation is a *gate*. On the way forward a gate does two things: it computes its value, and
it writes down its local derivatives, one per input: how much its value would move if that input
moved a little. On the way back nothing new has to be found out. Each gate takes the gradient that
arrives at its output, multiplies it by each local derivative, and hands the products to its
inputs. That is the chain rule, one multiplication per edge.

>>> x, w = data(3, "x"), weight(2, "w")
>>> y = (x * w).named("y")
>>> y.backward()
>>> w
w = 2, ∂y/∂w = 3

The idea is that of reverse-mode automatic differentiation (Rumelhart, Hinton and Williams 1986;
survey: Baydin et al. 2018). Only ``math`` is needed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Real

__all__ = ["Value", "data", "weight", "sigmoid", "tanh", "relu", "exp", "log",
           "stable_sigmoid", "topological_order", "chain_rule", "Step", "Trace", "trace",
           "number"]


# ---------------------------------------------------------------- values and gates

class Value:
    """One number in a circuit, together with where it came from.

    A value never changes: it is the record of one computation. To try other numbers, build the
    circuit again (a function that builds and returns it is the usual way).

    Parameters
    ----------
    value : float
        The number itself.
    name : str
        What to call it in pictures and sentences. Gates without a name are called v1, v2, ...
    kind : {"data", "weight", "constant", "gate"}
        What it stands for. Only pictures look at it.
    op : str
        The operation of a gate: "+", "−", "×", "÷", "power", "σ", "tanh", "relu", "exp", "log".
    parents : tuple of Value
        The inputs of a gate.
    local : tuple of float
        The local derivatives of a gate, ∂value/∂parent, one per parent.

    Attributes
    ----------
    grad : float
        ∂output/∂value, after ``output.backward()``.
    """

    __array_ufunc__ = None      # let `array * value` reach our own error message

    def __init__(self, value, name="", kind="data", op="", parents=(), local=(), exponent=None):
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(f"a circuit is made of single numbers, not of {_describe(value)}; "
                            "build one circuit per number, or use course_lib.nn for arrays")
        self._value = float(value)
        self.name, self.kind, self.op = name, kind, op
        self.parents, self.local, self.exponent = tuple(parents), tuple(local), exponent
        self._grad, self._output = None, None

    @property
    def value(self) -> float:
        """The number. Read-only, since a gate behind it would keep its old value and slopes."""
        return self._value

    @property
    def grad(self) -> float:
        """∂output/∂self for the output whose ``backward`` ran last; error if none did."""
        if self._grad is None:
            raise RuntimeError(f"{self.name or 'this value'} has no gradient yet: call backward() "
                               "on the output of the circuit first")
        return self._grad

    def named(self, name: str) -> Value:
        """Give this value a name and return it."""
        self.name = name
        return self

    # Each operation: the forward value, and beside it the local derivatives.

    def __add__(self, other):
        a, b = self, _as_value(other)
        return gate("+", a.value + b.value, (a, b), (1.0, 1.0))

    def __sub__(self, other):
        a, b = self, _as_value(other)
        return gate("−", a.value - b.value, (a, b), (1.0, -1.0))

    def __mul__(self, other):
        a, b = self, _as_value(other)
        return gate("×", a.value * b.value, (a, b), (b.value, a.value))

    def __truediv__(self, other):
        a, b = self, _as_value(other)
        if b.value == 0:
            raise ZeroDivisionError(f"{a.name or number(a.value)} is divided by "
                                    f"{b.name or 'a value'} = 0; keep the divisor away from 0")
        return gate("÷", a.value / b.value, (a, b), (1 / b.value, -a.value / b.value**2))

    def __pow__(self, n):
        if isinstance(n, bool) or not isinstance(n, Real):
            raise TypeError(f"the exponent has to be a plain number, not {_describe(n)}; "
                            "write exp(n * log(a)) for an exponent that is itself a value")
        a = self
        if a.value == 0 and n < 1 and n != 0 or a.value < 0 and n != int(n):
            raise ValueError(f"{number(a.value)} to the power {number(n)} has no value or no "
                             "slope; use a positive base, or a whole exponent of at least 1")
        slope = n * a.value ** (n - 1) if n != 0 else 0.0
        return gate("power", a.value**n, (a,), (slope,), exponent=n)

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return _as_value(other) + self

    def __rsub__(self, other):
        return _as_value(other) - self

    def __rmul__(self, other):
        return _as_value(other) * self

    def __rtruediv__(self, other):
        return _as_value(other) / self

    def __float__(self):
        return self._value

    def __repr__(self):
        text = f"{self.name or self.op or 'value'} = {number(self._value)}"
        if self._grad is None:
            return text
        return f"{text}, ∂{self._output}/∂{self.name or self.op or 'value'} = {number(self._grad)}"

    def backward(self) -> None:
        """Fill in ``grad`` = ∂self/∂v for every value v of this circuit.

        The gradients start afresh at every call: calling twice gives the same gradients, not
        twice the gradients (PyTorch, for one, would add them up).
        """
        for _ in chain_rule(self):
            pass


def gate(op: str, value: float, parents: tuple, local: tuple, exponent=None) -> Value:
    """The output of a gate: its value, its inputs, and one local derivative per input."""
    return Value(value, "", "gate", op, parents, local, exponent)


def data(value: float, name: str = "") -> Value:
    """A given number: an input or a target."""
    return Value(value, name, "data")


def weight(value: float, name: str = "") -> Value:
    """A number that learning may change."""
    return Value(value, name, "weight")


def stable_sigmoid(z: float) -> float:
    """σ(z) = 1 / (1 + e^(−z)) for a plain number, without overflow.

    ``exp`` is only ever asked for a number that is at most 1: for z < 0 the fraction is
    multiplied through by e^z.
    """
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    e = math.exp(z)
    return e / (1 + e)


def sigmoid(a: Value) -> Value:
    """The sigmoid gate; its slope is σ(1 − σ)."""
    s = stable_sigmoid(a.value)
    return gate("σ", s, (a,), (s * (1 - s),))


def tanh(a: Value) -> Value:
    """The hyperbolic tangent gate; its slope is 1 − tanh²."""
    y = math.tanh(a.value)
    return gate("tanh", y, (a,), (1 - y * y,))


def relu(a: Value) -> Value:
    """max(0, a). Its slope is 1 for a > 0, else 0 (at the kink itself we choose 0)."""
    return gate("relu", max(0.0, a.value), (a,), (1.0 if a.value > 0 else 0.0,))


def exp(a: Value) -> Value:
    """e^a, the function that is its own slope."""
    y = math.exp(a.value)
    return gate("exp", y, (a,), (y,))


def log(a: Value) -> Value:
    """The natural logarithm; its slope is 1/a."""
    if a.value <= 0:
        raise ValueError(f"log needs a positive number, got {a.name or 'a value'} = "
                         f"{number(a.value)}")
    return gate("log", math.log(a.value), (a,), (1 / a.value,))


# ---------------------------------------------------------------- the backward pass

def topological_order(output: Value) -> list[Value]:
    """Every value that `output` depends on, inputs before the gates that use them, output last.

    Walked backwards, this order visits a gate only once everything it feeds has been visited.
    That matters where a value forks: its gradient is complete only when all its users have paid
    in. (A list in place of recursion, so that a long circuit cannot exhaust the call stack.)
    """
    order, seen = [], set()
    todo = [(output, False)]
    while todo:
        node, parents_done = todo.pop()
        if parents_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            todo.append((node, True))
            todo.extend((parent, False) for parent in reversed(node.parents))
    return order


def chain_rule(output: Value) -> Iterator[tuple[Value, Value, float]]:
    """Run the backward pass, one multiplication at a time.

    Yields (gate, parent, local) after each product has been added to ``parent.grad``.
    """
    order = topological_order(output)
    for node in order:
        node._grad, node._output = 0.0, output.name or "output"
    output._grad = 1.0                            # ∂output/∂output
    for node in reversed(order):
        for parent, local in zip(node.parents, node.local):
            parent._grad += node._grad * local    # add: a value that forks is paid by every user
            yield node, parent, local


# ---------------------------------------------------------------- the trace

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
        values = {node: node.value for node in self.nodes if not node.parents}
        grads = {}
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
    names = _names(nodes)
    steps = [_inputs_step(nodes, names)]
    steps += [_forward_step(node, names) for node in nodes if node.parents]
    out, paid, uses = names[output], Counter(), Counter(p for v in nodes for p in v.parents)
    steps.append(Step("seed", output, output, 1.0, None, None, f"∂{out}/∂{out} = 1",
                      f"Now backward. A small change of {out} changes {out} by just as much: "
                      "the gradient starts at 1."))
    for node, parent, local in chain_rule(output):
        if parent.kind != "constant":
            paid[parent] += 1
            of = (paid[parent], uses[parent])
            steps.append(_backward_step(node, parent, local, of, out, names))
    return Trace(output, tuple(nodes), names, tuple(steps))


def _inputs_step(nodes, names):
    given = [f"{names[v]} = {number(v.value)}" for v in nodes
             if not v.parents and v.kind != "constant"]
    return Step("inputs", None, None, None, None, None, ", ".join(given),
                "The inputs and weights are given; every gate waits for its numbers.")


def _forward_step(node, names):
    inputs = [names[p] for p in node.parents]
    numbers = [number(p.value) for p in node.parents]
    name, result = names[node], number(node.value)
    formula = f"{name} = {_written(node, inputs)} = {_written(node, numbers)} = {result}"
    given = " and ".join(i if i == n else f"{i} = {n}" for i, n in zip(inputs, numbers))
    return Step("forward", node, node, node.value, None, None, formula,
                f"{_NAMES[node.op]} takes {given}, and gives {name} = {result}.")


def _backward_step(node, parent, local, of, out, names):
    """The step over one edge: the `of[0]`-th of the `of[1]` uses of `parent` pays in."""
    v, p, upstream, total = names[node], names[parent], node.grad, parent.grad
    product = f"{number(upstream)} × {_bracket(number(local))}"
    paid, uses = of
    if paid == 1:
        formula = f"∂{out}/∂{p} = ∂{out}/∂{v} × ∂{v}/∂{p} = {product} = {number(total)}"
    else:
        before = _bracket(number(total - upstream * local))
        formula = f"∂{out}/∂{p} = {before} + {product} = {number(total)}"
    sentence = f"{_rule(node, parent, local, names)} "
    if uses > 1:
        sentence += (f"{p} is used {uses} times, and the gradients of its uses add up: "
                     f"{number(total)} after {paid} of {uses}.")
    elif total == 0:
        sentence += f"A small change of {p} would leave {out} as it is."
    else:
        direction = "grow" if total > 0 else "fall"
        factor = "just as much" if abs(total) == 1 else f"{number(abs(total))} times as much"
        sentence += f"If {p} grew by a little, {out} would {direction} {factor}."
    return Step("backward", node, parent, total, upstream, local, formula, sentence)


_NAMES = {"+": "The sum", "−": "The difference", "×": "The product", "÷": "The quotient",
          "power": "The power", "σ": "The sigmoid", "tanh": "The tanh", "relu": "The ReLU",
          "exp": "The exponential", "log": "The logarithm"}


def _rule(node, parent, local, names):
    """What the gate `node` does to the gradient on its way to `parent`, as a sentence."""
    v, p, by = names[node], names[parent], number(local)
    if node.op == "×":
        first, second = node.parents
        other = names[second if parent is first else first]
        return ("A product multiplies the gradient by its other factor, "
                + (f"{other}." if other == by else f"{other} = {by}."))
    if node.op == "−":
        if local < 0:
            return f"A difference turns the sign of the gradient for what it takes away, {p}."
        return f"A difference hands the gradient on unchanged to what comes first, {p}."
    return {
        "+": "A sum hands the gradient on unchanged.",
        "÷": f"The quotient reacts to {p} with the slope {by}, and multiplies the gradient by it.",
        "power": f"The power multiplies the gradient by its slope, "
                 f"{number(node.exponent or 0)}·{p}^{number((node.exponent or 0) - 1)} = {by}."
                 .replace("^1 ", " ").replace("^2 ", "² "),
        "σ": f"The sigmoid multiplies the gradient by its slope, {v}·(1 − {v}) = {by}.",
        "tanh": f"Tanh multiplies the gradient by its slope, 1 − {v}² = {by}.",
        "relu": f"ReLU lets the gradient pass where its input is positive, else it stops it: "
                f"here times {by}.",
        "exp": f"The exponential multiplies the gradient by itself, {v} = {by}.",
        "log": f"The logarithm multiplies the gradient by 1/{p} = {by}.",
    }[node.op]


def _written(node, inputs):
    """The operation of `node` written out with the given texts as inputs."""
    if node.op in ("+", "−", "×", "÷"):
        first, second = inputs
        return f"{first} {node.op} {_bracket(second)}"
    if node.op == "power":
        power = {2: "²", 3: "³"}.get(node.exponent, f"^{number(node.exponent)}")
        return f"{_bracket(inputs[0])}{power}"
    return f"{node.op}({inputs[0]})"


def _names(nodes):
    """A name for every node: its own, its number if it is a constant, else v1, v2, ..."""
    names, taken = {}, {node.name for node in nodes}
    count = 0
    for node in nodes:
        if node.name:
            names[node] = _subscript(node.name)
        elif node.kind == "constant":
            names[node] = number(node.value)
        else:
            count += 1
            while f"v{count}" in taken:
                count += 1
            names[node] = _subscript(f"v{count}")
    return names


def _subscript(name):
    """w2 as the book sets it: w₂."""
    letters = name.rstrip("0123456789")
    return letters + name[len(letters):].translate(_BELOW) if letters else name


_BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def number(x: float) -> str:
    """Four significant digits, a real minus sign, and no −0: how the book prints numbers."""
    return "0" if x == 0 else f"{x:.4g}".replace("-", "−")


def _bracket(text):
    return f"({text})" if text.startswith("−") else text


def _capital(text):
    return text[0].upper() + text[1:]


def _as_value(x):
    return x if isinstance(x, Value) else Value(x, kind="constant")


def _describe(x):
    shape = getattr(x, "shape", None)
    return f"{type(x).__name__} of shape {shape}" if shape is not None else repr(x)
