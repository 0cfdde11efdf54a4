"""Docstrings as they are meant: a bar is an absolute value, not a substitution; names in a column are a list.

What a class holds is listed once: the fields of a data class are its parameters, and "W, dW" are two names.

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


#: what napoleon makes of a line under "Attributes"
HELD = re.compile(r":(ivar|vartype) ([^:]+):(.*)")


def name_fields(app, what, name, obj, options, lines):
    """Give each of several names a line of its own; what a data class holds is what it is made of."""
    fields = getattr(obj, "__dataclass_fields__", getattr(obj, "_fields", ()))
    found = []
    for line in lines:
        held = HELD.fullmatch(line)
        for each in held[2].split(", ") if held else ():
            kind = {"ivar": "param", "vartype": "type"}[held[1]] if each in fields else held[1]
            found.append(f":{kind} {each}:{held[3]}")
        if not held:
            found.append(line)
    lines[:] = found


def skip_aliases(app, what, name, obj, skip, options):
    """Leave out what only repeats a field: a named tuple's entry, and a default that is a type."""
    return True if type(obj).__name__ == "_tuplegetter" or (isinstance(obj, type) and obj.__name__ != name) else None


def adopt(app, doctree):
    for node in doctree.findall():
        node.document = doctree


def setup(app):
    app.connect("autodoc-process-docstring", name_fields, priority=600)      # after napoleon
    app.connect("autodoc-skip-member", skip_aliases)
    app.connect("autodoc-process-docstring", keep_columns)
    app.connect("autodoc-process-docstring", keep_bars)
    app.connect("doctree-read", adopt)
    # raise env_version when the pages' trees change: Sphinx then reads every page again
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
