"""A folder of hand-ins to marks, reports and the gradebook: in parallel, resumable, and one never stops the others."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from grading import batch, report, sandbox

from tests.assignment.conftest import NO_SANDBOX
from tests.assignment.handins import notebook, part_of, put
from tests.conftest import ROOT

GRADE = ROOT / ".grade/bin/python"


def run(module, *words, python=sys.executable):
    return subprocess.run([python, "-m", f"grading.{module}", *map(str, words)], cwd=ROOT / "tools", capture_output=True, text=True)


@pytest.fixture(scope="module")
def marked(material, tmp_path_factory):
    """Five students, marked once: their folder and the folder of marks."""
    if sandbox.bubblewrap() is None:
        pytest.skip(NO_SANDBOX)
    handins, marks = (tmp_path_factory.mktemp("batch") / name for name in ("handed-in", "marks"))
    for number in (1, 2, 3):
        part = part_of(number)
        put(handins / "ada" / "network", part, notebook(part))
        put(handins / "broken", part, "{")
    put(handins / "<b>eve", part_of(2), notebook(part_of(2), {"relu": "def relu(x):\n    raise ValueError('<script>alert(1)</script>')"}))
    put(handins / "=1+1", part_of(2), notebook(part_of(2), solved=False))
    put(handins / "Jörg (1)", part_of(2), notebook(part_of(2))).rename(handins / "Jörg (1)" / "Copy of part2_forward (1).ipynb")
    (handins / "zipped").mkdir()
    (handins / "zipped" / "network.zip").write_bytes(b"PK")
    (handins / "link").symlink_to(handins / "ada")
    (handins / "notes.txt").write_text("no hand-in")
    (handins / "loose.ipynb").write_text("{}")
    done = run("batch", handins, material, marks)
    assert done.returncode == 0, done.stderr
    return handins, marks, done


def rows(marks):
    with (marks / "marks.csv").open(encoding="utf-8-sig") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_everybody_gets_a_line_and_a_report(marked):
    _, marks, done = marked
    table = rows(marks)
    assert "Not marked, since they lie in no student's folder: loose.ipynb." in done.stdout
    assert set(table) == {"ada", "broken", "<b>eve", "'=1+1", "Jörg (1)", "zipped"}
    assert (table["ada"]["points"], table["ada"]["stars"]) == ("60", "15")
    assert (table["ada"]["part2_forward"], table["ada"]["part4_training"]) == ("20", "0")
    assert table["broken"]["points"] == table["'=1+1"]["points"] == "0" and table["<b>eve"]["points"] == "18"
    assert {path.name for path in (marks / "reports").iterdir()} == {f"{name.strip(chr(39))}.html" for name in table}
    assert (table["Jörg (1)"]["part2_forward"], table["Jörg (1)"]["trouble"]) == ("20", "")
    assert "6 hand-ins marked" in done.stdout and "hand-in/s" in done.stderr and sandbox.holds() in done.stdout


def test_a_report_says_what_was_lost_and_why(marked):
    text = (marked[1] / "reports" / "broken.html").read_text(encoding="utf-8")
    assert "0 of 100 points, 0 of 26 stars" in text and text.count("there is no part6_page.ipynb") == 1
    assert text.partition("<h2>")[2].count("its file is damaged") == 3 and "Hint" not in text, "a reason for the whole notebook is said once"
    text = (marked[1] / "reports" / "=1+1.html").read_text(encoding="utf-8")
    assert "Hint: One product of matrices does all columns." in text
    assert text.count("max_pool is not written yet") == 2 and text.count("maximum over axes 1 and 2") == 1, "a hint is said once"
    assert 'class="lost"' not in (marked[1] / "reports" / "ada.html").read_text(encoding="utf-8").split("Part 4")[0]


def test_the_table_says_which_hand_ins_a_person_has_to_look_at(marked):
    _, marks, done = marked
    trouble = {name: row["trouble"] for name, row in rows(marks).items() if row["trouble"]}
    assert set(trouble) == {"broken", "zipped"} and "Have a look at 2 of them" in done.stdout
    assert trouble["zipped"] == "network.zip was not unpacked"
    assert trouble["broken"].startswith("part1_gradient: its file is damaged") and "part4" not in trouble["broken"]


def test_marks_do_not_slip_into_a_repository(marked):
    assert (marked[1] / ".gitignore").read_text() == "*\n"


def test_a_hint_has_its_code_and_its_stress():
    assert report.marked_up("`i*k + j*k`, *any* < 3") == "<code>i*k + j*k</code>, <em>any</em> &lt; 3"


def test_what_a_student_writes_is_no_html():
    marks = [{"name": "relu", "most": 2, "points": 0, "star": False, "sentence": "<script>alert(1)</script>", "hint": "a < b"}]
    text = report.page({"student": "<b>eve</b>", "parts": {"p": {"title": "Part", "notes": ["<img src=x>"], "marks": marks}}})
    for raw in ("<script", "<img", "<b>"):
        assert raw not in text
    assert "&lt;script&gt;" in text and "a &lt; b" in text


def test_it_goes_on_where_it_was_stopped(marked, material):
    handins, marks, _ = marked
    before = {path: path.stat().st_mtime_ns for path in (marks / "results").iterdir()}
    (marks / "results" / "broken.json").unlink()                # as if it had been killed before it came to that one
    (marks / "results" / "broken.raw").write_text("[")          # or in the middle of it
    put(handins / "=1+1", part_of(2), notebook(part_of(2)))     # and somebody handed in anew
    assert run("batch", handins, material, marks).returncode == 0
    again = {path.stem: path.stat().st_mtime_ns != before[path] for path in (marks / "results").iterdir()}
    assert again == {"ada": False, "<b>eve": False, "broken": True, "=1+1": True, "Jörg (1)": False, "zipped": False}
    assert rows(marks)["'=1+1"]["points"] == "20"


def test_an_interrupt_says_how_far_it_came(marked, material, tmp_path):
    """Ctrl-C: what is under way ends, nothing else begins, and a sentence in place of a traceback."""
    words = [sys.executable, "-m", "grading.batch", marked[0], material, tmp_path]
    heard = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}      # a shell's background job is deaf to it
    with subprocess.Popen(words, cwd=ROOT / "tools", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **heard) as process:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob("results/*.json")) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=120)[1]
    done = len(list(tmp_path.glob("results/*.json")))
    assert process.returncode == 1 and "Traceback" not in said, said
    assert f"Stopped with {done} of 6 hand-ins marked" in said and not (tmp_path / "marks.csv").exists()


def test_a_marking_that_breaks_off_stops_nobody(material, tmp_path, monkeypatch):
    (tmp_path / "results").mkdir()
    (tmp_path / "eve").mkdir()
    monkeypatch.setattr(batch, "MINUTES", 0.001)
    batch.mark(tmp_path / "eve", material, tmp_path)
    result = json.loads((tmp_path / "results" / "eve.json").read_text())
    assert "it took more than" in result["trouble"] and report.totals(report.all_marks(result)) == (0, 100, 0, 26)


def test_two_batches_do_not_write_into_one_folder(marked, material):
    handins, marks, _ = marked
    with batch.alone(marks):
        done = run("batch", handins, material, marks)
    assert done.returncode == 1 and "Another make grade is at work" in done.stderr


def test_without_isolation_nothing_is_marked(tmp_path):
    (tmp_path / "eve").mkdir()
    done = subprocess.run([sys.executable, "-m", "grading.batch", tmp_path, tmp_path, tmp_path / "marks"], cwd=ROOT / "tools",
                          capture_output=True, text=True, env={**os.environ, "PATH": str(tmp_path)})
    assert done.returncode == 1 and "Nothing was marked" in done.stderr and "could read files of this machine" in done.stdout


@pytest.mark.slow
def test_nbgrader_makes_the_release_and_takes_the_marks(marked, material, tmp_path):
    if not GRADE.exists():
        pytest.skip("nbgrader's part of the assignment; to have these checks: make .grade/ready")
    (material / "__pycache__").mkdir(exist_ok=True)     # whoever imports checks.py there leaves one
    done = run("build", material, tmp_path / "course", python=GRADE)
    assert done.returncode == 0 and "6 notebooks, 41 checks, 100 points and 26 stars" in done.stdout, done.stderr[-2000:]
    for number in range(1, 7):
        part = part_of(number)
        released = json.loads((tmp_path / "course/release/network" / f"{part.name}.ipynb").read_text())
        ours = [cell["source"] for cell in notebook(part, solved=False)["cells"] if cell["cell_type"] == "code"]
        theirs = ["".join(cell["source"]) for cell in released["cells"] if cell["cell_type"] == "code"]
        assert [text.strip() for text in theirs] == [text.strip() for text in ours], "the tests hand in what nbgrader hands out"
        assert "course_lib" not in json.dumps(released)
    entered = run("gradebook", tmp_path / "course", marked[1] / "results", python=GRADE)
    assert entered.returncode == 0, entered.stderr
    ask = ("from nbgrader.api import Gradebook; import sys\n"
           "with Gradebook('sqlite:///' + sys.argv[1], 'learning-network') as book:\n"
           "    print([(s.id, s.score, s.max_score) for s in book.students])")
    environment = {**os.environ, "PATH": f"{GRADE.parent}{os.pathsep}{os.environ['PATH']}"}
    told = subprocess.run([GRADE, "-c", ask, tmp_path / "course/gradebook.db"], capture_output=True, text=True, env=environment)
    assert "gradebook.db has the marks" in entered.stdout
    assert "('ada', 75.0, 126.0)" in told.stdout and "('broken', 0.0, 126.0)" in told.stdout, told.stdout + told.stderr
    fewer = ("import sys; from grading import build, parts; every = parts.read_parts()[:5]; parts.read_parts = lambda: every\n"
             "build.main(*sys.argv[1:])")
    refused = subprocess.run([GRADE, "-c", fewer, material, tmp_path / "course"], cwd=ROOT / "tools", capture_output=True, text=True)
    assert refused.returncode == 1 and f"Rename {tmp_path}, marks and all" in refused.stderr, refused.stderr
    assert "Traceback" not in refused.stderr, "a part that is taken away under marks: a sentence"
