"""Derivations by SymPy: every line an expression, every line proved equal to the one before.

SymPy tidies what it is given, and a derivation wants to be seen untidied. So the lines below are
built with ``UnevaluatedExpr`` and ``evaluate=False``; `prove` then evaluates and compares them.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

__all__ = ["z", "x1", "x2", "w1", "w2", "t", "sigma", "Line", "sigmoid_derivation", "prove",
           "to_latex", "circuit_function", "gradient_in_terms_of_f"]

z, x1, x2, w1, w2, t = sp.symbols("z x1 x2 w1 w2 t", real=True)


def sigma(u):
    """The logistic sigmoid σ(u) = 1 / (1 + e^(−u)) as an expression."""
    return 1 / (1 + sp.exp(-u))


@dataclass(frozen=True)
class Line:
    """One line of a derivation.

    Attributes
    ----------
    expression : sympy.Expr
        What stands on the line.
    reason : str
        Why it equals the line before; mathematics between dollar signs.
    latex : str
        How to print it where SymPy's own printing would tidy it; empty to let SymPy print.
    """

    expression: sp.Expr
    reason: str
    latex: str = ""


def sigmoid_derivation() -> list[Line]:
    """σ'(z), line by line, from the definition down to (1 − σ)σ."""
    bottom = sp.UnevaluatedExpr(1 + sp.exp(-z))
    one_over = sp.Pow(bottom, -1, evaluate=False)
    return [
        Line(sp.Derivative(sp.Pow(bottom, -1), z), "the definition of σ",
             r"\frac{d}{dz}\left(1 + e^{-z}\right)^{-1}"),
        Line(-sp.Pow(bottom, -2) * sp.Derivative(bottom.doit(), z),
             "chain rule: outside, then inside",
             r"-\left(1 + e^{-z}\right)^{-2} \cdot \frac{d}{dz}\left(1 + e^{-z}\right)"),
        Line(sp.exp(-z) / bottom**2, r"the inside has the slope $-e^{-z}$",
             r"\frac{e^{-z}}{\left(1 + e^{-z}\right)^2}"),
        Line(sp.Mul(sp.exp(-z) * one_over, one_over, evaluate=False), "one factor apart",
             r"\frac{e^{-z}}{1 + e^{-z}} \cdot \frac{1}{1 + e^{-z}}"),
        Line(sp.Mul((bottom - 1) * one_over, one_over, evaluate=False), "add 1, take it away",
             r"\frac{\left(1 + e^{-z}\right) - 1}{1 + e^{-z}} \cdot \frac{1}{1 + e^{-z}}"),
        Line(sp.Mul(1 - one_over, one_over, evaluate=False), "split the first fraction",
             r"\left(1 - \frac{1}{1 + e^{-z}}\right) \cdot \frac{1}{1 + e^{-z}}"),
        Line((1 - sigma(z)) * sigma(z), "the definition of σ, read backwards",
             r"\left(1 - \sigma(z)\right) \sigma(z)"),
    ]


def prove(a: sp.Expr, b: sp.Expr) -> bool:
    """Whether a = b for every value of their symbols, by algebra.

    Both are evaluated and their difference is brought over one denominator; equal expressions
    leave exactly 0. (False means "not proved".)
    """
    return sp.simplify(sp.together((a - b).doit())) == 0


def to_latex(lines: list[Line], left: str) -> str:
    r"""A derivation as LaTeX: each line under the one before, its reason under it.

    Parameters
    ----------
    lines : list of Line
    left : str
        The left-hand side of the first line, e.g. ``r"\sigma'(z)"``.
    """
    rows = []
    for k, line in enumerate(lines):
        shown = line.latex or sp.latex(line.expression)
        rows.append(rf"{left if k == 0 else ''} &= {shown} \\[2pt]"
                    rf" &\quad \small\textsf{{{line.reason}}} \\[6pt]")
    return "\\begin{aligned}\n" + "\n".join(rows) + "\n\\end{aligned}"


def circuit_function() -> sp.Expr:
    """f(x, w) = σ(σ(x1·w1)·w2 + x2), the function of the assignment's question 1.1."""
    return sigma(sigma(x1 * w1) * w2 + x2)


def gradient_in_terms_of_f() -> dict[sp.Symbol, sp.Expr]:
    """∂f/∂w2 and ∂f/∂w1 as the chain rule writes them, with f and y1 = σ(x1·w1) spelt out.

    ∂f/∂w2 = (1 − f)·f·y1  and  ∂f/∂w1 = (1 − f)·f·w2·(1 − y1)·y1·x1.
    """
    f, y1 = circuit_function(), sigma(x1 * w1)
    return {w2: (1 - f) * f * y1, w1: (1 - f) * f * w2 * (1 - y1) * y1 * x1}
