"""Values and gates: each gate runs forward and writes down its local derivatives; the way back is one loop."""

from __future__ import annotations

import math
from collections.abc import Iterator
from numbers import Real

from course_lib.circuit.wording import number


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


def _as_value(x):
    return x if isinstance(x, Value) else Value(x, kind="constant")


def _describe(x):
    shape = getattr(x, "shape", None)
    return f"{type(x).__name__} of shape {shape}" if shape is not None else repr(x)
