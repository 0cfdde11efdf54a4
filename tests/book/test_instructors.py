"""The instructors' page: handing out without solutions, and what it says of a difference."""

import re
import subprocess
import sys

import handout
import nbformat
import pytest

from tests.conftest import ROOT

NEW = nbformat.v4


def notebook(*cells):
    return NEW.new_notebook(cells=list(cells), metadata={"kernelspec": {
        "name": "python3", "display_name": "Python 3"}})


def test_solutions_go_and_the_rest_stays():
    book = notebook(
        NEW.new_markdown_cell(":::{exercise}\n:label: ex-a\nAsk.\n:::\n\n"
                              "::::{solution} ex-a\n:class: dropdown\n:::{note}\nSecret.\n:::\n::::\n\nAfter."),
        NEW.new_markdown_cell("Ask again.\n\n```{solution-start} ex-b\n:class: dropdown\n```\nSecret."),
        NEW.new_code_cell("secret = 1"),
        NEW.new_markdown_cell("Secret words."),
        NEW.new_markdown_cell("Secret.\n```{solution-end}\n```\nThen on."),
        NEW.new_code_cell("secret = 2", metadata={"tags": ["solution"]}),
        NEW.new_code_cell("kept = 3"))
    out = handout.without_solutions(book)
    text = "\n".join(cell.source for cell in out.cells)
    assert "ecret" not in text
    for kept in ("Ask.", "After.", "Ask again.", "Then on.", "kept = 3"):
        assert kept in text
    assert "ecret" in book.cells[0].source, "the chapter itself is left alone"


@pytest.mark.parametrize("path", sorted((ROOT / "book").glob("*.ipynb")), ids=lambda path: path.stem)
def test_no_chapter_keeps_a_solution(path):
    out = handout.without_solutions(nbformat.read(path, as_version=4))
    nbformat.validate(out)
    text = "\n".join(cell.source for cell in out.cells)
    assert "{exercise" in text
    assert not re.search(r"\{solution", text)
    assert handout.PROMISE not in str([cell.get("outputs", []) for cell in out.cells]).replace("\\n", " ")
    assert ("no-solutions" in [cell.id for cell in out.cells]) == (path.stem in ("06-forward", "07-backward"))


def test_the_difference_on_the_page_is_what_nbval_prints(tmp_path):
    """The page's two slips, made in the chapter: every line that the page shows has to come out."""
    page = (ROOT / "book/instructors.md").read_text(encoding="utf-8")
    slip, shown = re.search(r"```python\n(def output_size.*?)```.*?Here are the first two.*?```\n(.*?)```",
                            page, re.S).groups()
    chapter = nbformat.read(ROOT / "book/05-counting.ipynb", as_version=4)
    (cell,) = [c for c in chapter.cells if c.source.startswith("def output_size")]
    cell.source = slip + "\n" + cell.source.split("\n\n", 1)[1]
    last = max(n for n, c in enumerate(chapter.cells) if c.cell_type == "code" and "output_size" in c.source)
    chapter.cells = chapter.cells[:last + 12]              # nothing that comes later knows of it
    copy = tmp_path / "counting.ipynb"
    nbformat.write(chapter, copy)
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--color=no",
                           "-c", ROOT / "pyproject.toml", "--rootdir", tmp_path,
                           f"--nbval-sanitize-with={ROOT / 'tests/nbval_sanitize.cfg'}", copy],
                          cwd=ROOT, capture_output=True, text=True)
    printed = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    lines = [line.strip("_ ") for line in shown.splitlines() if line.strip("_ .")]
    assert len(lines) > 15 and [line for line in lines if line not in printed] == []
    assert re.search(r"^\.+F{4}\.+ ", printed, re.M), "the page says: four F among the dots"
