"""A player for a list of frames: a slider, a play button, and one frame shown at a time.

The parts are linked in the browser (``jslink``), never by Python callbacks. So the same object
works in JupyterLab and in the built page, where there is no kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import ipywidgets as widgets

from course_lib import palette

__all__ = ["Frame", "stepper", "style"]

#: Where each theme of the built book, JupyterLab, VS Code and Colab says that it is dark.
DARK_PAGES = ('html[data-theme="dark"]', 'body[data-jp-theme-light="false"]',
              'body[data-vscode-theme-kind="vscode-dark"]', 'html[theme="dark"]')

CSS = """
.course-frame { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; align-items: flex-start;
  background: var(--course-paper); color: var(--course-ink); padding: 0.75rem;
  border: 1px solid color-mix(in srgb, var(--course-muted) 35%, transparent);
  border-radius: 6px; box-sizing: border-box; font-size: 1rem; line-height: 1.45;
  white-space: normal; font-variant-numeric: lining-nums; }
.course-words { flex: 1 1 13rem; min-width: 0; }
.course-words p { margin: 0 0 0.6rem; color: var(--course-ink); font-size: 1rem; }
.course-words .course-phase { font-weight: 600; }
.course-words .course-formula { font-size: 1.05rem; }
.course-words .course-formula span { white-space: nowrap; }
@media (min-width: 701px) { .course-formula .stacked { display: block; } }
.course-drawing { flex: 1 1 330px; min-width: 0; }
.course-drawing svg { display: block; width: 100%; max-width: 420px; height: auto; margin: 0 auto;
  font-family: "Source Sans 3 Variable", system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
.course-words p.course-forward { color: var(--course-forward); }
.course-words p.course-backward { color: var(--course-backward); }
.course-stepper .widget-label { color: var(--course-ink); }
.course-stepper .jupyter-button { background: transparent; color: var(--course-ink);
  border: 1px solid var(--course-muted); border-radius: 4px; }
.course-stepper .jupyter-button:focus-visible, .course-stepper .noUi-handle:focus-visible {
  outline: 3px solid var(--course-ink); outline-offset: 2px; }
.course-stepper .noUi-handle { background: var(--course-forward); }
@media (max-width: 700px) {
  .course-words { flex-basis: 100%; min-height: 11rem; }
  .course-stepper .widget-label { display: none; } }
@media print { .course-stepper .widget-play, .course-stepper .widget-slider { display: none; } }
"""


def style(extra: str = "") -> str:
    """The ``<style>`` element that frames need, with the palette for light and dark pages."""
    parts = (".course-frame", ".course-stepper")
    dark = ", ".join(f"{page} {part}" for page in DARK_PAGES for part in parts)
    return f"<style>{palette.css(', '.join(parts), dark)}{CSS}{extra}</style>"


@dataclass(frozen=True)
class Frame:
    """What is seen at one step.

    Parameters
    ----------
    picture : str
        Markup of the picture, as a rule an ``<svg role="img" aria-label="...">``.
    phase : str
        Where we are, e.g. "Forward, 3 of 7". Plain text.
    formula : str
        The step as arithmetic. Plain text.
    sentence : str
        The step in words. Plain text.
    tone : {"", "forward", "backward"}
        The colour of `phase`.
    """

    picture: str
    phase: str
    formula: str
    sentence: str
    tone: str = ""

    def html(self) -> str:
        """The frame as markup: words beside the picture, or above it on a narrow page."""
        tone = f" course-{self.tone}" if self.tone else ""
        sentence = escape(self.sentence).replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")
        return (f'<div class="course-frame"><div class="course-words">'
                f'<p class="course-phase{tone}">{escape(self.phase)}</p>'
                f'<p class="course-formula">{self._formula()}</p>'
                f'<p class="course-sentence">{sentence}</p></div>'
                f'<div class="course-drawing">{self.picture}</div></div>')

    def _formula(self):
        """The formula in pieces that each stay on one line: "= ..." after "= ...", or a list."""
        if self.formula.count(" = ") > 1 and ", " in self.formula:
            pieces, glue = self.formula.split(", "), ", "
        else:
            pieces, glue = self.formula.split(" = "), " "
            pieces[1:] = [f"= {piece}" for piece in pieces[1:]]
        stacked = ' class="stacked"' if glue == " " else ""
        return glue.join(f"<span{stacked}>{escape(piece)}</span>" for piece in pieces)


def stepper(frames: Sequence[Frame], *, css: str = "", start: int = 0,
            milliseconds: int = 2500) -> widgets.VBox:
    """A slider and a play button over `frames`.

    Parameters
    ----------
    frames : sequence of Frame
        At least one.
    css : str
        Rules for what the pictures contain.
    start : int
        The frame shown first.
    milliseconds : int
        How long each frame stays while playing.

    Returns
    -------
    ipywidgets.VBox
        Last expression of a cell, or ``display(...)``. The slider takes the arrow keys, Home and
        End once it has the focus (Tab, or a click on its handle).
    """
    frames = list(frames)
    if not frames:
        raise ValueError("a stepper needs at least one frame, got an empty list")
    if not 0 <= start < len(frames):
        raise ValueError(f"start={start} is not a frame: there are {len(frames)}, counted from 0")
    last = len(frames) - 1
    play = widgets.Play(value=start, min=0, max=last, interval=milliseconds,
                        show_repeat=False)
    slider = widgets.IntSlider(value=start, min=0, max=last, description="Step", readout=False,
                               layout=widgets.Layout(flex="1 1 auto", width="auto"))
    slider.style.description_width = "2.6em"
    stack = widgets.Stack([widgets.HTML(frame.html(), layout=widgets.Layout(width="100%"))
                           for frame in frames], selected_index=start)
    widgets.jslink((play, "value"), (slider, "value"))
    widgets.jslink((slider, "value"), (stack, "selected_index"))
    stack.add_class("course-frames")
    controls = widgets.HBox([play, slider], layout=widgets.Layout(width="100%"))
    box = widgets.VBox([widgets.HTML(style(css)), controls, stack],
                       layout=widgets.Layout(width="100%"))
    box.add_class("course-stepper")
    return box
