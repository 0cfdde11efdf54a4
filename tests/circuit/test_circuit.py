"""The circuit against hand-worked numbers, SymPy, differences and PyTorch."""

import math

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import circuit, symbolic
from course_lib.circuit import Value, data, weight

moderate = st.floats(-3, 3, allow_subnormal=False)


def course_circuit(w1=0.0, w2=0.0, x1=1.0, x2=0.0, t=5.0):
    """The circuit of chapter 1: (L, f, w1, w2)."""
    x1, x2, t = data(x1, "x1"), data(x2, "x2"), data(t, "t")
    w1, w2 = weight(w1, "w1"), weight(w2, "w2")
    f = circuit.sigmoid(circuit.sigmoid(x1 * w1) * w2 + x2).named("f")
    return ((f - t) ** 2).named("L"), f, w1, w2


# ---------------------------------------------------------------- the assignment's question 1.1

def test_the_gradient_of_f_at_the_training_point():
    _, f, w1, w2 = course_circuit()
    f.backward()
    assert (f.value, w2.grad, w1.grad) == (0.5, 0.125, 0.0)


@pytest.mark.parametrize("scale, gradient, moved", [(1.0, -1.125, 0.5625), (0.5, -0.5625, 0.28125)])
def test_one_step_under_both_meanings_of_l2(scale, gradient, moved):
    L, _, _, w2 = course_circuit()
    (scale * L).backward()
    assert w2.grad == gradient
    assert w2.value - 0.5 * w2.grad == moved


def test_the_step_of_the_write_up_does_not_depend_on_the_target():
    gradients = set()
    for t in (5, -5):
        _, f, _, w2 = course_circuit(t=t)
        f.backward()
        gradients.add(w2.grad)
    assert gradients == {0.125}


def test_w1_has_no_gradient_at_the_start_and_one_after_the_first_step():
    for w2, asleep in ((0.0, True), (0.5625, False)):
        L, _, w1, _ = course_circuit(w2=w2)
        L.backward()
        assert (w1.grad == 0) is asleep


def test_the_gap_to_one_closes_like_one_over_four_k():
    w = 0.0, 0.0
    for _ in range(3000):
        L, f, w1, w2 = course_circuit(*w)
        L.backward()
        w = w1.value - 0.5 * w1.grad, w2.value - 0.5 * w2.grad
    assert f.value < 1
    assert 4 * 3000 * (1 - f.value) == pytest.approx(1, abs=0.02)


def test_a_learning_rate_of_100_leaves_no_gradient_at_all():
    L, _, w1, w2 = course_circuit(w2=100 * 1.125)
    L.backward()
    assert (w1.grad, w2.grad) == (0.0, 0.0)


@pytest.fixture(scope="module")
def exact():
    """∂f/∂w1 and ∂f/∂w2 by SymPy's own differentiation, as functions of w1, w2, x1, x2."""
    S = symbolic
    slopes = [sp.diff(S.circuit_function(), w) for w in (S.w1, S.w2)]
    return sp.lambdify((S.w1, S.w2, S.x1, S.x2), slopes, "math")


@settings(deadline=None)               # a busy machine is not a wrong gradient
@given(moderate, moderate, moderate, moderate)
def test_the_circuit_agrees_with_sympy(exact, w1, w2, x1, x2):
    _, f, u1, u2 = course_circuit(w1, w2, x1, x2)
    f.backward()
    assert [u1.grad, u2.grad] == pytest.approx(exact(w1, w2, x1, x2), rel=1e-9, abs=1e-15)


# ---------------------------------------------------------------- every gate

GATES = {
    "sum": (lambda a, b: a + b, lambda a, b: a + b),
    "difference": (lambda a, b: a - b, lambda a, b: a - b),
    "product": (lambda a, b: a * b, lambda a, b: a * b),
    "quotient": (lambda a, b: a / b, lambda a, b: a / b),
    "square": (lambda a, b: a**2 * b, lambda a, b: a**2 * b),
    "cube": (lambda a, b: a**3 * b, lambda a, b: a**3 * b),
    "root": (lambda a, b: (a * a) ** 0.5 * b, lambda a, b: abs(a) * b),
    "power 0": (lambda a, b: a**0 * b, lambda a, b: b),
    "inverse": (lambda a, b: a**-1 * b, lambda a, b: b / a),
    "minus": (lambda a, b: -a * b, lambda a, b: -a * b),
    "numbers left": (lambda a, b: 2 + a * (3 - b) * (1 / b) * 5,
                     lambda a, b: 2 + a * (3 - b) / b * 5),
    "sigmoid": (lambda a, b: circuit.sigmoid(a * b), lambda a, b: 1 / (1 + math.exp(-a * b))),
    "tanh": (lambda a, b: circuit.tanh(a * b), lambda a, b: math.tanh(a * b)),
    "relu": (lambda a, b: circuit.relu(a) * circuit.relu(-b), lambda a, b: max(a, 0) * max(-b, 0)),
    "exp": (lambda a, b: circuit.exp(a * b), lambda a, b: math.exp(a * b)),
    "log": (lambda a, b: circuit.log(a * a) * b, lambda a, b: math.log(a * a) * b),
    "fork": (lambda a, b: a * a * b + a * b, lambda a, b: a * a * b + a * b),
}


