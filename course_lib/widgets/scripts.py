"""Puts a widget's JavaScript and its look together from the files in ``js``.

A widget has one module, and a page opened from a file may not import another: so what several scripts
share is put before each of them.
"""

from __future__ import annotations

import re
from pathlib import Path

from course_lib.widgets.frame import style

__all__ = ["HERE", "module", "rules"]

HERE = Path(__file__).parent / "js"
IMPORT = re.compile(r'^import \{.*\} from "\./.*";\n', re.M)
EXPORT = re.compile(r"^export default .*;\n", re.M)


def module(*names: str) -> str:
    """Scripts as one ES module, each after those that it imports from; the last one's widget is the module's."""
    *parts, last = [IMPORT.sub("", (HERE / name).read_text(encoding="utf-8")) for name in names]
    return "\n".join([*(EXPORT.sub("", part) for part in parts), last])


def rules(*names: str, more: str = "") -> str:
    """The look of frames, then `more`, then a widget's own style sheets."""
    own = "".join((HERE / name).read_text(encoding="utf-8") for name in names)
    return re.sub("</?style>", "", style(more + own))
