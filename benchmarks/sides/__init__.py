"""The sides of the comparison, one module each: the same LeNet built from each library's own layers."""

from importlib import import_module

from course_lib.speed.record import REFERENCES

__all__ = ["LEFT_OUT", "PEERS", "REFERENCES", "load"]

# What is compared with `course`: a name of REFERENCES or PEERS is a module here, and its class is called Side.
#: NumPy libraries; their own code, unmodified
PEERS = ("tinynn", "neuralnetlib", "chainer", "mygrad", "dezero", "pydynet", "autograd", "numpy_ml")
#: libraries that were tried and cannot be measured, and why
LEFT_OUT = {
    "npdl": "0.4.0.1: the windows of its max-pooling are not those of the network "
            "(they start at h, not at 2h), so it computes something else",
    "forgeNN": "2.0.0: requires numba 1.0 or later, which does not exist",
}


def load(name):
    """Return the class of a side; "ladder:3" is rung 3 of the ladder."""
    return import_module(f"sides.{name.partition(':')[0]}").Side
