"""The rooms of the library: dependencies point one way, the engine needs NumPy alone, and everything stays small."""

import ast
import re
import sys

import pytest

from tests.conftest import ROOT

LIBRARY = ROOT / "course_lib"
#: a room may import only rooms to its left
ORDER = ["circuit", "symbolic", "nn", "architectures", "digits", "statistics", "maps", "reading",
         "speed", "workshop", "figures", "widgets", "__main__"]
#: what the rooms that everything stands on may import besides the standard library
OUTSIDE = {"circuit": set(), "nn": {"numpy", "tqdm", "threadpoolctl", "scipy"}, "architectures": {"numpy"}}
#: (scipy: its products, and only in the browser)


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


# ---------------------------------------------------------------- small

#: what a reader of the chapters meets. Its size may shrink: then write the new one here
CORE, LINES = ORDER[:ORDER.index("speed")], 7_381
WRITTEN = sorted(path for folder in ("course_lib", "benchmarks", "tools", "book/_ext")
                 for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".js"))


def lines(path):
    return path.read_text(encoding="utf-8").count("\n")


def test_the_house_has_twelve_rooms_and_a_door():
    assert len(ORDER) - 1 <= 12


def test_what_the_chapters_stand_on_stays_small():
    count = sum(lines(path) for room in CORE for path in files(room))
    assert count <= LINES, (f"the rooms before speed have {count} lines, and LINES allows {LINES}: make something "
                            "shorter, or write the new number there and say in the commit what it is worth")


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_one_reason_and_says_it_in_its_first_line(path):
    assert lines(path) <= 350
    first = path.read_text(encoding="utf-8").split("\n")[0]
    assert re.match(r"(\"\"\"|// |/\*\* ?)\S.{10,}" if lines(path) > 3 else "", first), first


@pytest.mark.parametrize("path", [path for path in WRITTEN if path.suffix == ".py"],
                         ids=lambda path: str(path.relative_to(ROOT)))
def test_a_function_fits_on_a_screen(path):
    """At most 30 lines, its docstring left out; how often it branches, radon counts in `make check`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0]
            told = first.end_lineno - first.lineno + 1 if ast.get_docstring(node) else 0
            assert node.end_lineno - node.lineno + 1 - told <= 30, node.name
