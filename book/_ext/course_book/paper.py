"""What a player shows on paper, and where no script runs: its key frames in order, with their words.

The frames come out of the widgets' own state, which the page holds anyway; `course_lib.widgets` has marked
some with the class `course-key`. They stand hidden after the player, in a box with its classes, so that
its rules hold for them too; `course.css` shows them instead of it.
"""

import json
import re
from html import escape
from itertools import groupby

VIEW = re.compile(r'<script type="application/vnd\.jupyter\.widget-view\+json">([^<]*)</script>')
STATE = "application/vnd.jupyter.widget-state+json"
KEY = '<div class="course-frame course-key"'


def add_key_frames(app, pagename, templatename, context, doctree):
    """Put the key frames of each player of a page behind it."""
    models = widget_state(context.get("script_files", []))
    if models:
        context["body"] = VIEW.sub(
            lambda view: view[0] + on_paper(models, json.loads(view[1])["model_id"]), context["body"])


def widget_state(scripts):
    """Return the state of each widget model of a page; {} if it has no widgets."""
    for script in scripts:
        attributes = getattr(script, "attributes", {})
        if attributes.get("type") == STATE:
            return json.loads(attributes["body"])["state"]
    return {}


def on_paper(models, root):
    """Return the key frames below a widget, in order, under what its buttons say; "" if it has none."""
    frames = list(markup(models, root, switches(models)))
    keys = [(path, value) for value, path in first_seen(frames).items() if value.startswith(KEY)]
    if not keys:
        return ""
    look = next((value for _, value in frames if value.startswith("<style>")), "")
    tracks = [(path, [value for _, value in group]) for path, group in groupby(keys, key=lambda key: key[0])]
    names = [name for name in models[root]["state"].get("_dom_classes", []) if name != "course-stepper"]
    return f'<div class="{" ".join(["course-paper", *names])}">{look}{"".join(sheets(tracks))}</div>'


def sheets(tracks):
    """Yield each track's name and frames; tracks of one frame stand side by side."""
    if all(len(values) == 1 for _, values in tracks):
        yield stills(f"<div>{title(path)}{value}</div>" for path, (value,) in tracks)
    else:
        for path, values in tracks:
            yield title(path) + stills(values)


def title(path):
    return f'<p class="course-track">{escape("; ".join(path))}</p>' if path else ""


def stills(frames):
    return f'<div class="course-stills">{"".join(frames)}</div>'


def first_seen(frames):
    """Return {markup: path} without repetitions: tracks may begin with the same frames."""
    seen = {}
    for path, value in frames:
        seen.setdefault(value, path)
    return seen


def switches(models):
    """Return for each stack that a row of buttons switches what the buttons say."""
    said = {}
    for model in models.values():
        if model["model_name"] != "LinkModel":
            continue
        (source, _), (target, trait) = model["state"]["source"], model["state"]["target"]
        buttons = models[identifier(source)]
        if buttons["model_name"] == "ToggleButtonsModel" and trait == "selected_index":
            state = buttons["state"]
            said[identifier(target)] = [f"{state['description']}: {label}" for label in state["_options_labels"]]
    return said


def markup(models, name, said, path=()):
    """Yield the HTML widgets below one widget as (what the buttons say, markup)."""
    model = models[name]
    if model["model_name"] == "HTMLModel":
        yield path, model["state"]["value"]
    for i, child in enumerate(model["state"].get("children", [])):
        inner = (*path, said[name][i]) if name in said else path
        yield from markup(models, identifier(child), said, inner)


def identifier(reference):
    return reference.removeprefix("IPY_MODEL_")


def setup(app):
    app.connect("html-page-context", add_key_frames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
