"""What a wrong array looks like: the first entry that is off, and which of the usual mistakes it may be."""

import numpy as np

CLOSE = 1e-5        # of the largest entry


def numbers(value):
    """A value as an array of float64; None if it is not made of real numbers."""
    try:
        array = np.asarray(value)
    except ValueError:      # rows of different lengths
        return None
    return array.astype(float) if array.dtype.kind in "fiub" else None


def agree(got, want):
    """Whether a value is the right array, up to rounding."""
    got, want = numbers(got), np.asarray(want, float)
    return got is not None and got.shape == want.shape and bool(near(got, want).all())


def near(got, want):
    """Entry by entry: whether it is right, up to rounding."""
    return np.abs(got - want) <= CLOSE * (np.abs(want).max(initial=0) or 1)


def reached(name, got, want):
    """A sentence: what came out and what should have."""
    array, want = numbers(got), np.asarray(want, float)
    if array is None:
        return f"{name} is {article(type(got).__name__)}, not an array of numbers."
    if array.shape != want.shape:
        return f"{name} has the shape {array.shape} and should have {want.shape}."
    right = near(array, want)
    place = tuple(int(i) for i in np.argwhere(~right)[0])
    at = f"{name}[{', '.join(map(str, place))}]" if place else name
    there = next(pair for digits in (4, 8, 17)
                 if len(set(pair := [f"{v:.{digits}g}" for v in (array[place], want[place])])) == 2)
    share = f" ({right.sum():,} of {right.size:,} entries are right.)" if right.size > 1 else ""
    return f"{at} came out as {there[0]} and should be {there[1]}.{share}"


def article(word):
    """A word with its article."""
    return ("an " if word[0] in "aeiou" else "a ") + word


def guess(got, want, slips, batch):
    """Return which mistake would give this, as a piece of a sentence, or None.

    Parameters
    ----------
    got, want : array
        What came out, what should have.
    slips : dict
        From a sentence to what came out if it were true.
    batch : int
        How many pictures there were.
    """
    got, want = numbers(got), np.asarray(want, float)
    if got is None:
        return None
    if not np.isfinite(got).all():
        return "exp of a large number is infinite, subtract each column's largest before; or it was divided by 0"
    for sentence, slip in slips.items():
        if not agree(slip, want) and agree(got, slip):
            return sentence
    return misshapen(got, want) if got.shape != want.shape else altered(got, want, batch)


def misshapen(got, want):
    """Mistakes that show in the shape."""
    if got.shape == want.shape[::-1]:
        right = " of the right one" if agree(got.T, want) else "; or its factors are in the wrong order"
        return f"this is the transpose{right}"
    if got.size == want.size and got.ndim == want.ndim - 1:
        return "the sum dropped an axis, keepdims=True keeps it"
    if got.ndim == want.ndim == 4 and got.shape[1:3] == tuple(side - 1 for side in want.shape[1:3]):
        return "the first place counts too: + 1"
    return None


def altered(got, want, batch):
    """Mistakes that leave the shape as it is."""
    if want.ndim == 2 and want.shape[0] == want.shape[1] and agree(got, want.T):
        return "this is the transpose"
    factor = ratio(got, want)
    known = {-1: "the sign is the wrong one", batch: f"the batch of {batch} has not been divided by",
             1 / batch: f"you divided by the batch of {batch}, and there is nothing to divide by here any more"}
    for number, sentence in known.items():
        if factor and abs(factor - number) < CLOSE:
            return sentence
    return f"all of it is {factor:.4g} times as large as it should be" if factor else None


def ratio(got, want):
    """The number that all of `want` is multiplied by to be `got`, or None."""
    if want.size < 2 or not want.any():
        return None
    largest = np.argmax(np.abs(want))
    factor = got.flat[largest] / want.flat[largest]
    return factor if factor and agree(got / factor, want) else None
