"""How every figure of the book looks: small, opaque, readable on a telephone."""

import matplotlib as mpl
from matplotlib import cycler

from course_lib import palette

WIDTH = 5.0  # inches; the page shows it 500 pixels wide, a telephone about 350

STYLE = {
    "figure.figsize": (WIDTH, 3.1),
    "figure.dpi": 100,
    "figure.facecolor": palette.PAPER,
    "figure.constrained_layout.use": True,
    "savefig.facecolor": palette.PAPER,
    "font.family": "DejaVu Sans",      # comes with matplotlib, so the same on every machine
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.labelsize": 11,
    "axes.edgecolor": palette.MUTED,
    "axes.labelcolor": palette.INK,
    "axes.titlecolor": palette.INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=[palette.FORWARD, palette.BACKWARD, palette.WEIGHT,
                                     palette.DATA, palette.MUTED]),
    "grid.color": "#D9DDE2",
    "lines.linewidth": 2,
    "xtick.color": palette.INK,
    "ytick.color": palette.INK,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.frameon": False,
    "image.cmap": palette.PIXELS,
    "image.interpolation": "nearest",
}


def use():
    """Set the book's style; in a notebook, also draw at twice the resolution."""
    mpl.rcParams.update(STYLE)
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:                  # plain Python: matplotlib alone is enough
        return
    if get_ipython() is not None:
        set_matplotlib_formats("retina")
