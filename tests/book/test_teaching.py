"""The guide for teaching: what can be done afterwards is taught and checked, plans add up, and every wrong answer
it quotes is one of the quiz it names."""

import re

import nbformat
import pytest

from tests.conftest import ROOT

GUIDE = (ROOT / "book/teaching.md").read_text(encoding="utf-8")
CHAPTERS = {int(path.name[:2]): path for path in (ROOT / "book").glob("[01]*.ipynb")}


def words(chapter):
    """The Markdown of a chapter."""
    return "\n\n".join(cell.source for cell in nbformat.read(CHAPTERS[chapter], as_version=4).cells if cell.cell_type == "markdown")


def rows(heading):
    """The cells of the table under a heading, without its head."""
    part = GUIDE.split(f" {heading}\n", 1)[1]
    lines = re.search(r"(?:^\|.*\n)+", part, re.M)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def wrong_answers(chapter, question):
    """What one question of a chapter's quiz offers and does not call right."""
    quiz = words(chapter).split("\n## Quiz\n", 1)[1]
    asked = re.search(rf"^\*\*{question}\. .*?(?=^\*\*{question + 1}\. |^## |\Z)", quiz, re.M | re.S)[0]
    options = re.findall(r"\{dropdown\} (.*)\n:class-container: quiz\n", asked)
    return options + re.findall(r"^- \*\*(.+?)\*\*: ", asked, re.M)


OUTCOMES = rows("What they can do afterwards")
STUMBLES = rows("Where they stumble, and what to say")


@pytest.mark.parametrize("row", STUMBLES, ids=lambda row: f"{row[0]} {row[1][:30]}")
def test_a_wrong_answer_is_one_of_the_quiz(row):
    chapter, _, say, vote, ask = row
    answer, question = re.fullmatch(r'"(.+)" \((\d)\)', vote).groups()
    assert answer in wrong_answers(int(chapter), int(question))
    assert say.startswith('"') and ask


def test_every_chapter_has_its_stumbles_and_two_outcomes():
    every = list(range(1, 12))
    assert sorted({int(row[0]) for row in STUMBLES}) == every
    assert [chapter for chapter in every if [int(row[0]) for row in OUTCOMES].count(chapter) < 2] == []


@pytest.mark.parametrize("row", OUTCOMES, ids=lambda row: f"{row[0]} {row[1][:40]}")
def test_an_outcome_is_taught_in_its_chapter_and_checked_by_an_exercise_and_a_question(row):
    chapter, _, taught, exercise, quiz = row
    text = words(int(chapter))
    place = re.fullmatch(r"\{ref\}`([\w-]+)`", taught)[1]
    assert re.search(rf"^\({place}\)=\n(?:\([\w-]+\)=\n|\n)*##", text, re.M), place
    exercises = re.findall(r"\{ref\}`([^`<]+) <(ex-[\w-]+)>`", exercise)
    assert exercises and [one for one in exercises if ":::{{exercise}} {}\n:label: {}\n".format(*one) not in text] == []
    questions = re.findall(r"\{ref\}`(\d) <quiz-(\d\d)-(\d)>`", quiz)
    asked = re.findall(r"^\*\*(\d)\. ", text.split("\n## Quiz\n", 1)[1], re.M)
    assert questions and all(said == number in asked and int(of) == int(chapter) for said, of, number in questions)


def test_the_lecture_takes_as_long_as_it_says():
    minutes = [int(row[0]) for row in rows("One lecture")]
    whole, half = map(int, re.search(r"That is (\d+) minutes; with (\d+), take the first three rows and the last", GUIDE).groups())
    assert (sum(minutes), sum(minutes[:3]) + minutes[-1]) == (whole, half)


def test_a_week_has_five_days_and_four_weeks_eight_classes():
    assert [row[0] for row in rows("One week")] == list("12345")
    assert [row[0] for row in rows("Four weeks")] == list("12345678")


@pytest.mark.parametrize("heading", ["One week", "Four weeks"])
def test_a_plan_has_a_place_for_each_part_of_the_assignment(heading):
    taught = " ".join(" ".join(row) for row in rows(heading))
    named = {int(part) for part in re.findall(r"\bpart (\d)", taught)}
    for first, last in re.findall(r"\bparts (\d) to (\d)", taught):
        named |= set(range(int(first), int(last) + 1))
    assert named >= {1, 2, 3, 4}
