"""A player for a list of frames: a slider, a play button, and one frame shown at a time.

`stepper` plays one list. `tracks` plays several of equal length that share the slider, with rows of
buttons to switch between them. All parts are linked in the browser (``jslink``), never by Python
callbacks. So the same object works in JupyterLab and in the built page, where there is no kernel.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import prod

import ipywidgets as widgets

from course_lib.figures import palette
from course_lib.widgets.keys import Keys

__all__ = ["Frame", "stepper", "tracks", "style"]

#: Where each theme of the built book, JupyterLab, VS Code and Colab says that it is dark.
DARK_PAGES = ('html[data-theme="dark"]', 'body[data-jp-theme-light="false"]',
              'body[data-vscode-theme-kind="vscode-dark"]', 'html[theme="dark"]')

KEY_FRAMES = 4                               # of one track, for paper

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
.course-turn { display: flex; flex: none; }
.course-turn .jupyter-button { width: auto; height: auto; min-height: 34px; margin: 0; padding: 0 12px;
  touch-action: manipulation; }
.course-turn [aria-disabled="true"] { color: var(--course-muted); border-style: dashed; }
@media (max-width: 700px) {
  .course-words { flex-basis: 100%; min-height: 11rem; }
  .course-stepper .widget-play { width: 104px; }
  .course-stepper .widget-hbox:has(> .course-turn) { flex-wrap: wrap; }
  .course-stepper .widget-slider { flex-basis: 100% !important; } }
.course-stepper .widget-toggle-buttons { display: flex; flex-wrap: wrap; align-items: baseline; width: 100%; }
.course-stepper .widget-toggle-buttons > div { flex: 1 1 15rem; }
.course-stepper .widget-toggle-buttons .widget-label { width: auto; min-width: 5em; padding: 0 2px;
  text-align: left; }
.course-stepper .widget-toggle-buttons .widget-toggle-button { min-width: 3.5em; width: auto;
  height: auto; min-height: 34px; line-height: 1.2; margin: 2px; padding: 4px 12px; box-shadow: none;
  white-space: normal; }
.course-stepper .widget-toggle-buttons .widget-toggle-button.mod-active { font-weight: 700;
  border-color: var(--course-forward); box-shadow: inset 0 -4px 0 var(--course-forward); }
.course-stepper { --jp-widgets-slider-handle-size: 24px; }
.course-stepper .widget-slider { box-sizing: border-box; height: 38px; padding: 0 8px; }
.course-stepper .noUi-base::before { content: ""; position: absolute; inset: -15px -12px; }
@media (prefers-reduced-motion: reduce) { .course-stepper * { transition: none !important; } }
@media print { .course-stepper .widget-play, .course-stepper .widget-slider,
  .course-stepper .widget-toggle-buttons { display: none; } }
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

    def html(self, key: bool = False) -> str:
        """The frame as markup: words beside the picture, or above it on a narrow page.

        `key` marks a frame that is also for paper and for pages without scripts.
        """
        tone = f" course-{self.tone}" if self.tone else ""
        sentence = escape(self.sentence).replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")
        return (f'<div class="course-frame{" course-key" if key else ""}"><div class="course-words">'
                f'<p class="course-phase{tone}">{escape(self.phase)}</p>'
                f'<p class="course-formula">{self._formula()}</p>'
                f'<p class="course-sentence">{sentence}</p></div>'
                f'<div class="course-drawing">{self.picture}</div></div>')

    def _formula(self):
        """The formula in pieces that each stay on one line: "= ..." after "= ...", or a list."""
        if self.formula.count(" = ") != 1 and ", " in self.formula:
            pieces, glue = self.formula.split(", "), ", "
        else:
            pieces, glue = self.formula.split(" = "), " "
            pieces[1:] = [f"= {piece}" for piece in pieces[1:]]
        stacked = ' class="stacked"' if glue == " " else ""
        return glue.join(f"<span{stacked}>{escape(piece)}</span>" for piece in pieces)


def stepper(frames: Sequence[Frame], *, css: str = "", start: int = 0, milliseconds: int = 2500,
            slider: str = "Step", paper: Collection[int] | None = None) -> widgets.VBox:
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
    slider : str
        What stands beside the slider: what it changes.
    paper : collection of int, optional
        The frames that the built book prints, and shows where no script runs. Left out: a few, evenly
        spread, the last among them.

    Returns
    -------
    ipywidgets.VBox
        Last expression of a cell, or ``display(...)``. The slider takes the arrow keys, Home and
        End once it has the focus (Tab, or a click on its handle).
    """
    return _player(frames, [], css, start, milliseconds, slider, paper)


