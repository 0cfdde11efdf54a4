"""Puts a widget's JavaScript and its look together from the files in ``js``.

A widget has one module, and a page opened from a file may not import another: so what several scripts
share is put before each of them.
"""

from __future__ import annotations

import re
from pathlib import Path

from course_lib.widgets.stepper import style

__all__ = ["HERE", "module", "rules"]

HERE = Path(__file__).parent / "js"
IMPORT = re.compile(r'^import \{.*\} from "\./.*";\n', re.M)


def module(*names: str) -> str:
    """Scripts as one ES module, each after those that it imports from."""
    return IMPORT.sub("", "\n".join((HERE / name).read_text(encoding="utf-8") for name in names))


def rules(name: str, more: str = "") -> str:
    """The look of frames, then `more`, then a widget's own style sheet."""
    own = (HERE / name).read_text(encoding="utf-8")
    return re.sub("</?style>", "", style(more + own))
