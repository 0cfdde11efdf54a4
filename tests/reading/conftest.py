"""What several files of this room read: the four pages of the course."""

import pytest

from course_lib import reading
from course_lib.workshop import pages


@pytest.fixture(scope="session")
def sheets():
    return pages.all_pages()


@pytest.fixture(scope="session")
def readings(sheets):
    """The four pages, read."""
    return [reading.read_page(sheet.image) for sheet in sheets]


@pytest.fixture(scope="session")
def thick():
    return pages.make("thick pen")
