"""A network as data: named layers in order, and everything that follows from their sizes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import prod

from course_lib.architectures.inception import Inception
from course_lib.architectures.layer import Layer, Shape, sizes


@dataclass(frozen=True)
class Row:
    """One line of a network's table."""

    name: str
    kind: str
    detail: str
    input_shape: Shape
    output_shape: Shape
    weights: int
    biases: int
    multiply_adds: int

    @property
    def parameters(self) -> int:
        """Weights and biases together."""
        return self.weights + self.biases

    def as_dict(self) -> dict[str, object]:
        """The row for JSON, its `parameters` included."""
        return {"name": self.name, "kind": self.kind, "detail": self.detail,
                "input": list(self.input_shape), "output": list(self.output_shape),
                "weights": self.weights, "biases": self.biases,
                "parameters": self.parameters, "multiply_adds": self.multiply_adds}


@dataclass(frozen=True)
class Head:
    """A side branch with an output of its own, fed by the layer named `after`."""

    name: str
    after: str
    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class Architecture:
    """A network described layer by layer.

    Parameters
    ----------
    name : str
        What to call it.
    input_shape : tuple of int
        ``(channels, height, width)`` of one image.
    layers : tuple of Layer
        In the order in which an image meets them; names are unique.
    heads : tuple of Head
        Side branches (GoogLeNet's auxiliary classifiers), counted with the rest.
    variant : str
        Which of several definitions this is, for captions ("grouped", "configuration D").

    Raises
    ------
    ValueError
        If the input has no size, two layers share a name, a head hangs on nothing, or a layer cannot take the shape
        that reaches it. So an `Architecture` that exists is one that fits together.
    """

    name: str
    input_shape: Shape
    layers: tuple[Layer, ...]
    heads: tuple[Head, ...] = field(default=())
    variant: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.input_shape or any(not isinstance(side, int) or side < 1
                                       for side in self.input_shape):
            raise ValueError(f"{self.name}: input_shape is (channels, height, width), integers of "
                             f"at least 1, not {self.input_shape!r}")
        names = [layer.name for layer, _ in self.steps()]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"{self.name}: every layer needs a name of its own, but "
                             f"{', '.join(map(repr, repeated))} is given more than once")
        for layer, shape in self.steps():
            layer.weights(shape)        # raises where groups or connections do not fit

    # -------------------------------------------------------------- walking through

    def steps(self) -> Iterator[tuple[Layer, Shape]]:
        """Every layer with the shape that comes into it; the heads follow the trunk."""
        after = {}
        shape = self.input_shape
        for layer in self.layers:
            yield layer, shape
            shape = after[layer.name] = layer.output_shape(shape)
        for head in self.heads:
            if head.after not in after:
                raise ValueError(f"head {head.name!r} hangs on {head.after!r}, which is not a "
                                 f"layer of {self.name}")
            shape = after[head.after]
            for layer in head.layers:
                yield layer, shape
                shape = layer.output_shape(shape)

    def rows(self, *, biases: bool = True, expand: bool = False,
             quiet: bool = False) -> list[Row]:
        """The network's table: a row for each layer that learns or resizes.

        Parameters
        ----------
        biases : bool
            Count the biases (else every row has none).
        expand : bool
            A row for each layer inside an inception module instead of one for the module.
        quiet : bool
            Also the layers that neither learn nor resize (ReLU, dropout, ...).
        """
        found = []
        for layer, shape in self.steps():
            inside = layer.steps(shape) if expand and isinstance(layer, Inception) else ()
            for part, given in inside or [(layer, shape)]:
                if quiet or not part.quiet:
                    found.append(Row(part.name, part.kind, part.detail, given,
                                     part.output_shape(given), part.weights(given),
                                     part.biases(given) if biases else 0,
                                     part.multiply_adds(given)))
        return found

    def __getitem__(self, name: str) -> Layer:
        """The layer called `name`."""
        for layer, _ in self.steps():
            if layer.name == name:
                return layer
        known = ", ".join(layer.name for layer, _ in self.steps() if not layer.quiet)
        raise ValueError(f"{self.name} has no layer {name!r}; its layers are {known}")

    def index(self, name: str) -> int:
        """Where in `layers` the layer called `name` stands (for taking networks apart)."""
        return self.layers.index(self[name])

    def row(self, name: str) -> Row:
        """The row of the layer called `name`."""
        self[name]
        return next(row for row in self.rows(quiet=True) if row.name == name)

    # -------------------------------------------------------------- totals

    @property
    def weights(self) -> int:
        """All learned weights."""
        return sum(row.weights for row in self.rows())

    @property
    def biases(self) -> int:
        """All learned biases."""
        return sum(row.biases for row in self.rows())

    @property
    def parameters(self) -> int:
        """All that is learned, weights and biases."""
        return self.weights + self.biases

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds with a learned weight, for one image forward."""
        return sum(row.multiply_adds for row in self.rows())

    @property
    def depth(self) -> int:
        """Convolutions and linear layers on the longest path from the input, heads left out."""
        def learning(layers):
            return sum(layer.kind in ("conv", "linear") for layer in layers)

        return sum(max(map(learning, layer.branches)) if isinstance(layer, Inception)
                   else learning([layer]) for layer in self.layers)

    @property
    def values(self) -> int:
        """Numbers that one image makes on its way, the input and what every layer puts out.

        ReLU, dropout and the like count as done in place.
        """
        return prod(self.input_shape) + sum(prod(row.output_shape)
                                            for row in self.rows(expand=True))

    # -------------------------------------------------------------- changing it

    def replace(self, name: str, **changes: object) -> Architecture:
        """The same network with one layer changed; everything that depends on it follows.

        ``alexnet().replace("conv3", filters=512)`` widens one layer; the weights of conv4,
        which sees its channels, grow with it.

        Raises
        ------
        ValueError
            If there is no such layer, the layer has no such size, or the sizes stop fitting.
        """
        old = self[name]
        unknown = sorted(set(changes) - set(sizes(old)))
        if unknown:
            raise ValueError(f"layer {name!r} ({old.kind}) has no {', '.join(unknown)}; "
                             f"it has {', '.join(sizes(old)) or 'nothing to change'}")
        new = replace(old, **changes)      # type: ignore[arg-type]  # a size may be a number, a word, a table

        def swap(layers):
            return tuple(new if layer is old else layer for layer in layers)

        return replace(self, layers=swap(self.layers),
                       heads=tuple(replace(h, layers=swap(h.layers)) for h in self.heads))

    # -------------------------------------------------------------- showing it

    def convention(self, *, biases: bool = True) -> str:
        """What is being counted, in words: a total means little without them."""
        parts = [self.name, self.variant, "with biases" if biases else "weights only"]
        return ", ".join(part for part in parts if part)

    def table(self, *, biases: bool = True, expand: bool = False) -> str:
        """The table as aligned text: layer, size, output, weights, biases, and a total."""
        rows = self.rows(biases=biases, expand=expand)
        weights, shifts = sum(row.weights for row in rows), sum(row.biases for row in rows)
        lines = [["layer", "window", "output", "weights", "biases"]]
        lines += [[row.name, row.detail, "x".join(map(str, row.output_shape)),
                   f"{row.weights:,}" if row.weights else "",
                   f"{row.biases:,}" if row.biases else ""] for row in rows]
        lines += [["sum", "", "", f"{weights:,}", f"{shifts:,}"]]
        text = aligned(lines, "<<>>>" if biases else "<<>>")
        rule = "-" * max(map(len, text))
        caption = f"total {weights + shifts:,}  ({self.convention(biases=biases)})"
        return "\n".join([text[0], rule, *text[1:-1], rule, text[-1], caption])


def aligned(lines: list[list[str]], sides: str) -> list[str]:
    """Cells as text in columns set to the left (``<``) or right (``>``); one mark a column."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(sides))]
    return ["  ".join(f"{cell:{side}{width}}" for cell, side, width
                      in zip(line, sides, widths)).rstrip() for line in lines]
