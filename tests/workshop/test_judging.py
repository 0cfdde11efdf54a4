"""The judge of what the reader writes: mistakes are recognised, other ways of writing are right, nothing breaks the page."""

import json
import re

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from course_lib import nn
from course_lib.workshop import judging, tasks
from course_lib.workshop.guesses import guess, reached
from course_lib.workshop.judging import complaint, judge, report, solution
from course_lib.workshop.tasks import TASKS
from tests import naive
from tests.conftest import ROOT

CHAPTERS = [ROOT / "book/06-forward.ipynb", ROOT / "book/07-backward.ipynb"]


@pytest.fixture(autouse=True)
def nobody_has_written():
    judging.YOURS.clear()
    judging.OURS.clear()


def sources(path, mark):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [text for cell in cells if cell["cell_type"] == "code" and mark in (text := "".join(cell["source"]))]


# ---------------------------------------------------------------- what is right

def columns(function):
    """A function of tests.naive whose bias is (F,) and whose W is (F, C, k, k), as the chapter calls it."""
    def called(x, W, b, k, stride=1, pad=0):
        return function(x, W.reshape(len(W), len(x), k, k), b[:, 0], stride, pad)
    return called


def conv_loops_backward(dy, x, W, k, stride=1, pad=0):
    dx, dW, db = naive.conv_backward(dy, x, W.reshape(len(W), len(x), k, k), stride, pad)
    return [dx, dW.reshape(W.shape), db[:, None]]


def add_patches_loops(cols, shape, k, stride=1, pad=0):
    number = naive.patches(np.arange(1, np.prod(shape) + 1).reshape(shape), k, stride, pad).astype(int)
    return np.bincount(number.ravel(), cols.ravel(), np.prod(shape) + 1)[1:].reshape(shape)


