"""The derivations: each line follows, and what is printed is what was proved."""

import re
from itertools import pairwise

import pytest
import sympy as sp

from course_lib import symbolic as S

LINES = S.sigmoid_derivation()


@pytest.mark.parametrize("before, after", list(pairwise(LINES)), ids=lambda line: line.reason)
def test_each_line_equals_the_one_before(before, after):
    assert S.prove(before.expression, after.expression)


def test_the_derivation_starts_and_ends_where_it_should():
    assert S.prove(LINES[0].expression, sp.diff(S.sigma(S.z), S.z))
    assert LINES[-1].expression == (1 - S.sigma(S.z)) * S.sigma(S.z)


def test_prove_does_not_believe_everything():
    s = S.sigma(S.z)
    assert not S.prove(sp.diff(s, S.z), s * s)
    assert not S.prove(sp.diff(s, S.z), -(1 - s) * s)


def read_latex(text):
    """The few constructs of our derivations, as a SymPy expression (an independent reading)."""
    text = text.replace(r"\left", "").replace(r"\right", "").replace(r"\cdot", "*")
    text = text.replace(r"\sigma(z)", "sig").replace("e^{-z}", "E")
    match = re.fullmatch(r"(.*)\\frac\{d\}\{dz\}(.*)", text)
    if match:                                       # a derivative of all that follows
        front, inside = match.groups()
        front = read_latex(front.rstrip("* ")) if front.strip() else sp.Integer(1)
        return front * sp.diff(read_latex(inside), S.z)
    while r"\frac" in text:
        part = r"\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}"
        text, done = re.subn(rf"\\frac{part}{part}", r"((\1)/(\2))", text)
        assert done, text
    text = re.sub(r"\^\{(-?\d+)\}", r"**(\1)", text).replace("^2", "**2")
    text = re.sub(r"\)\s+(?=sig)", ")*", text)
    return sp.sympify(text, locals={"E": sp.exp(-S.z), "sig": S.sigma(S.z), "z": S.z})


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.reason)
def test_what_is_printed_is_what_was_proved(line):
    assert S.prove(read_latex(line.latex), line.expression)


def test_the_latex_shows_every_line_with_its_reason():
    text = S.to_latex(LINES, r"\sigma'(z)")
    assert all(line.latex in text and line.reason in text for line in LINES)
    assert text.count(r"\sigma'(z)") == 1
    plain = S.to_latex([S.Line(S.z**2, "no reason")], "a")
    assert "z^{2}" in plain


def test_the_gradients_in_terms_of_f():
    f = S.circuit_function()
    for w, formula in S.gradient_in_terms_of_f().items():
        assert S.prove(sp.diff(f, w), formula)


def test_the_gradients_at_the_training_point():
    at = {S.w1: 0, S.w2: 0, S.x1: 1, S.x2: 0}
    formulas = S.gradient_in_terms_of_f()
    assert formulas[S.w2].subs(at) == sp.Rational(1, 8)
    assert formulas[S.w1].subs(at) == 0
