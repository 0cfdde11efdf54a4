"""What is seen at one step: a picture with its words, and the look that all widgets share."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from course_lib.figures import palette

__all__ = ["Frame", "style"]

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
.course-frames .course-words { min-height: var(--course-room, 0); }
@media (max-width: 700px) { .course-words { flex-basis: 100%; }
  .course-frames .course-words { min-height: var(--course-room, 11rem); } }
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
        return (f'<div class="course-frame{" course-keyframe" if key else ""}"><div class="course-words">'
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
