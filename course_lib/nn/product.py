"""Matrix products, in one place: NumPy's; in the reader's browser SciPy's, which there are twice as fast."""

import sys
from functools import cache

import numpy as np


def product(A, B, out=None):
    """Return A B, shapes (M, K) and (K, N), as (M, N), in `out` if it is given; of stacks (S, M, K), a stack.

    In WebAssembly NumPy multiplies matrices by a plain loop, SciPy by OpenBLAS.
    """
    multiply = blas(A.dtype.char) if sys.platform == "emscripten" and A.dtype == B.dtype else None
    return np.matmul(A, B, out=out) if multiply is None else stacked(multiply, A, B, out)


def stacked(multiply, A, B, out=None):
    """`product` by a function of BLAS, matrix by matrix."""
    stacks = [M for M in (A, B) if M.ndim == 3]
    if out is None:
        out = np.empty((*(stacks[0].shape[:1] if stacks else ()), A.shape[-2], B.shape[-1]), A.dtype)
    count = len(out) if stacks else 1
    pairs = zip(*(M if M.ndim == 3 else [M] * count for M in (A, B)), out if stacks else [out], strict=True)
    for a, b, y in pairs:
        (b, b_turned), (a, a_turned) = by_columns(b.T), by_columns(a.T)
        multiply(1, b, a, c=y.T, trans_a=b_turned, trans_b=a_turned, overwrite_c=1)  # yᵀ = bᵀ aᵀ
    return out


def by_columns(M):
    """M as BLAS wants it, entries column by column, and whether that is its transpose: nothing is copied."""
    return (M, 0) if M.flags.f_contiguous else (M.T, 1)


@cache
def blas(kind):
    """SciPy's product for a kind of float, None where there is none."""
    try:
        from scipy.linalg import blas as library
    except ImportError:
        return None
    return {"f": library.sgemm, "d": library.dgemm}.get(kind)
