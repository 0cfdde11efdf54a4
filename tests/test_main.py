"""The command line: what it prints, in which form, and how it complains."""

import csv
import json
import re
import subprocess
import sys

import numpy as np
import pytest

from course_lib.__main__ import main


def run(capsys, *words):
    """Run the command line; return exit status, standard output and standard error."""
    try:
        status = main([str(word) for word in words])
    except SystemExit as leaving:                     # argparse's way out
        status = leaving.code
    return status, *capsys.readouterr()


def complaint(capsys, *words):
    """Run something that has to fail; return its one line on standard error."""
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert err.endswith("\n") and err.count("\n") == 1, err
    assert "Traceback" not in err
    return err


# ------------------------------------------------------------------ count

@pytest.mark.parametrize("words, total", [
    (["lenet"], 431_080),
    (["alexnet"], 62_378_344),
    (["alexnet", "--grouped"], 60_965_224),
    (["alexnet", "--no-biases"], 62_367_776),
    (["vgg16"], 138_357_544),
    (["vgg16", "--configuration", "C"], 133_638_952),
    (["googlenet"], 6_998_552),
    (["googlenet", "--expand"], 6_998_552),
    (["googlenet", "--auxiliary"], 13_378_280),
    (["googlenet", "--auxiliary", "--no-biases"], 13_365_696),
], ids=lambda value: " ".join(value) if isinstance(value, list) else f"{value:,}")
def test_count(capsys, words, total):
    status, out, err = run(capsys, "count", *words, "--json")
    assert (status, err) == (0, "")
    answer = json.loads(out)
    assert answer["total"] == total == sum(layer["parameters"] for layer in answer["layers"])
    assert all(layer["parameters"] == layer["weights"] + layer["biases"]
               for layer in answer["layers"])

    status, out, err = run(capsys, "count", *words)
    assert (status, err) == (0, "")
    assert f"total {total:,}" in out.splitlines()[-1]


def test_count_prints_aligned_columns(capsys):
    _, out, _ = run(capsys, "count", "alexnet")
    lines = out.splitlines()
    assert lines[0].split() == ["layer", "window", "output", "weights", "biases"]
    assert lines[2].split() == ["conv1", "11x11/4", "96x55x55", "34,848", "96"]
    learning = [line for line in lines if line.startswith(("conv", "fc", "sum"))]
    assert len({len(line) for line in learning}) == 1       # right-aligned numbers end together


def test_count_json_describes_each_layer(capsys):
    _, out, _ = run(capsys, "count", "lenet", "--json")
    answer = json.loads(out)
    assert answer["network"] == "LeNet" and "with biases" in answer["convention"]
    assert answer["layers"][2] == {
        "name": "conv2", "kind": "conv", "detail": "5x5", "input": [20, 12, 12],
        "output": [50, 8, 8], "weights": 25_000, "biases": 50, "parameters": 25_050,
        "multiply_adds": 1_600_000}


def test_count_mistakes(capsys):
    assert "'resnet'" in complaint(capsys, "count", "resnet")
    assert "googlenet" in complaint(capsys, "count", "resnet")     # what there is
    assert "belongs to alexnet" in complaint(capsys, "count", "vgg16", "--grouped")
    assert "belongs to googlenet" in complaint(capsys, "count", "lenet", "--auxiliary")
    assert "network" in complaint(capsys, "count")
    assert "COMMAND" in complaint(capsys)


