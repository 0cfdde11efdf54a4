"""What single layers do, forward and backward: windows, patches, maps, shapes, gradient checks."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.patheffects import withStroke

from course_lib.figures import palette
from course_lib.figures.style import WIDTH

COLOURS = {"data": palette.DATA, "weight": palette.WEIGHT, "forward": palette.FORWARD,
           "backward": palette.BACKWARD, "muted": palette.MUTED}
HALO = [withStroke(linewidth=3, foreground="white")]  # keeps letters readable on dark pixels


def _title(figure, title):
    figure.suptitle(title, x=0.01, ha="left", weight="bold", size=12)


def _bare(axis):
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)


def _box(axis, row, column, height, width, colour, style="-", width_of_line=2.2):
    """Outline a block of cells of an image whose pixels are centred on integers."""
    axis.add_patch(Rectangle((column - 0.5, row - 0.5), width, height, fill=False, edgecolor=colour,
                             linewidth=width_of_line, linestyle=style, clip_on=False, zorder=5))


# --- numbers in boxes ---

def number_grids(grids, title, signs=None):
    """Draw small arrays as grids of numbers, side by side.

    Parameters
    ----------
    grids : list of (array (rows, columns), label, kind, boxes)
        `kind` is a colour's meaning ("data", "weight", "forward", "backward"); `boxes` a list of
        (row, column, height, width) to outline.
    signs : list of str, optional
        What stands before the second, third, ... grid, such as "∗" and "=".
    """
    arrays = [np.atleast_2d(grid[0]) for grid in grids]
    gap = 1.0
    total = sum(a.shape[1] for a in arrays) + gap * (len(arrays) - 1)
    tallest = max(len(a) for a in arrays)
    cell = min(0.48, (WIDTH - 0.2) / total)
    figure, axis = plt.subplots(figsize=(WIDTH, cell * tallest + 0.85))
    left = 0.0
    for i, (array, (_, label, kind, boxes)) in enumerate(zip(arrays, grids)):
        top = (tallest - len(array)) / 2
        if i:
            axis.text(left - gap / 2 - 0.5, (tallest - 1) / 2, (signs or [""] * 9)[i - 1], ha="center",
                      va="center", size=15, color=palette.INK)
        _numbers(axis, array, top, left, COLOURS[kind])
        for row, column, height, width in boxes:
            _box(axis, top + row, left + column, height, width, COLOURS[kind], width_of_line=3)
        axis.text(left + (array.shape[1] - 1) / 2, top + len(array) - 0.35, label, ha="center", va="top",
                  size=10.5, color=COLOURS[kind], weight="bold")
        left += array.shape[1] + gap
    axis.set(xlim=(-0.6, total - 0.4), ylim=(tallest + 0.15, -0.65), aspect="equal")
    axis.axis("off")
    _title(figure, title)


def _numbers(axis, array, top, left, colour):
    for (row, column), value in np.ndenumerate(array):
        _box(axis, top + row, left + column, 1, 1, "#C9CED4", width_of_line=1)
        text = str(value) if isinstance(value, str) else f"{value:g}".replace("-", "−")
        axis.text(left + column, top + row, text, ha="center", va="center", size=12, color=colour)


# --- a window on a digit ---

def sliding(picture, filter_, y, spots, title):
    """Draw a digit with windows at a few spots, the filter, and its map with the same spots marked.

    Parameters
    ----------
    picture : (H, W) array
    filter_ : (k, k) array
    y : (OH, OW) array
        The map, at stride 1 without padding.
    spots : dict
        {letter: (row, column)} of windows' top left corners.
    """
    k = len(filter_)
    figure, axes = plt.subplots(1, 3, figsize=(WIDTH, 2.7), width_ratios=[5, 2, 5])
    axes[0].imshow(picture, cmap=palette.PIXELS, vmin=0, vmax=1)
    limit = np.abs(filter_).max()
    axes[1].imshow(filter_, cmap=palette.SIGNED, vmin=-limit, vmax=limit)
    for (i, j), w in np.ndenumerate(filter_):
        axes[1].text(j, i, f"{w:g}".replace("-", "−"), ha="center", va="center", size=10,
                     color="white" if abs(w) > 0.6 * limit else palette.INK)
    limit = np.abs(y).max()
    axes[2].imshow(y, cmap=palette.SIGNED, vmin=-limit, vmax=limit)
    for letter, (r, c) in spots.items():
        _box(axes[0], r, c, k, k, palette.DATA)
        axes[0].text(c + (k - 1) / 2, r + k - 0.2, letter, color=palette.DATA, weight="bold", va="top",
                     ha="center", path_effects=HALO)
        axes[2].plot(c, r, "o", mfc="none", mec=palette.INK, ms=8)
        axes[2].annotate(letter, (c, r), size=10, weight="bold", xytext=(0, 8), ha="center", va="bottom",
                         textcoords="offset points", color=palette.INK, path_effects=HALO)
    for axis, label in zip(axes, ["picture x", "filter", "map y"]):
        _bare(axis)
        axis.spines[:].set(visible=True, color=palette.MUTED, linewidth=0.8)
        axis.set_xlabel(label)
    values = ",  ".join(f"{letter} {y[spot]:.1f}" for letter, spot in spots.items()).replace("-", "−")
    axes[2].set_xlabel(f"map y\n{values}")
    _title(figure, title)


def patches_as_columns(picture, k, cols, spot, title):
    """Draw a small picture with one window outlined, and its patches with that window's column outlined."""
    H, W = picture.shape
    OW = W - k + 1
    figure, axes = plt.subplots(1, 2, figsize=(WIDTH, 2.35), width_ratios=[1, 2])
    axes[0].imshow(picture, cmap=palette.PIXELS, vmin=0, vmax=1.3)
    axes[1].imshow(cols, cmap=palette.PIXELS, vmin=0, vmax=1.3)
    number = 0
    for i in range(k):
        for j in range(k):
            axes[0].text(spot[1] + j, spot[0] + i, str(number), ha="center", va="center", size=10,
                         color=palette.DATA, weight="bold", path_effects=HALO)
            number += 1
    column = spot[0] * OW + spot[1]
    _box(axes[0], *spot, k, k, palette.DATA)
    _box(axes[1], 0, column, k * k, 1, palette.DATA)
    for axis in axes:
        _bare(axis)
        axis.spines[:].set(visible=True, color=palette.MUTED, linewidth=0.8)
    axes[0].set_xlabel(f"picture, {H} × {W}")
    axes[1].set_xlabel(f"one column per window, {cols.shape[1]}")
    axes[1].set_ylabel(f"{k * k} pixels")
    axes[1].set_xticks([column], [f"{column}"])
    axes[1].set_yticks(range(k * k), range(k * k))
    axes[1].tick_params(length=0, colors=palette.DATA)
    axes[1].tick_params(axis="x", top=True, bottom=False, labeltop=True, labelbottom=False)
    _title(figure, title)


