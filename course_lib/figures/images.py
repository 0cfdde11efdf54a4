"""Pictures side by side: digits, filters, maps of activations, and a digit that is deformed."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle

from course_lib.figures import palette
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


def signed_maps(maps, captions=None, columns=5, title=None, limit=None):
    """Draw maps (F, n, n) on one diverging scale: red above zero, white at it, blue below.

    Parameters
    ----------
    captions : list of str, optional
        Written into the upper left corner of each map.
    limit : float, optional
        The value drawn in the darkest colour; by default the largest absolute value of all maps.
    """
    maps = np.asarray(maps)
    limit = float(np.abs(maps).max()) if limit is None else limit
    axis = _tiles(maps, columns, 0.75, cmap=palette.SIGNED, norm=Normalize(-limit, limit))
    _corner(axis, captions, columns, palette.INK)
    bar = axis.figure.colorbar(axis.images[0], ax=axis, orientation="horizontal", fraction=0.035,
                               aspect=45, pad=0.015)
    bar.set_ticks([-limit, 0, limit], labels=["negative", "0", "positive"])
    bar.outline.set_visible(False)
    left, *_, right = bar.ax.get_xticklabels()
    left.set_ha("left")
    right.set_ha("right")
    _headline(axis.figure, title)


def grey_maps(maps, captions=None, columns=5, title=None):
    """Draw maps (F, n, n) as a plain grey picture does: zero and everything below it black."""
    maps = np.asarray(maps)
    axis = _tiles(maps, columns, 0.35, cmap="gray", norm=Normalize(0, max(float(maps.max()), 1e-9), clip=True))
    _corner(axis, captions, columns, "white")
    _headline(axis.figure, title)


GAP = 0.06      # between tiles, as a share of the way from one to the next


def _tiles(pictures, columns, above, **shown):
    """Draw pictures (N, n, n) in rows of `columns`, each framed; return their axis, on which a tile is 1 wide.

    One axis for all: to lay out and draw one for each takes several times as long. `above` is the height
    in inches of what is not tiles.
    """
    rows = -(-len(pictures) // columns)
    _, axis = plt.subplots(figsize=(WIDTH, rows * WIDTH / columns + above))
    for n, picture in enumerate(pictures):
        row, column = divmod(n, columns)
        axis.imshow(picture, extent=(column, column + 1 - GAP, row + 1 - GAP, row), **shown)
        axis.add_patch(Rectangle((column, row), 1 - GAP, 1 - GAP, fill=False, edgecolor=palette.MUTED, linewidth=0.8))
    axis.set(xlim=(-0.02, columns - GAP + 0.02), ylim=(rows - GAP + 0.02, -0.02))
    axis.set_axis_off()
    return axis


def _corner(axis, captions, columns, colour):
    for n, caption in enumerate(captions or []):
        axis.text(n % columns + 0.04, n // columns + 0.04, caption, va="top", size=11, color=colour)


def _headline(figure, title):
    if title:
        figure.suptitle(title, x=0.01, ha="left", weight="bold", size=12)


def above_and_below(high, low, faint, title):
    """Draw every map's highest and lowest value before the ReLU, the faint maps marked.

    Parameters
    ----------
    high, low : (F,) arrays
        Mean over the digits of a map's largest and smallest value.
    faint : (F,) booleans
    """
    figure, axis = plt.subplots(figsize=(WIDTH, 3.3))
    number = np.arange(1, len(high) + 1)
    axis.bar(number, high, color=palette.FORWARD, width=0.75)
    axis.bar(number, low, color="#C9D3DE", edgecolor=palette.MUTED, linewidth=0.8, width=0.75)
    axis.axhline(0, color=palette.INK, linewidth=1)
    for n in number[faint]:
        axis.text(n, max(high[n - 1], 0) + 0.1, "▼", ha="center", size=11, color=palette.INK)
    axis.text(len(high) + 0.6, max(high) * 1.02, "what the ReLU lets through", ha="right", size=10.5,
              color=palette.FORWARD, va="bottom")
    axis.text(len(high) + 0.6, min(low) * 1.02, "what it cuts off", ha="right", va="top", size=10.5,
              color=palette.MUTED)
    axis.set(xlabel="map (▼ looks blank)", ylabel="largest, smallest value", xlim=(0.3, len(high) + 0.7),
             ylim=(1.25 * min(low), 1.25 * max(high)))
    axis.set_xticks([1, 5, 10, 15, 20])
    axis.set_title(title)


def tuning_curves(angles, curves, title):
    """Draw how strongly filters answer to gratings at each angle.

    Parameters
    ----------
    angles : (A,) array
        Degrees; 0 is a grating of horizontal lines, 90 of vertical ones.
    curves : dict
        {label: (A,) responses}
    """
    figure, axis = plt.subplots(figsize=(WIDTH, 3.0))
    styles = [("-", palette.WEIGHT), ("--", palette.INK), (":", palette.MUTED), ("-.", palette.DATA)]
    for (label, response), (style, colour) in zip(curves.items(), styles):
        axis.plot(angles, response, linestyle=style, color=colour, label=label)
    axis.set(xlabel="the grating's lines (0° horizontal, 90° vertical)", ylabel="swing of the answer",
             xlim=(0, 180), ylim=(0, None), xticks=[0, 45, 90, 135, 180])
    axis.xaxis.set_major_formatter("{x:.0f}°")
    axis.set_title(title)
    figure.legend(loc="outside lower center", ncols=3, fontsize=10, handlelength=3)


def angles_agree(from_weights, from_maps, title):
    """Draw, for each filter, the angle read from its weights against that of the edges in its maps."""
    from_weights, from_maps = np.asarray(from_weights, float), np.asarray(from_maps, float)
    apart = (from_maps - from_weights + 90) % 180 - 90      # 179° and 1° are neighbours
    figure, axis = plt.subplots(figsize=(WIDTH, 3.9))
    axis.plot([0, 180], [0, 180], color=palette.MUTED, linewidth=1, zorder=0)
    axis.plot(from_weights, from_weights + apart, "o", color=palette.WEIGHT, markersize=7)
    axis.set(xlabel="angle from the 25 weights", ylabel="edges in the maps",
             xlim=(-5, 185), ylim=(-25, 205), xticks=[0, 45, 90, 135, 180],
             yticks=[0, 45, 90, 135, 180])
    axis.xaxis.set_major_formatter("{x:.0f}°")
    axis.yaxis.set_major_formatter("{x:.0f}°")
    axis.set_title(title)
    _number_points(axis, from_weights, from_weights + apart)


def _number_points(axis, x, y):
    """Write 1, 2, ... beside points, each where the fewest points and numbers are near."""
    axis.figure.draw_without_rendering()
    scale = 72 / axis.figure.dpi
    points = axis.transData.transform(np.column_stack([x, y])) * scale
    taken = [*points]
    for n, point in enumerate(points):
        turns = np.radians(np.arange(-45, 315, 30))
        places = [point + r * np.array([1.15 * np.cos(turn), np.sin(turn)]) for r in (12, 21) for turn in turns]
        crowd = [sum(max(0, 1 - np.hypot(*(place - other) / (15, 11))) for other in taken) for place in places]
        best = places[int(np.round(crowd, 3).argmin())]
        axis.annotate(str(n + 1), (x[n], y[n]), best - point, textcoords="offset points", size=10,
                      ha="center", va="center", arrowprops={"arrowstyle": "-", "color": palette.MUTED,
                                                            "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3})
        taken.append(best)


def own_pen(drawn, lines, title):
    """Draw how thick the lines of each map are, against how thick the digit's strokes are.

    Parameters
    ----------
    drawn : (P,) array
        Thickness of the strokes, pixels.
    lines : (F, P) array
        Thickness of the lines in each map.
    """
    figure, axis = plt.subplots(figsize=(WIDTH, 3.4))
    for line in lines:
        axis.plot(drawn, line, color=palette.FORWARD, alpha=0.35, linewidth=1.2)
    axis.plot(drawn, np.median(lines, axis=0), "o-", color=palette.FORWARD, linewidth=2.5)
    axis.plot([0, 6], [0, 6], "--", color=palette.INK, linewidth=1.2)
    axis.text(3.2, 3.65, "as thick as the stroke", rotation=37, size=10.5, ha="center", va="center")
    axis.annotate("the median map", (drawn[-2], np.median(lines[:, -2])), (drawn[-2], 0.35), ha="center",
                  size=10.5, color=palette.FORWARD,
                  arrowprops={"arrowstyle": "-", "color": palette.FORWARD, "linewidth": 0.8})
    axis.set(xlabel="the stroke is so thick, pixels", ylabel="lines in the map, pixels",
             xlim=(0.8, 5.3), ylim=(0, 5.3))
    axis.set_title(title)


def excite(rows, labels, title):
    """Draw, one row a map, the patches of the test pictures that excite it most.

    Parameters
    ----------
    rows : list of (P, n, n) arrays
    labels : list of str
    """
    axis = _tiles([patch for patches in rows for patch in patches], len(rows[0]), 0.35,
                  cmap=palette.PIXELS, norm=Normalize(0, 1))
    for row, label in enumerate(labels):
        axis.text(-0.1, row + 0.5, label, size=10.5, ha="right", va="center")
    _headline(axis.figure, title)


def why(picture, panels, title):
    """Draw a digit and, beside it, signed maps of what matters in it, the digit's outline on each.

    Parameters
    ----------
    picture : (H, W) array
    panels : dict
        {caption: (H, W) map}; each on its own scale, white at zero.
    """
    figure, axes = plt.subplots(1, 1 + len(panels), figsize=(WIDTH, 2.35))
    axes[0].imshow(picture, cmap=palette.PIXELS, vmin=0, vmax=1)
    axes[0].set_xlabel("the digit")
    for axis, (caption, values) in zip(axes[1:], panels.items()):
        limit = float(np.abs(values).max()) or 1.0
        axis.imshow(values, cmap=palette.SIGNED, vmin=-limit, vmax=limit)
        axis.contour(picture, levels=[0.5], colors=[palette.INK], linewidths=0.9)
        axis.set_xlabel(caption)
    for axis in axes:
        axis.set(xticks=[], yticks=[])
        _frame(axis)
    _headline(figure, title)


def morph(amount, images, curves, title, xlabel):
    """Draw how probabilities change while a digit is deformed, with the digit below the axis.

    Parameters
    ----------
    amount : (S,) array
        How far the digit is deformed, 0 to 1.
    images : (S, 28, 28) array
    curves : dict
        {label: (S,) probabilities, or (networks, S)}; labels that start with "reader" are drawn dashed.
    """
    figure, (axis, strip) = plt.subplots(2, 1, figsize=(WIDTH, 3.7), height_ratios=[3, 1])
    marks = "os^D"
    for i, (label, p) in enumerate(curves.items()):
        second = label.startswith("reader")
        colour = palette.FORWARD if i % 2 == 0 else palette.INK
        lines = axis.plot(amount, np.transpose(p), color=colour, linestyle="--" if second else "-",
                          marker=marks[i % 4], markersize=4, markevery=4, linewidth=1.2 if np.ndim(p) > 1 else 2)
        lines[0].set_label(label)
    axis.axhline(0.5, color=palette.MUTED, linewidth=0.8, zorder=0)
    axis.set(ylim=(-0.03, 1.03), xlim=(0, 1), ylabel="probability", yticks=[0, 0.5, 1])
    axis.set_title(title)
    axis.set_xlabel(xlabel)
    figure.legend(loc="outside lower center", ncols=2, fontsize=10, handlelength=3)
    shown = np.linspace(0, len(amount) - 1, 9).round().astype(int)
    strip.imshow(np.concatenate([images[i] for i in shown], axis=1), cmap=palette.PIXELS,
                 aspect="equal")
    strip.axis("off")
