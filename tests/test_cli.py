"""The command line: what it prints, in which form, and how it complains."""

import json
import subprocess
import sys

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
    from course_lib import pages

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
    assert (status, err) == (0, "") and set(answer) == {"rows", "digits"}
    assert answer["rows"] == list(page.rows)
    assert len(answer["digits"]) == len(page.digits) == sum(map(len, page.rows))
    for said, digit in zip(answer["digits"], page.digits):
        assert set(said) == {"row", "label", "confidence", "box"}
        assert (said["row"], said["label"], tuple(said["box"])) == (
            digit.row, digit.label, tuple(digit.box))
        assert said["confidence"] == pytest.approx(digit.confidence, abs=1e-3)
        assert said["label"] == int(page.rows[said["row"]][
            [d for d in answer["digits"] if d["row"] == said["row"]].index(said)])


def test_read_an_empty_page(capsys, tmp_path):
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "empty.png"
    image.new("L", (200, 100), 255).save(path)
    status, out, err = run(capsys, "read", path)
    assert (status, out) == (0, "") and "no digits found" in err
    status, out, err = run(capsys, "read", path, "--json")
    assert status == 0 and json.loads(out) == {"rows": [], "digits": []}


def test_read_mistakes(capsys, tmp_path):
    missing = tmp_path / "missing.png"
    assert str(missing) in complaint(capsys, "read", missing)
    text = tmp_path / "notes.png"
    text.write_text("this is not a picture")
    message = complaint(capsys, "read", text)
    assert str(text) in message and "not a picture" in message
    assert "folder" in complaint(capsys, "read", tmp_path)
    assert "FILE" in complaint(capsys, "read")


# ------------------------------------------------------------------ train

def test_train_hands_over_what_was_asked(capsys, monkeypatch, tmp_path):
    from course_lib import training

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

    from course_lib import training

    monkeypatch.setattr(training, "train_reader", partial(training.train_reader, pen_digits=100))
    out_file = tmp_path / "tiny.npz"
    status, out, err = run(capsys, "train", "reader", "--steps", 2, "--out", out_file)
    assert status == 0 and out_file.exists() and "%" in out
    assert "2/2" in err                                 # the progress bar, on standard error


def test_train_mistakes(capsys):
    assert "at least 1" in complaint(capsys, "train", "reader", "--steps", "0")
    assert "at least 1" in complaint(capsys, "train", "reader", "--steps", "many")
    assert "'writer'" in complaint(capsys, "train", "writer")


def test_interrupted_training_stops_without_traceback(capsys, monkeypatch):
    from course_lib import training

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
