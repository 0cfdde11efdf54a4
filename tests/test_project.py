"""The files about the project say what is true of it: citation, security, the address, the forms for issues."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from datetime import datetime
from pathlib import Path

import address
import build
import lock
import mutants
import nbformat
import numpy as np
import pytest
import yaml
from packaging.version import Version

from course_lib import nn
from tests.conftest import ROOT

URL = "https://github.com/somebody/course"
CODE = sorted(path for folder in ("course_lib", "tools", "book/_ext", "assignment") for path in (ROOT / folder).rglob("*.py"))


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_citation_is_of_this_version_of_this_book():
    cited, project = yaml.safe_load(read("CITATION.cff")), tomllib.loads(read("pyproject.toml"))["project"]
    assert (cited["title"], cited["authors"][0]["name"]) == tuple(
        yaml.safe_load(read("_config.yml"))[name] for name in ("title", "author"))
    assert (cited["version"], cited["license"]) == (project["version"], project["license"])


def test_the_changes_get_older():
    days = re.findall(r"^## (?:\d+ and )?(\d+ \w+ \d{4})$", read("CHANGELOG.md"), re.M)
    assert len(days) >= 4 and len(days) + 1 == read("CHANGELOG.md").count("\n## ")
    order = [datetime.strptime(day, "%d %B %Y") for day in days]
    assert order == sorted(order, reverse=True)


# ---------------------------------------------------------------- what SECURITY.md says

UNPICKLES = {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}


def unpickling(text):
    """What in a source could unpickle: imports of what does, and allow_pickle=True."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from UNPICKLES & {name.split(".")[0] for name in names}
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle" and getattr(node.value, "value", 1) is not False:
            yield "allow_pickle"


