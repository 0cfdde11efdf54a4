"""Cut the chapters of the built book into slides: what there is to look at, and the prose as what the speaker says.

    python tools/slides.py          writes _build/html/slides and names them on the start page and in the guide

A slide shows one thing of its page: a widget, a figure, a formula, a theorem, a cell that fits, a "Break it", a
question of the quiz. Over it stands the sentence that leads to it. A long chapter gives each section's best before
any section's second best; what is not shown is said. reveal.js turns the slides; `slides.js` makes them fit.
"""

import copy
import re
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from string import Template

import chromium  # noqa: F401  (makes course_book known)
from bs4 import BeautifulSoup, NavigableString
from course_book import frontend
from course_book.site import name_files
from weigh import ROOT, pages

HTML = ROOT / "_build/html"
HERE = Path(__file__).parent
MOST = 28                       # slides of a chapter
CODE, CELL = 15, 18             # lines of code, and of code with what it prints, that are read from the last row
NOT_SHOWN = ".headerlink, .course-tip, .course-live, .course-paper, [class$=-still], .viewcode-link, script, noscript"
LEAD = 220                      # letters over what is shown
ASIDE = re.compile(r"[(a-z][^?]*$")     # a sentence in brackets, or the end of one that a formula began
#: what a section gives, best first; every other kind of slide is always there
RANKS = ("figure", "theorem", "formula", "yours", "cell", "output", "question", "code", "words")
TAKEN = ("reveal.js", "reveal.css", "plugin/notes.js")     # of reveal.js


@dataclass
class Slide:
    """One thing to look at (`shown`), the prose around it (`said`), and the paragraph before it (`before`)."""

    kind: str
    head: object
    part: int
    shown: list
    said: list = field(default_factory=list)
    before: object = None


def article(path):
    """A built chapter without what only a page needs; links lead to the book."""
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    found = soup.select_one("article.bd-article")
    for part in found.select(NOT_SHOWN):
        part.decompose()
    for link in found.select("a"):
        address = link.get("href", "")
        link.attrs = {"href": in_book(address, path.name)}
        if link.img or not address or "glossary.html" in address:
            link.unwrap()
    for part in found.select("[id]:not(section, svg *, .course-asleep *)"):
        del part["id"]
    for image in found.select("img[style]"):
        del image["style"]              # a size for the page
    return soup.html.get("lang", "en"), found.section


def in_book(address, name):
    """Where a link of a chapter leads from a slide."""
    if address.startswith("#"):
        return f"../book/{name}{address}"
    return address if re.match(r"\w+:|\.\./", address) else f"../book/{address}"


def runs(section, part=0):
    """Yield (heading, number of the section, its blocks) for every heading, in order."""
    head = section.find(["h1", "h2", "h3", "h4"], recursive=False)
    link = BeautifulSoup(f'<h2><a href="#{section["id"]}">{head.decode_contents()}</a></h2>', "html.parser").h2
    other = (head.name, "section", "span")
    blocks = [each for each in section.find_all(True, recursive=False) if each.name not in other]
    yield link, part, blocks
    for number, each in enumerate(section.find_all("section", recursive=False), start=1):
        yield from runs(each, part or number)


def lines(part):
    return len(part.get_text().strip("\n").split("\n")) if part else 0


def is_break(block):
    """Whether a block is a task to break something: a box, or a paragraph that begins so."""
    title = block.select_one(".admonition-title") if "admonition" in block.get("class", []) else block.find("em")
    return bool(title) and title.get_text().startswith("Break it") and block.get_text().strip().startswith("Break it")


def answer(parts):
    """What is seen at the next key: a guess comes before it."""
    for part in parts:
        part["class"] = list(dict.fromkeys([*part.get("class", []), "fragment"]))
    return parts


def of_cell(block):
    """(kind, parts) of a cell: its code where that is short and draws nothing, and what comes out."""
    looks = set(block["class"])
    code, out = block.select_one(".cell_input"), block.select_one(".cell_output")
    if "tag_yours" in looks:
        return "yours", [code]
    fits = code and lines(code) <= CODE and "tag_hide-input" not in looks
    if not out or not out.get_text(strip=True) and not out.select_one("img, svg, .course-asleep"):
        return ("code", [code]) if fits else ("nothing", [])
    if looks & {"tag_hide-output", "tag_hide-cell"}:
        answer([out])
    return of_output(out, [code] if fits else [])


