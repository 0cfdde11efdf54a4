"""Execute the chapters that need it, two at a time, before Sphinx reads them.

MyST-NB would execute them one after the other. It looks into its cache of executed notebooks
first, so this puts them there. The cache is named after the state of `course_lib` and the versions of
what it needs: a change in the library makes a new cache, and so every chapter runs again. Figures are
drawn for dark pages as well (`course_lib.figures.dark`) and say what is drawn on them (`drawn`); both lie
beside the cache's notebooks. `make test` compares what is stored with what was executed here (`executed`).
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import sys
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import requires, version
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from nbclient.exceptions import CellTimeoutError
from sphinx.errors import ExtensionError
from sphinx.util import logging

PREFIX = ".jupyter_cache-"
DRAWN = Path(__file__).with_name("drawn.py")
DRAWN_AS = "application/x-drawn+json"
logger = logging.getLogger(__name__)


def library_digest():
    """Return a short digest of every file of `course_lib`."""
    folder = Path(importlib.util.find_spec("course_lib").origin).parent
    state = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            state.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return state.hexdigest()[:12]


def cache_of(build):
    """The folder, below that of the build, of what was executed with the library and the packages as they are now."""
    needs = sorted(re.split(r"[^\w.-]", need)[0] for need in requires("course_lib") if "extra ==" not in need)
    state = "".join([library_digest(), sys.version, *map(version, needs), DRAWN.read_text(encoding="utf-8")])
    return Path(build, PREFIX + hashlib.sha256(state.encode()).hexdigest()[:12])


def name_cache(app, config):
    cache = cache_of(Path(app.outdir).parent)
    for old in cache.parent.glob(PREFIX + "*"):
        if old != cache:
            shutil.rmtree(old)
    config.nb_execution_cache_path = str(cache)


def stale_notebooks(cache, paths):
    """The chapters that have changed since they were last executed: (path, notebook) each."""
    stale = []
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            stale.append((path, notebook))
    return stale


def run_apart(script):
    """A line that runs a script in a kernel, with names of its own."""
    name = str(script)
    return f"exec(compile(open({name!r}, encoding='utf-8').read(), {name!r}, 'exec'), {{'__name__': 'drawn'}})"


def execute(config, path, notebook):
    """Run a chapter; twice at most, since a notebook with widgets now and then hangs in nbclient."""
    for _ in (1, 2):
        result = single_nb_execution(
            notebook, cwd=str(path.parent), timeout=config.nb_execution_timeout,
            allow_errors=config.nb_execution_allow_errors,
            extra_arguments=["--log-level=ERROR",   # kernels warn that they listen on TCP
                             f"--IPKernelApp.exec_lines={[run_apart(DRAWN)]}"])
        if not isinstance(result.err, CellTimeoutError):
            break
    return path, notebook, result


def join_streams(notebook):
    """Join what a cell printed in several pieces: MyST-NB would end each of them with a new line."""
    for cell in notebook.cells:
        pieces = []
        for output in cell.get("outputs", ()):
            before = pieces[-1] if pieces else {}
            if output["output_type"] == "stream" and before.get("name") == output["name"]:
                before["text"] += output["text"]
            else:
                pieces.append(output)
        if "outputs" in cell:
            cell["outputs"] = pieces


def dark_figures(config):
    """The folder of the figures for dark pages, each named by its light one's digest as MyST-NB names it."""
    return Path(config.nb_execution_cache_path, "dark")


def put_aside(notebook, folder):
    """Write figures for dark pages, and what is drawn, into their folder: in a notebook nobody would look at them."""
    folder.mkdir(parents=True, exist_ok=True)
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            facts = output.get("data", {}).pop(DRAWN_AS, None)
            dark = output.get("metadata", {}).get("image/png", {}).pop("dark", None)
            light = folder / digest_of(output) if facts or dark else None
            if facts:
                light.with_suffix(".json").write_text(json.dumps(facts), encoding="utf-8")
            if dark:
                light.with_suffix(".png").write_bytes(b64decode(dark))


def digest_of(output):
    """How MyST-NB names an output's picture, and we what belongs to it."""
    return hashlib.sha256(b64decode(output["data"]["image/png"])).hexdigest()


def executed(path, build):
    """The code cells of a chapter as `make book` executed exactly this code, figures with what is drawn; or None."""
    folder = cache_of(build)
    cache = get_cache(folder) if folder.is_dir() else None
    try:
        record = cache and cache.match_cache_notebook(nbformat.read(path, as_version=4))
    except KeyError:
        record = None
    cells = cache.get_cache_bundle(record.pk).nb.cells if record else None
    for output in (output for cell in cells or () for output in cell.outputs):
        if "image/png" in output.get("data", {}):
            drawn = (folder / "dark" / digest_of(output)).with_suffix(".json")
            output["data"][DRAWN_AS] = json.loads(drawn.read_text(encoding="utf-8"))
    return cells


def execute_stale(app, env, docnames):
    if app.config.nb_execution_mode != "cache":
        return
    cache = get_cache(app.config.nb_execution_cache_path)
    # Later chapters take longest: they come first, so that none is left to run alone.
    paths = sorted((Path(env.doc2path(name)) for name in docnames), reverse=True)
    stale = stale_notebooks(cache, [path for path in paths if path.suffix == ".ipynb"])
    if not stale:
        return

    # One thread of linear algebra for each of two kernels: two cores are busy, not fighting.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ["COURSE_DARK_FIGURES"] = "1"

    with ThreadPoolExecutor(max_workers=2) as pool:
        futures = [pool.submit(execute, app.config, *item) for item in stale]
        for count, future in enumerate(futures, start=1):
            path, notebook, result = future.result()
            if result.err is not None:
                pool.shutdown(cancel_futures=True)
                raise ExtensionError(f"{path.name} stops with an error:\n{result.exc_string}")
            join_streams(notebook)
            put_aside(notebook, dark_figures(app.config))
            cache.cache_notebook_bundle(
                CacheBundleIn(notebook, str(path), data={"execution_seconds": result.time}),
                check_validity=False, overwrite=True)
            logger.info("executed %d of %d: %s (%.0f s)", count, len(stale), path.name, result.time)


def setup(app):
    app.connect("config-inited", name_cache)
    app.connect("env-before-read-docs", execute_stale)
    # raise env_version when what is done to outputs changes: Sphinx then reads every page again
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
