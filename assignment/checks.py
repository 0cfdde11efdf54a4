"""What the checks of the assignment say when a result is not the right one. It lies beside the notebooks.

`close` compares a result with the right one and, where they differ, looks for a reason: a missing return, another
shape, a transpose, a sign, a factor. A check adds the slips that it knows, as {sentence: what they would give}.
"""

import numpy as np


def close(got, want, what, slips=None, tolerance=1e-6):
    """Complain unless `got` is `want`, up to rounding; `what` is what the sentence calls it."""
    got, want = numbers(got, what), np.asarray(want)
    shape(got, want.shape, what)
    if not np.isfinite(got).all():
        raise AssertionError(f"{what} holds nan or inf: look for a division by zero, or an exp of a large number.")
    if same(got, want, tolerance):
        return
    for sentence, slip in (slips or {}).items():
        slip = np.asarray(slip)
        if slip.shape == got.shape and same(got, slip, tolerance):
            raise AssertionError(f"{what}: {sentence}.")
    raise AssertionError(f"{what}{reason(got, want, tolerance)}")


def reason(got, want, tolerance):
    """What a wrong result looks like, as the end of a sentence."""
    if want.ndim == 2 and want.shape[0] == want.shape[1] and same(got, want.T, tolerance):
        return " is the transpose of the right one."
    if same(got, -want, tolerance):
        return " has the wrong sign."
    factor = ratio(got, want, tolerance)
    if factor:
        return f" is {factor:.4g} times the right one: a factor is missing, or there is one too many."
    place = np.unravel_index(np.argmax(np.abs(got - want)), want.shape)
    where = f" at {', '.join(str(int(i)) for i in place)}" if place else ""
    return f" is not right{where}: it is {got[place]:.6g} and should be {want[place]:.6g}."


def ratio(got, want, tolerance):
    """The number that all of `want` is multiplied by to be `got`, or None."""
    if want.size < 2 or not want.any():
        return None
    largest = np.argmax(np.abs(want))
    factor = got.flat[largest] / want.flat[largest]
    return factor if factor and same(got, factor * want, tolerance) else None


def shape(got, want, what):
    """Complain unless an array has a shape; says so if it is the transpose's."""
    got = np.shape(got)
    if got != tuple(want):
        turned = ": is it transposed?" if len(got) > 1 and got[::-1] == tuple(want) else "."
        raise AssertionError(f"{what} has the shape {got} and should have {tuple(want)}{turned}")


def numbers(got, what):
    """`got` as an array of numbers, or a complaint."""
    if got is None:
        raise AssertionError(f"{what} is None: does your function return its result?")
    if isinstance(got, (str, dict)):
        raise AssertionError(f"{what} is a {type(got).__name__}; it should be a number or an array.")
    try:
        got = np.asarray(got, dtype=float)
    except (ValueError, TypeError) as error:
        raise AssertionError(f"{what} is not an array of numbers.") from error
    return got


def same(got, want, tolerance):
    """Whether two arrays of one shape agree, up to rounding."""
    scale = max(1.0, float(np.abs(want).max(initial=0)))
    return bool(np.abs(got - want).max(initial=0) <= tolerance * scale)


def unchanged(function, *arguments):
    """Call a function, and complain if one of the arrays that it is given is another afterwards."""
    before = [np.copy(argument) for argument in arguments]
    function(*arguments)
    same = all(np.array_equal(argument, copy) for argument, copy in zip(arguments, before))
    if not same or getattr(function, "changed", False):     # where hand-ins are marked, the function says so itself
        raise AssertionError(f"{function.__name__} changes the array that it is given; it should return a new one.")


def several(got, count, what):
    """Complain unless `got` is a tuple or a list of `count` things."""
    if got is None:
        raise AssertionError(f"{what} returns None: does your function return its result?")
    if not isinstance(got, (tuple, list)) or len(got) != count:
        number = f"{len(got)} things" if isinstance(got, (tuple, list)) else f"one {type(got).__name__}"
        raise AssertionError(f"{what} should return {count} things, in the order it describes; it returns {number}.")
    return got


def equal(got, want, what, slips=None):
    """Complain unless `got` equals `want`: for whole numbers, words and lists of them."""
    got, want = plain(got), plain(want)
    if got is None:
        raise AssertionError(f"{what} is None: does your function return its result?")
    if got != want:
        for sentence, slip in (slips or {}).items():
            if got == plain(slip):
                raise AssertionError(f"{what}: {sentence}.")
        raise AssertionError(f"{what}: {short(got)} in place of {short(want)}.")


def plain(value):
    """Lists and Python's own numbers in place of tuples, arrays and NumPy's."""
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    return plain(value.tolist()) if isinstance(value, (np.ndarray, np.generic)) else value


def short(value):
    """What a value looks like, on one line."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
