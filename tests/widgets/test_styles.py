"""A class belongs to one style sheet: another's rules for the same name would meet it in the PDF, where all pages are one."""

import re

from tests.conftest import ROOT

#: what several sheets may begin a rule with, and why
SHARED = {
    "course-frame": "each kind of widget lays out its own frame, `.course-frame.course-pad`",
    "course-drawing": "the frame's for its size, the circuit's for its letters; on its page is no other drawing",
    "course-grids": "the tiny network's player has pairs of numbers in its grids",
    "course-voice": "what is said aloud and not seen, the same three times",
    "course-reader": "what the page reader shows, and how its reader puts that right",
    "course-live": "the page that is brought to life: its button's place is the page's",
    "course-stills": "key frames, which a printed page sets three in a row",
}
SHEETS = [*ROOT.glob("course_lib/widgets/js/*.css"), *ROOT.glob("course_lib/widgets/*.py"), ROOT / "book/_static/course.css",
          ROOT / "book/_ext/live/js/live.css", ROOT / "tools/pdf.css"]


def rules_of(sheet):
    """The text of the rules in a style sheet, or in the strings of a module."""
    text = sheet.read_text(encoding="utf-8")
    if sheet.suffix == ".py":
        text = "\n".join(re.findall(r'"""(.*?)"""', text, re.S)).replace("{{", "{").replace("}}", "}")
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def test_a_class_belongs_to_one_style_sheet():
    owners = {}
    for sheet in SHEETS:
        selectors = re.findall(r"([^{}]+)\{", rules_of(sheet))
        for name in re.findall(r"(?:^|,)\s*\.(course-[\w-]+)", "\n".join(selectors), re.M):
            owners.setdefault(name, set()).add(sheet.name)
    shared = {name: sheets for name, sheets in owners.items() if len(sheets) > 1}
    assert len(owners) > 60
    assert shared.keys() == SHARED.keys(), {name: shared.get(name) for name in shared.keys() ^ SHARED.keys()}
