"""Nothing on a page asks another host for anything, so the book can be read from a folder."""

import hashlib
from pathlib import Path

from sphinx.errors import ExtensionError

from course_book import frontend

STATIC = Path(__file__).resolve().parents[2] / "_static"


def digest(folder):
    """Return a digest of the files below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def use_local_parts(app, config):
    try:
        frontend.fetch(report=print)
    except frontend.FrontEndError as error:
        raise ExtensionError(str(error)) from None
    config.html_static_path = [str(STATIC)]
    # Sphinx copies static files only when it writes a page: a change rewrites them all.
    config.course_static = digest(STATIC) + digest(Path(__file__).parent)
    config.html_math_renderer = "set"
    config.nb_ipywidgets_js = {}


def silence_thebe(app, config):
    """Keep sphinx-thebe, which the theme loads and the book does not use, off the pages.

    It would put scripts on each page that name hosts, for live code that nobody switched on.
    """
    for listeners in app.events.listeners.values():
        for listener in list(listeners):
            if listener.handler.__module__.startswith("sphinx_thebe"):
                app.disconnect(listener.id)
    styles = app.registry.css_files
    styles[:] = [(name, options) for name, options in styles if "thebe" not in name]


def setup(app):
    app.add_config_value("course_static", "", "html")
    app.connect("config-inited", use_local_parts)
    app.connect("config-inited", silence_thebe)
    app.add_js_file("theme-names.js")
    app.add_css_file("course.css", priority=610)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
