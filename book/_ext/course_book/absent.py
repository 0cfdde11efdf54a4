"""A book of some of the chapters: what leads to a page that `_toc.yml` leaves out is said in words, without a link.

Whoever drops a chapter would else have to find and mend every sentence that mentions it. Only what a page of this
book has is let off: a name that no page has is still a warning, and so an error of the build.
"""

import json
import posixpath
import re
from functools import cache
from pathlib import Path

from docutils import nodes

from course_book import quizzes

LABEL = re.compile(r"^\(([\w-]+)\)=\n+(?:#+ (.+)$)?", re.M)           # (sec-05-lenet)=, mostly above a heading
NAMED = re.compile(r"^(?::(?:label|name): |.*\$\$ *\()([\w-]+)\)?$", re.M)    # of an exercise, a proof, a formula


@cache
def source(path):
    """The words of a page, Markdown or notebook."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return text


def titles(app):
    """Of every page that is there but not in this book: {its name or a label of it: what it is called}."""
    found, top = {}, Path(app.srcdir)
    for path in [*top.glob("book/**/*.md"), *top.glob("book/**/*.ipynb")]:
        name = path.relative_to(top).with_suffix("").as_posix()
        if name in app.env.found_docs or "_ext" in path.parts:
            continue
        text = source(path)
        title = re.search(r"^# (.+)$", text, re.M)
        found[name] = title[1] if title else name
        found.update({label: heading or found[name] for label, heading in LABEL.findall(text)})
        found.update(dict.fromkeys(NAMED.findall(text), found[name]))
        asked = quizzes.QUESTION.findall(text.partition("\n## Quiz\n")[2])
        found.update({quizzes.name(name, number): number for number in asked})
    return found


def say(app, env, node, contnode):
    """The words in place of a reference, if the page it leads to was left out."""
    if not hasattr(env, "course_absent"):
        env.course_absent = titles(app)
    target = node["reftarget"].removesuffix(".ipynb").removesuffix(".md")
    here = Path(node.get("refdoc", "")).parent
    for name in (target, posixpath.normpath(here / target), target.lower()):
        if name in env.course_absent:
            words = contnode.astext() if node.get("refexplicit") else env.course_absent[name]
            return nodes.inline("", words)
    return None


def forget(app, env, *names):
    """What was left out of an earlier build may be in this one."""
    if hasattr(env, "course_absent"):
        del env.course_absent


def setup(app):
    app.connect("missing-reference", say)
    app.connect("env-before-read-docs", forget)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
