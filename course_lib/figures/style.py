"""How every figure of the book looks: small, opaque, readable on a telephone."""

import os
from base64 import b64decode, b64encode
from io import BytesIO

import matplotlib as mpl
from matplotlib import cycler
from matplotlib.figure import Figure
from PIL import Image, ImageChops

from course_lib.figures import palette

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
    """Set the book's style; in a notebook, also draw at twice the resolution, and lighter."""
    mpl.rcParams.update(STYLE)
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:                  # plain Python: matplotlib alone is enough
        return
    if (shell := get_ipython()) is not None:
        set_matplotlib_formats("retina")
        formatter = shell.display_formatter.formatters["image/png"]
        draw = formatter.for_type(Figure)

        def draw_lighter(figure):
            if (drawn := draw(figure)) is None:      # an empty figure
                return None
            png, size = drawn
            if "COURSE_DARK_FIGURES" in os.environ:  # the book has dark pages too: tools/build.py asks for it
                figure.set_layout_engine("none")     # everything has its place by now
                size = size | {"dark": halved(draw(figure, backend="module://course_lib.figures.dark")[0])}
            return halved(png), size

        formatter.for_type(Figure, draw_lighter)


def halved(png: str) -> str:
    """Return the `lighter` picture; both are PNG in base64."""
    return b64encode(lighter(b64decode(png))).decode("ascii")


def lighter(png: bytes, most: int = 16) -> bytes:
    """Return the same picture with a palette of 256 colours, as a rule in less than half the bytes.

    The figures are lines, letters and areas in few colours on white. A picture whose red, green or
    blue would change anywhere by more than `most` of 255 is returned as it is.
    """
    full = Image.open(BytesIO(png)).convert("RGB")
    few = full.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    changes = ImageChops.difference(full, few.convert("RGB")).getextrema()
    if max(high for _, high in changes) > most:
        return png
    out = BytesIO()
    few.save(out, "PNG")
    return min(out.getvalue(), png, key=len)
