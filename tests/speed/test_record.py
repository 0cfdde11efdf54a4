"""The chapter on speed: its sentences against the record that it reads, and its figures.

The record is a run of `make bench`. If a new one contradicts a sentence, either that run was disturbed,
or the sentence has to be changed.
"""

import re

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from course_lib import architectures, nn
from course_lib import speed as record_of
from course_lib.figures import speed
from course_lib.speed import ladder
from tests.conftest import ROOT

RECORD = record_of.load()
MS = [1000 * row["seconds_per_batch"] for row in RECORD.ladder]
OF_BEFORE = [None] + [after / before for before, after in zip(MS, MS[1:])]


@pytest.fixture(scope="module")
def text():
    notebook = nbformat.read(ROOT / "book/09-fast.ipynb", as_version=4)
    said = [cell.source if cell.cell_type == "markdown" else cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
            for cell in notebook.cells]
    return " ".join(" ".join(words.split()) for words in said)


def products(batch=100, task="step", threads=1):
    return 1000 * RECORD.seconds("products", batch=batch, task=task, threads=threads)


def rates(growing, of):
    values, work, seconds = RECORD.growth(growing, of)
    return {value: w / s for value, w, s in zip(values, work, seconds)}


def cost(growing, of="layer"):
    values, _, seconds = RECORD.growth(growing, of)
    return dict(zip(values, seconds))


def five_times(side):
    """How many times as long a step takes with 500 pictures as with 100."""
    return RECORD.seconds(side, batch=500, threads=1) / RECORD.seconds(side, batch=100, threads=1)


def once():
    """t0 of the line T(N) = t0 + N t1 through LeNet's batches of 1 and 20."""
    time = cost("batch", "network")
    return time[1] - (time[20] - time[1]) / 19


#: sentences of the chapter, and what has to hold for them
CLAIMS = {
    "Less than a quarter of the time goes into what the network is for":
        lambda: products() / MS[2] < 1 / 4,
    "worth more than all others together":
        lambda: MS[0] / MS[1] > MS[1] / MS[9],
    "creeps up to the black marks":
        lambda: all(a < b for a, b in zip(MS[2:7:2], MS[:5:2])) and products() < MS[8] < 2 * products(),
    "Not half: some of the work":
        lambda: 0.5 < OF_BEFORE[2] < 0.95,
    "It saves at least its share of the products":
        lambda: 1 - OF_BEFORE[3] > 28_800_000 / (659_100_000 + 28_800_000),
    "at least another quarter of the time is gone":
        lambda: OF_BEFORE[6] < 0.75,
    "and in time, on one core, a little":
        lambda: 0.8 < OF_BEFORE[7] < 1,
    "What is left, besides the products, is copying":
        lambda: OF_BEFORE[4] < 0.95 and OF_BEFORE[5] < 0.95,
    "Pooling first leaves ReLU a quarter of the numbers":
        lambda: OF_BEFORE[8] < 1,
    "Two threads do not halve the time":
        lambda: 0.5 < OF_BEFORE[9] < 1,
    "how little it matters *what* grows, four to five times for each":
        lambda: (4 < cost("batch")[64] / cost("batch")[16] < 5.1 and 4 < cost("side")[32] / cost("side")[16] < 5.1
                 and 4 < cost("depth")[16] / cost("depth")[4] < 5.1),
    "A batch of one pays $t_0$ for itself alone: four fifths of its time":
        lambda: 0.75 < once() / cost("batch", "network")[1] < 0.85,
    "With 20 that share is small, and with 200 the step takes longer than the line says":
        lambda: (once() / cost("batch", "network")[20] < 0.2 and
                 cost("batch", "network")[200] > 1.2 * (once() + 200 * (cost("batch", "network")[1] - once()))),
    "and there a multiply-add takes longer than anywhere before":
        lambda: min(rates("side", "layer").values()) == rates("side", "layer")[96],
    "All sixteen marks lie below 1":
        lambda: all(RECORD.ratio("torch", batch=N, task=task, threads=threads) < 1 for N in (1, 10, 100, 500)
                    for task in ("step", "predict") for threads in (1, 2)),
    "Best are the batches of 500; with 10 and two threads it is a tie":
        lambda: all(min((1, 10, 100, 500), key=lambda N: RECORD.ratio("torch", batch=N, task=task, threads=threads)) == 500
                    for task in ("step", "predict") for threads in (1, 2)) and all(
            0.95 < RECORD.ratio("torch", batch=10, task=task) < 1 for task in ("step", "predict")),
    "Change 5, ReLU without branches, has saved 18 ms on its rung":
        lambda: round(MS[4] - MS[5]) == 18,
    "From 100 to 500 PyTorch and the products rise again, this course stays level":
        lambda: (five_times("products") > 6 and five_times("torch") > 6 and 4.75 < five_times("course") < 5.25),
    "The names below PyTorch are other libraries in NumPy":
        lambda: RECORD.peers() and all(RECORD.ratio(side, batch=100, threads=1) < RECORD.ratio(
            "torch", batch=100, threads=1) < 1 for side in RECORD.peers()),
    "The two that only predict are ahead of us, most of all with few pictures":
        lambda: all(RECORD.ratio(side, batch=batch, task="predict") > 1 for side in ("onnxruntime", "openvino")
                    for batch in (1, 10, 100, 500)) and all(
            RECORD.ratio(side, batch=1, task="predict") > RECORD.ratio(side, batch=500, task="predict")
            for side in ("onnxruntime", "openvino")),
    "`torch.compile` predicts faster from 10 pictures on, JAX learns faster from one":
        lambda: [[RECORD.ratio(side, batch=N, task=task) > 1 for N in (1, 10, 100, 500)] for side, task in (
            ("torch_compile", "predict"), ("jax", "step"))] == [[False, True, True, True], [True, False, False, False]],
    "With a hundred pictures to learn from, nobody whom we timed is faster than we are":
        lambda: all(RECORD.ratio(side, batch=100, threads=threads) < 1
                    for side in ("torch", "torch_compile", "jax") for threads in (1, 2)),
    "the second prize, in milliseconds, goes to a change that touches no line of arithmetic":
        lambda: sorted(range(1, 10), key=lambda n: MS[n - 1] - MS[n])[-2] == 2,
    "With loops, a lunch. With one product, less than a minute":
        lambda: 20 < 300 * MS[0] / 2 / 60_000 < 100 and 300 * MS[1] / 2 < 60_000,
    "What lies between the floor and us":
        lambda: all(RECORD.ratio("products", batch=100, task=task) > 1 for task in ("step", "predict")),
}


