"""Each page says in its head what it is about, in words written for that: `book/_ext/descriptions.yml`."""

from html import escape
from pathlib import Path

import yaml

WRITTEN = Path(__file__).parents[1] / "descriptions.yml"


def describe(app, pagename, templatename, context, doctree):
    words = app.course_descriptions.get(pagename)
    if pagename.startswith("_modules/"):
        module = pagename.removeprefix("_modules/").replace("/", ".")
        words = f"The source code of {module}, as the course on convolutional networks runs it."
    elif words is None:
        words = f"{context.get('title') or pagename} of the course on how a convolutional network learns."
    context["metatags"] = context.get("metatags", "") + f'\n<meta name="description" content="{escape(words)}">'


def read(app):
    app.course_descriptions = yaml.safe_load(WRITTEN.read_text(encoding="utf-8"))


def setup(app):
    app.connect("builder-inited", read)
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
