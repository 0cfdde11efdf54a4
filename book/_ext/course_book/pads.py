"""The drawing pad on pages that are no notebook, and its weights for every page of the built book.

The directive ``{drawing-pad}`` stands for the widget as a cell's output would; `widgets` does the rest. The
weights become a script beside the pages, made from the library at build time; a page asks for it on the first
touch.
"""

import base64
import json
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive

from course_lib.widgets import pad, scripts

WEIGHTS = "pad-weights.js"  # the name that js/pad.js asks for

def write_weights(app):
    static = Path(app.outdir, "_static")
    static.mkdir(parents=True, exist_ok=True)
    text = base64.b64encode(pad.packed_weights()).decode("ascii")
    (static / WEIGHTS).write_text(f'globalThis.courseWeights = "{text}";\n', encoding="ascii")


class DrawingPadDirective(Directive):
    """The pad, its still picture for paper, and the script that draws the one over the other."""

    def run(self):
        env = self.state.document.settings.env
        for path in (Path(pad.__file__), *scripts.HERE.glob("*")):  # a change there makes the page anew
            env.note_dependency(str(path))
        state = {**pad.drawing_pad().given(), "_esm": scripts.module(*pad.SCRIPTS), "_css": scripts.rules("pad.css"),
                 "_anywidget_id": "DrawingPad"}
        view = json.dumps({"state": state}).replace("<", r"\u003c")
        html = f'{pad.still()}<script type="application/vnd.jupyter.widget-view+json">{view}</script>'
        return [nodes.raw("", html, format="html")]


def setup(app):
    app.connect("builder-inited", write_weights)
    app.add_directive("drawing-pad", DrawingPadDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
