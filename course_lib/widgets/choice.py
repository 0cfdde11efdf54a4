"""What steppers lack: several with sliders of their own behind buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ipywidgets as widgets

from course_lib.widgets.keys import Keys
from course_lib.widgets.stepper import Frame, key_frames, style

__all__ = ["choice"]


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
    if not isinstance(variants, Mapping) or not variants or not all(variants.values()):
        raise ValueError("expected a mapping from what each button says to its frames, at least one; "
                         f"got {variants!r:.60}")
    look, wide = widgets.HTML(style(css)), widgets.Layout(width="100%")
    buttons = widgets.ToggleButtons(options=list(variants), index=0, description=description)
    shared = {"layout": wide, "style": look.style}     # each of its own would add a kilobyte to the page
    sliders = _sliders(slider, [len(frames) for frames in variants.values()])
    players, keys = [], Keys()
    for frames, own in zip(variants.values(), sliders):
        paper = key_frames(len(frames), len(variants))
        drawn = [widgets.HTML(frame.html(k in paper), **shared) for k, frame in enumerate(frames)]
        players.append(_player(drawn, own, milliseconds, keys))
    stack = widgets.Stack(players, selected_index=0, layout=wide)
    widgets.jslink((buttons, "index"), (stack, "selected_index"))
    box = widgets.VBox([look, buttons, stack], layout=wide)
    box.add_class("course-stepper")
    return box


def _sliders(description, counts):
    """A slider for each count of frames; all look like the first."""
    look = {"style": {"description_width": "initial"}, "layout": widgets.Layout(flex="1 1 auto", width="auto")}
    made = []
    for count in counts:
        made.append(widgets.IntSlider(max=count - 1, description=description, readout=False, **look))
        look["style"] = made[0].style
    return made


def _player(frames, slider, milliseconds, keys):
    """Play button and slider above the frames."""
    wide = frames[0].layout
    play = widgets.Play(max=slider.max, interval=milliseconds, show_repeat=False)
    stack = widgets.Stack(frames, selected_index=0, layout=wide)
    stack.add_class("course-frames")
    widgets.jslink((play, "value"), (slider, "value"))
    widgets.jslink((slider, "value"), (stack, "selected_index"))
    return widgets.VBox([widgets.HBox([play, keys, slider], layout=wide), stack], layout=wide)
