"""Figures of chapter 5: where a network's parameters and its work are."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch, Rectangle

from course_lib.architectures import Architecture, Inception, output_size
from course_lib.figures import palette, style


def _headline(fig, title):
    fig.suptitle(title, x=0.02, ha="left", fontsize=12, fontweight="bold", color=palette.INK)


def _short(number):
    """A count in three significant digits: 4,000, 37.7M, 1.58G."""
    for limit, unit in ((1e9, "G"), (1e6, "M")):
        if number >= limit:
            return f"{number / limit:#.3g}".rstrip(".") + unit
    return f"{number:,}"


def windows(cases, title):
    """Draw a row of pixels and every position of a window on it.

    Parameters
    ----------
    cases : list of (size, k, stride, pad)
        One panel each.
    """
    counts = [output_size(*case) for case in cases]
    heights = [count + 2.2 for count in counts]
    fig, axes = plt.subplots(len(cases), 1, figsize=(style.WIDTH, 0.5 + 0.27 * sum(heights)),
                             height_ratios=heights, squeeze=False)
    reach = max(size + pad for size, _, _, pad in cases), max(case[3] for case in cases)
    for ax, (size, k, stride, pad), count in zip(axes[:, 0], cases, counts):
        for i in range(-pad, size + pad):
            _pixel(ax, i, 0 <= i < size)
        for j in range(count):
            left = j * stride - pad
            ax.plot([left + 0.1, left + k - 0.1], [-0.65 - j] * 2, color=palette.FORWARD,
                    linewidth=5, solid_capstyle="butt")
            ax.text(left + k + 0.15, -0.65 - j, str(j + 1), va="center", fontsize=10,
                    color=palette.FORWARD)
        step = f"k = {k}, stride {stride}, pad {pad}: {count} positions"
        ax.set_title(f"{size} pixels, {step}", fontsize=11, fontweight="normal")
        ax.set(xlim=(-reach[1] - 0.2, reach[0] + 0.9), ylim=(-0.4 - count, 1.2))
        ax.axis("off")
    _headline(fig, title)


def _pixel(ax, i, inside):
    """Pixel i of a row: full if it is inside the picture, dotted if it is padding."""
    ax.add_patch(Rectangle((i + 0.04, 0.1), 0.92, 0.9, linewidth=1.2, edgecolor=palette.DATA,
                           linestyle="-" if inside else ":", alpha=1 if inside else 0.7,
                           facecolor=palette.DATA if inside else palette.PAPER))


def where(network: Architecture, title: str):
    """Draw each layer's share of the multiply-adds and of the parameters, back to back."""
    rows = [row for row in network.rows() if row.parameters]
    fig, ax = plt.subplots(figsize=(style.WIDTH, 1.2 + 0.24 * len(rows)))
    gap = 0.11 + 0.043 * max(len(row.name) for row in rows) / 2      # room for the names
    sides = ((-1, "multiply_adds", "multiply-adds", palette.FORWARD),
             (1, "parameters", "parameters", palette.WEIGHT))
    for side, what, label, colour in sides:
        values = np.array([getattr(row, what) for row in rows])
        _shares(ax, values / values.sum(), side, gap, colour)
        ax.text(side * gap, -1, f"{label}: {_short(int(values.sum()))}", color=colour,
                fontsize=11, fontweight="bold", va="center", ha="left" if side > 0 else "right")
    for y, row in enumerate(rows):
        ax.text(0, y, row.name, ha="center", va="center", fontsize=10)
    ax.set(xlim=(-gap - 1.28, gap + 1.28), ylim=(len(rows) - 0.4, -1.6))
    ax.axis("off")
    _headline(fig, title)


def _shares(ax, share, side, gap, colour):
    """Bars of shares that begin at the gap and go to one side (1 right, -1 left), each with its per cent."""
    at = np.arange(len(share))
    ax.barh(at, side * share / share.max(), left=side * gap, height=0.7, linewidth=1,
            color=colour)
    for y, s in zip(at, share):
        text = "<1%" if s < 0.005 else f"{100 * s:.0f}%"
        ax.annotate(text, (side * (gap + s / share.max()), y), xytext=(4 * side, 0),
                    textcoords="offset points", va="center", fontsize=10, color=colour,
                    ha="left" if side > 0 else "right")


def compare(networks, title):
    """Draw the totals of some networks, split into convolutions and linear layers.

    Parameters
    ----------
    networks : list of Architecture
    """
    fig, axes = plt.subplots(2, 1, figsize=(style.WIDTH, 1.3 + 0.82 * len(networks)))
    columns = (("parameters", "parameters", 1e6, palette.WEIGHT),
               ("multiply_adds", "multiply-adds for one picture", 1e9, palette.FORWARD))
    for ax, (what, label, unit, colour) in zip(axes, columns):
        for y, network in enumerate(networks):
            rows = network.rows()
            linear = sum(getattr(row, what) for row in rows if row.kind == "linear") / unit
            total = sum(getattr(row, what) for row in rows) / unit
            ax.barh(y, total - linear, height=0.62, color=colour, edgecolor=colour)
            ax.barh(y, linear, left=total - linear, height=0.62, facecolor=palette.PAPER,
                    edgecolor=colour, hatch="////")
            share = 100 * linear / total
            note = f"{share:.0f}%" if share >= 1 else f"{share:.1f}%"
            ax.annotate(f"{_short(round(total * unit))}\n{note} linear", (total, y), xytext=(5, 0),
                        textcoords="offset points", va="center", fontsize=10,
                        linespacing=1.0, color=palette.INK)
        longest = max(getattr(network, what) for network in networks) / unit
        ax.set(xlim=(0, 1.28 * longest), xticks=[], ylim=(len(networks) - 0.5, -0.5))
        ax.set_yticks(range(len(networks)), [network.name for network in networks])
        ax.set_title(f"{label}", fontsize=11, color=colour)
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(length=0)
    axes[0].barh(0, 0, color=palette.MUTED, label="convolutions")
    axes[0].barh(0, 0, facecolor=palette.PAPER, edgecolor=palette.MUTED, hatch="////",
                 label="linear layers")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower right", ncols=2,
               fontsize=10)
    _headline(fig, title)


