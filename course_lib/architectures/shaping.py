"""Layers that learn nothing: poolings, flattening, activations, and what is only there in training."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from course_lib.architectures.layer import Layer, Shape


@dataclass(frozen=True)
class Pool(Layer):
    """The maximum (`how="max"`) or the mean (`how="average"`) of each window."""

    k: int
    stride: int
    pad: int = 0
    how: str = "max"
    ceil_mode: bool = False
    kind: ClassVar[str] = "pool"
    quiet: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check(1, "k", "stride")
        self._check(0, "pad")
        if self.how not in ("max", "average"):
            raise self._error(f'how has to be "max" or "average", not {self.how!r}')
        if self.pad > self.k // 2:
            raise self._error(f"padding {self.pad} is more than half of the window {self.k}: "
                              "some windows would see no pixel at all")

    def output_shape(self, shape: Shape) -> Shape:
        return (shape[0], *self._window(shape, self.k, self.stride, self.pad, self.ceil_mode))

    @property
    def detail(self) -> str:
        return f"{self.k}x{self.k}" + (f"/{self.stride}" if self.stride > 1 else "")


@dataclass(frozen=True)
class GlobalAveragePool(Layer):
    """The mean of each map: one number per channel, whatever the map's size."""

    kind: ClassVar[str] = "pool"
    quiet: ClassVar[bool] = False

    def output_shape(self, shape: Shape) -> Shape:
        return (self._maps(shape)[0], 1, 1)

    @property
    def detail(self) -> str:
        return "mean of map"


@dataclass(frozen=True)
class AdaptiveAveragePool(Layer):
    """Means over a size x size grid of windows, whatever the map's size (torchvision's way)."""

    size: int
    kind: ClassVar[str] = "pool"
    quiet: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check(1, "size")

    def output_shape(self, shape: Shape) -> Shape:
        return (self._maps(shape)[0], self.size, self.size)

    @property
    def detail(self) -> str:
        return f"to {self.size}x{self.size}"


@dataclass(frozen=True)
class Flatten(Layer):
    """Maps to one column, in C order: channel by channel, row by row."""

    kind: ClassVar[str] = "flatten"

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)


@dataclass(frozen=True)
class ReLU(Layer):
    """max(z, 0), number by number."""

    kind: ClassVar[str] = "relu"


@dataclass(frozen=True)
class Tanh(Layer):
    """LeNet-5's squashing function, number by number."""

    kind: ClassVar[str] = "tanh"


@dataclass(frozen=True)
class LocalResponseNorm(Layer):
    """AlexNet's normalisation across `size` neighbouring channels; nothing in it is learned."""

    size: int = 5
    alpha: float = 1e-4
    beta: float = 0.75
    bias: float = 2.0
    kind: ClassVar[str] = "lrn"


@dataclass(frozen=True)
class Dropout(Layer):
    """Zeroes each number with probability `rate` while training."""

    rate: float = 0.5
    kind: ClassVar[str] = "dropout"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.rate < 1:
            raise self._error(f"rate is a probability in [0, 1), not {self.rate!r}")
