"""Labels in the bibliography as the text cites them: [Glorot and Bengio, 2010]."""

from collections import Counter

from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style
from pybtex.style.labels import BaseLabelStyle


class AuthorYear(BaseLabelStyle):
    def format_labels(self, entries):
        names = [author_year(entry) for entry in entries]
        again, met = Counter(names), Counter()
        for name in names:
            met[name] += 1
            yield name if again[name] == 1 else name + "abcdefgh"[met[name] - 1]


class Course(Style):
    default_label_style = AuthorYear


def author_year(entry):
    """Return "Glorot and Bengio, 2010"; from three authors on, "He et al., 2015"."""
    authors = [" ".join(person.prelast_names + person.last_names)
               for person in entry.persons.get("author", entry.persons.get("editor", []))]
    who = f"{authors[0]} et al." if len(authors) > 2 else " and ".join(authors)
    return f"{who or entry.fields.get('title', entry.key)}, {entry.fields.get('year', 'n.d.')}"


def setup(app):
    register_plugin("pybtex.style.formatting", "course", Course)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
