"""Docstrings that read like mathematics: a bar is an absolute value, not a substitution."""

import re

CODE = re.compile(r"(`+[^`]*`+)")


def keep_bars(app, what, name, obj, options, lines):
    for number, line in enumerate(lines):
        if "|" in line:
            pieces = CODE.split(line)  # every second piece is code and stays as it is
            pieces[::2] = [re.sub(r"(?<!\\)\|", r"\\|", piece) for piece in pieces[::2]]
            lines[number] = "".join(pieces)


def setup(app):
    app.connect("autodoc-process-docstring", keep_bars)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
