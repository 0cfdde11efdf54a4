"""Run chapters and store what they print and draw, widgets too.

python tools/store_outputs.py [book/05-counting.ipynb ...]      without a name: all of them
"""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).parents[1]
VOLATILE = ("execution", "collapsed", "scrolled")  # cell metadata that only says how it was run


def store(path):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=900, kernel_name="python3", store_widget_state=True,
                   coalesce_streams=True,
                   resources={"metadata": {"path": str(path.parent)}}).execute()
    for cell in notebook.cells:
        for key in VOLATILE:
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":  # progress bars and warnings are for the one who runs the cell
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    notebook.metadata.get("language_info", {}).pop("version", None)  # any Python may run them
    nbformat.write(notebook, path)


def main(*names):
    for path in [Path(name).resolve() for name in names] or sorted(ROOT.glob("book/*.ipynb")):
        start = time.monotonic()
        print(f"{path.name} ...", end=" ", flush=True)
        try:
            store(path)
        except CellExecutionError as error:
            sys.exit(f"stops with an error; its outputs are left as they were:\n{error}")
        print(f"{time.monotonic() - start:.0f} s")
    print("Outputs stored. `.venv/bin/pytest book/NN-name.ipynb` compares them with a fresh run; git shows changes.")


if __name__ == "__main__":
    main(*sys.argv[1:])
