"""One command makes and measures again what is shipped."""

import json
import re

import numpy as np
import pytest

from course_lib import nn
from course_lib.reading import judge, labels
from course_lib.workshop import RECORDS, measure_pages
from course_lib.workshop.__main__ import STAGES, main
from tests.conftest import ROOT

STORY = (ROOT / "book/reference/workshop.md").read_text(encoding="utf-8")


def test_a_part_of_the_measurement_is_printed_and_written_only_where_it_is_told_to(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(measure_pages, "reader_alone", lambda: {})        # two thousand digits, for the whole only
    before = (RECORDS / "pages.json").read_bytes()
    words = ["pages", "--pages", "1", "--first", "3", "--ablation", "0", "--level", "ordinary", "--misread"]
    assert main(words) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["ordinary"]["pages"] == 1 and "hard" not in printed and "misread" in printed["ordinary"]
    assert printed["command"] == "python -m course_lib.workshop pages --pages 1 --first 3 --ablation 0"
    assert main([*words, "--out", str(tmp_path / "new")]) == 0
    assert json.loads((tmp_path / "new/pages.json").read_text())["ordinary"]["digits"] == printed["ordinary"]["digits"]
    assert (RECORDS / "pages.json").read_bytes() == before


@pytest.mark.parametrize(("words", "hint"), [
    (["bake"], "invalid choice"), (["judge", "--lines", "0"], "at least 1"),
    (["pages", "--pages", "1", "--ablation", "0", "--skip", "washing", "--out", "."], "washing")])
def test_mistakes_are_one_line(words, hint, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(measure_pages, "reader_alone", lambda: {})        # two thousand digits before the first page
    monkeypatch.chdir(tmp_path)
    try:
        assert main(words) == 2
    except SystemExit as end:
        assert end.code == 2
    said = capsys.readouterr().err
    assert hint in said and "Traceback" not in said


@pytest.mark.slow
def test_a_quick_run_goes_through_and_leaves_what_is_shipped_alone(tmp_path):
    """Reader, judge, confidences and pages, each in a process of its own; nothing is downloaded."""
    shipped = {path: path.read_bytes() for path in [*RECORDS.iterdir(), *labels.WEIGHTS.parent.iterdir()]}
    assert main(["--quick", "--out", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "reader.npz", "reader.json", "judge.npz", "judge.json", "confidence.json", "pages.json"}
    trained, fresh = nn.load_weights(judge.judge_network(), tmp_path / "judge.npz"), judge.judge_network()
    assert not np.array_equal(trained.layers[0].W, fresh.layers[0].W)
    record = json.loads((tmp_path / "judge.json").read_text())
    assert "judge --lines 30 --pages 4 --steps 20 --seed 0" in record["command"]
    assert record["pictures"] > record["of them digits"] > 0
    assert {path: path.read_bytes() for path in shipped} == shipped


def test_the_story_names_every_stage_in_order_and_the_numbers_of_the_records():
    rows = re.findall(r"^\| `(\w+)` \| `([\w./]+)`", STORY, flags=re.M)
    assert [name for name, _ in rows] == list(STAGES)
    for name, path in rows:
        assert path.endswith("/" + STAGES[name].file) and (ROOT / "course_lib" / path).exists()
    read = {name: json.loads((labels.WEIGHTS.parent / f"{name}.json").read_text()) for name in ("reader", "judge")}
    material = read["reader"]["material"]
    for number in (f"{material['digits cut out of pages']:,}",
                   f"{read['reader']['steps']:,} batches of {read['reader']['batch']}",
                   f"{material['pen strokes'] // read['reader']['steps']} pen strokes",
                   f"{read['reader']['accuracy on the 500 held-out digits']:.1%} are read right",
                   f"{read['judge']['pictures']:,} pieces, {read['judge']['of them digits']:,} of them digits"):
        assert number in STORY, number


def test_a_record_names_the_command_that_makes_it():
    for name, (folder, ours) in {"judge": (labels.WEIGHTS.parent, "workshop judge"),
                                 "confidence": (labels.WEIGHTS.parent, "workshop certainty"),
                                 "pages": (RECORDS, "workshop pages")}.items():
        command = json.loads((folder / f"{name}.json").read_text())["command"]
        assert command.startswith(f"python -m course_lib.{ours} "), command
        *_, stage = ours.split()
        for option in re.findall(r"--([a-z]+)", command):
            assert option in STAGES[stage].numbers, command
