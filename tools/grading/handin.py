"""A notebook as a student hands it in: read without trust, from any version, with ids or without."""

import json
from pathlib import Path

MOST = 20 * 2**20       # bytes of a notebook


class Unreadable(Exception):
    """A notebook that cannot be read; the text is a sentence for the report."""


def find(folder, name):
    """The notebook of a part somewhere in a student's folder; raises `Unreadable` if there is none, or several."""
    found = [path for path in sorted(folder.rglob("*.ipynb"))
             if path.stem == name and ".ipynb_checkpoints" not in path.parts]
    if not found:
        raise Unreadable(f"there is no {name}.ipynb")
    if len(found) > 1:
        raise Unreadable(f"there are {len(found)} files called {name}.ipynb")
    for path in (found[0], *found[0].parents):
        if path.is_symlink() and path.is_relative_to(folder):
            raise Unreadable(f"{name}.ipynb is a link, not a file")
    return found[0]


def read(path):
    """The code cells of a notebook: (grade_id or None, label, source) each."""
    if not path.is_file() or path.stat().st_size > MOST:
        raise Unreadable(f"it is no file of at most {MOST >> 20} MB")
    try:
        notebook = json.loads(path.read_bytes())
        sheets = notebook.get("worksheets")             # notebooks of before 2015
        cells = sheets[0]["cells"] if sheets else notebook["cells"]
        code = [_cell(cell, number) for number, cell in enumerate(cells, 1) if cell.get("cell_type") == "code"]
    except (ValueError, RecursionError) as error:
        raise Unreadable("its file is damaged: it is no JSON, as notebooks are") from error
    except (LookupError, TypeError, AttributeError) as error:
        raise Unreadable("its file is no notebook") from error
    return code


def _cell(cell, number):
    source = cell.get("source", cell.get("input", ""))
    source = source if isinstance(source, str) else "".join(source)
    name = (cell.get("metadata") or {}).get("nbgrader", {}).get("grade_id")
    return name if isinstance(name, str) else None, f"cell {number}", source


def program(part, cells):
    """What is run of a hand-in: every cell, the given ones as we gave them, without the checks and what only looks.

    Parameters
    ----------
    part : grading.parts.Part
    cells : as `read` returns them

    Returns
    -------
    list of (label, source)
    """
    given = {cell.name: cell.source for cell in part.of("given")}
    left_out = {cell.name for cell in part.of("check", "look")}
    kept = {name for name, _, _ in cells}
    first = [(f"given cell {name}", source) for name, source in given.items() if name not in kept]
    return first + [(label, given.get(name, source)) for name, label, source in cells if name not in left_out]


def student_of(path):
    """The student whose hand-in a folder is: the folder's name."""
    return Path(path).name
