"""Point at a layer and read its count: the formula with its numbers filled in, its shape, its share.

Every number and every formula is made here, from `course_lib.architectures`. The script
(``js/counting.js``) shows them and counts nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from html import escape

import anywidget
import traitlets

from course_lib import architectures
from course_lib.architectures import (
    AdaptiveAveragePool,
    Architecture,
    BatchNorm,
    Conv,
    Flatten,
    GlobalAveragePool,
    Inception,
    Layer,
    Linear,
    Pool,
    ScaledPool,
    Shape,
    SparseConv,
)
from course_lib.figures import palette
from course_lib.widgets.scripts import module, rules

__all__ = ["Counting", "counting", "counting_picture"]

SCRIPTS = ("elements.js", "counting.js")


class Counting(anywidget.AnyWidget):
    """The widget that `counting` makes.

    Attributes
    ----------
    networks : list of dict
        What is shown of each network, see `entry`.
    chosen : int
        Which of them is on show.
    """

    _esm = module(*SCRIPTS)
    _css = rules("counting.css")
    # As one text: a notebook file would spread a list over ten thousand lines.
    networks = traitlets.List().tag(sync=True, to_json=lambda value, _: json.dumps(
        value, ensure_ascii=False, separators=(",", ":")), from_json=lambda text, _: json.loads(text))
    chosen = traitlets.Int(0).tag(sync=True)

    def __repr__(self):
        return f"Counting({len(self.networks)} networks)"


def counting(networks: Sequence[Architecture] | None = None, chosen: int | None = None) -> Counting:
    """A network, layer by layer, as bars in proportion to what each layer learns.

    Parameters
    ----------
    networks : sequence of Architecture, optional
        To choose from. Left out: all that `course_lib.architectures` describes.
    chosen : int, optional
        The one shown first. Left out: AlexNet if it is among them, else the first.
    """
    networks = list(every_network() if networks is None else networks)
    if not networks:
        raise ValueError("there is nothing to count: give at least one Architecture, not an empty list")
    for network in networks:
        if not isinstance(network, Architecture):
            raise TypeError(f"counting takes Architectures, such as architectures.lenet(), not {network!r}")
    if chosen is None:
        chosen = next((i for i, network in enumerate(networks) if network.name == "AlexNet"), 0)
    if not 0 <= chosen < len(networks):
        raise ValueError(f"chosen={chosen} is not a network: there are {len(networks)}, counted from 0")
    return Counting(networks=[entry(network) for network in networks], chosen=chosen)


def every_network() -> list[Architecture]:
    """Every network that `course_lib.architectures` describes, in each of its variants."""
    return [architectures.lenet(), architectures.lenet5(), architectures.lenet5(dense=True),
            architectures.alexnet(), architectures.alexnet(grouped=True), architectures.torchvision_alexnet(),
            architectures.vgg16(), architectures.vgg16("C"),
            architectures.googlenet(), architectures.googlenet(auxiliary=True),
            architectures.torchvision_googlenet(), architectures.torchvision_googlenet(auxiliary=True)]


# ---------------------------------------------------------------- what is shown of a network

def entry(network: Architecture) -> dict:
    """What the widget shows of a network: its name, what goes in, its totals and its layers."""
    return {"name": network.name, "variant": network.variant, "input": shape_text(network.input_shape),
            "totals": [f"{network.parameters:,}", f"{network.multiply_adds:,}"],
            "layers": layers(network)}


def layers(network: Architecture) -> list[dict]:
    """One item for each layer that learns or resizes; modules and heads hold theirs as "parts"."""
    whole, found, groups = (network.parameters, network.multiply_adds), [], {}
    for layer, given, spread in steps(network):
        item = describe(layer, given, spread, whole)
        head = next((head.name for head in network.heads if layer in head.layers), None)
        if head is None:
            found.append(item)
        else:
            groups.setdefault(head, []).append(item | {"name": item["name"].removeprefix(f"{head} ")})
    for head in network.heads:
        found.append(head_item(head, groups[head.name], network, whole))
    return found


def steps(network: Architecture) -> Iterator[tuple[Layer, Shape, Shape]]:
    """Every layer to show, its input's shape, and the shape before it was made a column."""
    spread = None
    for layer, given in network.steps():
        if isinstance(layer, Flatten):
            spread = given
        elif not layer.quiet:
            yield layer, given, spread if isinstance(layer, Linear) and spread else given
            spread = None


