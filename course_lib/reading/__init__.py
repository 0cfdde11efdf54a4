"""A picture of handwritten digits to rows of digits.

`read_page(array)` and `read_file(path)` give a `Page`; `picture`, `parts` and `reader` hold the
stages one by one, and `STAGES` names those that can be switched off.
"""

from course_lib.reading.files import open_bytes, open_picture
from course_lib.reading.page import STAGES, Digit, Page, Refused, read_page
from course_lib.reading.reader import classify, load_reader

__all__ = ["Digit", "Page", "Refused", "STAGES", "classify", "load_reader", "open_bytes",
           "open_picture", "read_file", "read_page"]


def read_file(path, *, skip=(), reader=None) -> Page:
    """Read the digits in a picture file; see `read_page` and `open_picture`."""
    return read_page(open_picture(path), skip=skip, reader=reader)
