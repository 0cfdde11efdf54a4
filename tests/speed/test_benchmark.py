"""The benchmark: its sides compute the course's network, and its record says what it measured.

Nothing here depends on how long anything takes.
"""

import json
import socket
import sys

import numpy as np
import pytest

from course_lib import nn, speed
from course_lib.speed.ladder import RUNGS
from tests.conftest import ROOT, rest_slow

sys.path.insert(0, str(ROOT / "benchmarks"))

import parts  # noqa: E402
import race as racing  # noqa: E402
import record as writing  # noqa: E402
import run as benchmark  # noqa: E402
import task  # noqa: E402
from processes import Process, Processes, SideFailed  # noqa: E402
from sides import PEERS, REFERENCES, products, scaling  # noqa: E402

SIDES = ("course", *(name for name in REFERENCES if name != "products"), *PEERS)
ENGINES = ("onnxruntime", "openvino")       # they only predict
BATCH = 4


def course():
    """The course's network with the benchmark's weights, and its batch."""
    network = nn.lenet()
    learning = [layer for layer in network.layers if layer.params]
    for layer, (W, b) in zip(learning, task.weights(), strict=True):
        layer.W[:], layer.b[:] = W, b
    images, labels = task.batch(BATCH)
    return network, np.ascontiguousarray(images.transpose(1, 2, 3, 0)), labels


def started(name, threads=1):
    """A side's process; skip where its library is not installed."""
    try:
        return Process(name, threads)
    except SideFailed as reason:
        if "ModuleNotFoundError" in str(reason):
            pytest.skip(f"{reason}; make bench installs it")
        raise


@pytest.fixture
def side(request):
    process = started(request.param)
    yield process
    process.close()
    assert process.process.returncode == 0


# ------------------------------------------------------------------ the sides

@pytest.mark.parametrize("side", rest_slow([*SIDES, "ladder:1", f"ladder:{len(RUNGS) - 1}"], ["course", "torch", "ladder:1"]),
                         indirect=True)
def test_every_side_computes_the_courses_network(side):
    network, x, labels = course()
    loss = nn.SoftmaxCrossEntropy()
    answer = side.ask("check", case={"batch": BATCH})
    assert side.about["parameters"] == network.count == task.PARAMETERS == 431_080
    assert answer["labels"] == network.predict(x).tolist()
    if side.name in ENGINES:
        assert answer["losses"] == [] and side.about["tasks"] == ["predict"]
        return
    first = loss.forward(network.forward(x), labels)
    optimiser = nn.SGD(network, lr=task.LEARNING_RATE, momentum=task.MOMENTUM, weight_decay=task.WEIGHT_DECAY)
    network.backward(loss.backward())
    optimiser.step()
    second = loss.forward(network.forward(x), labels)
    assert second < first
    assert answer["losses"][0] == pytest.approx(first, rel=1e-5)
    same_decay = side.name not in PEERS  # peers may decay their weights by another rule: see their notes
    assert answer["losses"][1] == pytest.approx(second, rel=1e-5 if same_decay else 2e-3)


@pytest.mark.parametrize("side", ["course", "products"], indirect=True)
def test_the_protocol(side):
    for kind in parts.TASKS:
        times = side.ask("run", task=kind, case={"batch": 2}, seconds=10, most=3)["times"]
        assert len(times) == 3 and min(times) > 0
    assert len(side.ask("run", task="step", case={"batch": 2}, seconds=0, most=3)["times"]) == 1
    assert side.ask("peak")["bytes"] > 10e6
    with pytest.raises(SideFailed, match="KeyError: 'batch'"):
        side.ask("run", task="step", case={"size": 2}, seconds=0, most=1)
    with pytest.raises(SideFailed, match="has no attribute 'dance'"):
        side.ask("dance")
    assert side.ask("peak")["bytes"] > 10e6  # an error does not end the conversation


def test_threads_are_those_that_were_asked_for():
    for threads in (1, 2):
        process = started("course", threads)
        process.close()
        blas = [each for each in process.about["threads"] if each["user_api"] == "blas"]
        assert {each["num_threads"] for each in blas} == {threads}


def test_a_library_that_is_not_there_is_listed_and_the_rest_goes_on(capsys):
    missing = {}
    with Processes(["nothing_of_the_kind", "products"], 1, missing) as processes:
        assert list(processes) == ["products"]
    assert missing == {"nothing_of_the_kind": "ModuleNotFoundError: No module named "
                                              "'sides.nothing_of_the_kind'"}
    printed = "".join(capsys.readouterr())
    assert "nothing_of_the_kind is left out" in printed and "make bench" in printed


