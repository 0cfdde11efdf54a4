"""What players lack in ipywidgets: buttons that step, names for their controls, arrow keys, and a voice.

Slider handles and icon buttons have no names, and nothing announces a step to a screen reader. JupyterLab and
Notebook 7 move from heading to heading with ← and →, and from cell to cell with ↑ and ↓, also while the
focus is on a slider. ``js/keys.js`` mends all of it, in a notebook and in the page.
"""

from __future__ import annotations

from pathlib import Path

import anywidget

__all__ = ["Keys"]


class Keys(anywidget.AnyWidget):
    """Put it before a player's slider, inside a box with the class ``course-stepper``."""

    _esm = Path(__file__).parent / "js/keys.js"
