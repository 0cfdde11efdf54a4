"""The instructors' key has all exercises and questions of the chapters, and the book that students read has no key."""

import key
import nbformat
import pytest
from weigh import served

from tests.book.test_quiz import CHAPTERS, quiz

NAMES = ["book/02-depth.html", "book/06-forward.html"]


@pytest.fixture(scope="module")
def made(book, browser):
    """A window with the key of two chapters, and what it counted."""
    with served(book) as address:
        page = browser.new_page()
        yield page, key.composed(page, address, NAMES)
        page.close()


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_has_its_solution_and_every_question_its_right_answer(made, name):
    path = next(path for path in CHAPTERS if path.stem in name)
    text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    folds = [fold for _, folds in quiz(path) for fold in folds]
    asked = text.count("{exercise}")
    solved = text.count("{solution-start}") + text.count("{solution}")
    right = sum(kind in ("right", "number") for _, kind, _ in folds)
    assert made[1][name] == [asked, solved, len(folds), right] and asked == solved and right >= 6


def test_what_is_right_is_marked_and_nothing_stays_folded(made):
    page, counts = made
    assert page.locator("details:not([open])").count() == 0
    marked = page.locator(".sd-summary-text", has_text="✓").all_text_contents()
    right = [title for path in CHAPTERS if f"book/{path.stem}.html" in NAMES for _, folds in quiz(path)
             for title, kind, _ in folds if kind in ("right", "number")]
    assert len(marked) == len(right) == sum(numbers[3] for numbers in counts.values())
    plain = [f"✓ {title}" for title in right if not set(title) & set("$`*{'\"")]
    assert len(plain) > 5 and set(plain) <= set(marked)


def test_the_key_is_of_all_chapters_and_not_in_the_book(book):
    assert [name.split("/")[-1][:-5] for name in key.chapters()] == [path.stem for path in CHAPTERS]
    assert not list(book.rglob("key*.pdf")) and not (book / "key.html").exists()
