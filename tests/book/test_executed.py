"""What the build answers in a kernel's place: for this code only, and nbval notices with it what differs."""

import copy
import re

import nbformat
import pytest
from course_book import notebooks
from nbval.plugin import IPyNbFile, NbCellError

from tests.book import executed, pictures
from tests.conftest import ROOT

CHAPTER = ROOT / "book/01-gradient.ipynb"


@pytest.fixture
def altered(book, tmp_path):
    """A function that writes a copy of chapter 1 with something changed in it, and returns its path."""
    def write(change):
        chapter = copy.deepcopy(nbformat.read(CHAPTER, as_version=4))
        change(chapter)
        nbformat.write(chapter, tmp_path / CHAPTER.name)
        return tmp_path / CHAPTER.name
    return write


def code(chapter):
    return [cell for cell in chapter.cells if cell.cell_type == "code"]


def test_it_answers_for_every_chapter_as_it_is(book):
    for path in sorted(ROOT.glob("book/*.ipynb")):
        cells = code(nbformat.read(path, as_version=4))
        found = notebooks.executed(path, book.parent)
        assert [cell.source for cell in found] == [cell.source for cell in cells]
        figures = [output for cell in found for output in cell.outputs if "image/png" in output.get("data", {})]
        assert all(figure.data[notebooks.DRAWN_AS]["counts"] for figure in figures)


def test_it_does_not_answer_for_other_code(book, altered, monkeypatch):
    def slip(chapter):
        code(chapter)[-1].source += "\n0"
    assert notebooks.executed(altered(slip), book.parent) is None
    assert notebooks.executed(altered(lambda chapter: None), book.parent)      # where it lies does not matter
    monkeypatch.setattr(notebooks, "library_digest", lambda: "another library")
    assert notebooks.executed(CHAPTER, book.parent) is None
    monkeypatch.undo()
    monkeypatch.setattr(notebooks, "version", lambda name: "another version")
    assert notebooks.executed(CHAPTER, book.parent) is None


def complaints(request, path, besides=""):
    """What is said of a chapter's cells when the build answers for it; with these words besides in its alt texts."""
    chapter, said = IPyNbFile.from_parent(request.session, path=path), []
    cells = list(chapter.collect())
    executed.answer(chapter)
    assert isinstance(chapter.kernel, executed.Executed)
    chapter.setup()
    pictures.watch(chapter)
    for cell in cells:
        if "image" in cell.cell.metadata.get("mystnb", {}):
            cell.cell.metadata.mystnb.image.alt += besides
        try:
            cell.runtest()
            said += pictures.complaints(cell)
        except NbCellError as wrong:
            said.append(str(wrong))
    return said


def test_what_is_stored_and_differs_is_noticed(altered, request):
    """One printed digit, a picture that is another's, a number in the alt texts."""
    def faults(chapter):
        cells = code(chapter)
        printed = next(output for cell in cells for output in cell.outputs
                       if output.get("name") == "stdout" and re.search(r"\d", output.text) and "≈" not in output.text)
        printed.text = re.sub(r"\d", lambda found: str((int(found[0]) + 1) % 10), printed.text, count=1)
        one, other, *_ = (output for cell in cells for output in cell.outputs if "image/png" in output.get("data", {}))
        other.data["image/png"] = one.data["image/png"]
    assert complaints(request, altered(lambda chapter: None)) == []
    said = complaints(request, altered(faults))
    assert len(said) >= 2 and "Cell outputs differ" in said[0] and any("is not what the code draws now" in one for one in said)
    said = complaints(request, CHAPTER, besides=" It ends at 98765.4.")
    assert len(said) >= 2 and all("has an alt text that says 98765.4" in one for one in said)
