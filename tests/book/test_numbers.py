"""Every number in a chapter's words has something behind it.

Behind a number of a paragraph, a quiz, a solution, an exercise or an alt text stands a number that the chapter's
cells print, or one that stands in their code, or a sum worked out in the same words, or a line of `numbers.yml`
with its reason. It stands nearby, at most fifteen cells away; an opening, an exercise and a quiz speak of the
whole chapter. A number is compared to the digits that are written: 59% has 0.5912 behind it, 6.96 million 6,961,234. What is written after "about" has as many digits as it has before its last zeros.
"""

import re
from functools import cache
from types import SimpleNamespace

import nbformat
import pytest
import yaml

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))
LISTED = ROOT / "tests/book/numbers.yml"
NEAR = 15                                       # cells
NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
ABOUT = r"(?i:about|some|nearly|around|almost|roughly|over|under|≈|\\approx)\s*$"
SCALES = {"%": 100, "\\%": 100, "per cent": 100, "points": 100, "°": 1, "million": 1e-6, "billion": 1e-9,
          "thousand": 1e-3, "G": 1e-9, "M": 1e-6, "K": 1e-3, "MB": 1e-6, "GB": 1e-9}
NOT_WORDS = [                                   # what is no claim: names, addresses, places in the book, code;
    # what a quiz offers as a wrong answer
    (r"^:{3,}\{dropdown\}.*\n:class-container: quiz$", " "), (r"^- \*\*-?[\d.,]+\*\*: ", "- "),
    (r"```\{math\}(.*?)```", r"\1"), (r"```.*?```", " "), (r"`[^`\n]*<[^`>\n]*>`", " "), (r"\{[a-z:-]+\}`[^`]*`", " "),
    (r"`[^`\n]*`", " "), (r"^\([\w-]+\)=$", " "), (r"^:[\w-]+:.*$", " "), (r"^:{3,}.*\}\s*(?:[\w-]+-\d\d-[\w-]+)?$", " "),
    (r"\]\([^)]*\)", "]"), (r"https?://\S+", " "), (r"\(eq-[\w-]+\)", " "),
    (r"\b[Cc]hapters?(?:\s+\d+(?:,| and| to)?)+", " "), (r"\*\*\d\. ", " "),
]


def plain(text):
    """The words of a markdown cell, formulas among them, without names, code and addresses."""
    text = text.replace("{,}", ",").replace("\u00a0", " ").replace("\u2212", "-").replace("\\,", " ").replace("\\;", " ")
    for pattern, instead in NOT_WORDS:
        text = re.sub(pattern, instead, text, flags=re.S | re.M if pattern.startswith("```") else re.M)
    return text


def value(number):
    return float(number.replace(",", ""))


def numbers(text):
    """The numbers of some words, as (value, digits behind the point, scale, where)."""
    for match in re.finditer(rf"(?<![\w.\\-])(?<![A-Za-z]-)({NUMBER})(?![\w]|-[a-z]*\d|,\d)", text):
        written, before, after = match[1], text[:match.start()], text[match.end():match.end() + 12]
        behind = len(written.partition(".")[2])
        if not behind and re.search(ABOUT, before[-14:]):
            behind = -(len(written) - len(written.rstrip("0"))) if value(written) else 0
        scale = next((factor for word, factor in SCALES.items() if re.match(rf"\s*{re.escape(word)}(?![a-z])", after)), 1)
        if len(written) == 1 and scale == 1:     # as often the name of a digit as a number
            continue
        around = text[max(0, match.start() - 40):match.end() + 25].replace("\n", " ")
        yield SimpleNamespace(written=written, value=value(written), behind=behind, scale=scale, around=around)


LATEX = [(r"\\left|\\right|\$|\\text\{[^}]*\}", ""), (r"\\cdot|·|×|\\times", "*"), (r"\\t?frac(\d)(\d)", r"(\1/\2)"),
         (r"\\t?frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))"), (r"\\sqrt\{([^{}]*)\}", r"((\1)**0.5)"), (r"\\sqrt ?(\d)", r"(\1**0.5)"),
         (r"\^\{([^{}]*)\}", r"**(\1)"), (r"\^(\d)", r"**\1"), (r"\\approx|≈", "="), (r"(?<=\d),(?=\d{3})", "")]


def side(text):
    """The value of one side of an equation, if it is made of numbers and signs alone; and whether it is one number."""
    text = text.strip(" .,")
    if text.count("(") != text.count(")"):       # a bracket around the whole equation
        text = text.lstrip("( ") if text.count("(") > text.count(")") else text.rstrip(") ")
    try:
        return float(eval(text, {})), re.fullmatch(r"[\d.]+", text) is not None
    except (SyntaxError, TypeError, ZeroDivisionError, OverflowError):
        return None, False


