"""Hand-ins that are wrong, broken or hostile: each gets its due mark and a sentence, and does no harm."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from grading import handin, mark, parts, wire

from tests.assignment.handins import notebook, part_of, put, solution
from tests.conftest import ROOT


@pytest.fixture
def graded(isolated, tmp_path):
    """graded(part number, answers): points, stars, {check: sentence of what was lost}, notes."""
    def marks_of(number, answers=None, made=None):
        part = part_of(number)
        put(tmp_path / "student", part, made if made is not None else notebook(part, answers))
        result = mark.mark_part(part, tmp_path / "student", mark.material(isolated))
        points, stars = (sum(m["points"] for m in result["marks"] if m["star"] == star) for star in (False, True))
        lost = {m["name"]: m["sentence"] for m in result["marks"] if m["points"] < m["most"]}
        assert all(lost.values()), "a lost point without a sentence"
        return SimpleNamespace(points=points, stars=stars, lost=lost, notes=result["notes"])
    return marks_of


@pytest.mark.parametrize("number", range(1, 7))
def test_the_reference_gets_everything_and_an_untouched_release_nothing(graded, number):
    part = part_of(number)
    full = graded(number)
    assert full.lost == {} and full.notes == []
    nothing = graded(number, made=notebook(part, solved=False))
    assert (nothing.points, nothing.stars) == (0, 0)
    assert all("is not written yet" in sentence for sentence in nothing.lost.values())


@pytest.mark.parametrize("number", range(1, 7))
def test_running_a_part_where_the_data_lie_checks_it(material, number):
    done = subprocess.run([sys.executable, ROOT / "assignment" / f"{part_of(number).name}.py"], cwd=material,
                          env={**os.environ, "MPLBACKEND": "agg"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_there_are_a_hundred_points():
    checks = [check for number in range(1, 7) for check in part_of(number).checks]
    assert sum(check.points for check in checks if not check.star) == 100
    assert sum(check.points for check in checks if check.star) == 26
    assert all(check.hint and "$" not in check.hint for check in checks), "each lost point has a hint that any page can show"


def test_a_part_says_how_many_points_it_has():
    """Who changes a check's points is told of the text above, before nbgrader runs for a minute."""
    every = [part_of(number) for number in range(1, 7)]
    assert parts.points_that_differ(every) == []
    every[1].cells[0].source = every[1].cells[0].source.replace("3 stars", "3 star")
    assert parts.points_that_differ(every) == [], "one star is a star"
    every[0].checks[0].points += 1
    every[3].checks[-1].points -= 1
    first, second = parts.points_that_differ(every)
    assert first.startswith("part1_gradient: its checks give 21 points and 0 stars, and its first text says 20.")
    assert second.startswith("part4_training: its checks give 20 points and 4 stars, and its first text says 20 and 5.")


# ---------------------------------------------------------------- wrong: what is lost, and what is said

RELU = "def relu(x):\n    "
POOL = ("def max_pool(x, k, stride, pad=0):\n    import numpy as np\n"
        "    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)){fill})\n"
        "    w = np.lib.stride_tricks.sliding_window_view(x, (k, k), (1, 2))[:, ::stride, ::stride]\n"
        "    return w.max(axis=(-1, -2))")
BACK = "def inner_product_backward(dy, x, W):\n    return {dx}, {dW}, {db}"
RIGHT = {"dx": "W.T @ dy", "dW": "dy @ x.T", "db": "dy.sum(axis=1, keepdims=True)"}
OWN = {"gradients": solution(part_of(3), "gradients").replace("inner_product_backward", "whole").replace(
    "relu_backward(da, h)", "da * (h > 0)") + "\n\n" + BACK.format(**RIGHT).replace("inner_product_backward", "whole")}