OTHERWISE = {  # written in loops, and in lists
    "slide": lambda x, w: naive.conv(x[None, :, :, None], w[None, None], [0.0], 1, 0)[0, :, :, 0],
    "patches": lambda x, k, stride=1, pad=0: naive.patches(x, k, stride, pad), "conv": columns(naive.conv),
    "linear": naive.linear, "relu": naive.relu, "pool": lambda x, k=2, stride=2: naive.pool(x, k, stride, 0),
    "softmax": lambda z: [row.tolist() for row in np.exp(z - z.max()) / np.exp(z - z.max()).sum(axis=0)],
    "linear_backward": naive.linear_backward, "relu_backward": naive.relu_backward,
    "pool_backward": lambda dy, x, y, k=2, stride=2: naive.pool_backward(dy, x, k, stride, 0),
    "add_patches": add_patches_loops, "conv_backward": conv_loops_backward,
    "cross_entropy_backward": lambda z, labels: naive.cross_entropy(z, labels)[1].astype(np.float32),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_right_answer_passes_however_it_is_written(name):
    assert complaint(OTHERWISE[name], TASKS[name]) is None


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_book_s_solutions_pass_the_judge_and_every_task_has_one(path, capsys):
    space = {"np": np, "nn": nn, "solution": judge, "normal": np.random.default_rng(0).standard_normal}
    for source in sources(path, "def corners") + sources(path, "@solution"):
        exec(source, space)
        for name in re.findall(r"@solution\ndef (\w+)", source):
            assert f"{name}: right" in capsys.readouterr().out
    asked = [re.search(r"@judge\ndef (\w+)", source)[1] for source in sources(path, "@judge")]
    assert set(asked) == set(judging.YOURS)


def test_the_chapters_ask_for_everything_that_the_judge_knows():
    asked = [name for path in CHAPTERS for source in sources(path, "@judge") for name in re.findall(r"@judge\ndef (\w+)", source)]
    assert sorted(asked) == sorted(TASKS)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_what_is_handed_to_the_reader_is_not_written_yet(path, capsys):
    space = {"np": np, "nn": nn, "judge": judge, **{name: task.truth for name, task in TASKS.items()}}
    for source in sources(path, "@judge"):
        exec(source, space)
        said = capsys.readouterr().out
        assert "not written yet. The page goes on with the solution below." in " ".join(said.split())
        assert max(map(len, said.splitlines())) <= 72


# ---------------------------------------------------------------- what is wrong

@pytest.mark.parametrize("name", TASKS)
def test_a_mistake_can_be_made_in_every_trial(name):
    task = TASKS[name]
    with np.errstate(all="ignore"):
        for arguments in task.trials:
            for slip in task.slips.values():
                assert set(judging.named(slip(*arguments), task)) == set(task.names)


@pytest.mark.parametrize(("name", "sentence"), [(name, slip) for name, task in TASKS.items() for slip in task.slips])
def test_a_usual_mistake_is_recognised(name, sentence):
    said = complaint(TASKS[name].slips[sentence], TASKS[name])
    assert f"A guess: {sentence}." in said and "came out as" in said or "has the shape" in said


def mean_db(dy, x, W):
    return W.T @ dy, dy @ x.T, dy.mean(axis=1, keepdims=True)


def no_axis(dy, x, W):
    return W.T @ dy, dy @ x.T, dy.sum(axis=1)


def turned_about(dy, x, W):
    return W.T @ dy, x @ dy.T, dy.sum(axis=1, keepdims=True)


GENERAL = [
    ("linear_backward", mean_db, "dx and dW are right, db is not.\ndb[0, 0] came out as 0.5 and should be 1.",
     "you divided by the batch of 2, and there is nothing to divide by here any more"),
    ("linear_backward", no_axis, "db has the shape (3,) and should have (3, 1).", "the sum dropped an axis, keepdims=True keeps it"),
    ("linear_backward", turned_about, "dx and db are right, dW is not.", "this is the transpose"),
    ("linear_backward", lambda dy, x, W: (-W.T @ dy, dy @ x.T, 1), "dW is right, dx is not.", "the sign is the wrong one"),
    ("linear", lambda x, W, b: (W @ x + b).T, "y has the shape (2, 3) and should have (3, 2)", "this is the transpose of the right one"),
    ("linear", lambda x, W, b: 3 * (W @ x + b), "y[0, 0] came out as", "all of it is 3 times as large as it should be"),
    ("conv", lambda x, W, b, k, *size: tasks.conv(x, W, b, k, *size)[:, 1:, 1:], "has the shape (1, 1, 1, 1)", "the first place counts too: + 1"),
    ("softmax", lambda z: np.exp(z) / np.exp(z).sum(axis=0), "p[0, 0] came out as nan and should be 0.01127.", "exp of a large number is infinite"),
    ("relu", lambda z: z / 0, "came out as -inf", "exp of a large number is infinite, subtract each column's largest before; or it was divided by 0"),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("name", "function", "said", "idea"), GENERAL)
def test_it_says_the_entry_what_came_out_and_a_guess(name, function, said, idea):
    found = complaint(function, TASKS[name])
    assert said in found and f"A guess: {idea}" in found


def test_numbers_that_look_alike_are_written_longer():
    assert "came out as 1.0001 and should be 1.0002." in reached("y", [1.0001], [1.0002])


def test_no_guess_where_there_is_none():
    assert guess(np.array([1.0, 5.0]), np.array([2.0, 3.0]), {}, 4) is None


def test_of_a_network_the_first_wrong_value_is_told():
    def lenet(x, W1, b1, W2, b2, W3, b3, W4, b4):
        values = tasks.lenet(x, W1, b1, W2, b2, W3, b3, W4, b4)
        z2 = values["z2"] - b2[:, None, None]
        return values | {"z2": z2, "a2": np.maximum(z2, 0), "p": None}

    assert complaint(lenet, TASKS["lenet"]).startswith("z1, a1 and p1 are right, z2 is not.\nz2[0, 0, 0, 0] came out as")


def test_of_a_network_the_rest_may_be_missing():
    def backward(v, labels):
        found = tasks.backward(v, labels)
        return {name: found[name] for name in ("dz4", "da3", "dW4", "db4")}

    assert complaint(backward, TASKS["backward"]) == "dz4, da3, dW4 and db4 are right, the other 15 are not written yet."


# ---------------------------------------------------------------- what must not break the page

def raises(x, W, b):
    y = W @ x
    return y + b[:2]


def loops_for_ever(x, W, b):
    return loops_for_ever(x, W, b)


def changes(z):
    z[z < 0] = 0
    return z


ODD = [
    ("linear", lambda x, W, b: None if len(x) else x, "it returns None: is there a `return`?"),
    ("linear", lambda x, W, b: ..., "not written yet."), ("linear_backward", lambda dy, x, W: (W.T @ dy, ..., None), "dx is right, dW and db are not written yet."),
    ("linear", lambda x, W, b: "W @ x + b", "y is a str, not an array of numbers."),
    ("linear", lambda x, W, b: [[1, 2], [3]], "y is a list, not an array of numbers."),
    ("linear", lambda x, W, b: (W @ x + b).astype(complex), "not an array of numbers."),
    ("linear", lambda x, W, b: (W @ x + b).astype(np.int64), "came out as"),
    ("linear_backward", lambda dy, x, W: W.T @ dy, "it should return dx, dW, db, in this order, and returns one thing, a ndarray."),
    ("linear_backward", lambda dy, x, W: (dy, x), "and returns 2 things."),
    ("linear", lambda x, W: W @ x, "your function raised TypeError:"), ("linear", print, "it returns None"),
    ("linear", raises, "your function raised ValueError in line"), ("linear", loops_for_ever, "your function raised RecursionError in line"),
    ("relu", changes, "right, but it changes what it is given"),
    ("lenet", lambda *given: 3, "and returns one thing, a int."),
]


@pytest.mark.parametrize(("name", "function", "said"), ODD)
def test_whatever_comes_back_gets_a_sentence(name, function, said, capsys):
    found = complaint(function, TASKS[name])
    assert said in found
    assert "Traceback" not in capsys.readouterr().err


def test_an_error_is_told_with_its_line_and_what_was_handed_over():
    found = complaint(raises, TASKS["linear"])
    assert ", `return y + b[:2]`: operands could not be broadcast" in found
    assert "It was called with x (3, 2), W (3, 3), b (3, 1)." in found


def test_dots_pass_and_words_alone_are_not_written():
    def dots(x, W, b):
        """What it should do."""
        ...

    def nothing(x, W, b):
        pass

    assert complaint(dots, TASKS["linear"]) == complaint(nothing, TASKS["linear"]) == "not written yet."


# ---------------------------------------------------------------- whose function goes on

def written(value):
    def relu(z):
        return value(z)
    return relu


RIGHT, WRONG, BOOK = written(lambda z: z * (z > 0)), written(abs), written(lambda z: np.maximum(z, 0))


def test_the_reader_s_goes_on_when_it_is_right_in_whatever_order_the_cells_run(capsys):
    assert judge(RIGHT) is RIGHT and solution(BOOK) is RIGHT
    assert "relu: right, in 2 trials.\nThe page goes on with yours." in capsys.readouterr().out
    assert judge(WRONG) is BOOK and solution(BOOK) is BOOK
    assert judge(RIGHT) is RIGHT and solution(BOOK) is RIGHT


def test_before_the_solution_has_run_a_wrong_function_is_left_as_it_is():
    assert judge(WRONG) is WRONG and solution(BOOK) is BOOK


def test_another_name_is_told(capsys):
    def rectify(z):
        return z

    assert judge(rectify) is rectify
    assert "rectify: the judge does not know this name. It knows slide," in capsys.readouterr().out


def test_the_report_says_whose_functions_the_page_works_with(capsys):
    solution(BOOK)
    report()
    assert capsys.readouterr().out == "yours: none yet\nthe book's: relu\n"
    judge(RIGHT)
    capsys.readouterr()
    report()
    assert capsys.readouterr().out == "yours: relu\nthe book's: none\n"


@pytest.mark.slow
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_runs_to_its_end_with_everything_written_by_the_reader(path):
    notebook = nbformat.read(path, as_version=4)
    answers = {name: text.replace("@solution", "@judge") for text in sources(path, "@solution")
               for name in re.findall(r"@solution\ndef (\w+)", text)}
    asked = [cell for cell in notebook.cells if cell.source.startswith("@judge")]
    for cell in asked:
        cell.source = answers[re.search(r"def (\w+)", cell.source)[1]]
    NotebookClient(notebook, timeout=900, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}).execute()
    printed = "".join(output.text for cell in notebook.cells for output in cell.get("outputs", ())
                      if output.get("name") == "stdout")
    assert len(re.findall(r"right, in \d+ trials?", " ".join(printed.split()))) == len(asked) == len(answers)
    assert "the book's: none" in printed
