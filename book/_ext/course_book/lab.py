"""The chapters as whole notebooks beside the book: a JupyterLite that has the live pages' Python and packages.

`live` puts "Open as a notebook" onto each chapter's page and calls `write` when the pages are there.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = "lite"
#: what the notebooks show besides: widgets, and the book's own directives
EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "anywidget", "jupyterlab-myst",
              "@jupyterlite/pyodide-kernel-extension")
#: addresses as JupyterLite reads them: the one from the page of a notebook, the other from the top of its folder
KERNEL = {"pyodideUrl": "../../_static/live/pyodide.js", "disablePyPIFallback": True,
          "loadPyodideOptions": {"lockFileURL": "../_static/live/notebook-lock.json"}}
SETTINGS = {"jupyter-lite-schema-version": 0, "jupyter-config-data": {
    "appName": "How a convolutional network learns", "faviconUrl": "../_static/favicon.svg",
    "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": KERNEL}}}
OPTIONS = ("--apps=notebooks", "--no-sourcemaps", "--no-unused-shared-packages", "--no-libarchive")


def address(notebook):
    """Where a chapter stands as a notebook, from the top of the book."""
    return f"{FOLDER}/notebooks/index.html?path={notebook}"


def write(chapters, out):
    """Build it from the notebooks in the folder `chapters`."""
    extensions = Path(sys.prefix, "share/jupyter/labextensions")
    build = {"ignore_sys_prefix": ["federated_extensions"],
             "federated_extensions": [str(extensions / one) for one in EXTENSIONS]}
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "contents").mkdir()
        for path in sorted(chapters.glob("*.ipynb")):
            shutil.copy(path, here / "contents")
        (here / "jupyter-lite.json").write_text(json.dumps(SETTINGS))
        (here / "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": build}))
        program = "from jupyterlite_core.app import main; main()"
        folders = ("--lite-dir=.", "--contents=contents", "--output-dir=out")
        command = [sys.executable, "-c", program, "build", *OPTIONS, *folders]
        done = subprocess.run(command, cwd=here, check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"JupyterLite could not be built:\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}")
        shutil.rmtree(out, ignore_errors=True)
        shutil.move(here / "out", out)