#: what was handed in: the part, its answers, the checks that are lost, words that the sentences hold
WRONG = {
    "transposed square matrix": (3, OWN | {"inner_product_backward": BACK.format(**RIGHT | {"dW": "(dy @ x.T).T"})},
                                 {"inner_product_dW"}, "your dW is the transpose of the right one"),
    "divided by the batch": (3, OWN | {"inner_product_backward": BACK.format(**RIGHT | {"dW": "dy @ x.T / x.shape[1]"})},
                             {"inner_product_dW"}, "you divided by the batch; the loss has done that"),
    "divided by the batch twice": (3, {"gradients": re.sub(r"p / len\(labels\)", "p / len(labels)**2", solution(part_of(3), "gradients"))},
                                   {"gradients"}, "you divided by the batch twice"),
    "bias not summed": (3, OWN | {"inner_product_backward": BACK.format(**RIGHT | {"db": "dy"})}, {"inner_product_db"}, "has the shape"),
    "zero counts as above": (3, {"relu_backward": "def relu_backward(dy, x):\n    return dy * (x >= 0)"}, {"relu_backward"}, "at x = 0"),
    "ties paid twice": (3, {"max_pool_backward": (
        "def max_pool_backward(dy, x, k, stride):\n    dx = np.zeros(x.shape)\n    for i, j in np.ndindex(dy.shape[1:3]):\n"
        "        seen = np.s_[:, i*stride:i*stride+k, j*stride:j*stride+k]\n"
        "        dx[seen] += (x[seen] == x[seen].max(axis=(1, 2), keepdims=True)) * dy[:, i:i+1, j:j+1]\n    return dx")},
        {"star-max_pool"}, "ties are paid twice"),
    "padding wins": (2, {"max_pool": POOL.format(fill="")}, {"max_pool_pad"}, "the padding wins"),
    "flipped filter": (2, {"convolve": solution(part_of(2), "convolve").replace("tensordot(W,", "tensordot(W[:, :, ::-1, ::-1],")},
                       {"convolve", "convolve_pad", "star-fast"}, "the filter is flipped"),
    "batch first": (2, {"max_pool": POOL.format(fill=", constant_values=-np.inf").replace("w.max(axis=(-1, -2))", "w.max(axis=(-1, -2)).transpose(3, 0, 1, 2)")},
                    {"max_pool", "max_pool_pad"}, "has the shape"),
    "changes x": (2, {"relu": RELU + "x[x < 0] = 0\n    return x"}, {"relu"}, "relu changes the array that it is given"),
    "changes w": (4, {"sgd_step": "def sgd_step(w, dw, v, lr, momentum=0.9, decay=5e-4):\n    v = momentum * v + dw + decay * w\n"
                      "    w -= lr * v\n    return w, v"}, {"sgd_step"}, "sgd_step changes the array that it is given"),
    "no return": (2, {"relu": RELU + "np.maximum(x, 0)"}, {"relu"}, "does your function return its result"),
    "descends f": (1, {"step": "def step(w1, w2, x1, x2, y, rate):\n    return w2 - rate * df_dw2(w1, w2, x1, x2)"}, {"step"}, "descends f"),
    "equal rates": (4, {"train": solution(part_of(4), "train").replace("(1 + j % 2)", "1")}, {"train"}, "biases learn at twice the rate"),
    "Wald's interval": (4, {"wilson": "def wilson(right, count, z=1.96):\n    p = right / count\n"
                            "    return p - z * (p * (1 - p) / count)**.5, p + z * (p * (1 - p) / count)**.5"}, {"wilson"}, "share ±"),
    "columns before rows": (6, {"reading_order": "def reading_order(boxes):\n    return [sorted(range(len(boxes)), key=lambda i: boxes[i][1])]"},
                            {"reading_order", "star-page"}, "in place of [[2, 1], [0, 3]]"),
    "answers hard-coded": (2, {"inner_product": "def inner_product(x, W, b):\n    return np.array([[11, 14, 12], [23, 30, 24]])",
                               "output_size": "def output_size(size, k, stride=1, pad=0):\n    return {(28, 5): 24, (227, 11): 55}.get((size, k), 1)",
                               "relu": RELU + "return np.array([[0, 0, 2], [3, 0, 0.25]])"},
                           {"inner_product", "output_size", "relu"}, "should"),
    "right but loops": (2, {"convolve": (
        "def convolve(x, W, b, stride=1, pad=0):\n    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))\n"
        "    F, C, k, _ = W.shape\n    OH, OW = ((n - k) // stride + 1 for n in x.shape[1:3])\n"
        "    y = np.zeros((F, OH, OW, x.shape[3])) + b[:, :, None, None]\n"
        "    for f, i, j, n, c, a, e in np.ndindex(*y.shape, C, k, k):\n"
        "        y[f, i, j, n] += W[f, c, a, e] * x[c, i * stride + a, j * stride + e, n]\n    return y")},
        {"star-fast"}, "did not end within"),
    "right but slow": (2, {"relu": "import time\n" + RELU + "time.sleep(30)\n    return np.maximum(x, 0)"}, {"relu"}, "did not end within"),
    "endless loop": (2, {"output_size": "def output_size(size, k, stride=1, pad=0):\n    while True:\n        pass"}, {"output_size"}, "did not end within"),
    "endless cell": (2, {"relu": "while True:\n    pass"}, {"relu"}, "did not end within"),
    "crash at import": (2, {"relu": "import nothing_of_the_kind\n" + RELU + "return np.maximum(x, 0)"}, {"relu"}, "nothing_of_the_kind"),
    "ends the program": (2, {"relu": "import os\nos._exit(0)"}, {"relu"}, "ended the program"),
    "dies in a call": (2, {"relu": RELU + "import ctypes\n    ctypes.string_at(0)"}, {"relu"}, "ended the program"),
    "syntax error": (2, {"relu": RELU + "return np.maximum(x, 0"}, {"relu"}, "SyntaxError"),
    "10 GB array": (2, {"relu": RELU + "return np.maximum(x, np.ones(10 * 2**30 // 8).sum() * 0)"}, {"relu"}, "more memory than it may have"),
    "returns a gigabyte": (2, {"relu": RELU + "return np.zeros((10, 1000, 10_000), np.int8)"}, {"relu"}, "more than 64 MB"),
    "returns an object": (2, {"relu": "class Any:\n    def __eq__(self, other): return True\n    def __len__(self): return 2\n" + RELU + "return Any()"},
                          {"relu"}, "a Any; numbers, words, lists and arrays"),
    "forged replies": (2, {"relu": (
        "import socket, os\n" + RELU + "import gc\n    for s in gc.get_objects():\n        if isinstance(s, socket.socket):\n"
        "            s.sendall(b'0' * 100)\n    return x")}, {"relu"}, "MB"),
    "fork bomb": (2, {"relu": RELU + "import os\n    while True:\n        os.fork()"}, {"relu"}, "Resource temporarily unavailable"),
}


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.slow) if kind == "right but slow" else kind for kind in WRONG])
def test_a_wrong_hand_in_gets_its_due_mark(graded, kind):
    number, answers, lost, words = WRONG[kind]
    got = graded(number, answers)
    assert set(got.lost) == lost, got.lost
    assert words in " ".join([*got.lost.values(), *got.notes])


