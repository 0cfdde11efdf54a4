"""The quizzes: as they are written, the numbers that are asked for, and what a reader can do with them."""

import re
from itertools import pairwise
from math import log, prod, sqrt

import nbformat
import numpy as np
import pytest

from course_lib import architectures, circuit, nn, statistics
from tests.conftest import ROOT

CHAPTERS = sorted((ROOT / "book").glob("[0-9]*.ipynb"))
START = ROOT / "book/index.md"
QUESTION = re.compile(r"^\*\*(\d+)\. (.+?)\*\*$", re.M)
FOLD = re.compile(r"^::::\{dropdown\} ([^\n]+)\n:class-container: quiz ?(right|number)?\n(.*?)\n::::$", re.M | re.S)
ANSWER = re.compile(r"^(?:- )?\*\*(≈?[−\d.,]+)\*\*: (.{15,})$", re.M)


def quiz(path):
    """The questions of a page: (its words, its folds), each fold (what it offers, its kind, what it says)."""
    if path.suffix == ".md":
        text = path.read_text(encoding="utf-8")
    else:
        text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    marks = list(QUESTION.finditer(text))
    assert [int(mark[1]) for mark in marks] == list(range(1, len(marks) + 1)), "questions are numbered 1, 2, ..."
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [(mark[2], FOLD.findall(text[mark.end():end])) for mark, end in zip(marks, ends, strict=True)]


def value(number):
    return float(number.strip("≈").replace(",", "").replace("−", "-"))


def by_stem(path):
    return path.stem


@pytest.mark.parametrize("path", [*CHAPTERS, START], ids=by_stem)
def test_questions_have_four_options_one_of_them_right_and_say_why(path):
    questions = quiz(path)
    assert len(questions) >= (10 if path == START else 6)
    assert len({words for words, _ in questions}) == len(questions)
    for words, folds in questions:
        kinds = [kind for _, kind, _ in folds]
        if "number" in kinds:
            right, *mistakes = ANSWER.findall(folds[0][2])
            assert kinds == ["number"] and len(mistakes) >= 3, words
            near = 0.02 * abs(value(right[0])) if "." in right[0] else 0       # what is taken for the right one
            assert all(abs(value(wrong) - value(right[0])) > near for wrong, _ in mistakes), words
        else:
            assert len(folds) >= 4 and sorted(kinds)[-2:] == ["", "right"], words
            assert len({title for title, _, _ in folds}) == len(folds), words
            for title, kind, said in folds:
                assert len(said) >= 20, title
                assert said.startswith(("Yes", "Right")) == (kind == "right"), f"{title}: {said}"
    assert any(folds[0][1] == "number" for _, folds in questions), "no number to type"


def test_the_right_answer_is_not_given_away_by_its_place_or_its_length():
    choices = [folds for path in CHAPTERS for _, folds in quiz(path) if folds[0][1] != "number"]
    places = [[kind for _, kind, _ in folds].index("right") for folds in choices]
    assert all(0.12 < share < 0.38 for share in np.bincount(places, minlength=4) / len(places)), np.bincount(places)
    longest = [max(folds, key=lambda fold: len(fold[0]))[1] == "right" for folds in choices]
    assert np.mean(longest) < 0.4, f"the right answer is the longest of {np.mean(longest):.0%}"


# ---------------------------------------------------------------- the numbers, worked out anew

def after_one_step(t, rate=0.5):
    """The second weight of chapter 1's circuit after a step from (0, 0)."""
    w = [circuit.weight(0, "w1"), circuit.weight(0, "w2")]
    f = circuit.sigmoid(circuit.sigmoid(circuit.data(1, "x1") * w[0]) * w[1] + circuit.data(0, "x2"))
    ((f - t) ** 2).backward()
    return w[1].value - rate * w[1].grad


def killing_rate():
    rates = np.arange(1, 200) / 100
    return next(rate for rate in rates if (1 - rate) * 1 - rate <= 1e-12)


def at_the_bottom_right():
    picture, filter_ = np.array([[1, 2, 0], [0, 3, 1], [2, 0, 1]]), np.array([[0, 1], [-1, 2]])
    layer = nn.Conv2D(1, 1, 2, dtype=np.float64)
    layer.W, layer.b = filter_.reshape(1, 4).astype(float), np.zeros((1, 1))
    return layer.forward(picture.reshape(1, 3, 3, 1).astype(float))[0, 1, 1, 0]


def message(W, dy):
    layer = nn.Linear(2, 2, dtype=np.float64)
    layer.W = np.array(W, float)
    layer.forward(np.zeros((2, 1)))
    return layer.backward(np.array(dy, float).reshape(2, 1))[:, 0]


def gradient_of_logits(p, label):
    loss = nn.SoftmaxCrossEntropy()
    loss.forward(np.log(np.array(p)).reshape(-1, 1), np.array([label]))
    return loss.backward()[:, 0]


def velocity(gradients, momentum=0.9):
    v = 0
    for g in gradients:
        v = momentum * v + g
    return v


