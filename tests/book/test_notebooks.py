"""The chapters as files: stored outputs, order, first cell, what may differ and why."""

import json
import re
from pathlib import Path

import first_cells
import nbformat
import pytest
import yaml

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))
IGNORED = ROOT / "tests/ignored_outputs.yml"


def load(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def by_name(path):
    return path.stem if isinstance(path, Path) else str(path)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_outputs_are_stored_and_in_order(path):
    cells = code_cells(load(path))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", f"stored noise: {output.text[:200]}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_notebook_is_valid_and_plain(path):
    notebook = load(path)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    text = path.read_text(encoding="utf-8")
    for trace in ("/home/", "/root/", "/work/", "/tmp/"):
        assert trace not in text, f"{path.name} names a folder of somebody's machine"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_every_figure_has_a_description(path):
    for cell in code_cells(load(path)):
        if any("image/png" in output.get("data", {}) for output in cell.outputs):
            alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
            assert len(alt) >= 20, f"{path.name}, cell {cell.execution_count}: {cell.source[:80]}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_first_cell_agrees_with_the_address(path):
    assert not first_cells.update(path, first_cells.wanted_source(), write=False), (
        f"{path.name}: run `make address`")


def test_first_cells_follow_the_address(tmp_path):
    config = tmp_path / "_config.yml"
    config.write_text(yaml.safe_dump(
        {"repository": {"url": "https://github.com/somebody/course", "branch": "main"}}))
    notebook = tmp_path / "chapter.ipynb"
    nbformat.write(nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# A"), nbformat.v4.new_code_cell("1")],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}), notebook)
    source = first_cells.wanted_source(config)
    assert "git+https://github.com/somebody/course@main" in source
    assert first_cells.update(notebook, source)
    assert not first_cells.update(notebook, source), "written twice"
    written = load(notebook)
    assert "remove-cell" in written.cells[0].metadata.tags
    assert [cell.execution_count for cell in code_cells(written)] == [1, 2]
    config.write_text(yaml.safe_dump({"repository": {"url": "", "branch": "main"}}))
    assert first_cells.update(notebook, first_cells.wanted_source(config))
    assert len(load(notebook).cells) == 3


def test_few_outputs_may_differ_and_each_has_a_reason():
    listed = yaml.safe_load(IGNORED.read_text(encoding="utf-8")) or []
    tagged = sorted((path.name, cell.id) for path in NOTEBOOKS for cell in load(path).cells
                    if "nbval-ignore-output" in cell.metadata.get("tags", []))
    assert sorted((item["notebook"], item["cell"]) for item in listed) == tagged
    assert len(tagged) <= 10
    assert all(len(item["reason"].split()) >= 4 for item in listed)


def test_few_pictures_may_differ_and_each_has_a_reason():
    listed = yaml.safe_load(IGNORED.with_name("varying_pictures.yml").read_text(encoding="utf-8"))
    drawn = {cell.id for path in NOTEBOOKS for cell in code_cells(load(path)) if any("image/png" in output.get("data", {}) for output in cell.outputs)}
    assert set(listed) <= drawn and len(listed) <= 25
    assert all(len(reason.split()) >= 4 for reason in listed.values())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_no_cell_is_skipped_or_lax(path):
    for cell in load(path).cells:
        tags = cell.metadata.get("tags", [])
        assert not {"nbval-skip", "skip-execution", "raises-exception"} & set(tags), cell.source
        assert "NBVAL_" not in json.dumps(cell.source)


def test_chapters_are_called_by_their_numbers():
    """A link whose words are "chapter 4" leads to the fourth chapter of the table of contents."""
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    numbered = [Path(chapter["file"]).name for part in parts if part.get("numbered")
                for chapter in part["chapters"]]
    wrong, met = [], 0
    for path in [*NOTEBOOKS, *(ROOT / "book").glob("*.md")]:
        text = path.read_text(encoding="utf-8")
        for number, name in re.findall(r"\{doc\}`[Cc]hapter (\d+) <([\w-]+)>`", text):
            met += 1
            if int(number) > len(numbered) or numbered[int(number) - 1] != name:
                wrong.append(f"{path.name}: chapter {number} <{name}>")
    assert met and not wrong, wrong


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_solutions_are_folded_in_jupyter_too(path):
    """In the book a solution folds as a whole; in Jupyter each of its code cells has to."""
    inside, solutions = False, 0
    for cell in load(path).cells:
        if cell.cell_type == "markdown":
            marks = re.findall(r"\{solution-(start|end)\}", cell.source)
            inside = marks[-1] == "start" if marks else inside
        elif inside or "solution" in cell.metadata.get("tags", []):
            solutions += 1
            assert "solution" in cell.metadata.get("tags", []), cell.source
            assert cell.metadata.get("jupyter") == {"source_hidden": True, "outputs_hidden": True}, cell.source
    assert solutions


#: one of something, said as of many; "conv 1 puts" is a name and a verb
ONE_OF_MANY = re.compile(r"(?<!conv )(?<!rung )(?<!layer )(?<![\w.,·×*^−+-])1 (?!is\b|has\b)[a-z]+s\b|\w\(s\)")


def test_what_is_said_of_one_is_not_said_of_many():
    """A program that prints a count says "mistakes: 1", or knows the singular."""
    printed = [(path.stem, cell.id, output.text) for path in NOTEBOOKS for cell in code_cells(load(path))
               for output in cell.outputs if output.output_type == "stream"]
    assert [(stem, cell, found[0]) for stem, cell, text in printed for found in ONE_OF_MANY.finditer(text)] == []
    for wrong in ("5 digits,    1 mistakes", "≈ 1 answers used", "1 layer(s)", "after   1 steps"):
        assert ONE_OF_MANY.search(wrong), wrong