# ---------------------------------------------------------------- hostile: what it tries must not work

SPY = RELU + """import os, sys, gc
    found = []
    for top, folders, files in os.walk("/"):
        if top.startswith(("/proc", "/sys", "/usr", "/dev", "{python}")):
            folders.clear()
        found += [os.path.join(top, name) for name in files if name.endswith((".ipynb", ".py", ".db", ".csv"))]
    frame, seen = sys._getframe(), []
    while frame:
        seen.append(frame.f_code.co_filename)
        frame = frame.f_back
    texts = [o for o in gc.get_objects() if isinstance(o, str) and "HIDDEN" in o]
    raise ValueError(f"{{sorted(found)}} {{seen}} {{texts}} {{os.environ}}")"""


def test_nothing_of_the_checks_or_of_others_can_be_read(graded, tmp_path):
    put(tmp_path / "other", part_of(2), notebook(part_of(2)))
    said = graded(2, {"relu": SPY.format(python=sys.base_prefix)}).lost["relu"]
    assert "ValueError: ['/tmp/checks.py', " in said, said
    for secret in ("HIDDEN", "part2", str(tmp_path), "grading/mark", "SECRET"):
        assert secret not in said.split("cell", 1)[0]


def test_another_students_file_is_not_there(graded, tmp_path):
    other = put(tmp_path / "other", part_of(2), notebook(part_of(2)))
    got = graded(2, {"relu": f"exec(''.join(__import__('json').load(open({str(other)!r}))['cells'][6]['source']))"})
    assert set(got.lost) == {"relu"} and "No such file" in " ".join(got.notes)


