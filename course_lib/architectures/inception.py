"""GoogLeNet's module of four branches, and the convolution with its ReLU that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from course_lib.architectures.layer import Layer, Shape
from course_lib.architectures.learning import BatchNorm, Conv
from course_lib.architectures.shaping import Pool, ReLU


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