def describe(layer: Layer, given: Shape, spread: Shape, whole: tuple[int, int]) -> dict:
    """What is shown of one layer. Empty entries are left out."""
    counts = layer.weights(given) + layer.biases(given), layer.multiply_adds(given)
    item = {"name": layer.name.replace("x", "×") if re.search(r"\dx\d", layer.name) else layer.name,
            "kind": layer.kind, "what": what(layer), "in": shape_text(given),
            "out": shape_text(layer.output_shape(given)), "side": side(layer, given),
            "letters": letters(layer), "sums": [learned(layer, given, spread), work(layer, given, spread)],
            **measured(counts, whole)}
    if isinstance(layer, Inception):
        parts = [describe(part, inside, inside, whole) for part, inside in layer.steps(given)
                 if not part.quiet]
        item["parts"] = [part | {"name": part["name"].split(" / ")[-1]} for part in parts]
    return {key: value for key, value in item.items() if value}


def head_item(head, parts, network, whole):
    """What is shown of a head: a side branch with parts of its own."""
    rows = [network.row(layer.name) for layer in head.layers if not layer.quiet]
    counts = [sum(row.parameters for row in rows), sum(row.multiply_adds for row in rows)]
    return {"name": head.name, "kind": "head", "what": f"auxiliary head, fed by {head.after}",
            "in": shape_text(rows[0].input_shape), "out": shape_text(rows[-1].output_shape),
            "sums": [" + ".join(f"{n:,}" for row in rows if (n := getattr(row, what)))
                     for what in ("parameters", "multiply_adds")],
            **measured(counts, whole), "parts": parts}


def measured(counts, whole: tuple[int, int]) -> dict:
    """Parameters and multiply-adds as numbers, as shares of the whole, as lengths of bars."""
    pairs = list(zip(counts, whole))
    return {"counts": [f"{count:,}" for count in counts],
            "shares": [percent(count, total) for count, total in pairs],
            "bars": [round(100 * count / max(total, 1), 2) for count, total in pairs]}


# ---------------------------------------------------------------- formulas with their numbers

def learned(layer: Layer, given: Shape, spread: Shape) -> str:
    """The parameters of a layer as a sum with its numbers filled in; "" if it learns nothing."""
    match layer:
        case Inception():
            return _of_parts(layer, given, lambda part, inside: part.weights(inside) + part.biases(inside))
        case BatchNorm() | ScaledPool():
            return f"{given[0]:,} + {given[0]:,}"
        case Conv() | SparseConv() | Linear():
            shifts = layer.biases(given)
            return weights(layer, given, spread) + (f" + {shifts:,}" if shifts else "")
    return ""


def work(layer: Layer, given: Shape, spread: Shape) -> str:
    """The multiply-adds of a layer as a product with its numbers filled in; "" if there are none."""
    places = "".join(f" · {side:,}" for side in layer.output_shape(given)[1:])
    match layer:
        case Inception():
            return _of_parts(layer, given, lambda part, inside: part.multiply_adds(inside))
        case BatchNorm() | ScaledPool():
            return f"{given[0]:,}{places}"
        case Conv() | SparseConv() | Linear():
            return weights(layer, given, spread) + places
    return ""


def weights(layer: Layer, given: Shape, spread: Shape) -> str:
    """The weights of a convolution or a linear layer as a product."""
    match layer:
        case Conv(groups=1):
            return f"{layer.filters:,} · {given[0]:,} · {layer.k}²"
        case Conv():
            return f"{layer.filters:,} · ({given[0]:,} / {layer.groups}) · {layer.k}²"
        case SparseConv():
            seen = sorted(map(len, layer.connections))
            maps = " + ".join(f"{seen.count(n)} · {n}" for n in sorted(set(seen)))
            return f"({maps}) · {layer.k}²"
    inputs = " · ".join(f"{side:,}" for side in spread)
    return f"{layer.outputs:,} · " + (f"({inputs})" if len(spread) > 1 else inputs)


def letters(layer: Layer) -> str:
    """The same sum in the letters of the chapter, as HTML; "" where there is none."""
    shift = " + {}" if getattr(layer, "bias", True) else ""
    match layer:
        case Conv(groups=1):
            return "<i>F C k</i>²" + shift.format("<i>F</i>")
        case Conv():
            return "<i>F</i> (<i>C</i> / <i>G</i>) <i>k</i>²" + shift.format("<i>F</i>")
        case Linear():
            return "<i>n</i><sub>ℓ</sub> <i>n</i><sub>ℓ−1</sub>" + shift.format("<i>n</i><sub>ℓ</sub>")
    return ""