def picture_and_maps(picture, maps, labels, title):
    """Draw a digit in ink and what filters make of it, red above zero and blue below, on one scale."""
    figure, axes = plt.subplots(1, len(maps) + 1, figsize=(WIDTH, WIDTH / (len(maps) + 1) + 0.75))
    axes[0].imshow(picture, cmap=palette.PIXELS, vmin=0, vmax=1)
    limit = max(np.abs(y).max() for y in maps)
    for axis, y in zip(axes[1:], maps):
        shown = axis.imshow(y, cmap=palette.SIGNED, vmin=-limit, vmax=limit)
    for axis, label in zip(axes, labels):
        _bare(axis)
        axis.spines[:].set(visible=True, color=palette.MUTED, linewidth=0.8)
        axis.set_xlabel(label)
    _signed_bar(figure, axes, shown, limit)
    _title(figure, title)


def _signed_bar(figure, axes, shown, limit):
    bar = figure.colorbar(shown, ax=list(np.ravel(axes)), orientation="horizontal", fraction=0.05,
                          aspect=45, pad=0.03)
    bar.set_ticks([-limit, 0, limit], labels=["negative", "0", "positive"])
    bar.outline.set_visible(False)


# --- the network as a chain of shapes ---

def flow(rows, title, backward=False):
    """Draw layers from top to bottom, with the shape that flows from each to the next.

    Parameters
    ----------
    rows : list of (name, parameters, shape)
        First the input with its shape, then every layer with its parameters' shapes (a string,
        may be empty) and the shape of its output, as strings.
    backward : bool
        Also draw the gradients that flow back, and dW, db beside W, b.
    """
    step, box = 1.0, 0.44
    figure, axis = plt.subplots(figsize=(WIDTH, 0.56 * len(rows) + 0.55))
    for i, (name, parameters, shape) in enumerate(rows):
        y = -i * step
        colour = palette.DATA if i in (0,) else palette.INK
        axis.add_patch(Rectangle((0, y - box / 2), 2.5, box, facecolor="white", edgecolor=colour, lw=1.5))
        axis.text(1.25, y, name, ha="center", va="center", size=10.5, color=colour, weight="bold")
        if parameters:
            grads = "\ndW, db the same" if backward else ""
            axis.text(4.75, y, parameters + grads, va="center", size=10, color=palette.WEIGHT,
                      linespacing=1.05)
        _arrow(axis, 0.9 if backward else 1.25, y - box / 2, y - step + box / 2, palette.FORWARD)
        if backward:
            _arrow(axis, 1.6, y - step + box / 2, y - box / 2, palette.BACKWARD)
        axis.text(2.7, y - step / 2, shape, va="center", size=10,
                  color=palette.INK if backward else palette.FORWARD)
    if backward:
        axis.text(0.75, -0.5 * step, "y", color=palette.FORWARD, ha="right", va="center", weight="bold")
        axis.text(1.75, -0.5 * step, "dy", color=palette.BACKWARD, ha="left", va="center", weight="bold")
    axis.set(xlim=(-0.1, 7.9), ylim=(-(len(rows) - 1) * step - 0.85, 0.35))
    axis.axis("off")
    _title(figure, title)


