"""What steppers lack: several with sliders of their own behind buttons, and a frame without a stepper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ipywidgets as widgets

from course_lib.widgets.stepper import Frame, stepper, style

__all__ = ["PAPER", "choice", "still"]

#: Hides cells with the tag "paper" where the players run; they are for paper and pages without JavaScript
PAPER = "@media screen { .cell.tag_paper { display: none; } }\n"


def choice(variants: Mapping[str, Sequence[Frame]], description: str, *, css: str = "",
           milliseconds: int = 2500, slider: str = "Step") -> widgets.VBox:
    """A row of buttons that choose between players; see `stepper.tracks` for lists of one length.

    Parameters
    ----------
    variants : mapping
        From what a button says to its frames.
    description : str
        What stands beside the buttons.
    css, milliseconds, slider
        See `stepper`.

    Returns
    -------
    ipywidgets.VBox
    """
    if not isinstance(variants, Mapping) or not variants:
        raise ValueError(f"expected a mapping from what each button says to its frames; got {variants!r:.60}")
    buttons = widgets.ToggleButtons(options=list(variants), index=0, description=description)
    players = [stepper(frames, milliseconds=milliseconds, slider=slider) for frames in variants.values()]
    for player in players:                     # one look, and one voice, for all of them
        player.children = player.children[1:]
        player.remove_class("course-stepper")
    stack = widgets.Stack(players, selected_index=0, layout=widgets.Layout(width="100%"))
    widgets.jslink((buttons, "index"), (stack, "selected_index"))
    box = widgets.VBox([widgets.HTML(style(css + PAPER)), buttons, stack], layout=widgets.Layout(width="100%"))
    box.add_class("course-stepper")
    return box


def still(frame: Frame, css: str = ""):
    """A frame as it stands in the page itself (no script, prints as it looks).

    Parameters
    ----------
    frame : Frame
    css : str
        Rules for what its picture contains.

    Returns
    -------
    IPython.display.HTML
    """
    from IPython.display import HTML

    return HTML(style(css) + frame.html())
