"""Figures of chapter 2: what a stack of layers can separate, with and without a bend."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from course_lib.figures import palette, style

REGIONS = LinearSegmentedColormap.from_list("regions", [palette.PAPER, "#A9CDE6"])
CLASSES = [dict(marker="o", facecolor=palette.PAPER), dict(marker="^", facecolor=palette.DATA)]


def scatter(ax, x, t, size=40):
    """Draw points x (2, N): class 0 as open circles, class 1 as filled triangles."""
    for label, look in enumerate(CLASSES):
        ax.scatter(*x[:, t == label], s=size, edgecolor=palette.DATA, linewidth=1.2, zorder=3, **look)


def regions(ax, network, x, margin=0.5):
    """Shade where a two-class network says class 1, and draw its boundary."""
    low, high = x.min(axis=1) - margin, x.max(axis=1) + margin
    grid = np.meshgrid(np.linspace(low[0], high[0], 161), np.linspace(low[1], high[1], 161))
    p = network.probabilities(np.stack(grid).reshape(2, -1))[1].reshape(grid[0].shape)
    ax.pcolormesh(*grid, p, cmap=REGIONS, vmin=0, vmax=1, shading="auto", rasterized=True)
    if p.min() < 0.45 and p.max() > 0.55:
        ax.contour(*grid, p, levels=[0.5], colors=palette.FORWARD, linewidths=2)
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")


def decision_regions(networks, x, t, title, size=14):
    """Draw what each network says all over the plane.

    Parameters
    ----------
    networks : dict of dict
        {row label: {panel title: network}}; the networks put out two logits.
    x, t : arrays (2, N) and (N,)
    """
    rows, columns = len(networks), max(len(row) for row in networks.values())
    fig, axes = plt.subplots(rows, columns, figsize=(style.WIDTH, 0.6 + rows * 3.6 / columns),
                             squeeze=False)
    for line, (name, row) in zip(axes, networks.items()):
        for ax, (label, network) in zip(line, row.items()):
            regions(ax, network, x)
            scatter(ax, x, t, size)
            if ax in axes[0]:
                ax.set_title(label, fontsize=11, fontweight="normal", loc="center")
            ax.set(xticks=[], yticks=[])
            ax.spines[["top", "right"]].set_visible(True)
        line[0].set_ylabel(name, fontsize=11)
    _headline(fig, title)


def xor(x, t, networks, title):
    """Draw the four points of XOR and what networks make of the plane around them."""
    fig, axes = plt.subplots(1, len(networks), figsize=(style.WIDTH, 2.9))
    for ax, (label, network) in zip(axes, networks.items()):
        regions(ax, network, x, margin=0.4)
        scatter(ax, x, t, 110)
        ax.set_title(label, fontsize=11, fontweight="normal", loc="center")
        ax.set(xticks=[0, 1], yticks=[0, 1], xlabel="$x_1$")
    axes[0].set_ylabel("$x_2$")
    _headline(fig, title)


def fold(x, t, hidden, line, title="Two bends fold the square, and a line will do"):
    """Draw XOR before and after a hidden layer.

    Parameters
    ----------
    x, t : arrays (2, 4) and (4,)
    hidden : function from (2, N) to (2, N)
    line : (slope, intercept) of a separating line in the hidden plane
    """
    fig, axes = plt.subplots(1, 2, figsize=(style.WIDTH, 2.9))
    y = hidden(x)
    steps = np.linspace(0, 1, 41)
    for value in np.linspace(0, 1, 6):                  # the square's own grid, bent along with it
        for sheet in (np.stack([steps, np.full(41, value)]), np.stack([np.full(41, value), steps])):
            axes[0].plot(*sheet, color=palette.MUTED, linewidth=0.6)
            axes[1].plot(*hidden(sheet), color=palette.FORWARD, linewidth=1.2)
    for ax, points in zip(axes, (x, y)):
        scatter(ax, points, t, 110)
    ends = np.array([-0.4, 2.4])
    axes[1].plot(ends, line[0] * ends + line[1], "--", color=palette.WEIGHT)
    axes[1].text(2.35, 0.12, "the line\n$z = 1/2$", color=palette.WEIGHT, ha="right", fontsize=11)
    for point, name in zip(x.T, ("(0,0)", "(0,1)", "(1,0)", "(1,1)")):
        _name(axes[0], point, name, below=point[1] == 0)
    for index, name in ((0, "(0,0)"), (1, "(0,1) and (1,0)"), (3, "(1,1)")):
        _name(axes[1], y[:, index], name, below=index == 1)
    axes[0].set(xlim=(-0.4, 1.4), ylim=(-0.4, 1.4), xlabel="$x_1$", ylabel="$x_2$", xticks=[0, 1],
                yticks=[0, 1], aspect="equal")
    axes[1].set(xlim=(-0.4, 2.4), ylim=(-0.5, 1.4), xlabel="$y_1$", ylabel="$y_2$", xticks=[0, 1, 2],
                yticks=[0, 1])
    axes[0].set_title("input", fontsize=11, fontweight="normal", loc="center")
    axes[1].set_title("hidden layer", fontsize=11, fontweight="normal", loc="center")
    _headline(fig, title)


def _name(ax, point, name, below):
    ax.annotate(name, point, xytext=(0, -20 if below else 10), textcoords="offset points",
                ha="center", fontsize=10, zorder=4)


def squeeze(x, y, wide, title="Through a layer of width 1: what comes out lies on a line"):
    """Draw a cloud x (2, N), what a stack with a layer of width 1 makes of it (y), and one without."""
    fig, axes = plt.subplots(1, 3, figsize=(style.WIDTH, 2.3))
    names = "input", "hidden widths\n8, 8, 8", "hidden widths\n8, 1, 8"
    for ax, points, name in zip(axes, (x, wide, y), names):
        colour = palette.DATA if points is x else palette.FORWARD
        ax.plot(*np.c_[points, points[:, :1]], color=colour, linewidth=1)
        ax.scatter(*points[:, ::6], s=14, color=colour)
        ax.set_title(name, fontsize=11, fontweight="normal", loc="center")
        reach = 1.25 * np.abs(points).max()
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=[], yticks=[], aspect="equal")
        ax.spines[["top", "right"]].set_visible(True)
    _headline(fig, title)


def learning_curves(losses, title="The same functions, a different way down"):
    """Draw losses over steps on a logarithmic scale, each curve with its name at its end.

    Parameters
    ----------
    losses : dict of {name: (steps,) array}
    """
    fig, ax = plt.subplots()
    for i, (name, loss) in enumerate(losses.items()):
        ax.plot(loss, ("-", "--", "-.")[i % 3], color=palette.INK)
        at = int(np.argmax(loss < 2e-3))
        ax.annotate(name, (at, loss[at]), xytext=(6 if i == 0 else -6, 0), va="center",
                    textcoords="offset points", ha="left" if i == 0 else "right")
    ax.set(xlabel="step of gradient descent", ylabel="loss", yscale="log", ylim=(1e-4, 20))
    ax.set_title(title)


def _headline(fig, title):
    fig.suptitle(title, x=0.02, ha="left", fontsize=12, fontweight="bold", color=palette.INK)
