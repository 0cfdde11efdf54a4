"""An unseen part of every player that leaves the arrow keys to its slider where a notebook wants them.

JupyterLab and Notebook 7 move from heading to heading with ← and →, and from cell to cell with ↑ and
↓, also while the focus is on a slider; an attribute on the player tells them not to.
"""

from __future__ import annotations

from pathlib import Path

import anywidget

__all__ = ["Keys"]


class Keys(anywidget.AnyWidget):
    """Put it anywhere inside a box with the class ``course-stepper``."""

    _esm = Path(__file__).parent / "js/keys.js"