@pytest.mark.parametrize("name", GATES)
@pytest.mark.parametrize("a, b", [(0.7, -1.3), (-2.1, 0.4), (1.5, 1.25), (-0.6, -0.9)])
def test_values_and_gradients_against_plain_numbers_and_differences(name, a, b):
    build, plain = GATES[name]
    u, v = weight(a, "a"), weight(b, "b")
    out = build(u, v)
    out.backward()
    assert out.value == pytest.approx(plain(a, b), rel=1e-12)
    d = 1e-5
    by_a = (plain(a + d, b) - plain(a - d, b)) / (2 * d)
    by_b = (plain(a, b + d) - plain(a, b - d)) / (2 * d)
    assert [u.grad, v.grad] == pytest.approx([by_a, by_b], rel=1e-7, abs=1e-9)


def test_gradients_against_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch as referee of the circuit; to have this "
                                                "check: pip install torch")

    def build(a, b, m):
        h = m.tanh(a * b) + a
        return m.sigmoid(h * h - b / a) * m.exp(-h) + m.relu(h) * b

    a, b = weight(0.8), weight(-1.7)
    build(a, b, circuit).backward()
    ta, tb = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.8, -1.7))
    build(ta, tb, torch).backward()
    assert a.grad == pytest.approx(ta.grad.item(), rel=1e-12)
    assert b.grad == pytest.approx(tb.grad.item(), rel=1e-12)


def test_relu_passes_nothing_at_its_kink():
    x = weight(0.0)
    circuit.relu(x).backward()
    assert x.grad == 0


@settings(deadline=None)
@given(st.floats(-1000, 1000))
def test_the_sigmoid_never_overflows_and_is_symmetric(z):
    s = circuit.stable_sigmoid(z)
    assert 0 <= s <= 1
    assert s + circuit.stable_sigmoid(-z) == pytest.approx(1, abs=1e-15)


# ---------------------------------------------------------------- the walk

def test_gradients_add_where_a_value_forks():
    x = weight(3.0, "x")
    (x * x + x).backward()
    assert x.grad == 7


def test_calling_backward_twice_starts_afresh():
    L, f, _, w2 = course_circuit()
    L.backward()
    L.backward()
    assert w2.grad == -1.125
    f.backward()                       # another output of the same circuit
    assert w2.grad == 0.125


def test_twenty_doublings_cost_forty_products_not_a_million():
    y = x = data(1.0, "x")
    for _ in range(20):
        y = y + y
    assert len(list(circuit.chain_rule(y))) == 40
    assert x.grad == 2**20


def test_a_long_circuit_does_not_exhaust_the_call_stack():
    y = x = weight(1.0)
    for _ in range(20_000):
        y = y + 1
    y.backward()
    assert x.grad == 1


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=15))
def test_topological_order_puts_inputs_first(pairs):
    values = [data(1.0), data(2.0)]
    for i, j in pairs:
        values.append(values[i % len(values)] + values[j % len(values)])
    order = circuit.topological_order(values[-1])
    place = {node: k for k, node in enumerate(order)}
    assert len(place) == len(order)
    assert order[-1] is values[-1]
    assert all(place[p] < place[node] for node in order for p in node.parents)


# ---------------------------------------------------------------- the trace

def test_the_trace_of_the_course_circuit():
    L, f, w1, w2 = course_circuit()
    run = circuit.trace(L)
    phases = [step.phase for step in run.steps]
    assert phases == ["inputs"] + ["forward"] * 7 + ["seed"] + ["backward"] * 11
    by_target = {run.names[s.target]: s for s in run.steps if s.phase == "backward"}
    assert by_target["w₂"].formula.endswith("= −2.25 × 0.5 = −1.125")
    assert "other factor, v₂ = 0.5." in by_target["w₂"].sentence
    assert "would fall 1.125 times as much" in by_target["w₂"].sentence
    assert by_target["w₁"].result == 0
    assert "would leave L as it is" in by_target["w₁"].sentence
    assert run.steps[7].formula == "L = v₅² = (−4.5)² = 20.25"


def test_the_trace_ends_with_what_backward_computes():
    L, *_ = course_circuit(0.3, -0.7, 1.2, 0.1)
    values, grads = (run := circuit.trace(L)).known(len(run.steps) - 1)
    L.backward()
    for node in run.nodes:
        assert values[node] == node.value
        if node.kind != "constant":
            assert grads[node] == node.grad
    assert run.known(0)[1] == {}
    with pytest.raises(IndexError, match="step 99 of a trace with steps 0 to 19"):
        run.known(99)


