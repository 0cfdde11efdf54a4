"""Docstrings as they are meant: a bar is an absolute value, not a substitution; names in a column are a list.

What `eval-rst` makes of them belongs to a document of its own, which knows all that Sphinx knows: kept with its page,
that is seven megabytes, unpacked twice for each page of the reference in every build. So it is given to its page.
"""

import re

CODE = re.compile(r"(`+[^`]*`+)")

#: a name, or several, and two spaces or more before what it is
COLUMN = re.compile(r"(\w[\w/*.]*(?:, \w[\w/*.]*)*) {2,}(\S.*)")


def keep_columns(app, what, name, obj, options, lines):
    """Make a list of lines that say, in two columns, what each name is; reST would run them together."""
    inside = False
    for number, line in enumerate(lines):
        found = COLUMN.fullmatch(line)
        inside = bool(found) or (inside and line.startswith("   "))
        if found:
            lines[number] = f"- ``{found[1]}``: {found[2]}"
        elif inside:
            lines[number] = f"  {line.strip()}"            # what goes on in the second column


def keep_bars(app, what, name, obj, options, lines):
    for number, line in enumerate(lines):
        if "|" in line:
            pieces = CODE.split(line)  # every second piece is code and stays as it is
            pieces[::2] = [re.sub(r"(?<!\\)\|", r"\\|", piece) for piece in pieces[::2]]
            lines[number] = "".join(pieces)


def adopt(app, doctree):
    for node in doctree.findall():
        node.document = doctree


def setup(app):
    app.connect("autodoc-process-docstring", keep_columns)
    app.connect("autodoc-process-docstring", keep_bars)
    app.connect("doctree-read", adopt)
    # raise env_version when the pages' trees change: Sphinx then reads every page again
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
