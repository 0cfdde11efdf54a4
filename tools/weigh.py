"""What each page of the built book weighs, and the state of each widget on it.

    python tools/weigh.py [FOLDER]          of _build/html, as the last build left it

Kilobytes of 1,000 bytes, before the compression of a server. "More scripts" are those that a page loads
beyond what every page does, the drawing pad's weights on the first touch among them.
"""

import json
import re
import sys
from html import unescape
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
STATE = re.compile(r'<script type="application/vnd\.jupyter\.widget-state\+json">(.*?)</script>', re.S)
VIEW = re.compile(r'<script type="application/vnd\.jupyter\.widget-view\+json">(.*?)</script>', re.S)
PAD = re.compile(r'data-course-pad="([^"]*)"')
FRAME = ('<div class="course-frame">', '<div class="course-frame course-key">')
WEIGHTS = "_static/pad-weights.js"
REFERENCE = re.compile(r'"IPY_MODEL_(\w+)"')


def kilobytes(text):
    return len(text.encode()) / 1000


def pages():
    """Return the pages of the table of contents as paths below the built book, without those below others."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    parts = toc.get("parts", [toc])
    return [f"{name}.html" for name in [toc["root"], *(chapter["file"] for part in parts
                                                       for chapter in part.get("chapters", []))]]


def widgets(html):
    """Yield (what it is, kilobytes of its state) of each widget on a page, in their order."""
    found = STATE.search(html)
    models = json.loads(found[1])["state"] if found else {}
    for view in VIEW.findall(html):
        own = below(models, json.loads(view)["model_id"])
        yield name_of(models, own), sum(kilobytes(json.dumps(models[model])) for model in own)
    for state in PAD.findall(html):
        yield "DrawingPad", kilobytes(unescape(state))


def below(models, root):
    """Return the models that a widget is made of, itself first, with the links between them."""
    own, waiting = [], [root]
    while waiting:
        if (name := waiting.pop(0)) not in own:
            own.append(name)
            waiting += REFERENCE.findall(json.dumps(models[name]["state"]))
    return own + [name for name, model in models.items() if model["model_name"] == "LinkModel" and name not in own
                  and model["state"]["source"][0].removeprefix("IPY_MODEL_") in own]


def name_of(models, own):
    """A class of its own, or what a player's rows of buttons and its slider are called."""
    states = [models[model]["state"] for model in own]
    if "_anywidget_id" in states[0]:
        return states[0]["_anywidget_id"].split(".")[-1]
    if not any("course-stepper" in state.get("_dom_classes", []) for state in states):
        return "progress bar"
    named = [models[model]["state"].get("description") for model in own
             if models[model]["model_name"] in ("ToggleButtonsModel", "IntSliderModel")]
    frames = sum(state["value"].startswith(FRAME) for state in states
                 if isinstance(state.get("value"), str))
    return f"player of {frames} frames: {', '.join(dict.fromkeys(named))}"


def scripts(book, html, page):
    """{file below the book: kilobytes} of the scripts that a page loads, the pad's weights among them."""
    sources = [unescape(source).split("?")[0] for source in re.findall(r'<script[^>]* src="([^"]+)"', html)]
    paths = [(book / page).parent.joinpath(source).resolve() for source in sources]
    if "course-pad" in html:
        paths.append((book / WEIGHTS).resolve())
    return {path.relative_to(book.resolve()).as_posix(): path.stat().st_size / 1000 for path in paths}


def weigh(book):
    """Return for each page {"page", "html", "state", "widgets", "scripts"}, in kilobytes."""
    texts = {page: (book / page).read_text(encoding="utf-8") for page in pages()}
    loaded = {page: scripts(book, html, page) for page, html in texts.items()}
    everywhere = set.intersection(*map(set, loaded.values()))
    return [{"page": page, "html": kilobytes(html), "widgets": list(widgets(html)),
             "state": sum(map(kilobytes, STATE.findall(html) + list(map(unescape, PAD.findall(html))))),
             "scripts": {name: size for name, size in loaded[page].items() if name not in everywhere}}
            for page, html in texts.items()]


def main(folder=ROOT / "_build/html"):
    weighed = weigh(Path(folder))
    print(f"{'page':<26}{'HTML kB':>9}{'state kB':>9}{'widgets':>9}  more scripts kB")
    for row in weighed:
        more = ", ".join(f"{Path(name).name} {size:.0f}" for name, size in row["scripts"].items())
        print(f"{row['page']:<26}{row['html']:9.0f}{row['state']:9.0f}{len(row['widgets']):9}  {more}")
    print(f"\n{'widget':<66}{'state kB':>9}")
    for row in weighed:
        for name, size in row["widgets"]:
            print(f"{Path(row['page']).stem + ': ' + name:<66}{size:9.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