def tracks(variants: Mapping[str, Sequence[Frame] | Mapping], description: str | Sequence[str], *,
           css: str = "", start: int = 0, milliseconds: int = 2500,
           slider: str = "Step", paper: Collection[int] | None = None) -> widgets.VBox:
    """Several players in one: they share the slider, and a row of buttons chooses between them.

    Parameters
    ----------
    variants : mapping
        From what a button says to its frames, as many for every button. For two rows of buttons or
        more, from what a button of the first row says to such a mapping, and so on, with the same
        buttons in every one.
    description : str or sequence of str
        What stands beside the buttons: one text for each row of them.
    css, start, milliseconds, slider, paper
        See `stepper`; `paper` holds for each track.

    Returns
    -------
    ipywidgets.VBox

    Examples
    --------
    >>> steps = {name: [Frame("", name, f"T = {T}", "") for T in range(3)] for name in ("c·z", "ReLU")}
    >>> box = tracks(steps, "Activation", slider="Depth")
    """
    rows = [description] if isinstance(description, str) else list(description)
    switches, level = [], variants
    for row in rows:
        if not isinstance(level, Mapping) or not level:
            raise ValueError(f"there are {len(rows)} rows of buttons ({', '.join(rows)}), so variants "
                             f"needs mappings {len(rows)} deep, none of them empty; got {level!r:.60} "
                             f"for {row}")
        switches.append(widgets.ToggleButtons(options=list(level), index=0, description=row))
        level = next(iter(level.values()))
    return _player(variants, switches, css, start, milliseconds, slider, paper)


def _player(variants, switches, css, start, milliseconds, description, paper):
    """Controls above frames: what `stepper` and `tracks` have in common."""
    last = _count(variants, switches) - 1
    if not 0 <= start <= last:
        raise ValueError(f"start={start} is not a frame: there are {last + 1}, counted from 0")
    play = widgets.Play(value=start, min=0, max=last, interval=milliseconds, show_repeat=False)
    slider = widgets.IntSlider(value=start, min=0, max=last, description=description, readout=False,
                               layout=widgets.Layout(flex="1 1 auto", width="auto"))
    slider.style.description_width = "2.6em" if description == "Step" else "initial"
    widgets.jslink((play, "value"), (slider, "value"))
    if paper is None:
        paper = key_frames(last + 1, prod(len(switch.options) for switch in switches))
    stack = _linked(variants, switches, slider, _shared(), paper)
    stack.add_class("course-frames")
    controls = widgets.HBox([play, Keys(), slider], layout=widgets.Layout(width="100%"))
    box = widgets.VBox([widgets.HTML(style(css)), *switches, controls, stack],
                       layout=widgets.Layout(width="100%"))
    box.add_class("course-stepper")
    return box


def _count(variants, switches):
    """The number of frames of every track; raises if tracks or rows of buttons differ."""
    if not switches:
        if isinstance(variants, Mapping):
            raise ValueError(f"expected a list of frames, got a mapping of {', '.join(variants)}: "
                             "give `tracks` a description for each row of buttons")
        if not len(variants):
            raise ValueError("a stepper needs at least one frame, got an empty list")
        return len(variants)
    switch, *others = switches
    if not isinstance(variants, Mapping) or tuple(variants) != switch.options:
        raise ValueError(f"the buttons for {switch.description} must be the same everywhere: "
                         f"{', '.join(switch.options)}; got {variants!r:.60}")
    counts = {name: _count(inner, others) for name, inner in variants.items()}
    if len(set(counts.values())) > 1:
        raise ValueError("tracks share one slider, so each needs as many frames as the others; got "
                         + ", ".join(f"{n} for {name}" for name, n in counts.items()))
    return counts[switch.options[0]]


def _linked(variants, switches, slider, shared, paper):
    """A Stack that shows the frame that the slider says, inside one for each row of buttons."""
    if switches:
        children = [_linked(inner, switches[1:], slider, shared, paper) for inner in variants.values()]
        source = switches[0], "index"
        stack = widgets.Stack(children, selected_index=0, layout=shared["layout"])
    else:
        children = [widgets.HTML(frame.html(k in paper), **shared) for k, frame in enumerate(variants)]
        source = slider, "value"
        stack = widgets.Stack(children, selected_index=slider.value, layout=shared["layout"])
    widgets.jslink(source, (stack, "selected_index"))
    return stack


def key_frames(count: int, tracks: int = 1) -> set[int]:
    """Which of a track's frames are for paper: evenly spread and the last, about a dozen in all tracks."""
    many = max(1, min(KEY_FRAMES, 3 * KEY_FRAMES // tracks))
    return {count - 1 - round(i * (count - 1) / max(many - 1, 1)) for i in range(many)}


def _shared():
    """One layout and one style for all frames: each would add a kilobyte to the page."""
    return {"layout": widgets.Layout(width="100%"), "style": widgets.HTML().style}
