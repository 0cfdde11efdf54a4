"""What errors can and cannot say: a share of right answers with its interval, and confused pairs."""

from typing import NamedTuple

import numpy as np
from scipy.stats import norm


def wilson(right, count, confidence=0.95):
    """Return the interval (low, high) of shares that `right` of `count` answers agree with.

    It holds every share p whose own spread, sqrt(p (1 - p) / count), reaches from p to the share
    that was seen: p is kept if `|right/count - p| <= z sqrt(p (1 - p) / count)`. Wilson (1927).

    Parameters
    ----------
    right, count : int
        How many answers were right, of how many; 0 <= right <= count, count > 0.
    confidence : float
        How often such an interval holds the true share, 0.95 by default (z = 1.96).

    Raises
    ------
    ValueError
        If the counts or the confidence are impossible.
    """
    if not (count > 0 and 0 <= right <= count):
        raise ValueError(f"expected 0 <= right <= count with count > 0; got {right} of {count}")
    if not 0 < confidence < 1:
        raise ValueError(f"the confidence lies between 0 and 1, such as 0.95; got {confidence}")
    z = norm.ppf((1 + confidence) / 2)
    share = right / count
    middle = share + z**2 / (2 * count)
    reach = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    scale = 1 + z**2 / count
    low = 0.0 if right == 0 else (middle - reach) / scale
    high = 1.0 if right == count else (middle + reach) / scale
    return float(low), float(high)


class Pair(NamedTuple):
    """Two classes, a < b, and how many answers took one for the other, either way round."""

    a: int
    b: int
    errors: int


def pairs(confusion):
    """Return every confused pair, most errors first; equal counts in the order of the digits.

    Parameters
    ----------
    confusion : (K, K) integers
        One row a true class and one column an answer, or the reverse: a pair is unordered, so the
        result is the same.

    Returns
    -------
    list of Pair
    """
    both = _square(confusion)
    both = both + both.T
    found = [Pair(int(a), int(b), int(both[a, b]))
             for a, b in zip(*np.triu_indices(len(both), k=1)) if both[a, b]]
    return sorted(found, key=lambda pair: (-pair.errors, pair.a, pair.b))


def redraw(confusion, rng, rounds=2000):
    """Draw other test sets like this one, and return in what share each pair comes out on top.

    A test set of the same size is drawn from the matrix's own answers, with replacement (the
    bootstrap of Efron, 1979). A pair is on top of a round if no other has more errors; ties go to
    all of the tied, so the shares may add up to more than 1.

    Returns
    -------
    dict
        {(a, b): share of the rounds}, for the pairs that were confused at all; highest first.
    """
    matrix = _square(confusion)
    count = matrix.sum()
    draws = rng.multinomial(count, matrix.ravel() / count, size=rounds).reshape(-1, *matrix.shape)
    both = draws + draws.transpose(0, 2, 1)
    seen = pairs(matrix)
    errors = np.stack([both[:, a, b] for a, b, _ in seen], axis=1)      # (rounds, pairs)
    top = (errors == errors.max(axis=1, keepdims=True)).mean(axis=0)
    shares = {(a, b): float(share) for (a, b, _), share in zip(seen, top)}
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _square(confusion):
    matrix = np.asarray(confusion)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError("a confusion matrix is square, one row and one column a class; "
                         f"got shape {matrix.shape}")
    if matrix.dtype.kind not in "iu" or (matrix < 0).any() or matrix.sum() == 0:
        raise ValueError("a confusion matrix counts answers: integers, none negative, not all zero")
    return matrix
