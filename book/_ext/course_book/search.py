"""What the search looks through: the sections, exercises, formulas, terms and functions of the book.

Sphinx's own index is left out: it is large, was fetched with every page, and knows words, not sentences. This one
is a list of places with their words, fetched when a reader opens the search (`_static/search.js`); MiniSearch makes
its index of it in the browser.
"""

import json
import re
import shutil
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node, solution_node
from sphinx_proof.nodes import corollary_node, definition_node, lemma_node, theorem_node

from course_book import frontend
from course_book.light import wrote_pages

DATA, ENGINE = "search-places.js", "minisearch.js"
BOXES = (exercise_node, exercise_enumerable_node, theorem_node, lemma_node, corollary_node, definition_node)
PLACES = (nodes.section, nodes.definition_list_item, addnodes.desc, *BOXES)
#: not words of the author's
SKIPPED = (nodes.raw, nodes.comment, nodes.title, nodes.math_block, nodes.literal_block, nodes.image,
           addnodes.desc_signature, solution_node)


def words(node):
    """The text of a place without that of the places within it, formulas in letters."""
    pieces = []

    def collect(each):
        for child in each.children:
            if isinstance(child, nodes.Text):
                pieces.append(child.astext())
            elif isinstance(child, nodes.math):
                pieces.append(re.sub(r"[\\{}]", "", child.astext()))
            elif isinstance(child, addnodes.pending_xref) and not child.get("refexplicit"):
                pieces.append(reference(child))
            elif not (isinstance(child, (*PLACES, *SKIPPED)) or "cell_output" in child.get("classes", ())
                      or "quiz" in child.get("container_classes", ())):      # what is wrong there should not be found
                collect(child)
                if not isinstance(child, nodes.Inline):
                    pieces.append(" ")

    collect(node)
    return " ".join("".join(pieces).split())


def reference(link):
    """The words of a link that the author has left to the book."""
    if link.get("refdomain") == "cite":
        return ""
    if link["reftype"] == "doc":
        chapter = re.search(r"(\d\d)-[\w-]+$", link["reftarget"])
        return f"chapter {int(chapter[1])}" if chapter else link.astext()
    return "…" if link["reftype"] in ("eq", "ref", "numref") else link.children[0].astext() if link.children else ""


def names(node):
    """The names in the code of a section, each once."""
    code = " ".join(block.astext() for block in node.findall(nodes.literal_block) if within(block, node))
    return " ".join(sorted(set(re.findall(r"[A-Za-z_][A-Za-z_0-9]{2,}", code))))


def within(block, section):
    """Whether a block is code of this section: not of one within it, and not what code has printed."""
    above = block.parent
    while above is not section:
        if isinstance(above, PLACES) or "cell_output" in above.get("classes", ()):
            return False
        above = above.parent
    return True


def box(node, title):
    head, *rest = node.children
    name = re.sub(rf"^({node['title']}|Exercise)? ?\(?|\)$", "", head.astext()).strip()
    return node.get("realtype") or node["type"], name, " ".join(words(child) for child in rest), ""


def section(node, title):
    own = isinstance(node.parent, (nodes.section, nodes.document))      # not the content of a box
    return ("section", node.next_node(nodes.title).astext(), words(node), names(node)) if own else None


def term(node, title):
    name = node.next_node(nodes.term).astext()
    return "term", name, words(node).removeprefix(name).strip(), ""


def function(node, title):
    return node["objtype"], anchor(node), words(node), ""


def formula(node, title):
    before = node.parent.children[:node.parent.index(node)]
    before = [each for each in before if not isinstance(each, nodes.target)][-1:]
    said = words(before[0]) if before and isinstance(before[0], nodes.paragraph) else ""
    return ("formula", title, said, "") if node.get("number") else None


#: what describes each sort of node: a function of it and of the section's title, to (kind, title, words, names in code)
DESCRIBED = {**dict.fromkeys(BOXES, box), nodes.section: section, nodes.definition_list_item: term,
             addnodes.desc: function, nodes.math_block: formula}


def anchor(node):
    """Where on its page a node is; nothing for one that no link can lead to."""
    holder = {nodes.definition_list_item: nodes.term, addnodes.desc: addnodes.desc_signature}.get(type(node))
    ids = (node.next_node(holder) if holder else node)["ids"]
    return ids[0] if ids else ""


def places(doctree):
    """Yield (kind, anchor, title, words, names in code) of each place."""
    title = ""
    for node in doctree.findall(lambda node: type(node) in DESCRIBED):
        place = anchor(node)
        found = DESCRIBED[type(node)](node, title) if place else None
        if found:
            kind, name, said, code = found
            title = name if kind == "section" else title
            yield kind, place, name, said, code


def collect(app, doctree):
    app.env.course_places[app.env.docname] = list(places(doctree))


def start(app, env, docnames):
    env.course_places = getattr(env, "course_places", {})


def forget(app, env, docname):
    getattr(env, "course_places", {}).pop(docname, None)


def number(env, docname, anchor=""):
    """A section's number and a point, or nothing."""
    figures = env.toc_secnumbers.get(docname, {}).get(f"#{anchor}" if anchor else "")
    return ".".join(map(str, figures)) + " " if figures else ""


def write(app, exception):
    if exception or not wrote_pages(app):
        return
    env, pages, found = app.env, [], []
    for docname in sorted(env.course_places):
        page = len(pages)
        pages.append([app.builder.get_target_uri(docname), number(env, docname) + env.titles[docname].astext()])
        found += [[page, kind, anchor, (number(env, docname, anchor) if kind == "section" else "") + title, said, code]
                  for kind, anchor, title, said, code in env.course_places[docname]]
    static = Path(app.outdir, "_static")
    data = json.dumps({"pages": pages, "places": found}, ensure_ascii=False, separators=(",", ":"))
    (static / DATA).write_text(f"window.coursePlaces = {data};\n", encoding="utf-8")
    shutil.copy(frontend.MODULES / "minisearch/dist/umd/index.js", static / ENGINE)


def without_sphinx_search(app):
    app.builder.search = False


def page(app):
    """The page that the search's form leads to where its list did not."""
    body = ('<section><h1>Search</h1><form class="course-search" role="search"><input type="search" name="q" '
            'aria-label="Search this book" autocomplete="off"></form>'
            "<noscript><p>The search runs in the page and needs JavaScript.</p></noscript></section>")
    yield "search", {"title": "Search", "body": body, "metatags": ""}, "page.html"


def setup(app):
    app.connect("builder-inited", without_sphinx_search)
    app.connect("env-before-read-docs", start)
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", forget)
    app.connect("html-collect-pages", page)
    app.connect("build-finished", write, priority=700)
    return {"parallel_read_safe": False, "parallel_write_safe": True, "env_version": 1}