def pixels_seen(layers):
    """How wide a unit sees through layers (window, stride), the last one first."""
    return sum((k - 1) * prod(s for _, s in layers[:i]) for i, (k, _) in enumerate(layers)) + 1


def edits(truth, read):
    table = np.add.outer(np.arange(len(truth) + 1), np.arange(len(read) + 1))
    for i, j in np.ndindex(len(truth), len(read)):
        table[i + 1, j + 1] = min(table[i, j + 1] + 1, table[i + 1, j] + 1, table[i, j] + (truth[i] != read[j]))
    return table[-1, -1]


def parameters(widths):
    return sum(n_in * n_out + n_out for n_in, n_out in pairwise(widths))


def of_a_convolution(filters, k, channels):
    layer = nn.Conv2D(channels, filters, k)
    return layer.W.size + layer.b.size


WORKED = {
    "01-gradient": [after_one_step(3)],
    "02-depth": [3 * ((4 * 0 - 1) / 2 + 1) + 2],
    "03-relu": [1 / (1 - 0.5) ** 5 / 0.5 ** 5, killing_rate()],
    "04-initialisation": [parameters([100, 1, 1, 10])],
    "05-counting": [of_a_convolution(32, 3, 16), nn.output_size(56, 3, 2, 1)],
    "06-forward": [at_the_bottom_right(), nn.patches(np.zeros((20, 12, 12, 100), np.float32), 5).shape[1]],
    "07-backward": [gradient_of_logits([0.7, 0.2, 0.1], 1)[1], message([[1, 2], [3, 4]], [1, 1])[1]],
    "08-training": [100 * sqrt(0.9 * 0.1 / 100), velocity([1, 1, -1])],
    "09-fast": [np.zeros((50, 8, 8, 100), np.float32).nbytes / 1e6],
    "10-seeing": [pixels_seen([(3, 1), (2, 2), (3, 1)])],
    "11-reading": [edits("1234567", "1235678"), 0.9 * 0.6],
    "index": [0.8 * (1 - 0.8), of_a_convolution(10, 3, 3)],
}


@pytest.mark.parametrize("path", [*CHAPTERS, START], ids=by_stem)
def test_the_numbers_that_are_asked_for_are_right(path):
    asked = [value(ANSWER.search(folds[0][2])[1]) for _, folds in quiz(path) if folds[0][1] == "number"]
    assert asked == pytest.approx(WORKED[path.stem], rel=1e-9)


def test_what_mistakes_give():
    """Some of the mistakes that are foreseen, made on purpose."""
    mistakes = {path.stem: [value(number) for _, folds in quiz(path) if folds[0][1] == "number"
                            for number, _ in ANSWER.findall(folds[0][2])] for path in [*CHAPTERS, START]}
    assert 100 * 50 + 50 + 50 * 50 + 50 + 50 * 10 + 10 in mistakes["04-initialisation"]
    assert message([[1, 3], [2, 4]], [1, 1])[1] in mistakes["07-backward"]
    assert round(-log(0.2), 2) in mistakes["07-backward"]
    assert architectures.lenet().row("conv1").output_shape[1] == 24      # 28 - 5 + 1, as the counts above have it
    assert velocity([1, 1, 1]) in mistakes["08-training"]


def test_the_start_page_knows_how_much_a_share_says():
    (_, folds), = [each for each in quiz(START) if each[0].startswith("A network reads 487 of 500 test digits, 97.4%.")]
    titles = {kind: title for title, kind, _ in folds}
    low, high = statistics.wilson(487, 500)
    assert titles["right"] == f"About {low:.1%} to {high:.1%}" and f"{487 / 500:.1%}" == "97.4%"
    low, high = statistics.wilson(97, 100)
    assert round(100 * (high - low)) == 7 and any("a hundred digits" in said for title, _, said in folds if "93% to 100%" in title)


# ---------------------------------------------------------------- in the browser

CHAPTER = ROOT / "book/03-relu.ipynb"
COUNT = len(quiz(CHAPTER))


@pytest.fixture
def page(book, visit):
    seen = visit((book / "book/03-relu.html").as_uri(), width=390, height=844)
    yield seen.page
    assert seen.problems == []


def question(page, number):
    return page.locator(".course-question").nth(number - 1)


def score(page):
    return page.locator(".course-score [role=status]").text_content()


def test_a_choice_says_at_once_whether_it_is_right_and_why(page):
    first, last = question(page, 1), question(page, 7)
    assert first.get_attribute("role") == "group"
    options = first.get_by_role("button")
    assert options.count() == 4 and "none" not in score(page)
    assert score(page).startswith(f"{COUNT} questions.")
    options.nth(0).click()                                                     # wrong
    said = first.locator(".course-said").nth(0)
    assert said.get_attribute("aria-live") == "polite" and said.text_content().strip().startswith("No:")
    assert options.nth(0).text_content().startswith("Not right: ") and options.nth(0).get_attribute("aria-expanded") == "true"
    options.nth(1).click()                                                     # right, at the second try
    assert options.nth(1).text_content().startswith("Right: ")
    assert score(page) == f"0 of {COUNT} right at the first try, {COUNT - 1} not answered yet."
    last.get_by_role("button").nth(0).focus()
    for key in ("Tab", "Tab", "Enter"):                                       # the third is right
        page.keyboard.press(key)
    assert last.locator("[data-is=right] .course-said").is_visible()
    assert score(page) == f"1 of {COUNT} right at the first try, {COUNT - 2} not answered yet."
    page.keyboard.press("Space")                                              # folds the explanation, and no more
    assert not last.locator("[data-is=right] .course-said").is_visible()
    assert score(page).startswith(f"1 of {COUNT}")


