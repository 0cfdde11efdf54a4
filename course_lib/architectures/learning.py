"""Layers that learn: convolutions, linear layers, batch norms, and the poolings of 1998."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from course_lib.architectures.layer import Layer, Shape


@dataclass(frozen=True)
class Conv(Layer):
    """A convolution: `filters` windows of k x k over the input's channels.

    With `groups` the channels and the filters are split into that many equal parts, and
    each part of the filters sees only its own part of the channels.
    """

    filters: int
    k: int
    stride: int = 1
    pad: int = 0
    groups: int = 1
    bias: bool = True
    kind: ClassVar[str] = "conv"
    quiet: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check(1, "filters", "k", "stride", "groups")
        self._check(0, "pad")
        if self.filters % self.groups:
            raise self._error(f"{self.groups} groups do not divide {self.filters} filters")

    def output_shape(self, shape: Shape) -> Shape:
        return (self.filters, *self._window(shape, self.k, self.stride, self.pad))

    def weights(self, shape: Shape) -> int:
        channels = self._maps(shape)[0]
        if channels % self.groups:
            raise self._error(f"{self.groups} groups do not divide {channels} input channels")
        return self.filters * (channels // self.groups) * self.k * self.k

    def biases(self, shape: Shape) -> int:
        return self.filters if self.bias else 0

    def multiply_adds(self, shape: Shape) -> int:
        """Every weight is used once at every position of the output."""
        _, height, width = self.output_shape(shape)
        return self.weights(shape) * height * width

    @property
    def detail(self) -> str:
        text = f"{self.k}x{self.k}"
        text += f"/{self.stride}" if self.stride > 1 else ""
        return text + (f" in {self.groups} groups" if self.groups > 1 else "")


@dataclass(frozen=True)
class SparseConv(Layer):
    """A convolution whose filters each see a chosen set of channels (LeNet-5's layer C3).

    `connections[f]` lists the input channels that filter f sees.
    """

    connections: tuple[tuple[int, ...], ...]
    k: int
    stride: int = 1
    pad: int = 0
    kind: ClassVar[str] = "conv"
    quiet: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check(1, "k", "stride")
        self._check(0, "pad")
        if not self.connections or not all(self.connections):
            raise self._error("connections lists for each filter the channels it sees, at least "
                              f"one, not {self.connections!r}")

    @property
    def filters(self) -> int:
        """One filter for each set of channels."""
        return len(self.connections)

    def output_shape(self, shape: Shape) -> Shape:
        return (self.filters, *self._window(shape, self.k, self.stride, self.pad))

    def weights(self, shape: Shape) -> int:
        channels = self._maps(shape)[0]
        highest = max(max(seen) for seen in self.connections)
        if highest >= channels:
            raise self._error(f"a filter looks at channel {highest}, but only channels "
                              f"0 to {channels - 1} come in")
        return sum(map(len, self.connections)) * self.k * self.k

    def biases(self, shape: Shape) -> int:
        return self.filters

    def multiply_adds(self, shape: Shape) -> int:
        _, height, width = self.output_shape(shape)
        return self.weights(shape) * height * width

    @property
    def detail(self) -> str:
        return f"{self.k}x{self.k} sparse"


@dataclass(frozen=True)
class Linear(Layer):
    """A fully connected layer: every output sees every input."""

    outputs: int
    bias: bool = True
    kind: ClassVar[str] = "linear"
    quiet: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check(1, "outputs")

    def output_shape(self, shape: Shape) -> Shape:
        self._columns(shape)
        return (self.outputs,)

    def weights(self, shape: Shape) -> int:
        return self.outputs * self._columns(shape)

    multiply_adds = weights                      # every weight is used once

    def biases(self, shape: Shape) -> int:
        return self.outputs if self.bias else 0

    def _columns(self, shape: Shape) -> int:
        if len(shape) != 1:
            raise self._error(f"needs columns (features,) but is given maps of shape {shape}; "
                              "put a Flatten before it")
        return shape[0]


@dataclass(frozen=True)
class BatchNorm(Layer):
    """A learned scale (counted as weight) and shift (as bias) for each channel."""

    kind: ClassVar[str] = "batch norm"
    quiet: ClassVar[bool] = False

    def weights(self, shape: Shape) -> int:
        return shape[0]

    biases = weights

    def multiply_adds(self, shape: Shape) -> int:
        return prod(shape)


@dataclass(frozen=True)
class ScaledPool(Layer):
    """LeNet-5's subsampling: the sum of a window times one weight, plus one bias, per map."""

    k: int
    stride: int
    pad: int = 0
    kind: ClassVar[str] = "pool"
    quiet: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check(1, "k", "stride")

    def output_shape(self, shape: Shape) -> Shape:
        return (shape[0], *self._window(shape, self.k, self.stride, self.pad))

    def weights(self, shape: Shape) -> int:
        return self._maps(shape)[0]

    biases = weights

    def multiply_adds(self, shape: Shape) -> int:
        return prod(self.output_shape(shape))

    @property
    def detail(self) -> str:
        return f"{self.k}x{self.k}/{self.stride} scaled"
