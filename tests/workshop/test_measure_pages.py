"""What is counted of pages that were read, right and wrong."""

from types import SimpleNamespace

from course_lib.workshop import pages
from course_lib.workshop.measure_pages import Tally


def read(made, rows):
    """A reading that found every box and says `rows`."""
    labels = [int(character) for row in rows for character in row]
    digits = [SimpleNamespace(label=label, confidence=.9, box=written.box) for label, written in zip(labels, made.written)]
    return SimpleNamespace(rows=tuple(rows), digits=digits, refused=[object()])


def test_every_mistake_and_every_condition_is_counted():
    made, tally = pages.random_page(3), Tally()
    first = made.rows[0]
    wrong = [str((int(first[0]) + 1) % 10) + first[1:], *made.rows[1:]]
    tally.add(3, made, read(made, made.rows), 1.0)
    tally.add(3, made, read(made, wrong), 2.0)
    found, n = tally.as_dict(), made.count
    assert (found["pages"], found["digits"], found["mistakes"], found["refused"]) == (2, 2 * n, 1, 2)
    assert found["right"] == found["1 - mistakes / digits"] == round((2 * n - 1) / (2 * n), 4) and found["found"] == 1
    assert found["seconds of processor a page, median and largest"] == [1.5, 2.0]
    assert found["by condition"][f"paper: {made.made['paper']}"] == {"right": found["right"], "digits": 2 * n}
    assert sum(each["digits"] for name, each in found["by condition"].items() if name.startswith("fault")) == 2 * n
    assert tally.misread == [[3, 1, " ".join(made.rows), " ".join(wrong)]]
    assert tally.so == [True] * n + [False] + [True] * (n - 1) and tally.said == [.9] * (2 * n)
