"""Words of the glossary: a chapter's first use of one leads there and says its sentence on the spot.

The words are found in the paragraphs of a chapter; nobody writes the links. What has an everyday meaning too is
left alone (`EVERYDAY`, `MEANT_OTHERWISE`): a chapter that means the term writes {term}`step` itself.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.util.nodes import make_refnode

from course_book.search import reference

PAGE = "book/glossary"
#: words that are as often meant as everybody means them
EVERYDAY = {"band", "cache", "floor", "held out", "kink", "message", "rank", "step", "strip", "symmetry", "target",
            "thread", "tie", "unit", "view", "width"}
#: chapters that first use a word for something else: an affine map, a loss of rank, an LSTM's gate, a layer's output
MEANT_OTHERWISE = {"book/02-depth": {"loss", "map"}, "book/03-relu": {"gate", "map"},
                   "book/04-initialisation": {"activation", "map"}, "book/11-reading": {"window"}}
#: a word in one of these is code, a name or a link already
CLOSED = (nodes.literal, nodes.math, nodes.reference, nodes.title, nodes.raw, nodes.target, nodes.footnote_reference,
          nodes.admonition, nodes.strong)


class Tip(nodes.inline):
    """The sentence of the glossary behind a word of it."""


def sentences(env):
    """{term: (its place on the page, the paragraph that says what it means)}."""
    found = {}
    for item in env.get_doctree(PAGE).findall(nodes.definition_list_item):
        for term in item.findall(nodes.term):
            found[term.astext()] = term["ids"][0], item.next_node(nodes.paragraph)
    return found


def pattern(terms):
    """A pattern for the terms, longest first, in the singular or the plural."""
    longest = sorted(terms, key=len, reverse=True)
    words = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest)
    return re.compile(rf"(?<![\w-])({words})(?:e?s)?(?![\w-])", re.I)


def paragraphs(doctree):
    """The paragraphs of a chapter that run from one sentence to the next: no captions, notes, quizzes."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, (nodes.section, nodes.list_item)) and not in_quiz(paragraph):
            yield paragraph


def in_quiz(node):
    while node := node.parent:
        if "quiz" in node.get("classes", ()):
            return True
    return False


def texts(paragraph):
    for text in list(paragraph.findall(nodes.Text)):
        above = text.parent
        while above is not paragraph and not isinstance(above, CLOSED):
            above = above.parent
        if above is paragraph:
            yield text


def link(app, doctree, docname):
    """Link each term where the chapter first uses it."""
    if not re.match(r"book/\d\d-", docname) or PAGE not in app.env.found_docs:    # a book of some chapters only
        return
    alone = EVERYDAY | MEANT_OTHERWISE.get(docname, set())
    left = {term: place for term, place in sentences(app.env).items() if term not in alone}
    for paragraph in paragraphs(doctree):
        for text in texts(paragraph):
            if left and (pieces := linked(app, docname, text, left)):
                text.parent.replace(text, pieces)


def linked(app, docname, text, left):
    """The pieces of a text with links for the terms in it that are left; those are left no more."""
    small = {term.lower(): term for term in left}
    pieces, end = [], 0
    for found in pattern(left).finditer(text):
        term = small[re.sub(r"\s+", " ", found[1].lower())]
        if term in left:
            before, end = text[end:found.start()], found.end()
            pieces += [nodes.Text(before), *word(app, docname, found[0], *left.pop(term))]
    return [*pieces, nodes.Text(text[end:])] if pieces else []


def word(app, docname, shown, address, sentence):
    """A link to the glossary, and after it the sentence, which is hidden until it is asked for."""
    link = make_refnode(app.builder, docname, PAGE, address, nodes.Text(shown))
    link["classes"] = ["course-term"]
    tip = Tip("", "", *(child.deepcopy() for child in sentence.children))
    for inner in list(tip.findall(addnodes.pending_xref)):       # a sentence that is looked at leads nowhere else
        inner.replace_self(nodes.Text(reference(inner)))
    return link, tip


def letters(app, doctree, docname):
    """Put the first letters of its terms over the glossary, to jump to."""
    if docname != PAGE:
        return
    first = {}
    for term in doctree.findall(nodes.term):
        first.setdefault(term.astext()[0].upper(), term["ids"][0])
    line = nodes.paragraph(classes=["course-letters"])
    for letter, place in first.items():
        line += [nodes.reference("", letter, internal=True, refid=place), nodes.Text(" ")]
    glossary = doctree.next_node(nodes.definition_list)
    while not isinstance(glossary.parent, nodes.section):
        glossary = glossary.parent
    glossary.parent.insert(glossary.parent.index(glossary), line)


def visit_tip(self, node):
    number = self.course_tips = getattr(self, "course_tips", 0) + 1
    # a link names it (page.js), so that a screen reader says it after the link
    self.body.append(f'<span class="course-tip" role="tooltip" id="tip-{number}">')


def depart_tip(self, node):
    self.body.append("</span>")


def setup(app):
    app.add_node(Tip, html=(visit_tip, depart_tip))
    app.connect("doctree-resolved", link)
    app.connect("doctree-resolved", letters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
