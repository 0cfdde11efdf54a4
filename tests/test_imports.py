"""What an import loads: the engine NumPy alone, and no room a library that it does not need yet."""

import subprocess
import sys

import pytest

HEAVY = {"scipy", "sklearn", "skimage", "matplotlib", "sympy", "PIL", "pooch", "requests", "ipywidgets", "anywidget"}
LOADED = "import sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"


def loaded(statement):
    """The packages that are there after a statement, in a Python of its own."""
    done = subprocess.run([sys.executable, "-c", f"{statement}; {LOADED}"], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_engine_loads_numpy_tqdm_and_threadpoolctl_and_nothing_else():
    third_party = loaded("import course_lib.nn") - loaded("pass") - set(sys.stdlib_module_names)
    assert third_party - {"course_lib", "_distutils_hack"} <= {"numpy", "tqdm", "threadpoolctl"}


@pytest.mark.parametrize("rooms", ["digits, reading", "circuit, architectures", "digits.pen, speed"])
def test_rooms_load_no_library_before_it_is_needed(rooms):
    for room in rooms.split(", "):
        assert not HEAVY & loaded(f"import course_lib.{room}"), room


def test_what_is_needed_is_loaded_when_it_is_needed():
    """The list above is not empty for a misspelling: reading a page does need scikit-image."""
    assert "skimage" in loaded("from course_lib import reading; reading.read_page")
    assert "sklearn" in loaded("from sklearn.datasets import load_digits")


def test_real_digits_are_read_without_scikit_learn():
    assert "sklearn" not in loaded("from course_lib import digits; digits.load('uci').test")
