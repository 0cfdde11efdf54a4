"""Where weights start. An initialiser is called as init(rng, shape, n_in, n_out).

`n_in` is the number of inputs that one output adds up (the fan-in), `n_out` the number of outputs
that one input feeds (the fan-out).
"""

import numpy as np

from course_lib.nn import given


def zeros(rng, shape, n_in, n_out):
    """Every weight 0."""
    return np.zeros(shape)


def constant(c):
    """Every weight c."""
    given.number("constant", low=-1e30, c=c)
    return lambda rng, shape, n_in, n_out: np.full(shape, float(c))


def uniform(limit):
    """Weights drawn evenly from -limit to limit."""
    given.number("uniform", limit=limit)
    return lambda rng, shape, n_in, n_out: rng.uniform(-limit, limit, shape)


def normal(std):
    """Weights drawn from a normal distribution of standard deviation std."""
    given.number("normal", std=std)
    return lambda rng, shape, n_in, n_out: std * rng.standard_normal(shape)


def xavier(rng, shape, n_in, n_out):
    """Normal with variance 2 / (n_in + n_out): Glorot and Bengio (2010), equation 12's variance."""
    return np.sqrt(2 / (n_in + n_out)) * rng.standard_normal(shape)


def he(rng, shape, n_in, n_out):
    """Normal with variance 2 / n_in: He et al. (2015), for layers followed by a ReLU."""
    return np.sqrt(2 / n_in) * rng.standard_normal(shape)
