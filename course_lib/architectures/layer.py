"""A layer as a description: what it is, not what it computes.

A description knows its sizes, so it can say what shape it puts out, how many weights and biases
it learns and how many multiply-adds it costs for one image. It holds no numbers of the network
itself. Shapes are ``(channels, height, width)`` for maps and ``(features,)`` for columns: the
batch axis, last in the book's arrays, never changes a count and is left out.

Each class writes down two formulas and their consequences. Along one side of the picture

    output = floor((size + 2 pad - k) / stride) + 1            (ceil where ``ceil_mode`` says so)

and for the parameters of a convolution

    weights = filters * (channels / groups) * k * k,  biases = filters.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

Shape = tuple[int, ...]


def output_size(size: int, k: int, stride: int = 1, pad: int = 0, ceil_mode: bool = False) -> int:
    """How many positions a window of `k` has on a side of `size` pixels.

    Parameters
    ----------
    size, k, stride, pad : int
        Input size, window size, step, and the border added at both ends.
    ceil_mode : bool
        Round up instead of down: a last window may hang over the far edge, as in GoogLeNet's
        pools. It still has to start inside the picture or its near border (PyTorch's rule).

    Raises
    ------
    ValueError
        If a number makes no sense, or the window does not fit into the padded input.
    """
    _check_int("size", size, 1)
    _check_int("k", k, 1)
    _check_int("stride", stride, 1)
    _check_int("pad", pad, 0)
    room = size + 2 * pad - k
    if room < 0:
        raise ValueError(
            f"a window of {k} is larger than its input: {size} with padding {pad} at each end "
            f"makes {size + 2 * pad}; use a smaller k or more padding")
    if not ceil_mode:
        return room // stride + 1
    positions = -(-room // stride) + 1
    if (positions - 1) * stride >= size + pad:
        positions -= 1
    return positions


def _check_int(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} has to be an integer of at least {least}, not {value!r}")


@dataclass(frozen=True)
class Layer:
    """What all descriptions share; by itself a layer that changes nothing and learns nothing."""

    name: str
    kind: ClassVar[str] = "identity"
    quiet: ClassVar[bool] = True     # tables leave out what neither learns nor resizes

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ValueError(f"a layer needs a name, a string, not {self.name!r}")

    def output_shape(self, shape: Shape) -> Shape:
        """Shape of what the layer puts out, given the shape of what comes in."""
        return shape

    def weights(self, shape: Shape) -> int:
        """Number of learned weights, given the input's shape."""
        return 0

    def biases(self, shape: Shape) -> int:
        """Number of learned biases, given the input's shape."""
        return 0

    def multiply_adds(self, shape: Shape) -> int:
        """Multiplications with a learned weight, each with its addition, for one image."""
        return 0

    @property
    def detail(self) -> str:
        """The sizes in a few characters, for tables."""
        return ""

    def _error(self, problem: str) -> ValueError:
        return ValueError(f"layer {self.name!r}: {problem}")

    def _check(self, least: int, *names: str) -> None:
        """Every named field is an integer of at least `least`, or an error that says so."""
        for name in names:
            try:
                _check_int(name, getattr(self, name), least)
            except ValueError as error:
                raise self._error(str(error)) from None

    def _maps(self, shape: Shape) -> Shape:
        """`shape` if it is one of maps, else an error."""
        if len(shape) != 3:
            raise self._error(
                f"needs maps (channels, height, width) but is given shape {shape}; "
                "it has to stand before Flatten")
        return shape

    def _window(self, shape: Shape, k: int, stride: int, pad: int, ceil_mode: bool = False) -> tuple[int, int]:
        """Output height and width of a layer whose windows slide."""
        _, height, width = self._maps(shape)
        try:
            return output_size(height, k, stride, pad, ceil_mode), output_size(width, k, stride, pad, ceil_mode)
        except ValueError as error:
            raise self._error(str(error)) from None


def sizes(layer: Layer) -> dict[str, object]:
    """The fields of a layer by name, without its name."""
    return {field.name: getattr(layer, field.name)
            for field in fields(layer) if field.name != "name"}
