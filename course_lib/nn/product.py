"""Matrix products, in one place: NumPy's; in the reader's browser, where those are a plain loop, the course's own."""

import sys
from functools import cache
from pathlib import Path

import numpy as np

COMPILED = Path(__file__).with_name("product.wasm")    # in the browser's copy of the library: book/_ext/live/product.ts


def product(A, B, out=None):
    """Return A B, shapes (M, K) and (K, N), as (M, N), in `out` if it is given; of stacks (S, M, K), a stack."""
    fit = A.dtype == B.dtype and A.shape[-1] == B.shape[-2]      # where not, NumPy says what is wrong
    add = compiled(A.dtype.char) if sys.platform == "emscripten" and fit else None
    return np.matmul(A, B, out=out) if add is None else stacked(add, A, B, out)


def stacked(add, A, B, out=None):
    """`product` by a function that adds a product to a matrix, matrix by matrix."""
    stack = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])
    if out is None:
        out = np.empty((*stack, A.shape[-2], B.shape[-1]), A.dtype)
    out[...] = 0
    A, B = (np.broadcast_to(M, (*stack, *M.shape[-2:])) for M in (A, B))
    for place in np.ndindex(stack):
        matrices = (M[place] for M in (A, B, out))
        add(*A.shape[-2:], B.shape[-1], *(number for M in matrices for number in where(M)))
    return out


def where(M):
    """Where a matrix lies in memory: its address and the bytes from row to row and from column to column."""
    return M.__array_interface__["data"][0], *M.strides


@cache
def compiled(kind):
    """The browser's function that adds A B to C for a kind of float; None where there is none."""
    import ctypes

    try:
        add = getattr(ctypes.CDLL(str(COMPILED)), f"add_{kind}")
    except (OSError, AttributeError):
        return None
    add.restype, room = None, np.empty(2 ** 21, np.uint8)      # it lays matrices out there
    return lambda *numbers: add(*numbers, room.ctypes.data)
