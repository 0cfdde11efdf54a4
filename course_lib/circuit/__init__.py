"""A circuit of single numbers that can be run forward and backward.

Every operation is a *gate*. On the way forward a gate does two things: it computes its value, and
it writes down its local derivatives, one per input: how much its value would move if that input
moved a little. On the way back nothing new has to be found out. Each gate takes the gradient that
arrives at its output, multiplies it by each local derivative, and hands the products to its
inputs. That is the chain rule, one multiplication per edge.

>>> x, w = data(3, "x"), weight(2, "w")
>>> y = (x * w).named("y")
>>> y.backward()
>>> w
w = 2, ∂y/∂w = 3

The idea is that of reverse-mode automatic differentiation (Rumelhart, Hinton and Williams 1986;
survey: Baydin et al. 2018). Only ``math`` is needed.
"""

from course_lib.circuit.steps import Step, Trace, trace
from course_lib.circuit.values import (
    Value,
    chain_rule,
    data,
    exp,
    log,
    relu,
    sigmoid,
    stable_sigmoid,
    tanh,
    topological_order,
    weight,
)
from course_lib.circuit.wording import number

__all__ = ["Value", "data", "weight", "sigmoid", "tanh", "relu", "exp", "log",
           "stable_sigmoid", "topological_order", "chain_rule", "Step", "Trace", "trace",
           "number"]
