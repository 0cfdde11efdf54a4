"""Pictures side by side: digits, filters, maps of activations, and a digit that is deformed."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import Normalize

from course_lib import palette
from course_lib.figures.style import WIDTH


def _grid(count, columns, row_height):
    """Return a figure and `count` axes without ticks, in rows of `columns`."""
    rows = -(-count // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(WIDTH, rows * row_height + 0.45),
                                squeeze=False)
    for axis in axes.flat:
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
    return figure, axes.ravel()


def _frame(axis, colour=palette.MUTED):
    axis.spines[:].set(visible=True, color=colour, linewidth=0.8)


def pictures(images, captions=None, columns=8, title=None, limit=1.0):
    """Draw pictures (N, H, W) with ink dark, each above its caption."""
    images = list(images)
    columns = min(columns, max(len(images), 1))
    height = WIDTH / columns + (0.2 if captions is not None else 0)
    figure, axes = _grid(len(images), columns, height)
    for axis, image in zip(axes, images):
        axis.imshow(image, cmap=palette.PIXELS, vmin=0, vmax=limit)
        _frame(axis)
    if captions is not None:
        for axis, caption in zip(axes, captions):
            axis.set_xlabel(caption, labelpad=3)
    if title:
        figure.suptitle(title, x=0.01, ha="left", weight="bold", size=12)


def signed_maps(maps, captions=None, columns=5, title=None, limit=None, label=None):
    """Draw maps (F, H, W) on one diverging scale: red above zero, white at it, blue below.

    Parameters
    ----------
    limit : float, optional
        The value drawn in the darkest colour; by default the largest absolute value of all maps.
    label : str, optional
        What the colour bar measures.
    """
    maps = np.asarray(maps)
    limit = float(np.abs(maps).max()) if limit is None else limit
    figure, axes = _grid(len(maps), columns, WIDTH / columns + (0.12 if captions else -0.05))
    for axis, picture in zip(axes, maps):
        shown = axis.imshow(picture, cmap=palette.SIGNED, vmin=-limit, vmax=limit)
        _frame(axis)
    for axis, caption in zip(axes, captions or []):
        axis.set_xlabel(caption, labelpad=2, size=10)
    bar = figure.colorbar(shown, ax=axes.tolist(), orientation="horizontal", fraction=0.04,
                          aspect=40, pad=0.02)
    bar.set_ticks([-limit, 0, limit], labels=["negative", "0", "positive"])
    bar.outline.set_visible(False)
    if label:
        bar.set_label(label)
    if title:
        figure.suptitle(title, x=0.01, ha="left", weight="bold", size=12)


def grey_maps(maps, captions=None, columns=5, title=None):
    """Draw maps (F, H, W) as a plain grey picture does: zero and everything below it black."""
    maps = np.asarray(maps)
    figure, axes = _grid(len(maps), columns, WIDTH / columns + (0.12 if captions else -0.05))
    for axis, picture in zip(axes, maps):
        axis.imshow(picture, cmap="gray", norm=Normalize(0, max(float(maps.max()), 1e-9), clip=True))
        _frame(axis)
    for axis, caption in zip(axes, captions or []):
        axis.set_xlabel(caption, labelpad=2, size=10)
    if title:
        figure.suptitle(title, x=0.01, ha="left", weight="bold", size=12)


def morph(amount, images, curves, title, xlabel):
    """Draw how probabilities change while a digit is deformed, with the digit below the axis.

    Parameters
    ----------
    amount : (S,) array
        How far the digit is deformed, 0 to 1.
    images : (S, 28, 28) array
    curves : dict
        {label: (S,) probabilities}; labels that start with "reader" are drawn dashed.
    """
    figure, (axis, strip) = plt.subplots(2, 1, figsize=(WIDTH, 3.7), height_ratios=[3, 1])
    marks = "os^D"
    for i, (label, p) in enumerate(curves.items()):
        second = label.startswith("reader")
        colour = palette.FORWARD if i % 2 == 0 else palette.INK
        axis.plot(amount, p, color=colour, linestyle="--" if second else "-", label=label,
                  marker=marks[i % 4], markersize=4, markevery=4)
    axis.axhline(0.5, color=palette.MUTED, linewidth=0.8, zorder=0)
    axis.set(ylim=(-0.03, 1.03), xlim=(0, 1), ylabel="probability", yticks=[0, 0.5, 1])
    axis.set_title(title)
    axis.set_xlabel(xlabel)
    figure.legend(loc="outside lower center", ncols=2, fontsize=10, handlelength=3)
    shown = np.linspace(0, len(amount) - 1, 9).round().astype(int)
    strip.imshow(np.concatenate([images[i] for i in shown], axis=1), cmap=palette.PIXELS,
                 aspect="equal")
    strip.axis("off")
