"""What runs in a chapter's kernel beside the chapter: with its picture, a figure says what is drawn on it.

Nothing of this is stored in a notebook: `tests/book/pictures.py` compares an alt text with it.
"""

import sys

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
    from matplotlib.text import Text

    axes = [ax for ax in figure.axes if ax.get_visible()]
    curves = [(ax, line) for ax in axes for line in ax.lines if line.get_visible() and len(line.get_xdata())]
    words = [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return {"words": words, "counts": sorted({count for count in counts(axes) if count}),
            "values": [value for ax in axes for value in values(ax)], "curves": [course(*curve) for curve in curves]}


def counts(axes):
    """How many panels, rows and columns of them, lines, bars, points, pixels there are."""
    places = [ax.get_position() for ax in axes]
    for number in (axes, {round(p.x0, 2) for p in places}, {round(p.y0, 2) for p in places}):
        yield len(number)
    pictures = [ax for ax in axes if ax.images]
    yield len(pictures)
    for ax in axes:
        yield from map(len, (ax.lines, ax.patches, ax.texts, ax.images, ax.collections, ax.containers))
        yield from (len(set(ax.get_legend_handles_labels()[1])), len(ax.get_xticklabels()), len(ax.get_yticklabels()))
        for line in ax.lines:
            yield len(line.get_xdata())
        for points in ax.collections:
            yield len(points.get_offsets())
        for image in ax.images:
            yield from image.get_array().shape


def values(ax):
    """Where lines begin, end and turn, how long bars are, where the axes end."""
    import numpy as np

    found = [*ax.get_xlim(), *ax.get_ylim()]
    for line in ax.lines:
        x, y = (np.asarray(line.get_data(orig=False)[k], float) for k in (0, 1))
        if len(y) and np.isfinite(y).any():
            turns = {0, len(y) - 1, int(np.nanargmin(y)), int(np.nanargmax(y))}
            found += [value for k in (range(len(y)) if len(y) <= FEW else turns) for value in (x[k], y[k])]
    bars = [bar for bar in ax.patches if hasattr(bar, "get_width")][:FEW]
    found += [value for bar in bars for value in (bar.get_width(), bar.get_height())]
    for points in ax.collections:
        offsets = np.asarray(points.get_offsets(), float)
        found += list(offsets.ravel() if len(offsets) <= FEW else [*offsets.min(axis=0), *offsets.max(axis=0)])
    return [float(f"{value:.6g}") for value in found if np.isfinite(value)]


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
