"""Figures on the pen: skeletons with their control points, hands, and sheets of what comes out."""

import matplotlib.pyplot as plt
import numpy as np

from course_lib.digits import pen
from course_lib.figures import palette
from course_lib.figures.style import WIDTH


def skeletons(forms, captions, title):
    """Draw allographs: control points, the curve through them, a ring where each stroke begins.

    Parameters
    ----------
    forms : list
        Allographs, each a list of (n, 2) arrays in the unit box, such as `pen.SKELETONS[2][0]`.
    captions : list of str
    """
    columns = min(4, len(forms))
    rows = -(-len(forms) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(WIDTH, rows * 1.75 + .4), squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, form, caption in zip(axes.flat, forms, captions):
        for stroke in form:
            corner = (stroke[1:] == stroke[:-1]).all(axis=1)
            ax.plot(*pen.curve(stroke).T, color=palette.INK, linewidth=1.8, zorder=1)
            ax.plot(*stroke.T, "o", color=palette.DATA, markersize=4)
            ax.plot(*stroke[1:][corner].T, "s", color=palette.BACKWARD, markersize=6)
            ax.plot(*stroke[0], "o", markersize=10, markerfacecolor="none", color=palette.FORWARD)
        ax.set(xlim=(-.1, 1.1), ylim=(1.1, -.1), aspect="equal")
        ax.text(.5, 1.12, caption, ha="center", va="top")
    figure.suptitle(title, x=.01, ha="left", weight="bold", size=12)


def one_at_a_time(rows, title):
    """Draw rows of pictures; in each row one parameter of the hand grows from left to right.

    Parameters
    ----------
    rows : dict
        The parameter's name: (values, pictures (V, 28, 28)).
    """
    most = max(len(values) for values, _ in rows.values())
    figure, axes = plt.subplots(len(rows), most, figsize=(WIDTH, len(rows) * 1.12 + .5), squeeze=False)
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    for row, (name, (values, pictures)) in zip(axes, rows.items()):
        row[0].set_ylabel(name.replace("_", "\n"), rotation=0, ha="right", va="center", labelpad=6)
        for ax, value, picture in zip(row, values, pictures):
            ax.imshow(picture, cmap=palette.PIXELS, vmin=0, vmax=1)
            ax.set_xlabel(f"{value:g}", labelpad=2)
    figure.suptitle(title, x=.01, ha="left", weight="bold", size=12)


def sheet(pictures, title, columns=12):
    """Draw many pictures (N, 28, 28) edge to edge, ink dark, `columns` to a row."""
    count = len(pictures) // columns * columns
    rows = np.asarray(pictures)[:count].reshape(-1, columns, *np.shape(pictures)[1:])
    whole = rows.transpose(0, 2, 1, 3).reshape(-1, columns * rows.shape[-1])
    height = WIDTH * whole.shape[0] / whole.shape[1]
    figure, ax = plt.subplots(figsize=(WIDTH, height + .45))
    ax.imshow(whole, cmap=palette.PIXELS, vmin=0, vmax=1)
    ax.set(xticks=[], yticks=[])
    ax.set_title(title, loc="left")