@pytest.mark.parametrize("sentence", CLAIMS)
def test_the_record_supports_the_sentence(sentence, text):
    assert sentence in text, "the chapter does not say so any more"
    assert CLAIMS[sentence]()


def test_a_picture_alone_is_the_dearest():
    for side in ("course", "torch", "products"):
        alone, of_ten = (RECORD.seconds(side, batch=N, threads=1) / N for N in (1, 10))
        assert of_ten < alone


def test_the_record_is_of_this_ladder_and_this_network():
    assert [row["rung"] for row in RECORD.ladder] == list(range(len(ladder.RUNGS)))
    assert [row["threads"] for row in RECORD.ladder] == [rung.threads for rung in ladder.RUNGS]
    lenet = {row["batch"]: row["multiply_adds"] for row in RECORD.scaling
             if (row["of"], row["growing"]) == ("network", "batch")}
    assert lenet[100] == 100 * (3 * architectures.lenet().multiply_adds - 288_000) == 659_100_000


def test_the_largest_strips_of_the_record(text):
    assert "of 96 × 96 take 61 MB" in text
    assert round(nn.strips(np.zeros((20, 96, 96, 16), np.float32), 5, pad=2).nbytes / 1e6) == 61
    assert max(RECORD.growth("side", "layer")[0]) == 96


def test_numbers_in_the_prose(text):
    assert "659 million multiplications" in text
    assert "431,080 weights" in text and nn.lenet().count == 431_080
    assert re.search(r"Less than a third of the memory", text)
    for shape, low, high in [((1, 28, 28, 2), 0.2, 1 / 3), ((20, 12, 12, 2), 0.2, 1 / 3)]:
        x = np.zeros(shape)
        assert low < nn.strips(x, 5).size / nn.patches(x, 5).size < high


# --- the figures ------------------------------------------------------------------------------

FIGURES = {
    "ladder": (["a", "b"], [1234.0, 56.7], [None, 40.0], "title"),
    "against": ({"products": 1.0, "course": 1.2, "other": 9.0}, "course", "products", "title"),
    "in_order": ({"a": (3.0, 1.0), "b": (1.0, 1.0)}, "title"),
    "compared": ({"a": 3.0, "b": 2.9}, "title"),
    "growth": ({"batch": ([1e6, 1e7], [1e-3, 1e-2]), "side": ([1e6, 1e8], [1e-3, 2e-1])}, "title"),
    "per_picture": ({"course": ([1, 10], [1e-3, 5e-3]), "other": ([1, 10], [2e-3, 4e-3])}, "title"),
    "touched": ([("a", [0, 1, 17], 32), ("b", [3], 20)], "title"),
    "strips_and_bands": (np.arange(16).reshape(4, 4), nn.strips(np.arange(16).reshape(1, 4, 4, 1), 2), 2,
                         "title"),
}


@pytest.fixture(autouse=True)
def close_figures():
    plt.close("all")
    yield
    plt.close("all")


@pytest.mark.parametrize("name", FIGURES)
def test_figure_functions_draw_one_new_titled_figure_and_return_nothing(name):
    assert getattr(speed, name)(*FIGURES[name]) is None
    assert len(plt.get_fignums()) == 1
    assert plt.gcf().get_suptitle() == "title"
    plt.gcf().canvas.draw()


def words():
    return [text.get_text() for axes in plt.gcf().axes for text in axes.texts]


def test_the_ladder_says_times_and_marks_floors_where_there_are_any():
    speed.ladder(*FIGURES["ladder"])
    assert {"0  a", "1.2 s", "1  b", "57 ms"} <= set(words())
    marks = [line for line in plt.gca().lines if list(line.get_xdata()) == [40.0, 40.0]]
    assert len(marks) == 1


def test_touched_fills_what_is_read():
    speed.touched(*FIGURES["touched"])
    for axes, (_, read, total) in zip(plt.gcf().axes, FIGURES["touched"][0]):
        colours = [patch.get_facecolor() for patch in axes.patches]
        assert len(colours) == total
        assert [i for i, colour in enumerate(colours) if colour != colours[2]] == read


def test_strips_carry_the_numbers_and_bands_overlap():
    speed.strips_and_bands(*FIGURES["strips_and_bands"])
    left, right = plt.gcf().axes
    assert [t.get_text() for t in left.texts] == [str(i) for i in range(16)]
    numbers = [t.get_text() for t in right.texts if t.get_text().isdigit()]
    assert numbers == [str(i) for i in nn.strips(np.arange(16).reshape(1, 4, 4, 1), 2).ravel()]
    reach = [(min(line.get_ydata()), max(line.get_ydata())) for line in right.lines]
    assert len(reach) == 3 and all(a[1] > b[0] for a, b in zip(reach, reach[1:]))


def test_growth_draws_the_best_rate():
    speed.growth(*FIGURES["growth"])
    assert "dashes: 1 billion\na second" in words()
