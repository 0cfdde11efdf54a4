"""Which unit tests reach a line, and how long each takes: one run of the rooms with coverage's contexts."""

import subprocess
import sys
import xml.etree.ElementTree as xml

from coverage import CoverageData

SETTINGS = "[run]\nsource = course_lib\ndynamic_context = test_function\ndata_file = {data}\n"


class Reached:
    """What the unit tests of some faults reach in a copy of the project.

    Parameters
    ----------
    folder : Path
        The copy.
    faults : list of dict
        As `mutants.faults` gives them: their `tests` are run.
    environment : dict
        In which they run.
    """

    def __init__(self, folder, faults, environment):
        self.folder = folder
        rooms = sorted({room for fault in faults for room in fault["tests"].split()})
        settings, data, times = (folder / name for name in ("reach.cfg", "reach.data", "reach.xml"))
        settings.write_text(SETTINGS.format(data=data), encoding="utf-8")
        print(f"Looking which tests reach what, in {len(rooms)} rooms ...", flush=True)
        done = subprocess.run([sys.executable, "-m", "coverage", "run", f"--rcfile={settings}", "-m", "pytest",
                               "-q", "-p", "no:cacheprovider", "-m", "not slow", f"--junitxml={times}",
                               *without_inner(rooms)],
                              cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"The tests have to pass without a fault first:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        self.data, self.times = CoverageData(str(data)), seconds(times)
        self.data.read()

    def tests(self, fault, line):
        """The tests that reach a line, the quickest first, then its whole room: a fixture may do so."""
        contexts = self.data.contexts_by_lineno(str(self.folder / "course_lib" / fault["file"])).get(line, [])
        found = {name for name in contexts if name in self.times}
        return [*map(node, sorted(found, key=self.times.get)), *fault["tests"].split()]


def without_inner(rooms):
    """Folders and files, without those that lie in one of the folders."""
    return [room for room in rooms if not any(room != other and room.startswith(f"{other}/") for other in rooms)]


def seconds(path):
    """{a test's full name: how long it takes, all of its parameters together}."""
    found = {}
    for case in xml.parse(path).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name').split('[')[0]}"
        found[name] = found.get(name, 0) + float(case.get("time"))
    return found


def node(name):
    """A test as pytest is told: tests.nn.test_layers.test_shapes is tests/nn/test_layers.py::test_shapes."""
    module, test = name.rsplit(".", 1)
    return f"{module.replace('.', '/')}.py::{test}"
