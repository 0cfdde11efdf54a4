"""What the tests of the assignment share: the files beside the notebooks, and an isolation that works."""

import os
import subprocess
import sys

import pytest
from grading import sandbox

from tests.conftest import ROOT

NO_SANDBOX = "the marking of hand-ins; to have these checks: apt install bubblewrap"


@pytest.fixture(scope="session")
def material(tmp_path_factory):
    """The folder of what lies beside the notebooks, made anew."""
    folder = tmp_path_factory.mktemp("assignment") / "material"
    made = subprocess.run([sys.executable, "-m", "grading.material", folder], cwd=ROOT / "tools",
                          capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    for above in folder.parents[:3]:
        os.chmod(above, 0o755)
    return folder


@pytest.fixture
def isolated(material, monkeypatch):
    """The process stands beside the notebooks, as the one that marks does; short of patience."""
    if sandbox.bubblewrap() is None:
        pytest.skip(NO_SANDBOX)
    monkeypatch.chdir(material)
    monkeypatch.syspath_prepend(str(material))
    monkeypatch.setattr(sandbox, "CALL", 4)
    monkeypatch.setattr(sandbox, "CELLS", 6)
    return material