def of_output(out, code):
    """(kind, parts) of what comes out of a cell, whose code fits or is not there."""
    for kind, look in (("widget", ".course-asleep"), ("figure", "img, svg, table"), ("output", "mjx-container")):
        if out.select_one(look):
            return kind, [out]
    if code and lines(code[0]) + lines(out) <= CELL:
        return "cell", [*code, out]
    return "output", [out]


def look(block):
    """(kind, parts) of what there is to look at in a block; kind is None for prose."""
    looks = block.get("class", [])
    if is_break(block):
        return "break", [block]
    if "cell" in looks:
        return of_cell(block)
    if "math" in looks:
        return "formula", [block]
    if "theorem" in looks or "definition" in looks:
        return "theorem", [block]
    if block.name == "table" or "pst-scrollable-table-container" in looks:
        return "figure", [block]
    return None, []


def cut(head, part, blocks):
    """The slides of one heading; the prose before the first, and after each, is said there."""
    slides, said = [], []
    for block in blocks:
        kind, shown = look(block)
        if kind == "nothing":
            continue
        if kind is None:
            said.append(block)
        elif answers(kind, slides, said):
            slides[-1].shown += answer(shown[-1:])
        else:
            before = said[-1] if said and said[-1].name == "p" else None
            if slides:
                slides[-1].said += said[:-1]
                said = said[-1:]
            slides.append(Slide(kind, head, part, shown, said, before))
            said = []
    if said:
        slides = slides or [Slide("words", head, part, said[:1])]
        slides[-1].said += said
    return slides


def answers(kind, slides, said):
    """Whether a cell measures what the task right before it breaks."""
    return kind in ("cell", "output", "figure") and bool(slides) and slides[-1].kind == "break" and not said


def opening(head, blocks):
    """The chapter's question, what it is for, and whatever else stands before its first section."""
    place = next(i for i, block in enumerate(blocks) if "tip" in block.get("class", []))
    asked = [block for block in blocks[:place] if block.name == "p"]
    question = next((block for block in reversed(asked) if "?" in block.get_text()), asked[0])
    title = copy.copy(head)
    title.name = "h1"
    aims = blocks[place]
    need = BeautifulSoup(f"<h2>{aims.p.extract().get_text()}</h2>", "html.parser").h2
    for word in aims.select("strong")[1:]:
        word.insert_before(BeautifulSoup("<br>", "html.parser"))
    rest = [slide for slide in cut(head, 0, blocks[place + 1:]) if slide.kind != "code"]     # imports
    listed = aims.find_all(True, recursive=False)
    return [Slide("opening", title, 0, [question], asked), Slide("aims", need, 0, listed), *rest]


def exercises(head, part, blocks):
    """One slide that names them; their texts are said."""
    tasks = [block for block in blocks if "exercise" in block.get("class", [])]
    names = [re.sub(r"^.*?\((.*)\)\s*$", r"\1", task.p.decode_contents(), flags=re.S) for task in tasks]
    listed = BeautifulSoup("<ol>" + "".join(f"<li>{name}</li>" for name in names) + "</ol>", "html.parser").ol
    return [Slide("exercises", head, part, [listed], tasks)]


def questions(head, part, blocks):
    """A slide for each question of the quiz; the right answer is said."""
    slides = []
    for block in blocks:
        if "quiz" not in block.get("class", []):
            slides.append(Slide("question", head, part, [block]))
        else:
            slides[-1].shown.append(block)
            slides[-1].said += [block] if {"right", "number"} & set(block["class"]) else []
    return slides


def slides_of(section):
    """All slides that a chapter could have."""
    (head, _, blocks), *others = runs(section)
    slides = opening(head, blocks)
    for head, part, blocks in others:
        looks = {name for block in blocks for name in block.get("class", [])}
        way = exercises if "exercise" in looks else questions if "quiz" in looks else cut
        slides += way(head, part, blocks)
    if slides[-1].kind == "words":
        slides[-1].kind = "end"
    return slides


def counted(keys):
    """For each key how many equal ones stand before it."""
    seen = Counter()
    for key in keys:
        yield seen[key]
        seen[key] += 1


def best(slides):
    """The slides that a chapter may do without, best first: of each section one, then of each a second one, ..."""
    free = [slide for slide in slides if slide.kind in RANKS]
    nth = counted((slide.part, slide.kind) for slide in free)      # a section's second figure waits for its formula
    free = [slide for _, slide in sorted(zip(nth, free), key=lambda one: (one[0], RANKS.index(one[1].kind)))]
    turns = counted(slide.part for slide in free)
    return [slide for _, slide in sorted(zip(turns, free), key=lambda one: one[0])]


