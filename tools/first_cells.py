"""Write the first cell of every chapter: on Colab it installs `course_lib` from the repository.

A notebook opened on Colab has nothing but itself. The repository's address comes from
`_config.yml`; while it is unset, the cell says what to do instead. `tools/address.py` writes them all.
"""

from pathlib import Path

import nbformat
import yaml

ROOT = Path(__file__).parents[1]
TAGS = ["remove-cell", "first-cell"]

SET = """\
try:
    import course_lib
except ImportError:  # Colab opens the notebook alone: the library comes from the repository
    %pip install --quiet "course_lib @ git+{url}@{branch}\""""

UNSET = """\
try:
    import course_lib
except ImportError:
    raise SystemExit("This chapter needs course_lib. In a copy of the whole book, run "
                     "'pip install .' in its top folder, then restart the kernel.")"""


def wanted_source(config=ROOT / "_config.yml"):
    """Return the first cell's source for the address in a `_config.yml`."""
    repository = yaml.safe_load(Path(config).read_text(encoding="utf-8"))["repository"]
    return SET.format(**repository) if repository["url"] else UNSET


def is_first_cell(cell):
    return "first-cell" in cell.metadata.get("tags", [])


def count_anew(notebook):
    """Number the code cells, and their results, from 1 on."""
    codes = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    for number, code in enumerate(codes, start=1):
        for counted in [code, *(output for output in code.outputs if "execution_count" in output)]:
            counted.execution_count = number


def update(path, source, write=True):
    """Give a chapter its first cell; return whether it had to change."""
    notebook = nbformat.read(path, as_version=4)
    cell = next((cell for cell in notebook.cells[:1] if is_first_cell(cell)), None)
    if cell is not None and cell.source == source:
        return False
    if write:
        if cell is None:
            cell = nbformat.v4.new_code_cell(metadata={"tags": TAGS}, id="first-cell")
            notebook.cells.insert(0, cell)
        cell.source = source
        count_anew(notebook)
        nbformat.write(notebook, path)
    return True
