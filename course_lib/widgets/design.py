"""A network for digits that the reader designs by hand: sliders change it, and everything is counted again at once.

``js/design.js`` does the arithmetic of `course_lib.architectures` in the page itself; the tests compare the two.
"""

from __future__ import annotations

import anywidget
import numpy as np
import traitlets

from course_lib import architectures
from course_lib.architectures import Architecture, Flatten, GlobalAveragePool, Linear, Pool, conv_relu
from course_lib.widgets.scripts import module, rules

__all__ = ["DesignBoard", "design", "design_board"]

SCRIPTS = ("elements.js", "design.js")


class DesignBoard(anywidget.AnyWidget):
    """The widget that `design_board` makes. `digit` is the ink of its picture as an SVG path."""

    _esm = module(*SCRIPTS)
    _css = rules("design.css")
    digit = traitlets.Unicode().tag(sync=True)
    goals = traitlets.Dict().tag(sync=True)

    def __repr__(self):
        return "DesignBoard()"


def design_board(picture: np.ndarray, parameters: int = 20_000, work: int = 1_000_000, maps: int = 32,
                 sees: int = 14) -> DesignBoard:
    """The course's LeNet, to be changed with sliders until it meets four goals.

    Parameters
    ----------
    picture : (28, 28) array
        The digit that is drawn as its input, ink above 0.5.
    parameters, work : int
        The first two goals: fewer of them.
    maps, sees : int
        The other two: as many last maps, or more, and as many pixels along a side that each of their numbers sees.
    """
    if np.shape(picture) != (28, 28):
        raise ValueError(f"design_board takes one picture of 28 x 28 numbers, not an array {np.shape(picture)}")
    ink = "".join(f"M{column} {row}h1v1h-1z" for row, column in zip(*np.nonzero(np.asarray(picture) > 0.5)))
    return DesignBoard(digit=ink, goals={"parameters": parameters, "work": work, "maps": maps, "sees": sees})


def design(F1: int = 20, k1: int = 5, pool1: bool = True, F2: int = 50, k2: int = 5, pool2: bool = True,
           n: int = 500, mean: bool = False) -> Architecture:
    """A network as the sliders of `design_board` describe it; left as it is, the course's LeNet.

    Parameters
    ----------
    F1, k1, F2, k2 : int
        Filters and window of the two convolutions.
    pool1, pool2 : bool
        Whether the maximum of 2 x 2 follows each of them.
    n : int
        Outputs of the linear layer before the last; 0 leaves it out.
    mean : bool
        Whether each last map becomes its mean before the linear layers.
    """
    layers = [*conv_relu("conv1", F1, k1), *[Pool("pool1", 2, 2)] * pool1,
              *conv_relu("conv2", F2, k2), *[Pool("pool2", 2, 2)] * pool2,
              *[GlobalAveragePool("mean")] * mean, Flatten("flatten"),
              *([Linear("fc1", n), architectures.ReLU("fc1 relu")] if n else []), Linear("fc2", 10)]
    return Architecture("design", (1, 28, 28), tuple(layers))