def test_a_link_to_anothers_file_is_no_hand_in(isolated, tmp_path):
    part = part_of(2)
    other = put(tmp_path / "other", part, notebook(part))
    (tmp_path / "student").mkdir()
    (tmp_path / "student" / other.name).symlink_to(other)
    result = mark.mark_part(part, tmp_path / "student", mark.material(isolated))
    assert sum(m["points"] for m in result["marks"]) == 0 and "is a link" in result["marks"][0]["sentence"]


def test_the_judge_cannot_be_bribed(graded):
    """Exchanging NumPy's functions, assert's exception, the checks, the clock: all in a process that judges nothing."""
    bribe = ("import builtins, checks, time, sys\nbuiltins.AssertionError = type('Never', (Exception,), {})\n"
             "for name in ('allclose', 'array_equal', 'abs', 'isfinite'):\n    setattr(np, name, lambda *a, **k: np.True_)\n"
             "for name in ('close', 'equal', 'shape', 'several'):\n    setattr(checks, name, lambda *a, **k: None)\n"
             "time.perf_counter = lambda: 0.0\nsys.modules['grading'] = checks\n" + RELU + "return x")
    got = graded(2, {"relu": bribe})
    assert set(got.lost) == {"relu"} and "relu(x) is not right" in got.lost["relu"]


def test_the_seed_changes_nothing(graded):
    fixed = ("np.random.seed(0)\nalways = np.random.RandomState(0)\nnp.random.default_rng = lambda *seed: always\n"
             + RELU + "np.random.seed(1)\n    return np.maximum(x, 0)")
    assert graded(2, {"relu": fixed}).lost == {}


def test_a_novel_is_not_read(graded):
    start = time.monotonic()
    novel = "print('It was a dark and stormy night. ' * 3_000_000)\n" + RELU + "print('x' * 10_000_000)\n    return np.maximum(x, 0)"
    assert graded(2, {"relu": novel}).lost == {}
    assert time.monotonic() - start < 30


def test_it_writes_nowhere(graded, tmp_path):
    places = [str(ROOT / "tests/planted"), str(tmp_path / "planted"), "/usr/planted", "/tmp/checks.py", "/etc/planted",
              os.path.expanduser("~/planted")]
    plant = f"written = []\nfor place in {places}:\n    try:\n        open(place, 'w').write('planted')\n        written.append(place)\n    except OSError:\n        pass\n"
    got = graded(2, {"relu": plant + RELU + "raise ValueError(written)"})
    assert "ValueError: []" in got.lost["relu"]
    assert not any(os.path.exists(place) for place in places if place != "/tmp/checks.py")


def test_it_fills_no_disk(graded):
    fill = RELU + "with open('/tmp/full', 'wb') as file:\n        while True:\n            file.write(bytes(2**20))"
    assert re.search("No space left|File too large|ended the program", graded(2, {"relu": fill}).lost["relu"])


def test_there_is_no_network(graded):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        got = graded(2, {"relu": RELU + f"import socket\n    socket.create_connection(('127.0.0.1', {port}), 2).close()\n    return np.maximum(x, 0)"})
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert "refused" in got.lost["relu"] or "unreachable" in got.lost["relu"]


def test_it_cannot_reach_other_processes(graded):
    kill = RELU + "import os\n    raise ValueError([int(p) for p in os.listdir('/proc') if p.isdigit() and int(p) > 20], os.getuid())"
    said = graded(2, {"relu": kill}).lost["relu"]
    assert "ValueError: ([], " in said and "([], 0)" not in said, "it sees its own processes only, and is not root"


# ---------------------------------------------------------------- broken files

def test_all_cells_deleted(graded):
    got = graded(2, made=notebook(part_of(2)) | {"cells": []})
    assert (got.points, got.stars) == (0, 0) and "there is no function relu" in got.lost["relu"]


def test_no_cell_ids(graded):
    """From Colab: nbformat 4.4, no ids, nbgrader's marks gone. Its work counts all the same."""
    assert graded(2, made=notebook(part_of(2), ids=False)).lost == {}


@pytest.mark.parametrize("name", ["part3_backward (1).ipynb", "Copy of part3_backward.ipynb", "part3_backward.ipynb.txt",
                                  "Übung 3 – Jörg.ipynb", "Part3_Backward.ipynb"])
