"""The rooms of the library: dependencies point one way, and the engine needs NumPy alone."""

import ast
import sys

import pytest

from tests.conftest import ROOT

LIBRARY = ROOT / "course_lib"
#: a room may import only rooms to its left
ORDER = ["circuit", "symbolic", "nn", "architectures", "digits", "statistics", "maps", "reading",
         "speed", "workshop", "figures", "widgets", "__main__"]
#: what the rooms that everything stands on may import besides the standard library
OUTSIDE = {"circuit": set(), "nn": {"numpy", "tqdm", "threadpoolctl"}, "architectures": {"numpy"}}


def files(room):
    folder = LIBRARY / room
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [LIBRARY / f"{room}.py"]


def imports(room):
    """Return the full names of all modules that a room imports, also inside functions."""
    found = set()
    for path in files(room):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path.name}: write imports in full"
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_every_room_is_in_the_order():
    rooms = {path.stem for path in LIBRARY.iterdir()
             if path.suffix == ".py" or (path / "__init__.py").exists()} - {"__init__"}
    assert rooms == set(ORDER)


@pytest.mark.parametrize("room", ORDER)
def test_a_room_imports_only_rooms_before_it(room):
    used = {name.split(".")[1] for name in imports(room) if name.startswith("course_lib.")}
    allowed = set(ORDER[:ORDER.index(room) + 1])
    assert used <= allowed, f"{room} imports {sorted(used - allowed)}"


@pytest.mark.parametrize("room", sorted(OUTSIDE))
def test_the_foundations_need_little(room):
    outside = {name.split(".")[0] for name in imports(room)} - set(sys.stdlib_module_names)
    assert outside - {"course_lib"} <= OUTSIDE[room]