def side(layer: Layer, given: Shape) -> str:
    """How the side of the output comes out of the side of the input; "" where no window walks."""
    if not hasattr(layer, "stride"):
        return ""
    low, high = "⌈⌉" if getattr(layer, "ceil_mode", False) else "⌊⌋"
    found = layer.output_shape(given)[1]
    room = given[1] + 2 * layer.pad - layer.k
    windows = (-(-room // layer.stride) if low == "⌈" else room // layer.stride) + 1
    outside = " − 1" if windows > found else ""          # a window that would begin outside
    return f"{low}({given[1]} + 2 · {layer.pad} − {layer.k}) / {layer.stride}{high} + 1{outside} = {found}"


def what(layer: Layer) -> str:
    """The layer in a few words."""
    return IN_WORDS[type(layer)](layer) if type(layer) in IN_WORDS else layer.kind


def _window(layer):
    stride = f", stride {layer.stride}" if layer.stride > 1 else ""
    return f"{layer.k}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}{layer.k}{stride}"


def _convolution(layer):
    groups = f", in {layer.groups} groups" if layer.groups > 1 else ""
    return f"convolution, {layer.filters} filters of {_window(layer)}{groups}"


IN_WORDS = {
    Conv: _convolution,
    SparseConv: lambda layer: f"convolution, {layer.filters} filters of {_window(layer)}, each on some of the maps",
    Linear: lambda layer: "linear (fully connected)",
    BatchNorm: lambda layer: "batch norm: a scale and a shift for each map",
    ScaledPool: lambda layer: f"sum of {_window(layer)}, with a scale and a shift for each map",
    Pool: lambda layer: f"{'maximum' if layer.how == 'max' else 'mean'} of {_window(layer)}",
    GlobalAveragePool: lambda layer: "mean of each map",
    AdaptiveAveragePool: lambda layer: f"means on a grid of {layer.size} × {layer.size}",
    Inception: lambda layer: "inception module: four branches side by side",
}


def _of_parts(layer, given, count):
    counts = [count(part, inside) for part, inside in layer.steps(given)]
    return " + ".join(f"{n:,}" for n in counts if n)


def shape_text(shape: Shape) -> str:
    """A shape as it is read: 96 × 55 × 55."""
    return " × ".join(f"{side:,}" for side in shape)


def percent(count: int, total: int) -> str:
    """A share in per cent with one digit after the point; "" if there is nothing."""
    if not count:
        return ""
    share = 100 * count / total
    return "<0.1%" if share < 0.05 else f"{share:.1f}%"


# ---------------------------------------------------------------- on paper, and without JavaScript

PICTURE = f"""
.course-still table {{ border-collapse: collapse; font-size: 0.8rem; margin: 0 0 1rem; }}
.course-still caption {{ text-align: left; font-weight: 600; padding: 0.2rem 0; }}
.course-still td, .course-still th {{ text-align: right; padding: 0.05rem 0.6rem 0.05rem 0; }}
.course-still th {{ text-align: left; font-weight: 400; }}
.course-still .bar {{ display: inline-block; height: 0.7em; background: {palette.WEIGHT};
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
"""


def counting_picture(*networks: Architecture):
    """The bars of some networks as tables, for paper and for pages without JavaScript.

    Where the widget itself is drawn, they are not shown on the screen.

    Parameters
    ----------
    *networks : Architecture

    Returns
    -------
    IPython.display.HTML
    """
    from IPython.display import HTML

    if not networks:
        raise ValueError("counting_picture needs at least one Architecture")
    tables = "".join(map(_table, networks))
    return HTML(f'<style>{PICTURE}</style><div class="course-still">{tables}</div>')


def _table(network):
    """A network as a table: a line for each layer that learns."""
    shown = entry(network)
    lines = "".join(
        f'<tr><th scope="row">{escape(item["name"])}</th><td>{escape(item["sums"][0])}</td>'
        f'<td>{item["counts"][0]}</td><td>{escape(item["shares"][0])}</td>'
        f'<td style="width: 12rem; text-align: left"><span class="bar" '
        f'style="width: {item["bars"][0]}%"></span></td></tr>'
        for item in shown["layers"] if item["counts"][0] != "0")
    name = f"{network.convention()}: {shown['totals'][0]} parameters"
    return f"<table><caption>{escape(name)}</caption><tbody>{lines}</tbody></table>"
