"""A question of a quiz is a place: question 3 of chapter 1 is `quiz-01-3` to whoever refers to it."""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform

QUESTION = re.compile(r"^\*\*(\d+)\. ", re.M)  # in a chapter's source, after the heading "Quiz"


def name(page, number):
    """`quiz-01-3`, of book/01-gradient."""
    return f"quiz-{page.rpartition('/')[2][:2]}-{number}"


class Questions(SphinxTransform):
    """Name the paragraphs that ask, before Sphinx collects what has a name."""

    default_priority = 500

    def apply(self):
        page = self.env.docname
        for section in self.document.findall(nodes.section):
            if re.match(r"book/\d\d-", page) and section[0].astext() == "Quiz":
                for paragraph in section.findall(nodes.paragraph):
                    asked = re.match(r"(\d+)\. ", paragraph.astext())
                    if asked and paragraph.parent is section:
                        paragraph["names"].append(name(page, asked[1]))
                        self.document.note_explicit_target(paragraph)


def setup(app):
    app.add_transform(Questions)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
