"""Widgets that sleep until a reader comes near: the page holds what each shows first, as plain markup.

What a widget is and what it shows (its script, its state) stand in files beside the pages; `asleep.js` fetches
them and puts the widget that works in the place of its first view. No widget manager is needed: the course's
widgets are anywidgets, whose scripts ask for nothing but a model.
"""

import base64
import gzip
import json
import re
from html import escape
from pathlib import Path

from sphinx.util import logging

from course_book import frontend, npm, paper

VIEW = re.compile(r'<script type="application/vnd\.jupyter\.widget-view\+json">([^<]*)</script>')
STATE = "application/vnd.jupyter.widget-state+json"
EXPORT = re.compile(r"^export default \{ render(?:: (\w+))? \};\n?", re.M)
OTHERS = ("layout", "tabbable", "tooltip")   # what every widget has, and no script asks for
FOLDER = "_static/widgets"
SCRIPT = frontend.LOCK / "first_views.mjs"
logger = logging.getLogger(__name__)


def put_to_sleep(app, pagename, templatename, context, doctree):
    """Write the files of a page's widgets, and their first views into the page."""
    models = take_state(context)
    if VIEW.search(context.get("body", "")):
        folder = Path(app.outdir, FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{Path(pagename).name}-*.js"):
            old.unlink()
        context["body"] = Sleeping(folder, Path(pagename).name, models).page(context["body"])


def take_state(context):
    """Take the state of a page's widgets out of its scripts; {} if it has none."""
    for script in context.get("script_files", []):
        attributes = getattr(script, "attributes", {})
        if attributes.get("type") == STATE:
            context["script_files"] = [each for each in context["script_files"] if each is not script]
            return json.loads(attributes["body"])["state"]
    return {}


class Sleeping:
    """The widgets of one page, in their order."""

    def __init__(self, folder, page, models):
        self.folder, self.page_name, self.models = folder, page, models
        self.looks, self.count = set(), 0

    def page(self, body):
        views = [json.loads(view) for view in VIEW.findall(body)]
        given = [self.given(view) for view in views]
        drawn = iter(first_views([each for each in given if each]))
        markup = iter([self.asleep(each, next(drawn)) if each else self.other(view["model_id"])
                       for each, view in zip(given, views, strict=True)])
        return VIEW.sub(lambda _: next(markup), body)

    def given(self, view):
        """{"kind", "esm", "css", "state"} of an anywidget; None for another."""
        state = self.models[view["model_id"]]["state"] if "model_id" in view else view["state"]
        if "_esm" in state:
            return {"kind": state["_anywidget_id"].split(".")[-1], "esm": state["_esm"], "css": state["_css"],
                    "state": {name: value for name, value in state.items() if name[0] != "_" and name not in OTHERS}}

    def asleep(self, widget, drawn):
        self.count += 1
        name = f"{self.page_name}-{self.count}"
        write(self.folder / f"{widget['kind']}.js", script(widget["kind"], widget["esm"]))
        write(self.folder / f"{name}.js", f'courseState("{name}", "{packed(widget["state"])}");\n')
        look = "" if widget["kind"] in self.looks else f"<style>{widget['css']}</style>"
        self.looks.add(widget["kind"])
        return (f'{look}<div class="course-asleep" data-widget="{widget["kind"]}" data-state="{name}">{drawn}</div>'
                f"{paper.on_paper(widget['state'], look_of(drawn))}")

    def other(self, root):
        """A progress bar as it stood in the end; what else there is cannot work without Python."""
        models = self.models
        children = models[root]["state"].get("children", [])
        states = [models[child.removeprefix("IPY_MODEL_")]["state"] for child in children]
        bars = [state for state in states if state["_model_name"] == "FloatProgressModel"]
        if not bars:
            logger.warning("%s: the built page can show anywidgets and progress bars; %s needs Python, and is left out "
                           "(an anywidget computes in the page itself: see CONTRIBUTING.md)", self.page_name,
                           models[root]["model_name"])
            return ""
        words = [state["value"] for state in states if state["_model_name"] == "HTMLModel"]
        (bar,) = bars
        return (f'<p class="course-progress">{words[0]} <progress value="{bar["value"]}" max="{bar["max"]}" '
                f'aria-label="{escape(re.sub("<.*?>", "", words[0])) or "progress"}"></progress> {words[-1]}</p>')


def look_of(drawn):
    """The classes of a widget's outermost element, but for the one that all players have."""
    found = re.match(r'<div class="([^"]*)"', drawn)
    return " ".join(name for name in found[1].split() if name != "course-stepper") if found else ""


def packed(state):
    """A widget's state as text: compressed, so that it is light wherever it comes from."""
    text = json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(gzip.compress(text, mtime=0)).decode("ascii")


def script(kind, esm):
    """A widget's module as a script that a page opened from a file may load too."""
    (name,) = EXPORT.findall(esm)
    body = re.sub(r"^export ", "", EXPORT.sub("", esm), flags=re.M)
    return f'courseWidget("{kind}", (() => {{\n{body}\nreturn {name or "render"};\n}})());\n'


def write(path, text):
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def first_views(widgets):
    """What each widget shows first, as markup."""
    if not widgets:
        return []
    done = npm.run("node", SCRIPT, frontend.MODULES, cwd=frontend.CACHE, input=json.dumps(widgets))
    if done.returncode:
        raise RuntimeError(f"Node.js could not draw the widgets' first views:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def setup(app):
    app.add_js_file("asleep.js", loading_method="defer")
    app.connect("html-page-context", put_to_sleep, priority=900)   # after MyST-NB has put the state there
    return {"parallel_read_safe": True, "parallel_write_safe": True}
