"""A chapter is short enough to be read: its words, its code, its end, its exercises.

Main text is what stands open on a page: Markdown outside of folds, exercises, solutions and the quiz, formulas among
the words. `LIMITS` holds, for each chapter, the most words and the most open code cells of more than fifteen lines:
3,000 and none where a chapter has been made short, elsewhere what it had when this was written. They may only fall.
"""

import re

import nbformat
import pytest

from tests.conftest import ROOT

LINES, COLUMN, SUMMARY, EXERCISES = 15, 77, 120, 6
LIMITS = {"01-gradient": (3000, 0), "02-depth": (3000, 0), "03-relu": (3000, 0), "04-initialisation": (3000, 0),
          "05-counting": (3000, 0), "06-forward": (3000, 0), "07-backward": (3000, 0), "08-training": (3000, 0),
          "09-fast": (3000, 0), "10-seeing": (3000, 0), "11-reading": (3000, 0)}
SHORT = [stem for stem, limits in LIMITS.items() if limits == (3000, 0)]
FOLDED = {"dropdown", "toggle", "exercise", "solution"}
CLOSED = {"hide-cell", "hide-input", "remove-cell", "remove-input", "solution"}
OPENS, CLOSES = re.compile(r"\s*([:`]{3,})\{([\w:-]+)\}"), re.compile(r"\s*([:`]{3,})\s*$")
NO_WORDS = re.compile(r":[\w-]+:|\([\w-]+\)=$")       # a directive's option, a label


def chapter(stem):
    return nbformat.read(ROOT / f"book/{stem}.ipynb", as_version=4).cells


def main_text(cells):
    """The lines of a chapter that stand open on its page."""
    boxes, solution, quiz = [], False, False
    for line in "\n".join(cell.source for cell in cells if cell.cell_type == "markdown").split("\n"):
        opened, closed = OPENS.match(line), CLOSES.match(line)
        if opened:
            boxes.append(opened[1])
            boxes[-1] += " folded" * (opened[2] in FOLDED)
            solution = opened[2] == "solution-start" or solution and opened[2] != "solution-end"
        elif closed and boxes and boxes[-1].split()[0] == closed[1]:
            boxes.pop()
        elif line.startswith("## "):
            quiz = line == "## Quiz"
        if not (opened or closed or quiz or solution or NO_WORDS.match(line) or any("folded" in box for box in boxes)):
            yield line


def words(lines):
    return sum(len(line.split()) for line in lines)


def long_cells(cells):
    """The open code cells that no reader takes in at a look."""
    return [cell.id for cell in cells if cell.cell_type == "code" and cell.source.count("\n") >= LINES
            and not CLOSED & set(cell.metadata.get("tags", []))]


@pytest.mark.parametrize("stem", LIMITS)
def test_what_is_printed_fits_its_column(stem):
    """No line has to be scrolled sideways to where the text speaks of it."""
    printed = [(cell.id, line) for cell in chapter(stem) if cell.cell_type == "code"
               for output in cell.outputs if output.output_type == "stream" for line in output.text.split("\n")]
    assert [(cell, line) for cell, line in printed if len(line) > COLUMN] == []


def test_every_chapter_has_its_limits():
    assert sorted(LIMITS) == sorted(path.stem for path in (ROOT / "book").glob("*.ipynb"))


@pytest.mark.parametrize("stem", LIMITS)
def test_a_chapter_is_not_too_long(stem):
    assert words(main_text(chapter(stem))) <= LIMITS[stem][0]


@pytest.mark.parametrize("stem", LIMITS)
def test_code_fits_beside_its_explanation(stem):
    found = long_cells(chapter(stem))
    assert len(found) <= LIMITS[stem][1], found


@pytest.mark.parametrize("stem", SHORT)
def test_a_chapter_ends_with_what_one_can_do_now(stem):
    heading, _, end = "\n".join(main_text(chapter(stem))).rpartition("\n## What you can do now\n")
    assert heading and words([end]) <= SUMMARY
    assert "next chapter needs" in end and "{doc}" in end


@pytest.mark.parametrize("stem", SHORT)
def test_exercises_come_at_three_levels_with_a_hint_and_a_solution_that_runs(stem):
    text = "\n".join(cell.source if cell.cell_type == "markdown" else "EXECUTED" * ("solution" in cell.metadata.get("tags", []))
                     for cell in chapter(stem))
    exercises = re.findall(r":::\{exercise\}.*?\n:label: (\S+)\n(.*?)\{solution-end\}", text, re.S)
    assert len({label for label, _ in exercises}) >= EXERCISES
    for label, exercise in exercises:
        assert "{dropdown} Hint" in exercise and "EXECUTED" in exercise, label
        assert re.match(r"\*(Do|Think|Go beyond)\b", exercise), label
    for level in ("*Do", "*Think", "*Go beyond", ("a design", "a prediction")):
        assert any(any(one in exercise for one in ([level] if isinstance(level, str) else level)) for _, exercise in exercises)


def test_what_is_folded_does_not_count():
    cell = nbformat.v4.new_markdown_cell(
        "# Two words\n(a-label)=\n:::{dropdown} More\nnot\n:::\n::::{exercise} An\n:label: ex\nnot\n::::\n:::{tip} A\n:class: b\n"
        "three more words\n:::\n:::{solution-start} ex\n:::\nnot\n:::{solution-end}\n:::\n## Quiz\nnot\n## Seen\nagain")
    assert list(main_text([cell])) == ["# Two words", "three more words", "## Seen", "again"]
    assert words(main_text([cell])) == 9
