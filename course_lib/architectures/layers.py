"""Layers as descriptions: what a layer is, not what it computes.

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
from math import prod
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

    def _window(self, shape: Shape, ceil_mode: bool = False) -> tuple[int, int]:
        """Output height and width of a layer with `k`, `stride` and `pad`."""
        _, height, width = self._maps(shape)
        try:
            return tuple(output_size(size, self.k, self.stride, self.pad, ceil_mode)
                         for size in (height, width))
        except ValueError as error:
            raise self._error(str(error)) from None


def _check_int(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} has to be an integer of at least {least}, not {value!r}")


# ------------------------------------------------------------------ layers that learn


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
        return (self.filters, *self._window(shape))

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
        return (self.filters, *self._window(shape))

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

    def biases(self, shape: Shape) -> int:
        return self.outputs if self.bias else 0

    def multiply_adds(self, shape: Shape) -> int:
        """Every weight is used once."""
        return self.weights(shape)

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

    def biases(self, shape: Shape) -> int:
        return shape[0]

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
        return (shape[0], *self._window(shape))

    def weights(self, shape: Shape) -> int:
        return self._maps(shape)[0]

    def biases(self, shape: Shape) -> int:
        return self._maps(shape)[0]

    def multiply_adds(self, shape: Shape) -> int:
        return prod(self.output_shape(shape))

    @property
    def detail(self) -> str:
        return f"{self.k}x{self.k}/{self.stride} scaled"


# ------------------------------------------------------------------ layers that resize


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
        return (shape[0], *self._window(shape, self.ceil_mode))

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


# ------------------------------------------------------------------ layers that do neither


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


# ------------------------------------------------------------------ a module of layers


@dataclass(frozen=True)
class Inception(Layer):
    """GoogLeNet's module: four branches side by side, their maps stacked.

    The six widths stand in the order of the paper's Table 1.

    Parameters
    ----------
    c1 : int
        Filters of the 1x1 branch.
    r3, c3 : int
        1x1 filters that reduce the channels, then 3x3 filters. ``r3=None``: no reduction.
    r5, c5 : int
        1x1 filters that reduce the channels, then 5x5 filters. ``r5=None``: no reduction.
    pool : int
        1x1 filters after a 3x3 max-pool of stride 1.
    k5 : int
        Window of the third branch: 5 in the paper, 3 in torchvision.
    batch_norm : bool
        A batch norm after every convolution, which then has no bias (torchvision).
    """

    c1: int
    r3: int | None
    c3: int
    r5: int | None
    c5: int
    pool: int
    k5: int = 5
    batch_norm: bool = False
    kind: ClassVar[str] = "inception"
    quiet: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        reductions = [name for name in ("r3", "r5") if getattr(self, name) is not None]
        self._check(1, "c1", "c3", "c5", "pool", "k5", *reductions)
        if self.k5 % 2 == 0:
            raise self._error(f"k5 has to be odd to keep the maps' size, not {self.k5}")

    @property
    def branches(self) -> tuple[tuple[Layer, ...], ...]:
        """The four branches, each a tuple of layers that follow one another."""
        third = "second 3x3" if self.k5 == 3 else f"{self.k5}x{self.k5}"
        pool = Pool(f"{self.name} / pool", 3, 1, pad=1)
        return (
            self._conv("1x1", self.c1, 1),
            self._conv("3x3 reduce", self.r3, 1) + self._conv("3x3", self.c3, 3),
            self._conv(f"{third} reduce", self.r5, 1) + self._conv(third, self.c5, self.k5),
            (pool,) + self._conv("pool 1x1", self.pool, 1),
        )

    def _conv(self, name: str, filters: int | None, k: int) -> tuple[Layer, ...]:
        if filters is None:
            return ()
        return conv_relu(f"{self.name} / {name}", filters, k, pad=k // 2,
                         batch_norm=self.batch_norm)

    def steps(self, shape: Shape) -> list[tuple[Layer, Shape]]:
        """Every layer inside with the shape that comes into it."""
        found = []
        for branch in self.branches:
            inside = self._maps(shape)
            for layer in branch:
                found.append((layer, inside))
                inside = layer.output_shape(inside)
        return found

    def output_shape(self, shape: Shape) -> Shape:
        """The branches' channels add up; height and width stay."""
        return (self.c1 + self.c3 + self.c5 + self.pool, *self._maps(shape)[1:])

    def weights(self, shape: Shape) -> int:
        return sum(layer.weights(inside) for layer, inside in self.steps(shape))

    def biases(self, shape: Shape) -> int:
        return sum(layer.biases(inside) for layer, inside in self.steps(shape))

    def multiply_adds(self, shape: Shape) -> int:
        return sum(layer.multiply_adds(inside) for layer, inside in self.steps(shape))


def conv_relu(name: str, filters: int, k: int, *, stride: int = 1, pad: int = 0,
              groups: int = 1, batch_norm: bool = False) -> tuple[Layer, ...]:
    """A convolution and its ReLU, with a batch norm in between (and no bias) if asked for."""
    conv = Conv(name, filters, k, stride, pad, groups, bias=not batch_norm)
    norm = (BatchNorm(f"{name} norm"),) if batch_norm else ()
    return (conv, *norm, ReLU(f"{name} relu"))


def sizes(layer: Layer) -> dict[str, object]:
    """The fields of a layer by name, without its name."""
    return {field.name: getattr(layer, field.name)
            for field in fields(layer) if field.name != "name"}
