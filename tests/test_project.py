"""The files about the project say what is true of it: citation, security, the address, the forms for issues."""

import ast
import re
import tomllib
from datetime import datetime

import address
import nbformat
import numpy as np
import pytest
import yaml

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
    address.set_address(project / "_config.yml", url)
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
