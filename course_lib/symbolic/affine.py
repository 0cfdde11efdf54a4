"""Stacks of affine layers, in symbols (SymPy) or in numbers (NumPy), and the one layer they equal.

A stack with T hidden layers has T + 1 matrices `Ws[0] = W_1, ..., Ws[T] = W_{T+1}` and as many
bias columns `bs`. Between two layers stands the activation g(z) = c z + a, with one number c for
the whole network and one column a for each hidden layer. The formulas are those of chapter 2.
"""

import numpy as np
import sympy


def symbols(hidden):
    """Return `Ws, bs, c, shifts, x` of a stack with `hidden` hidden layers, as SymPy symbols.

    W_l is n_l x n_{l-1} with symbolic widths n_0, ..., n_{T+1}; b_l and a_l are columns, c is a
    number, x a column of n_0 numbers. Raises ValueError if `hidden` is negative.
    """
    if hidden < 0:
        raise ValueError(f"a stack cannot have {hidden} hidden layers: give 0 or more")
    n = sympy.symbols(f"n_0:{hidden + 2}", integer=True, positive=True)
    layers = range(1, hidden + 2)
    Ws = [sympy.MatrixSymbol(f"W_{ell}", n[ell], n[ell - 1]) for ell in layers]
    bs = [sympy.MatrixSymbol(f"b_{ell}", n[ell], 1) for ell in layers]
    shifts = [sympy.MatrixSymbol(f"a_{ell}", n[ell], 1) for ell in range(1, hidden + 1)]
    return Ws, bs, sympy.Symbol("c"), shifts, sympy.MatrixSymbol("x", n[0], 1)


def forward(x, Ws, bs, c=1, shifts=None):
    """Walk through the stack layer by layer: z = W y + b, then y = c z + a (not after the last).

    Parameters
    ----------
    x : array (n_0, N) or SymPy column
    Ws, bs : lists of T + 1 matrices (n_l, n_{l-1}) and columns (n_l, 1)
    c : number, the activation's slope
    shifts : list of T columns (n_l, 1), the activation's shifts; None for no shift

    Returns
    -------
    z : array (n_{T+1}, N) or SymPy column
    """
    _check(Ws, bs, shifts)
    y = x
    for ell, (W, b) in enumerate(zip(Ws, bs)):
        z = W @ y + b
        if ell < len(Ws) - 1:
            y = c * z if shifts is None else c * z + shifts[ell]
    return z


def collapse(Ws, bs, c=1, shifts=None):
    """Return the one layer `W, b` that computes what the whole stack computes.

    The induction of chapter 2: if the layers so far are y = W x + b, then after the activation
    and one layer more they are V(c (W x + b) + a) + v = (c V W) x + (V (c b + a) + v).
    Works on NumPy arrays and on SymPy matrices alike. Parameters as in `forward`.
    """
    _check(Ws, bs, shifts)
    W, b = Ws[0], bs[0]
    for ell, (V, v) in enumerate(zip(Ws[1:], bs[1:])):
        y = c * b if shifts is None else c * b + shifts[ell]
        W, b = c * (V @ W), V @ y + v
    return W, b


def unfold(W, b, widths, c=1):
    """Return a stack `Ws, bs` with the given hidden widths that computes W x + b: the way back.

    Parameters
    ----------
    W, b : arrays (n_out, n_in) and (n_out, 1)
    widths : sequence of int, the T hidden widths, each at least the rank of W
    c : number other than 0, the slope of the activation g(z) = c z

    Raises
    ------
    ValueError
        If a hidden layer is narrower than the rank of W, or if c is 0.
    """
    W, b = np.asarray(W, dtype=float), np.asarray(b, dtype=float)
    rank = int(np.linalg.matrix_rank(W))
    if c == 0:
        raise ValueError("with c = 0 nothing of x passes the first activation: c must not be 0")
    if widths and min(widths) < rank:
        raise ValueError(f"a layer of width {min(widths)} cannot carry a matrix of rank {rank}: "
                         f"make every hidden layer at least {rank} wide")
    if not widths:
        return [W], [b]
    U, sizes, Vt = np.linalg.svd(W, full_matrices=False)
    U, Vt = U[:, :rank] * sizes[:rank], Vt[:rank]      # W = U Vt, rank columns times rank rows
    n = [W.shape[1], *widths, W.shape[0]]
    Ws = [np.eye(n[ell], n[ell - 1]) for ell in range(1, len(n))]
    Ws[0], Ws[-1] = np.zeros((n[1], n[0])), np.zeros((n[-1], n[-2]))
    Ws[0][:rank] = Vt
    Ws[-1][:, :rank] = U / c ** len(widths)            # undo what the activations multiplied by
    bs = [np.zeros((size, 1)) for size in n[1:-1]] + [b]
    return Ws, bs


def _check(Ws, bs, shifts):
    """Raise ValueError unless the lists fit together and each matrix fits the next."""
    if len(Ws) == 0 or len(Ws) != len(bs):
        raise ValueError(f"got {len(Ws)} matrices and {len(bs)} biases: "
                         "give one bias column for each matrix, and at least one matrix")
    if shifts is not None and len(shifts) != len(Ws) - 1:
        raise ValueError(f"got {len(shifts)} shifts for {len(Ws) - 1} hidden layers: "
                         "give one column for each hidden layer")
    for ell, (below, above) in enumerate(zip(Ws, Ws[1:]), start=1):
        if below.shape[0] != above.shape[1]:
            raise ValueError(f"layer {ell} puts out {below.shape[0]} numbers but layer {ell + 1} "
                             f"expects {above.shape[1]}: W_{ell + 1} must have as many columns "
                             f"as W_{ell} has rows")