def test_a_number_is_compared_with_the_right_one_and_with_known_mistakes(page):
    asked, hard = question(page, 5), question(page, 6)
    field, said = asked.get_by_label("Your number"), asked.locator(".course-said")
    field.fill("a lot")
    page.keyboard.press("Enter")
    assert said.text_content().startswith("A number, please") and score(page).startswith(f"{COUNT} questions")
    field.fill("20")
    page.keyboard.press("Enter")
    assert "adds five fours" in said.text_content() and asked.get_attribute("data-is") == "wrong"
    field.fill("77")
    page.keyboard.press("Enter")
    assert said.text_content().startswith("Not 77.")
    for words in ("1,024", "1024", "1024.0", "2048/2"):
        field.fill(words)
        page.keyboard.press("Enter")
        assert asked.get_attribute("data-is") == "right", words
    assert said.locator("li").count() == 0 and "quarter" in said.text_content()
    hard.get_by_label("Your number").fill("0,5")
    hard.get_by_role("button", name="Compare").click()
    assert hard.get_attribute("data-is") == "right"
    assert score(page) == f"1 of {COUNT} right at the first try, {COUNT - 2} not answered yet."


def test_answers_outlive_the_page_and_can_be_forgotten(page):
    question(page, 1).get_by_role("button").nth(1).click()
    question(page, 2).get_by_role("button").nth(3).click()
    question(page, 5).get_by_role("button", name="Show the answer").click()
    before = score(page)
    assert before == f"1 of {COUNT} right at the first try, {COUNT - 3} not answered yet."
    page.reload()
    assert score(page) == before
    assert question(page, 2).locator("[data-is=wrong] .course-said").text_content().strip()
    assert question(page, 5).locator(".course-said").text_content().strip().startswith("1,024")
    page.evaluate("""() => { const key = "course-quiz 03-relu.html", kept = JSON.parse(localStorage.getItem(key));
      const [first, ...rest] = Object.keys(kept);
      localStorage.setItem(key, JSON.stringify(Object.fromEntries(rest.map(id => [id, kept[id]])))); }""")
    page.reload()                                                             # a question that was written anew
    assert score(page) != before
    page.get_by_role("button", name="Begin again").click()
    assert score(page).startswith(f"{COUNT} questions.") and page.locator("[data-is]").count() == 0
    page.reload()
    assert score(page).startswith(f"{COUNT} questions.") and not page.get_by_role("button", name="Begin again").is_visible()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_nothing_serious_in_a_quiz_that_was_answered(book, visit, mode):
    from tests.book import test_access as access

    page = visit((book / "book/03-relu.html").as_uri(), width=390).page       # axe itself may not fetch its styles there
    page.evaluate(access.AXE)
    for number in (1, 2, 3, 4, 7):
        for option in question(page, number).get_by_role("button").all():
            option.click()
    for number, words in ((5, "20"), (6, "0.5")):
        question(page, number).get_by_label("Your number").fill(words)
        page.keyboard.press("Enter")
    page.emulate_media(color_scheme=mode)
    page.wait_for_function(access.AT_REST, arg=mode)
    assert page.evaluate(access.RUN_AXE, {}) == []


def test_the_start_page_says_which_chapters_may_be_skipped(book, visit):
    page = visit((book / "book/index.html").as_uri()).page
    page.locator(".quiz-chapters > summary").click()
    question(page, 1).get_by_label("Your number").fill("0.16")
    page.keyboard.press("Enter")
    question(page, 2).get_by_role("button").nth(0).click()
    advice = page.locator(".course-score > p").last
    links = advice.get_by_role("link").all()
    assert [link.get_attribute("href") for link in links] == ["01-gradient.html", "02-depth.html"]
    assert re.match(r"You may skip .*\. Worth an evening each: ", advice.text_content())
    chapters = page.locator(".course-question").count()
    assert chapters == 10


def test_without_scripts_the_folds_stay(book, browser):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto((book / "book/03-relu.html").as_uri())
        folds = page.locator("details.quiz")
        assert folds.count() == sum(len(each) for _, each in quiz(CHAPTER)) > 20 and page.locator(".course-question").count() == 0
        number = page.locator("details.quiz.number").first
        assert not number.locator("strong").first.is_visible()
        number.locator("summary").click()
        assert number.locator("strong").first.text_content() == "1,024"
