"""The numbers of a chapter's words: which there are, how exactly they are meant, which are worked out on the spot."""

import re
from types import SimpleNamespace

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[-+]?\d+)?"
ABOUT = r"(?i:about|some|nearly|around|almost|roughly|over|under|≈|\\approx)\s*$"
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
SCALES = {"%": 100, "\\%": 100, "per cent": 100, "points": 100, "°": 1, "million": 1e-6, "billion": 1e-9,
          "thousand": 1e-3, "G": 1e-9, "M": 1e-6, "K": 1e-3, "MB": 1e-6, "GB": 1e-9}
NOT_WORDS = [                                   # what is no claim: names, addresses, places in the book, code;
    # what a quiz offers as a wrong answer
    (r"^:{3,}\{dropdown\}.*\n:class-container: quiz$", " "), (r"^- \*\*-?[\d.,]+\*\*: ", "- "),
    (r"```\{math\}(.*?)```", r"\1"), (r"```.*?```", " "), (r"`[^`\n]*<[^`>\n]*>`", " "), (r"\{[a-z:-]+\}`[^`]*`", " "),
    (r"`[^`\n]*`", " "), (r"^\([\w-]+\)=$", " "), (r"^:[\w-]+:.*$", " "),
    (r"^:{3,}.*\}\s*(?:[\w-]+-\d\d-[\w-]+)?$", " "),
    (r"\]\([^)]*\)", "]"), (r"https?://\S+", " "), (r"\(eq-[\w-]+\)", " "), (r"_\{?\d+\}?", " "),
    (r"\[\d+pt\]", " "), (r"\\(t?frac)(\d)(\d)", r"\\\1{\2}{\3}"), (r"\\sqrt(\d)", r"\\sqrt{\1}"),
    (r"\b[Cc]hapters?(?:\s+\d+(?:,| and| to)?)+", " "), (r"\*\*\d\. ", " "),
]


def plain(text):
    """The words of a markdown cell, formulas among them, without names, code and addresses."""
    for written, meant in (("{,}", ","), ("\u00a0", " "), ("\u2212", "-"), ("\\,", " "), ("\\;", " ")):
        text = text.replace(written, meant)
    for pattern, instead in NOT_WORDS:
        text = re.sub(pattern, instead, powers(text), flags=re.S | re.M if pattern.startswith("```") else re.M)
    return text


def powers(text):
    """Powers of ten as Python writes them: 4 · 10⁻³ is 4e-3."""
    text = re.sub(r"(?<=10)[⁻⁰¹²³⁴-⁹]+", lambda raised: f"^{{{raised[0].translate(SUPERSCRIPTS)}}}", text)
    return re.sub(r"(?:(\d+(?:\.\d+)?) ?(?:\\times|\\cdot|·|×) ?)?\b10\^\{(-?\d+)\}",
                  lambda found: f"{found[1] or 1}e{found[2]}", text)


def value(number):
    return float(number.replace(",", ""))


def numbers(text, digits=False):
    """The numbers of some words, as (value, digits behind the point, scale, where, sign); if asked, every numeral.

    A digit alone, a factor (2x), a coordinate and a width among others (2-8-1) are as often names as numbers: they are
    `alone`, and nothing has to stand behind them.
    """
    for match in re.finditer(rf"(?<![\w.\\])(?<![A-Za-z]-)({NUMBER})(?!\d)", text):
        written, before, after = match[1], text[:match.start()], text[match.end():match.end() + 12]
        scale = next((factor for word, factor in SCALES.items()
                      if re.match(rf"\s*{re.escape(word)}(?![a-z])", after)), 1)
        named = re.match(r"\w|-[a-z]*\d|,\d", after) or re.search(r"\d[-,]$", before)
        alone = len(written) == 1 and scale == 1 or named is not None
        if digits or not alone:
            around = text[max(0, match.start() - 40):match.end() + 25].replace("\n", " ")
            yield SimpleNamespace(written=written, value=value(written), behind=exactness(written, before[-14:]),
                                  scale=scale, around=around, alone=alone, sign="-" if before.endswith("-") else "")


def exactness(written, before):
    """To how many digits behind the point a number is meant: 3 for 0.250, -1 for "about 480"."""
    mantissa, _, power = written.partition("e")
    behind = len(mantissa.partition(".")[2]) - int(power or 0)
    if behind or not value(written) or not re.search(ABOUT, before):
        return behind
    return len(written.rstrip("0")) - len(written)


LATEX = [(r"\\left|\\right|\$|\\text\{[^}]*\}", ""), (r"\\cdot|·|×|\\times", "*"), (r"\\t?frac(\d)(\d)", r"(\1/\2)"),
         (r"\\t?frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))"),
         (r"\\sqrt\{([^{}]*)\}", r"((\1)**0.5)"), (r"\\sqrt ?(\d)", r"(\1**0.5)"),
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
        sides = [(*side(part), part.strip(" .,)")) for part in run.split("=")]
        worked_out = [known for known, bare, _ in sides if not bare]
        if worked_out and all(agrees(known, bare, part, worked_out[0]) for known, bare, part in sides):
            yield from map(float, re.findall(r"\d+(?:\.\d+)?", run))


def agrees(known, bare, part, exact):
    """Whether a side of an equation says what was worked out: a number by itself to the digits that are written."""
    if known is None or exact is None:
        return False
    behind = len(part.partition(".")[2])
    return abs(known - exact) <= (0.5 * 10 ** -behind * 1.000001 if bare else 1e-9 * max(1, abs(exact)))


def has(number, known):
    half = 0.5 * 10.0 ** -number.behind * 1.0000001
    return any(abs(known_value * factor - number.value) <= half if number.behind or factor != 1 or number.scale != 1
               else known_value == number.value
               for known_value in known for factor in {1, number.scale})