def _box(ax, x, y, width, text, colour, filled=False):
    ax.add_patch(FancyBboxPatch((x + 0.06, y), width - 0.12, 0.72, linewidth=1.5,
                                boxstyle="round,pad=0,rounding_size=0.08", edgecolor=colour,
                                facecolor=colour if filled else palette.PAPER))
    ax.text(x + width / 2, y + 0.36, text, ha="center", va="center", fontsize=10,
            color=palette.PAPER if filled else palette.INK, linespacing=1.15)


def _arrow(ax, x, low, high):
    ax.annotate("", (x, high), (x, low), arrowprops={
        "arrowstyle": "-|>", "color": palette.FORWARD, "linewidth": 1.5, "shrinkA": 1, "shrinkB": 1})


def module(layer: Inception, shape, title):
    """Draw an inception module as boxes, with the weights in each.

    Parameters
    ----------
    layer : Inception
    shape : (channels, height, width) of what comes in
    """
    fig, ax = plt.subplots(figsize=(style.WIDTH, 3.7))
    steps = {part.name.split(" / ")[-1]: (part, part.weights(given))
             for part, given in layer.steps(shape) if not part.quiet}
    ax.set(xlim=(0, 4), ylim=(-0.15, 4.35))
    ax.axis("off")

    size = "×".join(map(str, shape[1:]))
    _box(ax, 0, 0, 4, f"in: {shape[0]} maps of {size}", palette.FORWARD, filled=True)
    _box(ax, 0, 3.5, 4, f"out: {' + '.join(str(w) for w in _widths(layer))} = "
                        f"{layer.output_shape(shape)[0]} maps of {size}", palette.FORWARD, filled=True)
    for x, branch in enumerate(layer.branches):
        shown = [part for part in branch if not part.quiet]
        levels = {1: [1.75], 2: [1.15, 2.35]}[len(shown)]
        below = 0.72
        for part, y in zip(shown, levels):
            weights = steps[part.name.split(" / ")[-1]][1]
            text = (f"{part.filters} of {part.k}×{part.k}\n{weights:,}" if weights
                    else "max of 3×3\n0")
            _box(ax, x, y, 1, text, palette.WEIGHT if weights else palette.MUTED)
            _arrow(ax, x + 0.5, below, y)
            below = y + 0.72
        _arrow(ax, x + 0.5, below, 3.5)
    _headline(fig, title)


def _widths(layer):
    return layer.c1, layer.c3, layer.c5, layer.pool


def audit(names, printed, computed, title):
    """Draw how far a printed column is from the computed one, row by row, in per cent.

    A row fits if it is off by less than half a per cent.
    """
    fig, ax = plt.subplots(figsize=(style.WIDTH, 1.0 + 0.25 * len(names)))
    ax.axvline(0, color=palette.MUTED, linewidth=1)
    for y, (p, c) in enumerate(zip(printed, computed)):
        _offset(ax, y, 100 * (p / c - 1), fits=abs(p / c - 1) < 0.005)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlim=(-14.5, 9.5), ylim=(len(names) - 0.5, -0.5),
           xlabel="printed count against the widths' own")
    ax.set_xticks([-5, 0, 5], ["\u22125%", "0", "+5%"])
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    _headline(fig, title)


def _offset(ax, y, off, fits):
    """A row that is off by so many per cent: a line from 0, its end a ring where it fits, else an arrow."""
    shown, right = max(off, -10.5), off > 0
    ax.plot([0, shown], [y, y], color=palette.WEIGHT, linewidth=1.5, linestyle="-" if shown == off else ":")
    ax.plot(shown, y, "o" if fits else ">" if right else "<", color=palette.WEIGHT,
            markersize=8, markerfacecolor=palette.PAPER if fits else palette.WEIGHT)
    ax.annotate("fits" if fits else f"{off:+.1f}%".replace("-", "\u2212"), (shown, y),
                xytext=(9 if fits or right else -9, 0), textcoords="offset points",
                va="center", ha="left" if fits or right else "right", fontsize=10)


def totals(named, title):
    """Draw totals as labelled bars, each also as a multiple of the first.

    Parameters
    ----------
    named : dict of {label: parameters}
    """
    at = np.arange(len(named))
    values = np.array(list(named.values()))
    fig, ax = plt.subplots(figsize=(style.WIDTH, 0.9 + 0.52 * len(named)))
    ax.barh(at, values / 1e6, left=0, height=0.6, color=palette.WEIGHT)
    for y, value in zip(at, values):
        times = "" if y == 0 else f", {value / values[0]:.1f}×"
        ax.annotate(f"{_short(int(value))}{times}", (value / 1e6, y), xytext=(5, 0),
                    textcoords="offset points", va="center", fontsize=10)
    ax.set_yticks(at, list(named))
    ax.set(xlim=(0, 1.4 * values.max() / 1e6), ylim=(len(named) - 0.5, -0.5), xticks=[])
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(length=0)
    _headline(fig, title)
