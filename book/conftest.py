"""Beside what a chapter prints, nbval's run compares its pictures, and what alt texts say of them."""

import pytest
from nbval.plugin import IPyNbCell

from tests.book import pictures


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
