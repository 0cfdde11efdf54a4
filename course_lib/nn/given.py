"""What a caller hands over, looked at before it is used: arrays, numbers, generators of random numbers.

Every complaint says what was given, what was expected and how to mend it. Arrays are looked at where they
enter a layer, the numbers in them where they enter a network or a training, so that a step pays nothing.
"""

import math
import operator

import numpy as np


def array(who, x):
    """Complain unless x is a NumPy array of numbers."""
    if not isinstance(x, np.ndarray):
        raise TypeError(f"{who}: expected a NumPy array; got a {type(x).__name__}. "
                        "np.asarray(x, np.float32) makes one")
    if x.dtype.kind not in "fiub":
        raise TypeError(f"{who}: expected an array of numbers; got {x.dtype}. x.astype(np.float32) makes "
                        "numbers of what can be read as such")


def pictures(who, x, channels=None):
    """Complain unless x is an array (C, H, W, N); `channels` is how many C have to be."""
    array(who, x)
    if x.ndim == 4 and channels in (None, len(x)):
        return
    mend = {2: ". One picture (H, W) has to be x[None, :, :, None]",
            3: ". Of pictures (N, H, W), digits.to_batch(x) makes such a batch; of one (C, H, W), x[..., None]"}
    raise ValueError(f"{who}: expected pictures of shape ({channels or 'C'}, H, W, N), channels "
                     f"first and the batch last; got {x.shape}{mend.get(x.ndim, '')}")


def dtype(who, x, wanted):
    """Complain unless x has the type in which the network computes."""
    if x.dtype == wanted:
        return
    mend = (f"convert it with x.astype(np.{wanted}), or build the network with dtype=np.{x.dtype}"
            if x.dtype.kind == "f" else
            f"divide pixels by the largest possible value and convert them, (x / 255).astype(np.{wanted})")
    raise TypeError(f"{who}: the network computes in {wanted}, the input is {x.dtype}; {mend}")


def finite(who, x):
    """Complain if x holds no column, or anything that is not a number."""
    array(who, x)
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(f"{who}: expected at least one column; got an array of shape {x.shape}, and the last "
                         "axis counts the columns. Give it one picture or more")
    if not np.isfinite(x).all():
        raise ValueError(f"{who}: expected numbers; got nan or inf in {np.count_nonzero(~np.isfinite(x))} places. "
                         "np.nan_to_num(x) puts 0 there, if that is what they mean")


def whole(who, least=1, **values):
    """Complain unless every value is a whole number of at least `least`."""
    for name, value in values.items():
        try:
            good = operator.index(value) >= least and not isinstance(value, (bool, np.bool_))
        except TypeError:
            good = False
        if not good:
            raise ValueError(f"{who}: {name} must be a whole number of at least {least}; got {value!r}")


def number(who, low=0.0, below=math.inf, **values):
    """Complain unless every value is a number from `low` on and under `below`."""
    for name, value in values.items():
        if value is None or isinstance(value, (str, bytes)) or np.ndim(value) or not low <= value < below:
            limit = "finite" if below == math.inf else f"below {below:g}"
            raise ValueError(f"{who}: {name} must be a number, at least {low:g} and {limit}; got {value!r}")


def generator(who, rng):
    """Return the generator of random numbers, with seed 0 if there is none; complain of anything else."""
    if rng is None:
        return np.random.default_rng(0)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"{who}: rng must be a generator of random numbers, np.random.default_rng(0) for instance; "
                        f"got {rng!r}")
    return rng
