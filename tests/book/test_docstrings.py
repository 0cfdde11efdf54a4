"""What the reference makes of docstrings."""

from course_book.docstrings import keep_bars, keep_columns


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


def test_the_built_reference_runs_no_columns_together(book):
    page = (book / "book/reference/workshop.html").read_text(encoding="utf-8")
    assert "brightest over dimmest" in page and "falls on the page shadow" not in page.replace("\n", " ")


def test_a_page_is_kept_without_all_that_sphinx_knows(book):
    """A page of the reference was kept with seven megabytes, which every build unpacked for it, twice."""
    kept = [path.stat().st_size for path in (book.parent / ".doctrees").rglob("*.doctree")]
    assert len(kept) > 20 and max(kept) < 2e6