def sums(text):
    """The numbers of true equations: 25,000 · 8 · 8 = 1,600,000 needs nothing else behind it."""
    for pattern, instead in LATEX:
        text = re.sub(pattern, instead, text)
    for run in re.findall(r"[-+*/()\d. ]*\d[-+*/()\d. ]*(?:=[-+*/()\d. ]*\d[-+*/()\d. ]*)+", text):
        sides = [(*side(part), part) for part in run.split("=")]
        if any(known is None for known, _, _ in sides) or all(bare for _, bare, _ in sides):
            continue
        exact = next(known for known, bare, _ in sides if not bare)
        if all(abs(known - exact) <= 0.5 * 10 ** -len(part.strip(" .,)").partition(".")[2]) * 1.000001 if bare
               else abs(known - exact) < 1e-9 * max(1, abs(exact)) for known, bare, part in sides):
            yield from map(float, re.findall(r"\d+(?:\.\d+)?", run))


def printed(cell):
    for output in cell.get("outputs", []):
        yield output.get("text", "")
        for kind in ("text/plain", "text/html"):
            yield output.get("data", {}).get(kind, "")


@cache
def cells(path):
    return nbformat.read(path, as_version=4).cells


@cache
def behind(path, first=0, last=None):
    """All the numbers that some of a chapter's cells hold or print."""
    code = [cell for cell in cells(path)[first:last] if cell.cell_type == "code"]
    text = "\n".join([cell.source for cell in code] + [part for cell in code for part in printed(cell)])
    text = text.replace("_", "").replace("\u2212", "-")
    found = {value(number) for number in re.findall(NUMBER, text)}
    found |= {float(number) for number in re.findall(r"\d+(?:\.\d+)?e[-+]?\d+", text)}
    return sorted(found | {value(part) for number in re.findall(r"\d+(?:,\d+)+", text) for part in number.split(",")})


def words(path):
    """The words of a chapter, cell by cell: (id, words, numbers that may stand behind them)."""
    opening, everywhere = True, False
    for k, cell in enumerate(cells(path)):
        everywhere = everywhere or "\n## Exercises" in "\n" + cell.source
        known = behind(path) if opening or everywhere else behind(path, max(0, k - NEAR), k + NEAR + 1)
        if cell.cell_type == "markdown":
            yield cell.id, plain(cell.source), known
        elif alt := cell.metadata.get("mystnb", {}).get("image", {}).get("alt"):
            yield cell.id, plain(alt), known
        opening = opening and not (cell.cell_type == "markdown" and "## " in cell.source.replace("\n# ", ""))


@cache
def listed():
    return yaml.safe_load(LISTED.read_text(encoding="utf-8"))


def allowed_in(path):
    return {str(number) for place in ("everywhere", path.stem) for number in listed().get(place) or {}}


def has(number, known):
    half = 0.5 * 10.0 ** -number.behind * 1.0000001
    return any(abs(known_value * factor - number.value) <= half if number.behind or factor != 1 or number.scale != 1
               else known_value == number.value
               for known_value in known for factor in {1, number.scale})


def unsupported(text, known, allowed):
    known = [*known, *sums(text)]
    return [number for number in numbers(text) if number.written not in allowed and not has(number, known)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_number_has_something_behind_it(path):
    allowed = allowed_in(path)
    wrong = [f"{id}: {number.written} in: ...{number.around}..." for id, text, known in words(path)
             for number in unsupported(text, known, allowed)]
    assert not wrong, "nothing printed or computed stands behind\n" + "\n".join(wrong)


def test_what_is_listed_is_needed_and_stands_where_it_says():
    stems = {path.stem: path for path in NOTEBOOKS}
    for place, numbers_of in listed().items():
        pages = NOTEBOOKS if place == "everywhere" else [stems[place]]
        texts = [text for path in pages for _, text, _ in words(path)]
        for number, reason in numbers_of.items():
            assert any(found.written == str(number) for text in texts for found in numbers(text)), f"{place}: {number}"
            assert reason not in stems or value(str(number)) in behind(stems[reason]), f"{number} is not in {reason}"


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
    said = [(text, known) for _, text, known in words(path) if right in text]
    assert said, f"{stem} does not say {right} any more: plant another"
    text, known = said[0]
    assert unsupported(text.replace(right, wrong, 1), known, allowed_in(path))


def test_sums_are_worked_out():
    true, false = "25,000 · 8 · 8 = 1,600,000 and", "25,000 · 8 · 8 = 1,610,000 and"
    assert 1_600_000 in list(sums(true)) and not list(sums(false))
    assert 0.007 in list(sums(r"that is $\sqrt{0.974 \cdot 0.026 / 500} = 0.007$: a"))
    assert not unsupported("59% of them, 6.96 million, about 480", [0.5912, 6_961_234, 484], set())
    assert len(unsupported("58% of them, 6.97 million, 480 of them", [0.5912, 6_961_234, 484], set())) == 3


def test_few_cells_print_true_or_false():
    """Numbers say more; what is left of True and False is where it is the answer."""
    text = "\n".join(part for path in NOTEBOOKS for cell in cells(path) for part in printed(cell))
    assert len(re.findall(r"\b(?:True|False)\b", text)) <= 40