def _arrow(axis, x, start, end, colour):
    axis.add_patch(FancyArrowPatch((x, start), (x, end), arrowstyle="-|>", mutation_scale=11,
                                   color=colour, lw=1.6, shrinkA=0, shrinkB=0))


def forward_and_backward(rows, title):
    """Draw maps of activations and, right of them, the gradients that came back to them.

    Parameters
    ----------
    rows : list of (label, activations (m, H, W), gradients (m, H, W))
        Every half of a row has its own scale, from minus to plus its largest absolute value.
    """
    count = max(len(y) for _, y, _ in rows)
    figure = plt.figure(figsize=(WIDTH, 0.92 * len(rows) + 0.75))
    halves = figure.subfigures(1, 2, wspace=0.04)
    for half, which, name, colour in [(halves[0], 1, "forward: y", palette.FORWARD),
                                      (halves[1], 2, "backward: dy", palette.BACKWARD)]:
        axes = half.subplots(len(rows), count, squeeze=False)
        for line, row in zip(axes, rows):
            maps = row[which]
            limit = float(np.abs(maps).max()) or 1.0
            for axis in line:
                axis.set_axis_off()
            for axis, picture in zip(line, maps):
                axis.set_axis_on()
                _bare(axis)
                axis.spines[:].set(visible=True, color=colour, linewidth=0.9)
                axis.imshow(picture, cmap=palette.SIGNED, vmin=-limit, vmax=limit)
            line[0].set_title(row[0] if which == 1 else "d " + row[0], loc="left", size=10,
                              weight="normal", pad=3, color=palette.INK)
        half.suptitle(name, color=colour, size=11, weight="bold", x=0.02, ha="left")
    halves[0].text(0.0, 1.06, title, size=12, weight="bold", color=palette.INK, clip_on=False)


# --- counts and checks ---

def tie_shares(labels, shares, title):
    """Draw bars: the share of pooling windows in which several pixels share the largest value; first in pictures."""
    figure, axis = plt.subplots(figsize=(WIDTH, 0.42 * len(labels) + 1.0))
    y = np.arange(len(labels))
    axis.barh(y, shares, color=[palette.DATA] + [palette.FORWARD] * (len(shares) - 1), height=0.62)
    for position, share in zip(y, shares):
        inside = share > 0.85
        axis.text(share + (-0.015 if inside else 0.015), position, f"{share:.0%}", va="center", size=10.5,
                  ha="right" if inside else "left", color="white" if inside else palette.INK)
    axis.set_yticks(y, labels)
    axis.invert_yaxis()
    axis.set(xlim=(0, 1), xticks=[0, 0.5, 1])
    axis.set_xticklabels(["0", "half of the windows", "all"])
    axis.get_xticklabels()[-1].set_ha("right")
    _title(figure, title)


def check_errors(steps, curves, title):
    """Draw relative errors of a gradient check against its step, one labelled line a precision.

    Parameters
    ----------
    curves : dict
        {label: (errors, marker)}.
    """
    figure, axis = plt.subplots(figsize=(WIDTH, 3.2))
    for (label, (errors, marker)), colour in zip(curves.items(), [palette.INK, palette.MUTED]):
        errors = np.maximum(errors, 1e-12)
        axis.loglog(steps, errors, color=colour, marker=marker, ms=5)
        low = np.mean(np.log10(errors)) < -4  # label the lower line above itself, the upper one below
        axis.annotate(label, (steps[-4], errors[-4]), xytext=(0, 14 if low else -10),
                      textcoords="offset points", ha="left" if low else "center",
                      va="bottom" if low else "top", color=colour, weight="bold")
    axis.axhline(1e-7, color=palette.MUTED, lw=1, ls="--")
    axis.text(min(steps), 1.5e-11, "passes below the dashes", color=palette.MUTED, size=10, va="top")
    axis.set(xlabel="step h of the check", ylabel="relative error")
    axis.grid(True, which="major")
    low, high = axis.get_ylim()
    axis.set_ylim(low / 8, high)
    _title(figure, title)
