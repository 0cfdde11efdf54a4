"""The browser check of chapter 1 notices a wrong gradient: one is planted, and it has to fail.

Chapter 1 is built twice from copies of the library, once as it is and once with the sign of a local
derivative flipped. Both pages meet the same check, the one that steps through the circuit.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.widgets.test_stepper import run  # noqa: F401
from tests.widgets.test_stepper import test_the_arrow_keys_step_through_forward_and_backward as check

pytestmark = pytest.mark.slow

PAGE = "book/01-gradient"
TRUE = "slope = n * a.value ** (n - 1)"         # of the gate a^n, in course_lib/circuit/values.py
PLANTED = "slope = -n * a.value ** (n - 1)"


def copy_of_the_book(folder, plant):
    """What chapter 1 alone is built from, with or without the fault in its own `course_lib`."""
    shutil.copytree(ROOT / "course_lib", folder / "course_lib",
                    ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("_ext", "_static"):
        shutil.copytree(ROOT / "book" / part, folder / "book" / part,
                        ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_config.yml", "book/references.bib", f"{PAGE}.ipynb", "tests/nbval_sanitize.cfg"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / ".frontend").symlink_to(ROOT / ".frontend", target_is_directory=True)
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: {PAGE}\n", encoding="utf-8")
    source = folder / "course_lib/circuit/values.py"
    text = source.read_text(encoding="utf-8")
    assert text.count(TRUE) == 1, f"{source.name} has changed: plant the fault somewhere else"
    if plant:
        source.write_text(text.replace(TRUE, PLANTED), encoding="utf-8")


def start_building(folder):
    """Start Jupyter Book in a process that imports the copy's library."""
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [Path(sys.executable).with_name("jupyter-book"), "build", "."], cwd=folder, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.fixture(scope="module")
def built(book, tmp_path_factory):
    """{with the fault?: folder of the built page}; `book` sees to it that the front-end is there."""
    folders = {plant: tmp_path_factory.mktemp("planted" if plant else "true")
               for plant in (False, True)}
    for plant, folder in folders.items():
        copy_of_the_book(folder, plant)
    builds = {plant: start_building(folder) for plant, folder in folders.items()}
    for build in builds.values():
        said, _ = build.communicate(timeout=1800)
        assert build.returncode == 0, said[-4000:]
    return {plant: folder / "_build/html" for plant, folder in folders.items()}


def test_chapter_1_passes_its_check_when_built_from_the_library_as_it_is(built, visit, run):  # noqa: F811
    check(built[False], visit, run, "light", 1280)


def test_chapter_1_fails_its_check_when_a_gradient_has_the_wrong_sign(built, visit, run):  # noqa: F811
    with pytest.raises(AssertionError, match="∂L/∂e = ∂L/∂L × ∂L/∂e = 1 × 9 = 9"):
        check(built[True], visit, run, "light", 1280)