def chosen(slides, most=MOST):
    """The slides that are shown, in order; what is said at the others is said at those before them."""
    free = best(slides)
    left_out = {id(slide) for slide in free[max(0, most - len(slides) + len(free)):]}
    kept, waiting = [], []
    for slide in slides:
        if id(slide) not in left_out:
            slide.said, waiting = waiting + slide.said, []
            kept.append(slide)
            continue
        said = slide.said + (slide.shown if slide.kind in ("formula", "theorem") else [])
        if kept and kept[-1].part == slide.part:
            kept[-1].said += said
        else:
            waiting += said
    return kept


def sentences(paragraph):
    """The sentences of a paragraph, as HTML."""
    text, inside = "", {}
    for number, part in enumerate(paragraph.contents):
        if isinstance(part, NavigableString):
            text += escape(part, quote=False)
        else:
            mark = chr(0xE000 + number)
            inside[mark] = str(part)
            text += mark + ("\uF8FF" if part.get_text().rstrip()[-1:] in (".", "?") else "")
    found = re.split("(?<=[.?!\uF8FF])\\s+(?=[A-Z“‘(\uE000-\uF8FE])", " ".join(text.split()))
    return [re.sub("[\uE000-\uF8FF]", lambda mark: inside.get(mark[0], ""), each) for each in found]


def lead(slide):
    """The sentence that leads to what is shown: the last question before it, else the last sentence."""
    if slide.before is None or slide.kind == "break":
        return ""
    found = sentences(slide.before)
    found = [each for each in found if not ASIDE.match(each)] or found[-1:]
    asked = [place for place, each in enumerate(found) if plain(each).endswith("?")]
    place = asked[-1] if asked else len(found) - 1
    first = max(0, place - 1)
    return " ".join(found[first if len(plain("".join(found[first:place + 1]))) <= LEAD else place:place + 1])


def plain(html):
    return BeautifulSoup(html, "html.parser").get_text()


def notes(said):
    """Prose for the speaker's window, which knows no style sheet: formulas as MathML, folds as text."""
    box = BeautifulSoup("".join(str(block) for block in said), "html.parser")
    for part in box.select("style, img, svg, .cell"):
        part.decompose()
    for formula in box.select("mjx-container"):
        math = formula.select_one("mjx-assistive-mml > math")
        if formula.get("display"):
            math["display"] = "block"
        formula.replace_with(math.extract())
    for part in box.select("a, span, div, section, details"):
        part.unwrap()
    for part in box.select("summary, .admonition-title"):
        part.name = "h4"
    for part in box.find_all(True):
        if part.name != "math" and not part.find_parent("math"):
            part.attrs = {}
    return str(box).strip()


def written(slide, name):
    """A slide as HTML."""
    head = copy.copy(slide.head)
    if head.a:
        head.a["href"] = in_book(head.a["href"], name)
    over = lead(slide)
    if "?" in over and slide.kind not in ("widget", "yours"):
        answer(slide.shown[-1:])
    shown = BeautifulSoup("".join(str(part) for part in slide.shown), "html.parser")
    for part in shown.select("section"):        # to reveal.js a section is a slide
        part.name = "div"
    over = f'<p class="slide-lead">{over}</p>' if over else ""
    return (f'<section class="slide-{slide.kind}">\n{head}\n{over}\n'
            f'<div class="slide-room"><div class="slide-shown">{shown}</div></div>\n'
            f'<aside class="notes">{notes(slide.said)}</aside>\n</section>')


def write(book, folder):
    """Write the slides of every chapter, and what turns them; return {name: how many}."""
    counts, template = {}, Template((HERE / "slides.html").read_text(encoding="utf-8"))
    folder.mkdir(exist_ok=True)
    for path in [book / name for name in pages() if (ROOT / name).with_suffix(".ipynb").exists()]:
        lang, section = article(path)
        title = section.h1.get_text()
        kept = chosen(slides_of(section))
        page = template.substitute(lang=lang, title=escape(title), name=path.name,
                                   slides="\n".join(written(slide, path.name) for slide in kept))
        (folder / path.name).write_text(page, encoding="utf-8")
        counts[path.name] = len(kept)
    for file in (*(frontend.fetch(report=print) / "reveal.js/dist" / each for each in TAKEN),
                 HERE / "slides.css", HERE / "slides.js"):
        shutil.copy(file, folder)
    return counts


def main():
    start = time.monotonic()
    counts = write(HTML, HTML / "slides")
    name_files(HTML)
    print(f"{HTML / 'slides'}: {sum(counts.values())} slides of {len(counts)} chapters "
          f"({time.monotonic() - start:.0f} s)")


if __name__ == "__main__":
    main()
