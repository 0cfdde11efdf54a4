"""The parts of the assignment, as their sources in `assignment/` say them.

A source is a Python file in cells. What a cell is says its first line:

    # %% [markdown]              text, a comment; a paragraph that begins with "Hint:" is folded away
    # %% given NAME              code that students keep as it is
    # %% answer NAME             code that students write: what stands between BEGIN SOLUTION and END SOLUTION
    # %% check NAME POINTS       what earns the points; between BEGIN and END HIDDEN TESTS, what students do not see
    # %% look NAME               code that shows something, never graded

The points of a check whose name begins with `star-` are stars, beyond the hundred.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "assignment"
NAME = "network"       #: the assignment's name in nbgrader
HEADER = re.compile(r"^# %% *(?P<words>.*)$", re.M)


@dataclass
class Cell:
    """One cell: its kind, its name (nbgrader's grade_id), its source, the points it earns and the hint above it."""

    kind: str
    name: str
    source: str
    points: int = 0
    hint: str = ""

    @property
    def star(self):
        return self.name.startswith("star-")


@dataclass
class Part:
    """One notebook: its name, its title, its cells."""

    name: str
    cells: list = field(default_factory=list)

    @property
    def title(self):
        return self.cells[0].source.split("\n")[0].lstrip("# ")

    def of(self, *kinds):
        """The cells of some kinds, in order."""
        return [cell for cell in self.cells if cell.kind in kinds]

    @property
    def checks(self):
        return self.of("check")


def read_part(path):
    """Read one source."""
    pieces = HEADER.split(path.read_text(encoding="utf-8"))[1:]     # what stands above the first cell is for us
    part, hint = Part(path.stem), ""
    for number, (words, source) in enumerate(zip(pieces[::2], pieces[1::2])):
        kind, *rest = words.strip("[]").split()
        name = rest[0] if rest else f"text-{number}"
        if kind == "markdown":
            source = re.sub(r"^# ?", "", source.strip("\n"), flags=re.M)
            hint = hint_of(source) or hint
        points = int(rest[1]) if kind == "check" else 0
        part.cells.append(Cell(kind, name, source.strip("\n"), points, hint))
    return part


def hint_of(text):
    """The paragraph of a text that begins with "Hint:", on one line."""
    found = re.search(r"^Hint: *(.+?)(\n\n|\Z)", text, re.M | re.S)
    return " ".join(found[1].split()) if found else ""


def read_parts(folder=FOLDER):
    """Read all sources, in order."""
    return [read_part(path) for path in sorted(folder.glob("part*.py"))]


def points_that_differ(all_parts):
    """What the parts' opening texts promise and their checks do not give, a sentence each."""
    wrong = []
    for part in all_parts:
        said = [int(number) for number in re.findall(r"\b(\d+) (?:point|star)s?\b", part.cells[0].source)]
        given = [sum(check.points for check in part.checks if check.star == star) for star in (False, True)]
        if said != [number for number in given if number]:
            promised = " and ".join(map(str, said)) or "nothing"
            wrong.append(f"{part.name}: its checks give {given[0]} points and {given[1]} stars, "
                         f"and its first text says {promised}. Change the text, or the checks.")
    return wrong


def without(source, what, stub=""):
    """The source with every region BEGIN `what` to END `what` replaced by the stub, as far in as the region is."""
    region = re.compile(rf"^(?P<indent> *)### BEGIN {what}\n.*?### END {what}(\n|\Z)", re.M | re.S)
    return region.sub(lambda found: found["indent"] + stub + "\n" if stub else "", source)
