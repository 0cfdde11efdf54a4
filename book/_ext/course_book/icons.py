"""The theme's icons as rules of the style sheet: only those that some page shows, drawn in the text's colour.

The theme loads all of Font Awesome as a script of 1.5 MB. The shapes are taken from that script.
"""

import re
from pathlib import Path
from urllib.parse import quote

import pydata_sphinx_theme

CLASSES = re.compile(r'<(?:i|span)\b[^>]* class="([^"]*\bfa-(?:solid|brands|regular)\b[^"]*|fa[sbr] [^"]*)"')
NO_ICONS = {"solid", "brands", "regular", "lg", "fw"}
BASE = """
:is(i, span):is(.fa-solid, .fas, .fa-brands, .fab, .fa-regular, .far) {
  display: inline-block; width: 1em; height: 1em; vertical-align: -0.125em;
  background: currentColor; mask: var(--icon) center / contain no-repeat; }
:is(i, span):is(.fa-solid, .fas, .fa-brands, .fab, .fa-regular, .far)::before { content: none; }
.fa-lg { font-size: 1.25em; }
@media (forced-colors: active) { i[class*="fa-"] { background: CanvasText; } }
"""


def rules(pages):
    """The rules for the icons that the pages show."""
    shown = {word.removeprefix("fa-") for page in pages for classes in set(CLASSES.findall(page))
             for word in classes.split() if word.startswith("fa-")}
    script = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static/scripts/fontawesome.js"
    shapes = script.read_text(encoding="utf-8")
    return BASE + "".join(rule(name, shapes) for name in sorted(shown - NO_ICONS))


def rule(name, shapes):
    """The rule of one icon, found by its name or by one that it had before."""
    word, shape = re.escape(name), r'\[(\d+),(\d+),\[{}\],"\w+","(M[^"]+)"'
    found = (re.search(rf'[{{,]"?{word}"?:' + shape.format(r"[^\]]*"), shapes)
             or re.search(shape.format(rf'[^\]]*"{word}"[^\]]*'), shapes))
    if not found:
        raise LookupError(f"Font Awesome has no icon of the name {name}, which a page asks for")
    width, height, path = found.groups()
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'><path d='{path}'/></svg>"
    return f'.fa-{name} {{ --icon: url("data:image/svg+xml,{quote(svg, safe=" =:/")}"); }}\n'
