"""What runs in a kernel beside the chapter, for the build and for nbval: with its picture a figure says what is on it.

Nothing of this is stored in a notebook: `tests/book/pictures.py` compares an alt text with it.
"""

import sys
from math import isfinite

from IPython import get_ipython
from IPython.core.formatters import JSONFormatter
from traitlets import Unicode

MIME = "application/x-drawn+json"
FEW = 60                                         # bars and points that an alt text may name one by one


class Drawn(JSONFormatter):
    """A form of a figure beside its PNG. Its own `__call__`: a new picture format would forget what is registered."""

    format_type = Unicode(MIME)

    def __call__(self, thing):
        kind = getattr(sys.modules.get("matplotlib.figure"), "Figure", None)
        return facts(thing) if kind and isinstance(thing, kind) else None


def facts(figure):
    """Words, counts, values and curves of a figure."""
    axes = [ax for ax in figure.axes if ax.get_visible()]
    return {"words": words(figure), "counts": sorted({count for count in counts(axes) if count}),
            "values": [float(f"{value:.6g}") for ax in axes for value in values(ax) if isfinite(value)],
            "curves": [course(ax, line) for ax in axes for line in curves(ax)]}


def words(figure):
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def curves(ax):
    return [line for line in ax.lines if line.get_visible() and len(line.get_xdata())]


def counts(axes):
    """How many panels, rows and columns of them, lines, bars, points, pixels there are."""
    places = [ax.get_position() for ax in axes]
    for number in (axes, {round(p.x0, 2) for p in places}, {round(p.y0, 2) for p in places}):
        yield len(number)
    yield sum(bool(ax.images) for ax in axes)
    for ax in axes:
        yield from counts_in(ax)


def counts_in(ax):
    yield from map(len, (ax.lines, ax.patches, ax.texts, ax.images, ax.collections, ax.containers))
    yield from (len(set(ax.get_legend_handles_labels()[1])), len(ax.get_xticklabels()), len(ax.get_yticklabels()))
    yield from (len(line.get_xdata()) for line in ax.lines)
    yield from (len(points.get_offsets()) for points in ax.collections)
    for image in ax.images:
        yield from image.get_array().shape


def values(ax):
    """Where lines begin, end and turn, how long bars are, where points are, where the axes end."""
    yield from (*ax.get_xlim(), *ax.get_ylim())
    for line in ax.lines:
        yield from corners(line)
    for bar in [bar for bar in ax.patches if hasattr(bar, "get_width")][:FEW]:
        yield from (bar.get_width(), bar.get_height())
    for points in ax.collections:
        yield from extent(points)


def corners(line):
    """Where a line begins, ends and turns; all of it where it has few points."""
    import numpy as np

    x, y = (np.asarray(part, float) for part in line.get_data(orig=False))
    if not np.isfinite(y).any():                 # nor where there is none
        return []
    turns = {0, len(y) - 1, int(np.nanargmin(y)), int(np.nanargmax(y))}
    return [value for k in (range(len(y)) if len(y) <= FEW else turns) for value in (x[k], y[k])]


def extent(points):
    """Where points are, or how far they reach where they are many."""
    import numpy as np

    offsets = np.asarray(points.get_offsets(), float)
    return list(offsets.ravel() if len(offsets) <= FEW else [*offsets.min(axis=0), *offsets.max(axis=0)])


def course(ax, line):
    """The name of a curve, how far it climbs and how far it sinks from left to right, in heights of its panel."""
    import numpy as np

    name = name_of(ax, line)
    data = [np.asarray(part, float) for part in line.get_data(orig=False)]
    points = line.get_transform().transform(np.column_stack(data))
    points = points[np.isfinite(points).all(axis=1)]
    height = points[np.argsort(points[:, 0], kind="stable"), 1] / ax.bbox.height
    if not len(height):
        return {"name": name, "climbs": 0.0, "sinks": 0.0}
    return {"name": name, "climbs": float(np.max(height - np.minimum.accumulate(height))),
            "sinks": float(np.max(np.maximum.accumulate(height) - height))}


def name_of(ax, line):
    """What the legend calls a curve, or the one text of its colour that stands beside it."""
    from matplotlib.colors import to_hex

    label, colour = str(line.get_label()), to_hex(line.get_color())
    beside = {text.get_text() for text in ax.texts if to_hex(text.get_color()) == colour}
    return label if not label.startswith("_") else beside.pop() if len(beside) == 1 else ""


get_ipython().display_formatter.formatters[MIME] = Drawn(parent=get_ipython().display_formatter)