def test_nothing_unpickles():
    assert len(CODE) > 100
    assert [path for path in CODE if list(unpickling(path.read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize("text", ["import pickle", "from joblib import load", "np.load(f, allow_pickle=True)",
                                  "np.load(f, allow_pickle=asked)"])
def test_what_unpickles_would_be_seen(text):
    assert list(unpickling(text))


class Trap:
    """What runs when it is unpickled."""

    def __reduce__(self):
        return print, ("sprung",)


def test_weights_with_a_pickle_inside_are_refused_unopened(tmp_path, capsys):
    network = nn.Sequential(nn.Linear(2, 2))
    nn.save_weights(network, tmp_path / "good.npz")
    held = dict(np.load(tmp_path / "good.npz"))
    name = sorted(held)[0]
    np.savez(tmp_path / "bad.npz", **{**held, name: np.array([Trap()], dtype=object)})
    with pytest.raises(ValueError):
        nn.load_weights(network, tmp_path / "bad.npz")
    assert "sprung" not in capsys.readouterr().out


def test_the_limits_that_security_names_are_those_of_the_code():
    from course_lib.reading import files
    from course_lib.widgets import page_reader

    text = read("SECURITY.md")
    assert f"at most {files.LARGEST // 10**6} million pixels" in text
    assert f"(the page reader: {page_reader.MOST // 10**6} MB)" in text


# ---------------------------------------------------------------- what CONTRIBUTING.md says

WALKS = re.search(r"\*\*One batch through.*?(?=\*\*Where does a figure)", read("CONTRIBUTING.md"), re.S)[0]
NAMED = re.findall(r"`([^`]+)`", WALKS)


def defined(path):
    """The names of functions and classes in a file, methods also as Class.method."""
    found = set()
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            found.add(node.name)
    return found


@pytest.mark.parametrize("name, place", re.findall(r"`([\w.]+)` (?:\(|in )`(\w+/\w+\.py)`", WALKS))
def test_a_name_of_a_walk_is_in_the_file_beside_it(name, place):
    assert name.removeprefix("nn.") in defined(f"course_lib/{place}")


def test_every_name_of_a_walk_is_somewhere_on_it():
    on_it = set().union(*(defined(f"course_lib/{name}") for name in NAMED if name.endswith(".py")))
    on_it |= {"Page.stages", "dW", "db", "dx", "forward", "backward"}                # attributes, and every layer's
    for name in NAMED:
        room, _, function = name.partition(".")
        if (ROOT / f"course_lib/reading/{room}.py").exists() and function:
            assert function in defined(f"course_lib/reading/{room}.py"), name
        else:
            assert name.endswith(".py") or name.removeprefix("nn.") in on_it, name


def test_what_contributing_names_is_there():
    text = read("CONTRIBUTING.md")
    for path in re.findall(r"(?<![\w/.])((?:tests|tools|book)/[\w/-]+\.\w+)", text):
        assert "NN-name" in path or (ROOT / path).exists(), path
    for target in re.findall(r"`?make ([a-z-]+)", "\n".join(re.findall(r"`[^`]+`|```.*?```", text, re.S))):
        assert re.search(rf"^{target}:", read("Makefile"), re.M), target


# ---------------------------------------------------------------- one address, set everywhere

@pytest.fixture
def project(tmp_path):
    (tmp_path / "book").mkdir()
    for name in ("_config.yml", "CITATION.cff"):
        (tmp_path / name).write_text(read(name), encoding="utf-8")
    nbformat.write(nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# A")],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}), tmp_path / "book/chapter.ipynb")
    return tmp_path


def test_the_address_here_is_the_same_everywhere():
    assert address.update(ROOT, write=False) == []


@pytest.mark.parametrize("url", [URL, URL + "/", URL + ".git"])
def test_an_address_is_set_everywhere(project, url):
    assert address.set_address(project / "_config.yml", url) == ["_config.yml"]
    assert address.set_address(project / "_config.yml", url) == []
    assert sorted(address.update(project)) == ["CITATION.cff", "chapter.ipynb"]
    assert address.update(project) == [], "written twice"
    config = (project / "_config.yml").read_text(encoding="utf-8")
    assert yaml.safe_load(config)["repository"]["url"] == URL and config.count("#") == read("_config.yml").count("#")
    assert yaml.safe_load((project / "CITATION.cff").read_text())["repository-code"] == URL
    assert f"git+{URL}@main" in nbformat.read(project / "book/chapter.ipynb", 4).cells[0].source


def test_what_is_no_address_is_refused(project):
    with pytest.raises(SystemExit, match="OWNER/NAME"):
        address.set_address(project / "_config.yml", "somebody/course")
    assert (project / "_config.yml").read_text(encoding="utf-8") == read("_config.yml")


# ---------------------------------------------------------------- forms

@pytest.mark.parametrize("path", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.stem)
def test_a_form_is_one(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= set(form)
    fields = [field["id"] for field in form["body"] if field["type"] != "markdown"]
    assert len(set(fields)) == len(fields) >= 1
    assert all(field["attributes"]["label"] for field in form["body"])


# ---------------------------------------------------------------- faults that make mutants plants

def test_every_fault_can_be_planted_once_and_has_a_reason():
    faults = list(mutants.faults())
    assert len(faults) >= 60 and len({(fault["file"], fault["was"], fault["becomes"]) for fault in faults}) == len(faults)
    for fault in faults:
        assert read(f"course_lib/{fault['file']}").count(fault["was"]) == 1, fault
        assert fault["becomes"] != fault["was"] and len(fault["why"]) > 8
        assert (ROOT / f"book/{fault['chapter']}.ipynb").exists()
        assert all((ROOT / path).exists() for path in fault["tests"].split())
        text = read(f"course_lib/{fault['file']}").replace(fault["was"], fault["becomes"])
        ast.parse(text)                          # a fault, not a slip of the pen that Python would refuse


# ---------------------------------------------------------------- versions

def versions(name):
    lines = [line.split(" ;")[0] for line in read(f"constraints/{name}.txt").splitlines() if "==" in line]
    return {lock.name(line): line.split("==")[1] for line in lines}


def test_every_dependency_has_an_oldest_and_a_newest_version():
    asked = tomllib.loads(read("pyproject.toml"))["project"]["dependencies"]
    assert set(versions("oldest")) == set(versions("newest")) == {lock.name(line) for line in asked}
    for line in asked:
        bound, oldest = Version(line.split(">=")[1]), Version(versions("oldest")[lock.name(line)])
        assert bound <= oldest and oldest.release[:2] == (*bound.release, 0)[:2], line


def test_the_lock_has_what_is_pinned_and_names_no_place():
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", read("requirements.txt"), re.M))
    assert len(pinned) > 30 and {name: versions("lock").get(name) for name in pinned} == pinned
    assert not re.search(r"://|--index|@ ", read("constraints/lock.txt"))


# ---------------------------------------------------------------- workflows

WORKFLOWS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
             for path in (ROOT / ".github/workflows").glob("*.yml")}
STEPS = [(name, step) for name, flow in WORKFLOWS.items() for job in flow["jobs"].values() for step in job["steps"]]


def test_workflows_may_do_nothing_but_what_a_job_asks_for():
    assert set(WORKFLOWS) == {"tests", "book", "weekly", "course"}
    for name, flow in WORKFLOWS.items():
        assert flow["permissions"] == {}, name
        for title, job in flow["jobs"].items():
            wanted = {"pages": "write", "id-token": "write"} if title == "publish" else {"contents": "read"}
            assert job["permissions"] == wanted and job["timeout-minutes"], (name, title)


def test_actions_are_pinned_by_hash_and_give_no_credentials_away():
    used = [step for _, step in STEPS if "uses" in step]
    assert used and all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", step["uses"]) for step in used)
    assert all(step["with"]["persist-credentials"] is False for step in used if "/checkout@" in step["uses"])


def test_what_workflows_run_is_there():
    text = read("Makefile")
    for name, step in STEPS:
        for target in re.findall(r"^make ([a-z ]+)$", step.get("run", ""), re.M):
            assert all(re.search(rf"^{word}:", text, re.M) for word in target.split()), (name, target)
        for script in re.findall(r"python (tools/\S+)", step.get("run", "")):
            assert (ROOT / script).exists(), script


def test_the_callers_five_lines_call_the_course_workflow():
    (caller,) = re.findall(r"```yaml\n(.*?)```", read("book/adapting.md"), re.S)
    assert caller.count("\n") == 5
    (job,) = yaml.safe_load(caller)["jobs"].values()
    assert job["uses"] == "OWNER/NAME/.github/workflows/course.yml@COMMIT"
    called = WORKFLOWS["course"][True]["workflow_call"]["inputs"]         # YAML reads "on" as true
    assert set(job["with"]) <= set(called)
    (checkout,) = [step["with"] for name, step in STEPS if name == "course" and "repository" in step.get("with", {})]
    assert job["with"]["commit"] == "COMMIT" and checkout["ref"] == "${{ inputs.commit }}", "not whatever is newest then"
    assert "The caller's five lines are in book/adapting.md" in read(".github/workflows/course.yml")


# ---------------------------------------------------------------- building a book of some chapters

def test_a_page_that_is_not_in_the_contents_any_more_is_not_in_the_book(tmp_path):
    """Neither one whose chapter was left out of `_toc.yml`, nor a page of code whose file is gone; others stay."""
    (tmp_path / "_toc.yml").write_text("root: book/index\nparts:\n  - chapters:\n      - file: book/01-gradient.ipynb\n"
                                       "      # - file: book/02-depth\n      - file: book/reference/nn\n")
    for place in ("book/02-depth.ipynb", "course_lib/nn/__init__.py", "course_lib/reach.py"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).touch()
    stay = {"index", "search", "book/index", "book/01-gradient", "book/reference/nn", "_modules/course_lib/nn"}
    for name in stay | {"book/02-depth", "_modules/course_lib/old"}:
        (tmp_path / "html" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "html" / f"{name}.html").touch()
    assert build.forget_what_is_gone(tmp_path / "html", tmp_path)
    left = {path.relative_to(tmp_path / "html").with_suffix("").as_posix() for path in tmp_path.glob("html/**/*.html")}
    assert left == stay - {"_modules/course_lib/nn"}, "code is written again as a whole"
    assert not build.forget_what_is_gone(tmp_path / "html", tmp_path)


def test_the_assignment_and_hand_ins_do_not_make_the_book_anew():
    """What lies beside the book and is not excluded by its name becomes a setting, and a new setting a new book."""
    patterns = yaml.safe_load(read("_config.yml"))["exclude_patterns"]
    assert re.search(r"^TEACHING := teaching$", read("Makefile"), re.M) and "teaching*" in patterns


@pytest.mark.slow
@pytest.mark.parametrize("wrong", [False, True], ids=["as stored", "changed"])
def test_a_course_of_its_own_is_checked(tmp_path, wrong):
    """The workflow's own line, in somebody's folder with the course beside it: a difference fails it."""
    (tmp_path / "week3").mkdir()
    (tmp_path / ".course").symlink_to(ROOT, target_is_directory=True)
    cell = nbformat.v4.new_code_cell("from course_lib import nn\nprint(nn.output_size(28, 5))", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="23\n" if wrong else "24\n")]
    nbformat.write(nbformat.v4.new_notebook(
        cells=[cell], metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}), tmp_path / "week3/own.ipynb")
    (line,) = [step["run"] for name, step in STEPS if name == "course" and "pytest" in step.get("run", "")]
    bin_first = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-ec", line], cwd=tmp_path, capture_output=True, text=True,
                          env={**os.environ, "PATH": bin_first, "COURSE": ".course", "NOTEBOOKS": "week3/*.ipynb"})
    assert done.returncode == wrong, done.stdout + done.stderr
    assert ("23" in done.stdout) == wrong