def test_a_file_is_renamed_on_its_way(tmp_path, name):
    """By browsers, Colab, learning platforms, students: the name helps, and else what the notebook defines."""
    for number in (2, 4):
        put(tmp_path, part_of(number), notebook(part_of(number)))
    put(tmp_path, part_of(3), notebook(part_of(3), ids=False)).rename(tmp_path / name)
    put(tmp_path / ".ipynb_checkpoints", part_of(3), "an older one")
    assert handin.find(tmp_path, part_of(3)).name == name
    assert handin.find(tmp_path, part_of(4)).name == "part4_training.ipynb"
    with pytest.raises(handin.Missing, match="there is no part6_page.ipynb"):
        handin.find(tmp_path, part_of(6))


def test_the_right_name_comes_first_and_two_wrong_ones_are_for_a_person(tmp_path):
    part = part_of(2)
    for copy in ("part2_forward (1)", "part2_forward (2)"):
        put(tmp_path, part, notebook(part)).rename(tmp_path / f"{copy}.ipynb")
    with pytest.raises(handin.Unreadable, match=r"there are 2 files that may be part2_forward.ipynb: part2_forward \(1\)"):
        handin.find(tmp_path, part)
    exact = put(tmp_path, part, notebook(part))
    assert handin.find(tmp_path, part) == exact


@pytest.mark.parametrize("text", ["{\"cells\": [", "[" * 100_000, "", "[1, 2]", "{\"cells\": 3}", "{\"cells\": [4]}",
                                  "{\"cells\": [{\"cell_type\": \"code\", \"source\": {}}]}", "\x00\xff"])
def test_a_damaged_file(graded, text):
    got = graded(3, made=text)
    assert (got.points, got.stars) == (0, 0)
    assert set(got.lost.values()) <= {"its file is damaged: it is no JSON, as notebooks are", "its file is no notebook"} | {
        sentence for sentence in got.lost.values() if sentence.startswith("there is no function")}


def test_given_cells_are_ours_and_magics_are_passed_over(tmp_path, monkeypatch):
    part = part_of(2)
    made = notebook(part)
    (given,) = [cell for cell in made["cells"] if cell.get("id") == "tools"]
    given["source"] = "import numpy as np\nnp.maximum = min"
    cells = handin.read(put(tmp_path, part, made))
    program = dict(handin.program(part, cells))
    assert not any("np.maximum = min" in source for source in program.values())
    assert part.of("given")[0].source in program.values()
    assert not any("checks.close(relu" in source for source in program.values()), "checks are not run in the hand-in's process"
    monkeypatch.syspath_prepend(str(ROOT / "tools/grading"))
    import worker
    assert worker.plain_python("%matplotlib inline\nif True:\n    !ls\nx = 5 % 3") == "pass\nif True:\n    pass\nx = 5 % 3"
    assert worker.plain_python("%%time\nx = 1").strip() == "x = 1" and worker.plain_python("%%bash\nls") == ""


# ---------------------------------------------------------------- the wire

def test_what_is_sent_arrives():
    import numpy as np
    tree = {"a": [1, 2.5, None, "x", (True, np.arange(6).reshape(2, 3))], 7: np.float32(0.5), "empty": np.zeros((0, 3))}
    text, body = wire.HEAD.unpack(wire.pack(tree)[:wire.HEAD.size])
    packed = wire.pack(tree)[wire.HEAD.size:]
    back = wire.unpack(packed[:text], packed[text:])
    assert back["a"][:4] == [1, 2.5, None, "x"] and back[7] == 0.5 and isinstance(back["a"][4], tuple)
    assert back["a"][4][1].tolist() == [[0, 1, 2], [3, 4, 5]] and back["empty"].shape == (0, 3)


@pytest.mark.parametrize("tree", [{"array": ["|O", [1]]}, {"array": ["<f8", [10**9, 10**9]]}, {"array": ["<f8", [-1, -1]]},
                                  {"set": []}, {"array": 3}, {}, {"a": 1, "b": 2}, {"dict": [[{"list": []}, 1]]}])
def test_a_message_that_is_none_is_refused(tree):
    with pytest.raises(wire.Odd):
        wire.unpack(json.dumps(tree), b"12345678")
