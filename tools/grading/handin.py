"""A notebook as a student hands it in: read without trust, from any version, with ids or without."""

import json
import re
from pathlib import Path

MOST = 20 * 2**20       # bytes of a notebook


class Unreadable(Exception):
    """A notebook that cannot be read; the text is a sentence for the report."""


class Missing(Unreadable):
    """A part that was not handed in, or not yet."""


def files(folder, *ends):
    """The files of a student's folder that are called so, hidden ones left out: the system's copies, checkpoints."""
    return [path for path in sorted(folder.rglob("*")) if any(end in path.suffixes for end in ends)
            and path.is_file() and not any(word.startswith(".") for word in path.relative_to(folder).parts)]


def find(folder, part):
    """The notebook of a part somewhere in a student's folder; raises `Unreadable` if there is none, or several.

    On its way a file is renamed: `part2_forward (1).ipynb`, `Copy of part2_forward.ipynb`, `task 2.ipynb.txt`. So
    the part's own name comes first, then a name that has it in it, then what the notebook defines.
    """
    found = candidates(files(folder, ".ipynb"), part)
    if not found:
        raise Missing(f"there is no {part.name}.ipynb")
    if len(found) > 1:
        names = ", ".join(path.relative_to(folder).as_posix() for path in found)
        raise Unreadable(f"there are {len(found)} files that may be {part.name}.ipynb: {names}")
    for path in (found[0], *found[0].parents):
        if path.is_symlink() and path.is_relative_to(folder):
            raise Unreadable(f"{part.name}.ipynb is a link, not a file")
    return found[0]


def candidates(notebooks, part):
    """The notebooks that may be a part's."""
    return ([path for path in notebooks if path.stem == part.name]
            or [path for path in notebooks if part.name in path.name]
            or _by_content(notebooks, [cell.name for cell in part.of("answer")]))


def _by_content(notebooks, asked):
    """Those that define most of the functions that a part asks for, and more of them than the others do."""
    counts = {path: _defined(path, asked) for path in notebooks if not path.is_symlink()}
    most = max(counts.values(), default=0)
    return [path for path, count in counts.items() if count == most > len(asked) / 2]


def _defined(path, asked):
    """How many functions of some names a notebook defines."""
    try:
        source = "\n".join(source for _, _, source in read(path))
    except Unreadable:
        return 0
    return sum(re.search(rf"^def {name}\b", source, re.M) is not None for name in asked)


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
