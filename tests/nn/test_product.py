"""The one place where matrices are multiplied."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import nn
from course_lib.nn import product as products

SHAPES = st.tuples(*[st.integers(1, 6)] * 4)


def turned(M):
    """The same matrices, kept in memory column by column."""
    return np.ascontiguousarray(M.swapaxes(-1, -2)).swapaxes(-1, -2)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(SHAPES, st.sampled_from("fd"), st.tuples(*[st.booleans()] * 5))
def test_the_products_of_blas_are_numpys(shape, kind, ways):
    S, M, K, N = shape
    stack_A, stack_B, turn_A, turn_B, into = ways
    numbers = np.random.default_rng(M)
    A = numbers.integers(-9, 10, (S, M, K) if stack_A else (M, K)).astype(kind)
    B = numbers.integers(-9, 10, (S, K, N) if stack_B else (K, N)).astype(kind)
    A, B = turned(A) if turn_A else A, turned(B) if turn_B else B
    out = np.full((A[..., :1] @ B[..., :1, :]).shape, 7, kind) if into else None
    y = products.stacked(products.blas(kind), A, B, out)
    np.testing.assert_array_equal(y, A @ B)
    assert y.dtype == kind and (out is None or y is out)


def test_in_the_browser_a_network_computes_by_blas(monkeypatch):
    """The same numbers, and every product of a step is counted: two of a forward pass, three of a backward pass."""
    x = np.random.default_rng(1).random((1, 12, 12, 5), np.float32)
    network = nn.Sequential(nn.Conv2D(1, 3, 5), nn.ReLU(), nn.Flatten(), nn.Linear(192, 4))

    def step():
        y = network.forward(x)
        network.backward(y, input_gradient=False)
        return y, network.layers[0].dW, network.layers[3].dW

    expected, seen, sgemm = step(), [], products.blas("f")
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(products, "blas", lambda kind: lambda *args, **more: seen.append(kind) or sgemm(*args, **more))
    for ours, theirs in zip(step(), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)
    assert seen == ["f"] * len(seen) and len(seen) >= 5


def test_without_scipy_numpy_multiplies(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.linalg", None)
    products.blas.cache_clear()
    assert products.blas("f") is None
    products.blas.cache_clear()


@pytest.mark.parametrize("kind", ["e", "l"])
def test_other_numbers_are_numpys(kind):
    assert products.blas(kind) is None