def test_each_backward_step_is_one_product():
    L, *_ = course_circuit(0.3, -0.7, 1.2, 0.1)
    for step in circuit.trace(L).steps:
        if step.phase == "backward":
            assert step.result == step.upstream * step.local    # no value forks here


def test_a_fork_in_the_trace_says_how_far_the_sum_is():
    x = weight(3.0, "x")
    steps = [s for s in circuit.trace((x * x).named("y")).steps if s.phase == "backward"]
    assert [s.result for s in steps] == [3, 6]
    assert steps[0].sentence.endswith("add up: 3 after 1 of 2.")
    assert steps[1].formula == "∂y/∂x = 3 + 1 × 3 = 6"


def test_constants_get_no_step_and_nameless_gates_get_names():
    v1 = weight(2.0, "v1")
    run = circuit.trace(3 * v1 + 1)
    assert set(run.names.values()) == {"3", "1", "v₁", "v₂", "v₃"}
    assert all(s.target.kind != "constant" for s in run.steps if s.target)


@pytest.mark.parametrize("build, words", [
    (lambda a: a + 1, "A sum hands the gradient on unchanged"),
    (lambda a: 1 - a, "turns the sign"),
    (lambda a: a - 1, "unchanged to what comes first"),
    (lambda a: a / 4, "slope 0.25"),
    (lambda a: a**3, "3·a² = 12"),
    (lambda a: a**2, "2·a = 4"),
    (lambda a: circuit.tanh(a), "1 − y² ="),
    (lambda a: circuit.relu(a), "here times 1"),
    (lambda a: circuit.exp(a), "by itself, y = 7.389"),
    (lambda a: circuit.log(a), "1/a = 0.5"),
    (lambda a: circuit.sigmoid(a), "y·(1 − y) = 0.105"),
])
def test_every_gate_has_its_sentence(build, words):
    last = circuit.trace(build(weight(2.0, "a")).named("y")).steps[-1]
    assert words in last.sentence
    assert "  " not in last.sentence


def test_the_trace_prints_one_line_a_step():
    run = circuit.trace((data(2, "a") * weight(3, "b")).named("y"))
    assert repr(run).splitlines() == [
        "  0  inputs    a = 2, b = 3",
        "  1  forward   y = a × b = 2 × 3 = 6",
        "  2  seed      ∂y/∂y = 1",
        "  3  backward  ∂y/∂a = ∂y/∂y × ∂y/∂a = 1 × 3 = 3",
        "  4  backward  ∂y/∂b = ∂y/∂y × ∂y/∂b = 1 × 2 = 2"]


# ---------------------------------------------------------------- texts and errors

def test_repr_tells_whose_gradient_it_is():
    L, f, _, w2 = course_circuit()
    assert repr(w2) == "w2 = 0"
    L.backward()
    assert repr(w2) == "w2 = 0, ∂L/∂w2 = −1.125"
    f.backward()
    assert repr(w2) == "w2 = 0, ∂f/∂w2 = 0.125"


@pytest.mark.parametrize("x, text", [(0.0, "0"), (-0.0, "0"), (-1.125, "−1.125"), (20.25, "20.25"),
                                     (0.56985265, "0.5699"), (-1e-7, "−1e−07")])
def test_numbers_are_printed_with_four_digits_and_a_real_minus(x, text):
    assert circuit.number(x) == text


def test_a_gradient_before_backward_is_an_error_that_says_what_to_do():
    with pytest.raises(RuntimeError, match=r"w has no gradient yet: call backward\(\)"):
        _ = weight(1, "w").grad


def test_values_cannot_be_changed_behind_the_back_of_their_gates():
    with pytest.raises(AttributeError):
        weight(1, "w").value = 2


@pytest.mark.parametrize("bad", ["3", None, [1.0], 1j, True])
def test_only_single_numbers(bad):
    with pytest.raises(TypeError, match="single numbers"):
        Value(bad)
    with pytest.raises(TypeError, match="single numbers"):
        weight(1) * bad


def test_an_array_is_refused_from_both_sides():
    np = pytest.importorskip("numpy")
    for build in (lambda: weight(1) * np.ones((2, 3)), lambda: np.ones((2, 3)) * weight(1)):
        with pytest.raises(TypeError, match=r"ndarray of shape \(2, 3\).*course_lib.nn"):
            build()


def test_impossible_operations_say_why():
    with pytest.raises(ZeroDivisionError, match="a is divided by b = 0"):
        data(1, "a") / data(0, "b")
    with pytest.raises(ValueError, match="log needs a positive number, got a = −1"):
        circuit.log(data(-1, "a"))
    with pytest.raises(ValueError, match="−2 to the power 0.5"):
        data(-2) ** 0.5
    with pytest.raises(ValueError, match="0 to the power −1"):
        data(0) ** -1
    with pytest.raises(TypeError, match=r"exp\(n \* log\(a\)\)"):
        data(2) ** data(3)


def test_the_numbers_of_a_value_can_be_used_as_floats():
    assert float(weight(2.5)) == 2.5
