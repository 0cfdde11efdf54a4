"""The bibliography as a plain sequence: docutils calls it a list whose entries are no list items."""

#: what docutils writes; the second role is also deprecated (WAI-ARIA DPUB 1.1)
WRONG = {'<div role="list" class="citation-list">': '<div class="citation-list">', ' role="doc-biblioentry"': ""}


def mend_citations(app, pagename, templatename, context, doctree):
    if "citation-list" in context.get("body", ""):
        for wrong, right in WRONG.items():
            context["body"] = context["body"].replace(wrong, right)


def setup(app):
    app.connect("html-page-context", mend_citations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
