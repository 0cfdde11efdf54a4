"""What a student gets back: one page, readable without a network, with every mark, its sentence and a hint."""

import re
from html import escape

STYLE = """
body { font: 1.05rem/1.5 Georgia, serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
       color: #222; background: #fff }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.2rem }
table { border-collapse: collapse; width: 100%; table-layout: fixed }
th:nth-child(1) { width: 11rem } th:nth-child(2) { width: 4.5rem; text-align: right }
td, th { text-align: left; vertical-align: top; padding: .35rem .6rem }
tr { border-top: 1px solid #ccc } td:nth-child(2) { white-space: nowrap; text-align: right }
td { overflow-wrap: anywhere } .lost td:first-child { border-left: .3rem solid #b35900 }
.full td:first-child { border-left: .3rem solid #2f6f4f } .hint, .note { color: #555; font-size: .95rem }
"""


def totals(marks):
    """Points, points there are, stars, stars there are, of a list of marks."""
    return tuple(sum(mark[key] for mark in marks if mark["star"] == star)
                 for star in (False, True) for key in ("points", "most"))


def all_marks(result):
    """The marks of all parts of a result."""
    return [mark for part in result["parts"].values() for mark in part["marks"]]


def score(marks):
    """Marks in words: "18 of 20 points, 3 of 3 stars"."""
    points, most, stars, most_stars = totals(marks)
    words = f"{points} of {most} points"
    return words + (f", {stars} of {most_stars} stars" if most_stars else "")


def page(result):
    """The report of one student as HTML; whatever came from the hand-in is escaped."""
    head = f"{escape(result['student'])}: {score(all_marks(result))}"
    body = [f"<h1>{head}</h1>"]
    if result.get("trouble"):
        body.append(f"<p>{escape(result['trouble'])}</p>")
    for part in result["parts"].values():
        body += section(part)
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{head}</title>'
            f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
            f"<body>{''.join(body)}</body></html>\n")


def section(part):
    """The lines of one part."""
    lines = [f"<h2>{escape(part['title'])}: {score(part['marks'])}</h2>"]
    lines += [f'<p class="note">{escape(note)}</p>' for note in part["notes"]]
    reasons = {mark["sentence"] for mark in part["marks"]}
    if len(reasons) == 1 < len(part["marks"]) and reasons != {""}:        # the whole notebook's
        return [*lines, f"<p>{escape(*reasons)}</p>"]
    lines.append("<table><tr><th>Check</th><th>Points</th><th>What was lost</th></tr>")
    given = set()
    for mark in part["marks"]:
        lines.append(row(mark, with_hint=mark["hint"] not in given))
        given |= {mark["hint"]} if mark["points"] < mark["most"] else set()
    return [*lines, "</table>"]


def row(mark, with_hint):
    """One check's line; a hint that is above already is not said again."""
    full = mark["points"] == mark["most"]
    said = "" if full else escape(mark["sentence"])
    if not full and mark["hint"] and with_hint:
        said += f'<div class="hint">Hint: {marked_up(mark["hint"])}</div>'
    return (f'<tr class="{"full" if full else "lost"}"><td><code>{escape(mark["name"])}</code></td>'
            f"<td>{mark['points']} of {mark['most']}</td><td>{said}</td></tr>")


def marked_up(text):
    """A hint as HTML: `code` and *stress*."""
    pieces = re.split("`(.+?)`", escape(text))           # every second one is code
    pieces[::2] = [re.sub(r"\*(\w+)\*", r"<em>\1</em>", piece) for piece in pieces[::2]]
    pieces[1::2] = [f"<code>{piece}</code>" for piece in pieces[1::2]]
    return "".join(pieces)
