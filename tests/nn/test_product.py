"""The one place where matrices are multiplied."""

import ctypes
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


def at(shape, kind, address, *strides):
    """The matrix that lies at an address."""
    size = sum((n - 1) * stride for n, stride in zip(shape, strides, strict=True)) + np.dtype(kind).itemsize
    return np.ndarray(shape, kind, (ctypes.c_char * size).from_address(address), strides=strides)


def adding(kind):
    """What `live/product.ts` does in the browser, said in NumPy; that it does so, tests/book/test_live_parts.py sees."""
    def add(M, K, N, *places):
        A, B, C = (at(shape, kind, *places[3 * i:3 * i + 3]) for i, shape in enumerate([(M, K), (K, N), (M, N)]))
        C += A @ B
    return add


@settings(max_examples=60, derandomize=True, deadline=None)
@given(SHAPES, st.sampled_from("fd"), st.tuples(*[st.booleans()] * 5))
def test_products_added_to_nothing_are_numpys(shape, kind, ways):
    S, M, K, N = shape
    stack_A, stack_B, turn_A, turn_B, into = ways
    numbers = np.random.default_rng(M)
    A = numbers.integers(-9, 10, (S, M, K) if stack_A else (M, K)).astype(kind)
    B = numbers.integers(-9, 10, (S, K, N) if stack_B else (K, N)).astype(kind)
    A, B = turned(A) if turn_A else A, turned(B) if turn_B else B
    out = np.full((A[..., :1] @ B[..., :1, :]).shape, 7, kind) if into else None
    y = products.stacked(adding(kind), A, B, out)
    np.testing.assert_array_equal(y, A @ B)
    assert y.dtype == kind and (out is None or y is out)


def test_in_the_browser_a_network_computes_by_it(monkeypatch):
    """The same numbers, and every product of a step is counted: two of a forward pass, three of a backward pass."""
    x = np.random.default_rng(1).random((1, 12, 12, 5), np.float32)
    network = nn.Sequential(nn.Conv2D(1, 3, 5), nn.ReLU(), nn.Flatten(), nn.Linear(192, 4))

    def step():
        y = network.forward(x)
        network.backward(y, input_gradient=False)
        return y, network.layers[0].dW, network.layers[3].dW

    expected, seen = step(), []
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(products, "compiled", lambda kind: lambda *numbers: seen.append(kind) or adding(kind)(*numbers))
    for ours, theirs in zip(step(), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)
    assert seen == ["f"] * len(seen) and len(seen) >= 5


@pytest.mark.parametrize("kind", ["f", "e", "l"])
def test_where_nothing_is_compiled_numpy_multiplies(kind, monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    A = np.ones((2, 3), kind)
    assert products.compiled(kind) is None
    np.testing.assert_array_equal(products.product(A, A.T), np.full((2, 2), 3, kind))


def test_matrices_that_do_not_fit_are_refused_in_the_browser_too(monkeypatch):
    """The compiled function takes addresses: it would read beyond the end of the shorter one."""
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(products, "compiled", lambda kind: pytest.fail("asked to multiply"))
    with pytest.raises(ValueError, match="size 4 is different from 3"):
        products.product(np.ones((2, 3), "f"), np.ones((4, 2), "f"))
