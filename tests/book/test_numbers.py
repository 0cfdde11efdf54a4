"""Every number in a chapter's words has something behind it: what, says `tools/numbers_behind.py`."""

import re
from types import SimpleNamespace

import numbers_behind
import pytest
import yaml
from numbers_behind import (
    NOTEBOOKS,
    behind,
    cells,
    entry,
    has,
    listed,
    numbers,
    passages,
    printed,
    record,
    sources,
    sums,
    value,
)

from tests.conftest import ROOT

SIGNED = yaml.safe_load(numbers_behind.SIGNED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_number_has_something_behind_it(path):
    wrong = [f"{passage.id}: {number.written} in: ...{number.around}..." for passage in passages(path)
             for number, names in sources(path, passage) if not names]
    assert not wrong, "nothing printed or computed stands behind\n" + "\n".join(wrong)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_number_was_read_beside_what_stands_behind_it(path):
    signed = SIGNED[path.stem]
    now = record(path, signed)
    assert now == signed, "read again, then sign (tools/numbers_behind.py):\n" + "\n".join(
        f"{identity}: {now.get(identity)}\n    signed: {signed.get(identity)}"
        for identity in now | signed if now.get(identity) != signed.get(identity))


def test_what_is_listed_is_needed_and_stands_where_it_says():
    stems = {path.stem: path for path in NOTEBOOKS}
    for place, numbers_of in listed().items():
        pages = NOTEBOOKS if place == "everywhere" else [stems[place]]
        texts = [passage.text for path in pages for passage in passages(path)]
        for number, reason in numbers_of.items():
            assert any(found.written == str(number) for text in texts for found in numbers(text)), f"{place}: {number}"
            assert reason not in stems or value(str(number)) in {number for k, cell in enumerate(cells(stems[reason])) if cell.cell_type == 'code'
                                                             for number in behind(stems[reason], k)}, f"{number} is not in {reason}"


PLANTED = [  # a paragraph, a table, an alt text, a quiz, a solution, a formula: one digit is another
    ("01-gradient", "0.5625", "0.5265"), ("01-gradient", "0.3125", "0.3152"), ("08-training", "0.71", "0.17"),
    ("02-depth", "2530", "2350"), ("03-relu", "0.0025", "0.0052"),
    ("04-initialisation", "1,242", "1,224"), ("05-counting", "conv2 70%", "conv2 76%"), ("05-counting", "138,357,544", "138,357,554"),
    ("05-counting", "36,864", "38,864"), ("06-forward", "288,000", "268,000"), ("07-backward", "862,160", "861,260"),
    ("08-training", "95.6% and", "95.1% and"), ("08-training", "0.037", "0.039"), ("09-fast", "61 MB", "67 MB"),
    ("10-seeing", "above 0.75", "above 0.78"), ("11-reading", "0.365", "0.356"),
]


@pytest.mark.parametrize(("stem", "right", "wrong"), PLANTED)
def test_a_changed_digit_is_caught(stem, right, wrong):
    path = ROOT / f"book/{stem}.ipynb"
    said = next((passage for passage in passages(path) if right in passage.text), None)
    assert said, f"{stem} does not say {right} any more: plant another"
    said.text = said.text.replace(right, wrong, 1)
    assert not all(names for _, names in sources(path, said))


def test_a_changed_number_is_not_the_one_that_was_signed():
    """Also where another cell happens to print what it was changed into, and where it is a digit alone."""
    path = NOTEBOOKS[0]
    passage = next(passage for passage in passages(path) if re.search(r" \d ", passage.text))
    changed = SimpleNamespace(**vars(passage) | {"text": re.sub(r" (\d) ", lambda match: f" {9 - int(match[1])} ", passage.text, count=1)})
    signed = SIGNED[path.stem][passage.id]
    assert entry(path, passage, signed) == signed != entry(path, changed, signed)


@pytest.mark.parametrize(("stem", "right", "wrong"), [
    ("01-gradient", "= -1.125$", "= -1.725$"), ("01-gradient", "= -1.125$", "= 1.125$"), ("02-depth", "3x - 2.5", "8x - 2.5"),
    ("02-depth", "2-8-1-8-2", "2-8-7-8-2"), ("02-depth", "(1,0)", "(1,6)"), ("01-gradient", r"\tfrac{1}{2}", r"\tfrac{1}{7}")])
def test_a_changed_numeral_of_a_formula_is_not_what_was_signed(stem, right, wrong):
    said = next(passage for passage in passages(ROOT / f"book/{stem}.ipynb") if right in passage.text)
    changed = SimpleNamespace(**vars(said) | {"text": said.text.replace(right, wrong, 1)})
    signed = SIGNED[stem][said.id]
    assert entry(ROOT / f"book/{stem}.ipynb", said, signed) == signed != entry(ROOT / f"book/{stem}.ipynb", changed, signed)


def test_sums_are_worked_out():
    true, false = "25,000 · 8 · 8 = 1,600,000 and", "25,000 · 8 · 8 = 1,610,000 and"
    assert 1_600_000 in list(sums(true)) and not list(sums(false))
    assert 0.007 in list(sums(r"that is $\sqrt{0.974 \cdot 0.026 / 500} = 0.007$: a"))


def test_a_number_is_compared_to_the_digits_that_are_written():
    known = [0.5912, 6_961_234, 484]
    assert all(has(number, known) for number in numbers("59% of them, 6.96 million, about 480"))
    assert not any(has(number, known) for number in numbers("58% of them, 6.97 million, 480 of them"))


def test_few_cells_print_true_or_false():
    """Numbers say more; what is left of True and False is where it is the answer."""
    text = "\n".join(part for path in NOTEBOOKS for cell in cells(path) for part in printed(cell))
    assert len(re.findall(r"\b(?:True|False)\b", text)) <= 40
