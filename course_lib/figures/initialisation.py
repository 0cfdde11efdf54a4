"""Figures of chapter 4: what becomes of a network, depending on where its weights start."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.figures import palette, style

LINES = ("-", "--", "-.", ":", "-", "--")


def race(losses, title, window=25):
    """Draw losses over steps, each a running mean, with names at the ends of the lines.

    Parameters
    ----------
    losses : dict of {name: sequence of float}
        Those that end near ln 10, ten digits' worth of not knowing, are drawn in grey.
    """
    fig, ax = plt.subplots()
    learned, stuck = [], []
    for (name, loss), line in zip(losses.items(), LINES):
        smooth = np.convolve(np.minimum(loss, 1e3), np.ones(window) / window, mode="valid")
        steps = np.arange(window // 2, window // 2 + len(smooth))
        learns = smooth[-1] < 2.2
        ax.plot(steps, smooth, linestyle=line if learns else "-", linewidth=2 if learns else 3,
                color=palette.FORWARD if learns else palette.MUTED)
        (learned if learns else stuck).append((smooth[-1], name))
    last = len(loss)
    for height, names in _together(sorted(learned)):
        ax.annotate(names, (last, height), xytext=(4, 0), textcoords="offset points", va="center",
                    fontsize=11, annotation_clip=False)
    ax.text(0.55 * last, np.log(10) * 1.15, ", ".join(name for _, name in stuck), ha="center",
            fontsize=11, color=palette.MUTED)
    ax.set(xlabel="step", ylabel="loss", yscale="log", ylim=(min(0.5, 0.6 * min(learned)[0]), 8),
           xlim=(0, last))
    ax.set_yticks([0.1, 0.3, 1, np.log(10)], labels=["0.1", "0.3", "1", "ln 10"])
    ax.minorticks_off()
    ax.set_title(title)


def ranks(watched, title, matrix=1):
    """Draw the rank of one weight matrix over steps.

    Parameters
    ----------
    watched : dict of {name: list of (step, ranks of all matrices)}
    matrix : int, which matrix, 0 the first
    """
    fig, ax = plt.subplots(figsize=(style.WIDTH, 2.6))
    names = {}
    for name, looks in watched.items():
        steps, values = zip(*((step, found[matrix]) for step, found in looks))
        ax.plot(steps, values, color=palette.WEIGHT, marker="o", markersize=3, linewidth=1.5)
        names.setdefault(values[-1], []).append(name)
    for height, group in names.items():
        ax.annotate(", ".join(group), (0.5 * steps[-1], height), ha="center", fontsize=11,
                    xytext=(0, -16 if height != 1 else 7), textcoords="offset points")
    ax.set(xlabel="step", ylabel=f"rank of $W_{matrix + 1}$", ylim=(-3.5, 18), yticks=[0, 4, 8, 12, 16])
    ax.set_title(title)


def units(matrices, title, count=8):
    """Draw the incoming weights of the first units of some layers as maps of 7 by 7.

    Parameters
    ----------
    matrices : dict of {row label: (units, 49) array}
    """
    fig, axes = plt.subplots(len(matrices), count, figsize=(style.WIDTH, 0.75 + 0.68 * len(matrices)))
    for row, (name, W) in zip(axes, matrices.items()):
        for ax, w in zip(row, W):
            limit = np.abs(w).max()
            ax.imshow(w.reshape(7, 7), cmap=palette.SIGNED, vmin=-limit, vmax=limit)
            ax.set(xticks=[], yticks=[])
            ax.spines[["top", "right"]].set_visible(True)
        row[0].set_title(name, fontsize=11, fontweight="normal", loc="left")
    fig.suptitle(title, x=0.02, ha="left", fontsize=12, fontweight="bold", color=palette.INK)


def journey(measured, factor, title):
    """Draw the size of activations through depth, measured (solid) and derived (dashed).

    Parameters
    ----------
    measured : dict of {name: (depth,) array}
    factor : dict of {name: float}, the derived factor of one layer
    """
    fig, ax = plt.subplots(figsize=(style.WIDTH, 3.6))
    for name, sizes in measured.items():
        layers = np.arange(1, len(sizes) + 1)
        ax.plot(layers, sizes, color=palette.FORWARD, linewidth=3, alpha=0.55)
        ax.plot(layers, factor[name] ** layers, "--", color=palette.INK, linewidth=1.2)
        ax.annotate(name, (layers[-1], sizes[-1]), xytext=(5, 0), textcoords="offset points",
                    va="center", fontsize=11, annotation_clip=False)
    for limit, text, place in ((np.finfo(np.float32).max, "float32 ends here", "bottom"),
                               (np.finfo(np.float32).smallest_subnormal, "and here", "top")):
        ax.axhline(limit, color=palette.MUTED, linestyle=":")
        ax.text(1, limit, text, color=palette.MUTED, va=place, fontsize=10)
    ax.set(xlabel="layer", ylabel="size of activations", yscale="log", xlim=(0, len(sizes)),
           ylim=(1e-53, 1e56), yticks=[1e-40, 1e-20, 1, 1e20, 1e40])
    ax.minorticks_off()
    ax.set_title(title)


def _together(ends, ratio=1.2):
    """Merge labels of lines that end at nearly the same height: [(height, "a, b"), ...]."""
    groups = []
    for height, name in ends:
        if groups and height <= groups[-1][0] * ratio:
            groups[-1][1].append(name)
        else:
            groups.append((height, [name]))
    return [(height, ", ".join(names)) for height, names in groups]
