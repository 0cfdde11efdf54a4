"""The drawing pad on pages that are no notebook, and its weights for every page of the built book.

The directive ``{drawing-pad}`` puts the widget's own script into the page, as it is, with the state
that a widget manager would hand it. The weights become a script beside the pages, made from the
library at build time; a page asks for it on the first touch.
"""

import base64
import json
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive

from course_lib.widgets import pad, scripts

WEIGHTS = "pad-weights.js"  # the name that js/pad.js asks for

MOUNT = """
for (const place of document.querySelectorAll("[data-course-pad]")) {
  const state = JSON.parse(place.dataset.coursePad);
  const model = { get: (name) => state[name], set: (name, value) => { state[name] = value; },
    save_changes() {}, on() {}, off() {} };
  document.head.append(h("style", { textContent: state.css }));
  render({ model, el: place });
}
"""


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
        state = json.dumps({**pad.drawing_pad().given(), "css": scripts.rules("pad.css")}, ensure_ascii=False)
        state = state.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
        html = (f'{pad.still()}<div data-course-pad="{state}"></div>'
                f'<script type="module">{scripts.module(*pad.SCRIPTS)}{MOUNT}</script>')
        return [nodes.raw("", html, format="html")]


def setup(app):
    app.connect("builder-inited", write_weights)
    app.add_directive("drawing-pad", DrawingPadDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