# ------------------------------------------------------------------ the predictions

@pytest.mark.parametrize("batch", [1, 100])
def test_the_floor_has_the_networks_products(batch):
    network, x, _ = course()
    expected, x = [], np.zeros((1, 28, 28, batch), np.float32)
    for layer in network.layers:
        y = layer.forward(x)
        if layer.params:
            expected.append((*layer.W.shape, y.size // len(layer.W)))
        x = y
    found = list(products.products(batch))
    assert [each[2:] for each in found if each[1] == "y"] == expected
    for number, (rows, inner, columns) in enumerate(expected):
        own = {result: shape for layer, result, *shape in found if layer == number}
        assert own["dW"] == [rows, columns, inner]
        assert own.get("dx") == ([inner, rows, columns] if number else None)


def test_a_step_has_1318_million_flops_at_batch_100():
    assert round(2 * products.multiply_adds(100) / 1e6) == 1318
    assert products.multiply_adds(100, products.FORWARD) == 100 * 2_293_000


def test_scaling_predicts_what_the_floor_counts():
    network, channels = scaling.network(28, 1, np.random.default_rng(0))
    x = np.zeros((channels, 28, 28, 3), np.float32)
    assert scaling.multiply_adds(network, x) == products.multiply_adds(3)


@pytest.mark.parametrize("growing, of, values, fixed", parts.GROWTHS)
def test_every_case_of_scaling_can_be_built(growing, of, values, fixed):
    size = {**fixed, growing: values[-1]}
    build = {"layer": scaling.layer, "network": scaling.network}[of]
    network, channels = build(min(size["side"], 56), size["depth"], np.random.default_rng(0))
    x = np.zeros((channels, min(size["side"], 56), min(size["side"], 56), 1), np.float32)
    assert scaling.multiply_adds(network, x) > 0


# ------------------------------------------------------------------ the runner

def test_the_best_counts_and_the_spread_is_told():
    clock = racing.Clock(cap=1)
    clock.rounds = [[0.3, 0.1], [0.2], [0.25]]
    assert clock.result() == {"best": 0.1, "median": 0.225, "typical_round": 0.2, "worst_round": 0.25,
                              "rounds": 3, "calls": 4}
    assert clock.wants()
    clock.rounds.append([0.2])
    assert not clock.wants()


def test_a_call_that_would_take_too_long_is_left_out():
    clocks = {("peer", "step", json.dumps({"batch": batch})): racing.Clock() for batch in (1, 10, 100)}
    one, ten, hundred = clocks.values()
    one.rounds, ten.rounds = [[0.5]], [[3.0]]
    assert racing.bearable(clocks, "peer", "step", json.dumps({"batch": 100}), hundred, 31)
    assert not racing.bearable(clocks, "peer", "step", json.dumps({"batch": 100}), hundred, 29)
    assert hundred.result() == {"left_out": "one call would take about 30 s"}
    assert not hundred.wants()


def test_a_busy_machine_gets_fewer_rounds_but_two():
    missing, case = {}, {"products": [("step", {"batch": 1})]}
    with Processes(["products"], 1, missing) as processes:
        for seconds, rounds in ((0, 2), (1000, 3)):
            clocks = racing.race(processes, case, 3, burst=0, seconds=seconds)
            assert [len(clock.rounds) for clock in clocks.values()] == [rounds]


def test_ratios_are_the_courses_time_over_the_others():
    rows = [{"side": side, "threads": 1, "batch": 1, "task": "step", **times}
            for side, times in [("course", {"best": 1.0, "typical_round": 1.5}),
                                ("torch", {"best": 4.0, "typical_round": 5.0}),
                                ("slow", {"left_out": "too slow"})]]
    case = {"threads": 1, "batch": 1, "task": "step"}
    assert parts.ratios(rows) == [{"side": "torch", **case, "ratio": 0.25, "typical_ratio": 0.3}]
    assert parts.ratios(rows[1:]) == []


def test_a_record_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "record.json"
    path.write_text("old")
    with pytest.raises(TypeError):
        writing.write({"times": [object()]}, path)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
    writing.write({"times": [{"best": 1.5}], "machine": {"cores": 2}}, path)
    assert json.loads(path.read_text()) == {"times": [{"best": 1.5}], "machine": {"cores": 2}}
    assert list(tmp_path.iterdir()) == [path]


def test_a_partial_run_leaves_the_books_record_alone(monkeypatch, capsys):
    monkeypatch.setattr(benchmark, "measure", lambda options: {"options": options})
    monkeypatch.setattr(benchmark, "show", lambda record: None)
    monkeypatch.setattr(benchmark, "write", lambda record, path: pytest.fail("it was written"))
    for words in (["--quick"], ["--only", "course"], ["--parts", "ladder"]):
        benchmark.main(words)
        assert "nothing is written" in capsys.readouterr().out


# ------------------------------------------------------------------ the record

@pytest.fixture(scope="module")
def record():
    return speed.load()


def test_the_record_tells_where_and_with_what(record):
    text = speed.PATH.read_text(encoding="utf-8")
    assert record.machine["processor"] and record.machine["cores"] >= 1
    assert {"python", "numpy", "torch"} <= set(record.versions)
    assert socket.gethostname() not in text and str(ROOT) not in text and "/home" not in text
    for name, threads in (("course", 1), ("course", 2), ("torch", 1), ("torch", 2)):
        settings = [each for each in record.settings if (each["side"], each["threads"]) == (name, threads)]
        assert len(settings) == 1 and settings[0]["libraries"]


def test_every_ratio_is_that_of_its_times(record):
    for row in record.ratios:
        case = {key: row[key] for key in ("batch", "task", "threads")}
        expected = record.seconds("course", **case) / record.seconds(row["side"], **case)
        assert row["ratio"] == pytest.approx(expected, rel=1e-3)


def test_every_case_was_measured(record):
    for name in ("course", *REFERENCES):
        for threads in parts.THREADS:
            for kind in ("predict",) if name in ENGINES else parts.TASKS:
                for batch in parts.BATCHES:
                    assert record.seconds(name, batch=batch, task=kind, threads=threads) > 0
    assert len(record.peers()) >= 3
    measured = {row["side"] for row in record.memory}
    assert {"course", "torch", *record.peers()} <= measured
    for row in record.table:
        if "best" in row:
            assert row["best"] <= row["typical_round"] <= row["worst_round"]
            assert row["best"] <= row["median"] and row["calls"] >= row["rounds"] >= 1
        else:
            assert row["left_out"] and row["side"] in PEERS


def test_nothing_beats_the_processor(record):
    """No time means more than 500 thousand million operations a second and core."""
    for row in record.table:
        if "best" in row and row["task"] == "step":
            rate = 2 * products.multiply_adds(row["batch"]) / row["best"]
            assert rate < 500e9 * row["threads"]


def test_the_ladder_in_the_record_is_the_librarys(record):
    assert [row["rung"] for row in record.ladder] == list(range(len(RUNGS))) == list(range(parts.RUNGS))
    first = record.ladder[0]["seconds_per_batch"]
    for before, row in zip([None, *record.ladder], record.ladder):
        own = row["seconds_per_batch"]
        assert own == pytest.approx(row["best"] * 100 / row["measured_batch"], rel=1e-3)
        assert row["ratio_to_first"] == pytest.approx(own / first, rel=1e-3)
        assert row["threads"] == RUNGS[row["rung"]].threads
        if before:
            assert row["ratio_to_before"] == pytest.approx(own / before["seconds_per_batch"], rel=1e-3)


def test_what_grows_in_the_record(record):
    for growing, of, values, _ in parts.GROWTHS:
        sizes, operations, seconds = record.growth(growing, of)
        assert tuple(sizes) == values
        assert operations == sorted(operations) and min(seconds) > 0
    with pytest.raises(LookupError, match="batch of a layer"):
        record.growth("height", "layer")


def test_questions_that_have_no_answer(record):
    with pytest.raises(LookupError, match="'nobody'; the sides are"):
        record.ratio("nobody", batch=100)
    with pytest.raises(LookupError, match="batch=99"):
        record.seconds("course", batch=99)
    with pytest.raises(LookupError, match="numba"):
        record.megabytes("forgeNN")


def test_a_file_that_is_no_record(tmp_path):
    with pytest.raises(FileNotFoundError, match="make bench writes it"):
        speed.load(tmp_path / "none.json")
    for content in ("{", "[]", '{"date": "today"}'):
        path = tmp_path / "other.json"
        path.write_text(content)
        with pytest.raises(ValueError, match="not a whole record"):
            speed.load(path)
