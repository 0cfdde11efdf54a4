"""What the reference makes of docstrings."""

import re
from html import unescape

from course_book.docstrings import keep_bars, keep_columns, name_fields

from course_lib import nn
from course_lib.speed.ladder import Rung


def test_names_in_a_column_become_a_list():
    lines = ["How bad pages are.", "", "light        brightest over dimmest,", "             of all light",
             "rows, boxes  of the page", "", "Two words.  And a sentence."]
    keep_columns(None, None, None, None, None, lines)
    assert lines == ["How bad pages are.", "", "- ``light``: brightest over dimmest,", "  of all light",
                     "- ``rows, boxes``: of the page", "", "Two words.  And a sentence."]


def test_what_is_indented_elsewhere_stays():
    lines = ["x : array", "    Pictures", "        of one colour", "    or several", "", "* a point", "   and more"]
    asked = list(lines)
    keep_columns(None, None, None, None, None, lines)
    assert lines == asked


def test_bars_stay_bars_outside_of_code():
    lines = ["|x| and `a | b`"]
    keep_bars(None, None, None, None, None, lines)
    assert lines == [r"\|x\| and `a | b`"]


def test_two_names_have_two_lines_and_a_data_class_is_made_of_what_it_holds():
    lines = [":ivar W, dW: One row a filter.", "", ":vartype W, dW: (n, m) arrays"]
    name_fields(None, "class", None, nn.Linear, None, lines)
    assert lines == [":ivar W: One row a filter.", ":ivar dW: One row a filter.", "", ":vartype W: (n, m) arrays",
                     ":vartype dW: (n, m) arrays"]
    lines = [":ivar rows: How.", ":vartype rows: bool"]
    name_fields(None, "class", None, Rung, None, lines)
    assert lines == [":param rows: How.", ":type rows: bool"]


def test_the_built_reference_lists_each_field_once_and_names_each_array(book):
    def text(page):
        html = (book / f"book/reference/{page}.html").read_text(encoding="utf-8")
        return unescape(re.sub("<[^>]*>", "", html))

    assert "Alias for field" not in text("reading") and "alias of float32" not in text("speed")
    assert text("speed").count("What is different from the rung before.") == 1
    rung = text("speed").partition("One way to compute the network.")[2].partition("network(reference)")[0]
    assert rung.count("input_gradient") == 1 and "Variables" not in rung
    assert "dW (W,)" not in text("nn") and "dW ((n_out, n_in) arrays)" in text("nn")


def test_the_built_reference_runs_no_columns_together(book):
    page = (book / "book/reference/workshop.html").read_text(encoding="utf-8")
    assert "brightest over dimmest" in page and "falls on the page shadow" not in page.replace("\n", " ")


def test_a_page_is_kept_without_all_that_sphinx_knows(book):
    """A page of the reference was kept with seven megabytes, which every build unpacked for it, twice."""
    kept = [path.stat().st_size for path in (book.parent / ".doctrees").rglob("*.doctree")]
    assert len(kept) > 20 and max(kept) < 2e6
