"""How long a chapter takes to read: {minutes}`01-gradient` is its words at `PACE`, to the nearest five."""

from docutils import nodes

PACE = 200  # words a minute: a careful reader of a text with formulas


class Minutes(nodes.inline):
    """A place for a chapter's minutes, which are known when all chapters are read."""


def role(name, rawtext, text, lineno, inliner, options=None, content=()):
    return [Minutes(rawtext, "", chapter=text)], []


def count(env, docname):
    words = sum(len(said.split()) for *_, said, names in env.course_places[docname])
    return max(5, 5 * round(words / PACE / 5))


def fill(app, doctree, docname):
    for place in list(doctree.findall(Minutes)):
        chapter = docname.rpartition("/")[0] + "/" + place["chapter"]
        there = chapter in app.env.course_places        # or left out of `_toc.yml`
        place.replace_self(nodes.Text(f"{count(app.env, chapter)} min" if there else "not in this book"))


def setup(app):
    app.add_role("minutes", role)
    app.connect("doctree-resolved", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
