"""Chapter 2's theorem: a stack of affine layers is one affine layer, in symbols and in numbers."""

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.symbolic.affine import collapse, forward, symbols, unfold


def random_stack(rng, widths):
    Ws = [rng.normal(size=(m, n)) / np.sqrt(n) for n, m in zip(widths, widths[1:])]
    bs = [rng.normal(size=(m, 1)) for m in widths[1:]]
    shifts = [rng.normal(size=(m, 1)) for m in widths[1:-1]]
    return Ws, bs, shifts


@given(widths=st.lists(st.integers(1, 7), min_size=2, max_size=9),
       c=st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0]), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_one_layer_computes_what_the_stack_computes(widths, c, seed):
    rng = np.random.default_rng(seed)
    Ws, bs, shifts = random_stack(rng, widths)
    x = rng.normal(size=(widths[0], 5))
    W, b = collapse(Ws, bs, c, shifts)
    assert W.shape == (widths[-1], widths[0]) and b.shape == (widths[-1], 1)
    z = forward(x, Ws, bs, c, shifts)
    np.testing.assert_allclose(W @ x + b, z, rtol=1e-9, atol=1e-9 * (1 + np.abs(z).max()))


def test_closed_form_of_the_theorem():
    """The sum over layers that the theorem states, written out without any recursion."""
    rng = np.random.default_rng(0)
    widths, c, T = [3, 4, 2, 5, 3], 0.5, 3
    Ws, bs, a = random_stack(rng, widths)

    def product(top, bottom):                            # W_top ... W_bottom, 1-based
        result = np.eye(widths[top])
        for ell in range(top, bottom - 1, -1):
            result = result @ Ws[ell - 1]
        return result

    W, b = collapse(Ws, bs, c, a)
    np.testing.assert_allclose(W, c**T * product(T + 1, 1), rtol=1e-12)
    expected = bs[T] + sum(c ** (T - ell) * product(T + 1, ell + 1) @ (c * bs[ell - 1] + a[ell - 1])
                           for ell in range(1, T + 1))
    np.testing.assert_allclose(b, expected, rtol=1e-12)


@pytest.mark.parametrize("hidden", [0, 1, 2, 4])
def test_the_symbols_agree(hidden):
    Ws, bs, c, shifts, x = symbols(hidden)
    W, b = collapse(Ws, bs, c, shifts)
    difference = sympy.expand(forward(x, Ws, bs, c, shifts)) - sympy.expand(W * x + b)
    assert sympy.simplify(difference) == sympy.ZeroMatrix(*difference.shape)


def test_the_symbols_notice_a_wrong_bias():
    Ws, bs, c, shifts, x = symbols(2)
    W, b = collapse(Ws, bs, c, shifts)
    wrong = sympy.expand(forward(x, Ws, bs, c, shifts)) - sympy.expand(W * x + b + bs[-1])
    assert sympy.simplify(wrong) != sympy.ZeroMatrix(*wrong.shape)


@given(widths=st.lists(st.integers(1, 6), min_size=2, max_size=6), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_the_narrowest_layer_limits_the_rank(widths, seed):
    Ws, bs, _ = random_stack(np.random.default_rng(seed), widths)
    W, _ = collapse(Ws, bs)
    assert np.linalg.matrix_rank(W) <= min(widths)


@pytest.mark.parametrize("widths", [[], [3], [3, 8, 4], [9] * 6])
@pytest.mark.parametrize("c", [1.0, -0.5])
def test_the_way_back(widths, c):
    rng = np.random.default_rng(1)
    W = rng.normal(size=(4, 3)) @ rng.normal(size=(3, 5))        # rank 3
    b, x = rng.normal(size=(4, 1)), rng.normal(size=(5, 7))
    Ws, bs = unfold(W, b, widths, c)
    assert [V.shape[0] for V in Ws] == [*widths, 4]
    np.testing.assert_allclose(forward(x, Ws, bs, c), W @ x + b, atol=1e-11)


def test_errors_say_what_to_do():
    W, b = np.eye(3), np.zeros((3, 1))
    with pytest.raises(ValueError, match="width 2 cannot carry a matrix of rank 3"):
        unfold(W, b, [5, 2])
    with pytest.raises(ValueError, match="c must not be 0"):
        unfold(W, b, [5], c=0)
    with pytest.raises(ValueError, match="cannot have -1 hidden layers"):
        symbols(-1)
    with pytest.raises(ValueError, match="2 matrices and 1 biases"):
        collapse([W, W], [b])
    with pytest.raises(ValueError, match="0 shifts for 1 hidden layers"):
        collapse([W, W], [b, b], 1, [])
    with pytest.raises(ValueError, match="layer 1 puts out 3 numbers but layer 2 expects 2"):
        forward(np.zeros((3, 1)), [W, np.eye(2)], [b, np.zeros((2, 1))])