def test_count_needs_no_arrays():
    """Counting stays quick: neither NumPy nor matplotlib is loaded for it."""
    code = ("import sys; from course_lib.__main__ import main; main(['count', 'vgg16']); "
            "print(sorted({'numpy', 'matplotlib', 'skimage'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_as_a_module():
    done = subprocess.run([sys.executable, "-m", "course_lib", "count", "lenet"],
                          capture_output=True, text=True)
    assert done.returncode == 0 and "total 431,080" in done.stdout and done.stderr == ""
    done = subprocess.run([sys.executable, "-m", "course_lib", "read", "no-such-file.png"],
                          capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.count("\n") == 1


# ------------------------------------------------------------------ read

@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    """One of the course's own pages as a PNG, and the page."""
    image = pytest.importorskip("PIL.Image")
    from course_lib.workshop import pages

    page = pages.all_pages()[0]
    path = tmp_path_factory.mktemp("pages") / "page.png"
    image.fromarray(page.image).save(path)
    return path


def test_read_says_what_the_library_reads(capsys, page_file):
    from course_lib import reading

    page = reading.read_file(page_file)
    assert page.rows
    status, out, err = run(capsys, "read", page_file)
    assert (status, err) == (0, "") and out.splitlines() == list(page.rows)

    status, out, err = run(capsys, "read", page_file, "--json")
    answer = json.loads(out)
    assert (status, err) == (0, "") and set(answer) == {"rows", "remarks", "digits"}
    assert answer["rows"] == list(page.rows)
    assert len(answer["digits"]) == len(page.digits) == sum(map(len, page.rows))
    for said, digit in zip(answer["digits"], page.digits):
        assert set(said) == {"row", "label", "confidence", "second", "box"}
        assert (said["row"], said["label"], tuple(said["box"])) == (
            digit.row, digit.label, tuple(digit.box))
        assert said["confidence"] == pytest.approx(digit.confidence, abs=1e-3)
        assert said["label"] == int(page.rows[said["row"]][
            [d for d in answer["digits"] if d["row"] == said["row"]].index(said)])


def test_read_several_and_a_folder(capsys, page_file, tmp_path):
    image = pytest.importorskip("PIL.Image")
    image.new("L", (200, 100), 255).save(tmp_path / "empty.png")
    (tmp_path / "notes.txt").write_text("no picture, and not asked for")
    row, = run(capsys, "read", page_file)[1].splitlines()
    status, out, err = run(capsys, "read", tmp_path, page_file)
    assert status == 0 and out.splitlines() == [f"{tmp_path / 'empty.png'}:", f"{page_file}:", row]
    assert f"{tmp_path / 'empty.png'}: no digits found" in err

    answer = json.loads(run(capsys, "read", tmp_path, page_file, "--json")[1])
    assert [(one["file"], one["rows"]) for one in answer] == [(str(tmp_path / "empty.png"), []), (str(page_file), [row])]
    digits = list(csv.DictReader(run(capsys, "read", page_file, "--csv")[1].splitlines()))
    assert "".join(digit["label"] for digit in digits) == row
    assert [int(digit["place"]) for digit in digits] == list(range(len(row)))
    assert [[int(digit[edge]) for edge in ("top", "left", "bottom", "right")] for digit in digits] == [
        digit["box"] for digit in answer[1]["digits"]]


def test_read_draws(capsys, page_file, tmp_path):
    image = pytest.importorskip("PIL.Image")
    out = tmp_path / "drawn.png"
    assert run(capsys, "read", page_file, "--draw", out)[0] == 0
    before, drawn = (np.asarray(image.open(path).convert("RGB")).astype(int) for path in (page_file, out))
    changed = np.abs(before - drawn).max(axis=2) > 60
    top, left, bottom, right = json.loads(run(capsys, "read", page_file, "--json")[1])["digits"][0]["box"]
    assert changed[top - 1:bottom, left - 1].mean() > .9 and .002 < changed.mean() < .1
    assert "one picture" in complaint(capsys, "read", page_file, page_file, "--draw", out)


def test_read_says_that_it_turned_a_page(capsys, page_file, tmp_path):
    image = pytest.importorskip("PIL.Image")
    turned = tmp_path / "turned.png"
    image.open(page_file).rotate(90, expand=True).save(turned)
    status, out, err = run(capsys, "read", turned)
    assert status == 0 and out == run(capsys, "read", page_file)[1]
    assert str(turned) in err and "turned 90 degrees clockwise" in err


def test_read_an_empty_page(capsys, tmp_path):
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "empty.png"
    image.new("L", (200, 100), 255).save(path)
    status, out, err = run(capsys, "read", path)
    assert (status, out) == (0, "") and "no digits found" in err
    status, out, err = run(capsys, "read", path, "--json")
    assert status == 0 and json.loads(out) == {"rows": [], "remarks": [], "digits": []}


def test_read_mistakes(capsys, tmp_path):
    missing = tmp_path / "missing.png"
    assert str(missing) in complaint(capsys, "read", missing)
    text = tmp_path / "notes.png"
    text.write_text("this is not a picture")
    message = complaint(capsys, "read", text)
    assert str(text) in message and "not a picture" in message
    text.unlink()
    assert "folder" in complaint(capsys, "read", tmp_path)
    assert "FILE" in complaint(capsys, "read")


# ------------------------------------------------------------------ evaluate

@pytest.fixture
def mnist_folder(tmp_path, monkeypatch):
    """A folder with one split in MNIST's form: 20 of the course's held-out digits as "train"."""
    import numpy as np

    from course_lib import digits

    monkeypatch.delenv("COURSE_MNIST_DIR", raising=False)
    images, labels = (part[:20] for part in digits.load("uci").test)
    for name, array in zip(digits.mnist.FILES["train"], (np.round(images * 255), labels)):
        lengths = b"".join(n.to_bytes(4, "big") for n in array.shape)
        content = bytes([0, 0, 8, array.ndim]) + lengths + array.astype(np.uint8).tobytes()
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_evaluate_the_held_out_digits(capsys):
    import numpy as np

    from course_lib import digits, reading, statistics

    status, out, err = run(capsys, "evaluate", "--data", "uci", "--json")
    answer = json.loads(out)
    assert status == 0 and set(re.findall(r"[a-z]{4,}", err)) <= {"reading", "digit"}    # a bar, where it takes long
    assert list(answer) == ["accuracy", "interval", "count", "confusion"]
    images, labels = digits.load("uci").test
    read, _ = reading.classify(images)
    assert answer["count"] == 500 and answer["accuracy"] == (read == labels).mean()
    assert answer["interval"] == list(statistics.wilson((read == labels).sum(), 500))
    confusion = np.array(answer["confusion"])
    assert confusion.shape == (10, 10) and confusion.sum() == 500
    assert (confusion.sum(axis=1) == np.bincount(labels)).all()
    assert (confusion.sum(axis=0) == np.bincount(read)).all()

    status, out, err = run(capsys, "evaluate")
    lines = out.splitlines()
    assert (status, err) == (0, "") and len({len(line) for line in lines[1:12]}) == 1
    assert lines[-1].startswith(f"{np.trace(confusion)} of 500 right: {answer['accuracy']:.2%}, 95% interval")


def test_evaluate_a_folder_with_one_split(capsys, mnist_folder, monkeypatch):
    words = ["evaluate", "--data", "mnist", "--split", "train", "--json"]
    status, out, err = run(capsys, *words, "--data-dir", mnist_folder)
    assert (status, err) == (0, "") and json.loads(out)["count"] == 20 and json.loads(out)["accuracy"] > .9
    monkeypatch.setenv("COURSE_MNIST_DIR", str(mnist_folder))
    assert run(capsys, *words) == (0, out, "")
    assert "20 right" in run(capsys, *words[:-1])[1]


def test_evaluate_mistakes(capsys, mnist_folder):
    mnist = ["evaluate", "--data", "mnist", "--data-dir"]
    message = complaint(capsys, *mnist, mnist_folder)                           # test is the default
    assert "t10k-images" in message and 'the split "train" alone' in message and '"uci"' in message
    assert "does not exist" in complaint(capsys, *mnist, mnist_folder / "nowhere")
    (mnist_folder / "train-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01\0\0\0\x14123")
    message = complaint(capsys, *mnist, mnist_folder, "--split", "train")
    assert "train-labels-idx1-ubyte is cut short: 3 of the 20 bytes" in message
    assert "belongs to" in complaint(capsys, "evaluate", "--data", "uci", "--data-dir", mnist_folder)
    assert "'pen'" in complaint(capsys, "evaluate", "--data", "pen")
    assert "'dev'" in complaint(capsys, "evaluate", "--split", "dev")


def test_evaluate_without_a_network(capsys, monkeypatch, tmp_path):
    from course_lib.digits import mnist

    monkeypatch.delenv("COURSE_MNIST_DIR", raising=False)
    monkeypatch.setattr(mnist, "MIRRORS", ["http://127.0.0.1:9/"])
    monkeypatch.setattr(mnist, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr("logging.raiseExceptions", False)     # pooch's log may know an older standard error
    status, out, err = run(capsys, "evaluate", "--data", "mnist")
    assert (status, out) == (2, "") and "Traceback" not in err
    assert "could not be downloaded" in err.splitlines()[-1] and '"uci"' in err.splitlines()[-1]


# ------------------------------------------------------------------ train

def test_train_hands_over_what_was_asked(capsys, monkeypatch, tmp_path):
    from course_lib.workshop import train_reader as training

    asked = {}

    def train_reader(**given):
        asked.update(given)
        return {"accuracy on the 500 held-out digits": .98}

    monkeypatch.setattr(training, "train_reader", train_reader)
    out_file = str(tmp_path / "r.npz")
    status, out, _ = run(capsys, "train", "reader", "--steps", 3, "--seed", 7, "--out", out_file)
    assert status == 0 and asked == {"steps": 3, "seed": 7, "out": out_file}
    assert out_file in out and "98.0%" in out
    asked.clear()
    assert run(capsys, "train", "reader")[0] == 0 and asked == {}


def test_train_really_trains(capsys, monkeypatch, tmp_path):
    from functools import partial

    from course_lib.workshop import train_reader as training

    monkeypatch.setattr(training, "train_reader", partial(training.train_reader, pages=2, pen_digits=100))
    out_file = tmp_path / "tiny.npz"
    status, out, err = run(capsys, "train", "reader", "--steps", 2, "--out", out_file)
    assert status == 0 and out_file.exists() and "%" in out
    assert "2/2" in err                                 # the progress bar, on standard error


def test_train_mistakes(capsys):
    assert "at least 1" in complaint(capsys, "train", "reader", "--steps", "0")
    assert "at least 1" in complaint(capsys, "train", "reader", "--steps", "many")
    assert "'writer'" in complaint(capsys, "train", "writer")
    assert "NETWORK" in complaint(capsys, "train")
    assert "at least 0" in complaint(capsys, "train", "reader", "--seed", "-1")
    assert "cannot be held out" in complaint(capsys, "train", "lenet", "--held-out", "1297")


def test_train_lenet(capsys, tmp_path):
    out_file = tmp_path / "lenet.npz"
    words = ["train", "lenet", "--steps", 2, "--seed", 3, "--held-out", 100]
    status, out, err = run(capsys, *words, "--out", out_file, "--json")
    record = json.loads(out)
    assert status == 0 and "2/2" in err and out_file.exists()
    assert record["command"] == ("python -m course_lib train lenet --data uci --held-out 100 --steps 2 "
                                 "--seed 3 --json")
    assert (record["steps"], record["seed"], record["count"]) == (2, 3, 100)
    assert set(record["versions"]) == {"python", "numpy", "course_lib"}

    status, out, _ = run(capsys, *words)
    low, high = record["interval"]
    assert status == 0 and out == (
        f"read right: {record['right']} of 100 digits of the training split, held out by lot; "
        f"{record['accuracy']:.1%}, 95% interval {low:.1%} to {high:.1%}\n")


def test_interrupted_training_stops_without_traceback(capsys, monkeypatch):
    from course_lib.workshop import train_reader as training

    def train_reader(**given):
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "train_reader", train_reader)
    status, _, err = run(capsys, "train", "reader")
    assert status == 130 and err.strip() == "course_lib train: stopped"


def test_our_own_mistakes_keep_their_traceback(monkeypatch):
    from course_lib import reading

    def broken(path):
        raise TypeError("a bug")

    monkeypatch.setattr(reading, "read_file", broken)
    with pytest.raises(TypeError):
        main(["read", "x.png"])
