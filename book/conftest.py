"""Beside what a chapter prints, nbval's run compares its pictures, and what alt texts say of them."""

import os

import pytest
from nbval.plugin import IPyNbCell

from tests.book import executed, pictures

# Two kernels with two threads each on two cores wait for each other, spinning: more than ten minutes, where three do.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """In `make test` the build answers for the chapters that it executed as they are now."""
    if isinstance(item, IPyNbCell) and os.environ.get("COURSE_AS_BUILT") == "1":
        executed.answer(item.parent)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Watch what a cell draws; after nbval has compared its words, compare its pictures."""
    if not isinstance(item, IPyNbCell):
        return (yield)
    pictures.watch(item.parent)
    result = yield
    if wrong := pictures.complaints(item):
        item.raise_cell_error("The picture", "\n".join(wrong))
    return result
