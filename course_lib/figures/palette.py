"""The book's colours, each with one meaning, defined once.

They are darker and lighter relatives of the palette of Okabe and Ito (2008), which readers with
the common colour-vision deficiencies can tell apart. Every text colour reaches the contrast of
WCAG AA (4.5 to 1) on its own background. Colour never stands alone: a label, a marker or a line
style says the same.
"""

FORWARD = "#0072B2"   # values and activations: what flows forward
BACKWARD = "#B94700"  # gradients: what flows backward
WEIGHT = "#00795A"    # parameters: what learns
DATA = "#9A3F79"      # inputs, targets, pixels: what is given
INK = "#1F2328"       # text and axes
MUTED = "#5F6770"     # secondary text, grids, comparisons
PAPER = "#FFFFFF"     # the background of every figure

SIGNED = "RdBu_r"     # matplotlib colour map for signed maps: red above zero, white at it, blue below
PIXELS = "gray_r"     # matplotlib colour map for pictures: ink is dark

LIGHT = {"forward": FORWARD, "backward": BACKWARD, "weight": WEIGHT, "data": DATA,
         "ink": INK, "muted": MUTED, "paper": PAPER}
DARK = {"forward": "#6CBBEF", "backward": "#FF9C57", "weight": "#4FD1A5", "data": "#C97BA8",
        "ink": "#E6E8EB", "muted": "#A6AEB8", "paper": "#14181E"}


def css(light=":root", dark='html[data-theme="dark"], body[data-jp-theme-light="false"]'):
    """Return the palette as CSS variables `--course-forward`, ... for light and dark pages.

    Paper is light, also when the page on the screen is dark.

    Parameters
    ----------
    light, dark : str
        The CSS selectors under which each set of colours holds. The defaults fit the built
        book and JupyterLab.
    """
    def block(selector, colours):
        lines = "".join(f"  --course-{name}: {value};\n" for name, value in colours.items())
        return f"{selector} {{\n{lines}}}\n"

    return (block(light, LIGHT) + block(dark, DARK)
            + f"@media print {{\n{block(f'{light}, {dark}', LIGHT)}}}\n")
