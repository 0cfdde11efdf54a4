"""Formulas are set when the book is built, by MathJax in Node.js; a reader's browser only shows them.

All formulas of the pages that changed are set in one run before the first page is written. What has been set
once is kept beside the build. The TeX stands in `data-tex`, from where `page.js` takes it to the clipboard.
"""

import hashlib
import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.locale import _
from sphinx.util.math import get_node_equation_number

from course_book import frontend, npm

SCRIPT = frontend.LOCK / "formulas.mjs"
SCALE = 1.075            # as large as the text beside it: Source Serif's x is 0.475 em high, TeX's is 0.442

STOP = re.compile(r"[^\w\s([{]+")     # what may not begin a line


class Formulas:
    """Set formulas by their TeX: {(tex, display): markup}, kept in a file."""

    def __init__(self, path):
        self.path = path
        self.state = hashlib.sha256(SCRIPT.read_bytes() + (frontend.LOCK / "package-lock.json").read_bytes()
                                    + str(SCALE).encode()).hexdigest()
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if kept.get("state") != self.state:
            kept = {"set": [], "css": ""}
        self.set = {(tex, display): html for tex, display, html in kept["set"]}
        self.css = kept["css"]

    def add(self, wanted):
        """Set those that are not there yet; `wanted` is {(tex, display): where it stands}."""
        missing = [formula for formula in wanted if formula not in self.set]
        if not missing:
            return
        items = json.dumps([{"tex": tex, "display": display} for tex, display in missing])
        done = npm.run("node", SCRIPT, frontend.MODULES, str(SCALE), cwd=frontend.CACHE, input=items)
        if done.returncode:
            raise ExtensionError(f"Node.js could not set the formulas:\n{done.stderr[-2000:]}")
        answer = json.loads(done.stdout)
        for formula, html in zip(missing, answer["html"], strict=True):
            if isinstance(html, dict):
                raise ExtensionError(f"{wanted[formula]}: a formula that MathJax does not understand "
                                     f"({html['error']}):\n{formula[0]}")
            self.set[formula] = html
        self.css = answer["css"]
        kept = {"state": self.state, "css": self.css, "set": [[*formula, html] for formula, html in self.set.items()]}
        self.path.write_text(json.dumps(kept), encoding="utf-8")


def tex_of(node):
    """The TeX of a formula on a line of its own, as Sphinx hands it to MathJax."""
    if node.get("nowrap"):
        return node.astext()
    parts = [rf"\begin{{split}}{part}\end{{split}}" if r"\\" in part else part
             for part in node.astext().split("\n\n") if part.strip()]
    if len(parts) > 1:
        return r"\begin{align}\begin{aligned}" + r" \\ ".join(parts) + r"\end{aligned}\end{align}"
    return "".join(parts)


def wanted(doctree, where):
    found = {(tex_of(node), True): where for node in doctree.findall(nodes.math_block)}
    return found | {(node.astext(), False): where for node in doctree.findall(nodes.math)}


def collect(app, doctree):
    docname = app.env.docname
    app.env.course_formulas[docname] = wanted(doctree, docname)


def remember(app):
    app.course_formulas = Formulas(Path(app.outdir).parent / "formulas.json")


def start(app, env, docnames):
    env.course_formulas = getattr(env, "course_formulas", {})


def forget(app, env, docname):
    env.course_formulas.pop(docname, None)


def set_all(app, env):
    together = {}
    for found in env.course_formulas.values():
        together |= found
    app.course_formulas.add(together)


def hold_stops(app, doctree, docname):
    """Keep the stop or comma after a formula on its line: a browser would break between the two."""
    for formula in list(doctree.findall(nodes.math)):
        parent = formula.parent
        place = parent.index(formula)
        following = parent[place + 1] if place + 1 < len(parent) else None
        stop = isinstance(following, nodes.Text) and STOP.match(following)
        if stop:
            together = nodes.inline("", "", formula, nodes.Text(stop[0]), classes=["course-together"])
            parent[place:place + 2] = [together, nodes.Text(following[stop.end():])]


def markup(translator, tex, display):
    formulas = translator.builder.app.course_formulas
    formulas.add({(tex, display): translator.builder.current_docname})     # as a rule it is there
    return formulas.set[tex, display]


def visit_inline(self, node):
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight")
                     + markup(self, node.astext(), False) + "</span>")
    raise nodes.SkipNode


def visit_display(self, node):
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node.get("number"):
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append(markup(self, tex_of(node), True) + "</div>\n")
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("set", (visit_inline, None), (visit_display, None))
    app.connect("builder-inited", remember)
    app.connect("env-before-read-docs", start)
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", forget)
    app.connect("env-check-consistency", set_all)
    app.connect("doctree-resolved", hold_stops)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
