"""Every page of the built book for readers who cannot see it well: axe, movement, fingers, contrast.

Pages and widgets are found, not listed: a new one is checked without a change here.
"""

import re
from pathlib import Path

import pytest

from tests.book.test_keyboard import CONTROLS, VIEW
from tests.conftest import EXAMPLES, book_pages, lend, rest_slow

axe = pytest.importorskip("axe_playwright_python", reason="axe on every page; to have these checks: "
                          "pip install -e '.[browser]'")
AXE = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

#: Letters stand out or not by their colour and size and by what is painted under them. In ordinary text that is
#: all said by the styles of an element and of those around it: of elements with the same styles all the way up,
#: axe measures the first. Elements that are placed, clipped, drawn or operated are of no kind but their own.
ONE_OF_A_KIND = """() => {
  const own = "svg, label, button, input, select, textarea, [disabled], [aria-disabled]";
  const painted = ["color", "backgroundColor", "backgroundImage", "backgroundClip", "opacity", "filter", "mixBlendMode", "visibility",
                   "fontSize", "fontWeight", "fontStyle", "textShadow", "webkitTextFillColor"];
  const kinds = new Map(), numbers = new Map(), met = new Set();
  const kind = e => {                            // a number for its styles and those around it, and what clips it
    if (!e) return { number: 0, clips: [] };
    if (!kinds.has(e)) {
      const above = kind(e.parentElement), look = getComputedStyle(e), clips = look.overflow !== "visible";
      const alone = clips || !["static", "relative"].includes(look.position) || look.transform !== "none" || e.matches(own);
      const name = [above.number, ...painted.map(each => look[each]), alone && kinds.size].join();
      if (!numbers.has(name)) numbers.set(name, numbers.size + 1);
      kinds.set(e, { number: numbers.get(name), clips: clips ? [...above.clips, e] : above.clips });
    }
    return kinds.get(e);
  };
  const inside = (a, b) => a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;
  for (const e of document.body.querySelectorAll("*")) {
    const words = [...e.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data).join("").trim();
    let look = e.matches(own);
    if (words && !look && e.checkVisibility({ visibilityProperty: true })) {
      const { number, clips } = kind(e), like = [number, words.length > 1, /^[ -~]+$/.test(words)].join();
      const place = e.getBoundingClientRect(), frames = clips.map(clip => clip.getBoundingClientRect());
      const ordinary = frames.every(frame => inside(place, frame));
      look = ordinary ? !met.has(like) : frames.every(({ width, height }) => width > 1 && height > 1);   // for the ear alone
      if (ordinary) met.add(like);
    }
    e.toggleAttribute("data-kind", look);
  }
}"""

RUN_AXE = f"""async options => {{
  ({ONE_OF_A_KIND})();
  axe.configure({{ rules: [{{ id: "color-contrast", selector: "[data-kind]" }}] }});
  const {{ violations }} = await axe.run(document, {{ resultTypes: ["violations"], ...options }});
  const found = [];
  for (const {{ id, impact, nodes }} of violations) {{
    if (impact !== "serious" && impact !== "critical") continue;
    for (const {{ html, failureSummary }} of nodes) found.push([id, html.slice(0, 160), failureSummary.slice(0, 300)].join(" | "));
  }}
  return found;
}}"""


# ---------------------------------------------------------------- axe

#: A page at rest: it has the colours of its mode, no transition is under way, and what scrolls can have the focus.
AT_REST = """mode => document.documentElement.dataset.theme === mode
  && document.getAnimations().every(each => each.playState !== "running")
  && [...document.querySelectorAll("pre, .cell_output > .output, .jp-RenderedHTMLCommon, .pst-scrollable-table-container")]
    .every(e => e.tabIndex === 0 || e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight)"""


@pytest.fixture(scope="module", params=rest_slow(book_pages()))
def look(request, book, windows):
    """A function that shows one page at a width in a mode and returns it: opened once for several tests."""
    with lend(windows) as open_page:
        seen = open_page((book / request.param).as_uri())
        seen.name = request.param
        seen.page.evaluate(AXE)

        def look_at(width, mode, **media):
            if seen.page.viewport_size["width"] != width:
                seen.page.set_viewport_size({"width": width, "height": 900})
            seen.page.emulate_media(color_scheme=mode, **media)
            seen.page.wait_for_function(AT_REST, arg=mode)
            return seen

        yield look_at


@pytest.mark.parametrize("look", rest_slow(book_pages(), EXAMPLES[:2]), indirect=True)
def test_axe_finds_nothing_serious(look):
    """All rules wide and light, and narrow and dark; where there are widgets, contrasts the other way round too."""
    colours = {"runOnly": ["color-contrast"]}
    looks = [(1280, "light", {}), (1280, "dark", colours), (390, "dark", {}), (390, "light", colours)]
    if not look(1280, "light").page.locator(VIEW).count():
        looks = looks[::2]
    for width, mode, options in looks:
        assert look(width, mode).page.evaluate(RUN_AXE, options) == [], f"{width} pixels, {mode}"


# ---------------------------------------------------------------- movement, fingers, contrast

MOVES = """() => [...document.querySelectorAll("*")].filter(e => {
  const moves = style => parseFloat(style.transitionDuration) > 0 || style.animationName !== "none" && parseFloat(style.animationDuration) > 0;
  return ["", "::before", "::after"].some(part => moves(getComputedStyle(e, part || null)));
}).slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""


def test_nothing_moves_by_itself_where_that_is_asked_for(look):
    assert look(1280, "light", reduced_motion="reduce").page.evaluate(MOVES) == []
    look(1280, "light", reduced_motion="no-preference")


def test_play_still_plays_where_less_movement_is_asked_for(book, visit):
    seen = visit((book / "book/01-gradient.html").as_uri())
    seen.page.emulate_media(reduced_motion="reduce")
    player = seen.page.locator(".course-stepper")
    player.get_by_role("button", name="Play").click()
    player.locator(".course-phase", has_text=re.compile("Forward|Backward")).wait_for()       # wherever it is by now


#: WCAG 2.2, 2.5.8: 24 pixels each way; a radio button or a box with a label is as large as its label
SMALL = f"""() => [...document.querySelectorAll('{VIEW}')].flatMap(view => {{
  const controls = {CONTROLS};
  return controls(view).map(e => e.role === "treeitem" ? e.firstElementChild : e.closest("label") ?? e)
    .filter(e => {{ const {{ width, height }} = e.getBoundingClientRect(); return width < 24 || height < 24; }})
    .map(e => `${{e.getBoundingClientRect().width}}x${{e.getBoundingClientRect().height}} ${{e.outerHTML.slice(0, 120)}}`);
}})"""


@pytest.mark.parametrize("width", [390, 1280])
def test_controls_are_large_enough_for_a_finger(look, width):
    assert look(width, "light").page.evaluate(SMALL) == []


#: Drawn shapes that need no contrast of 3, and why
QUIET = {
    "course-grids path.lines": "the lines between numbers: the numbers stand apart without them",
    "course-plot path.grid": "the lines behind the curve: their numbers stand at the axis",
    "path.region": "the ground of a class: its border is a line of 3 pixels, its points are filled or hollow",
}

PALE = """quiet => {
  const parse = text => { const n = (text.match(/[\\d.]+/g) ?? []).map(Number); return n.length < 3 ? null : [n[0], n[1], n[2], n[3] ?? 1]; };
  const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = rgb => rgb.slice(0, 3).reduce((sum, v, i) => sum + linear(v / 255) * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (colour, alpha, ground) => {
    const seen = light(colour.slice(0, 3).map((v, i) => alpha * v + (1 - alpha) * ground[i])), back = light(ground);
    return (Math.max(seen, back) + 0.05) / (Math.min(seen, back) + 0.05);
  };
  const under = e => { const colour = parse(getComputedStyle(e).backgroundColor); return colour?.[3] ? colour : under(e.parentElement); };
  const found = new Map();
  for (const e of document.querySelectorAll(".course-frame svg *")) {
    if (!e.checkVisibility() || !(e instanceof SVGGeometryElement || e instanceof SVGTextContentElement) || e.closest("defs, clipPath")) continue;
    if (e instanceof SVGTextContentElement && !e.textContent.trim()) continue;
    const look = getComputedStyle(e), ground = under(e.closest("svg"));
    const ratios = ["fill", "stroke"].map(part => {
      const colour = look[part] === "none" ? null : parse(look[part]);
      let alpha = colour ? colour[3] * parseFloat(look[part + "Opacity"]) : 0;
      for (let up = e; up instanceof SVGElement; up = up.parentElement) alpha *= parseFloat(getComputedStyle(up).opacity);
      return alpha ? contrast(colour, alpha, ground) : 0;
    });
    const text = e instanceof SVGTextContentElement, best = text ? ratios[0] : Math.max(...ratios);
    const name = `${e.closest("svg").getAttribute("class") ?? e.closest("div[class]").className} ${e.tagName}.${e.getAttribute("class") ?? e.parentElement.getAttribute("class")}`;
    if (!best || best >= (text ? 4.5 : 3)) continue;
    if (!quiet.some(look => name.includes(look))) found.set(name, best.toFixed(2));
  }
  return [...found].map(pair => pair.join(": "));
}"""


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_letters_and_marks_of_drawings_stand_out(look, mode):
    """4.5 for letters, 3 for what is drawn, on the ground under the drawing; at the first and at the last frame."""
    seen = look(1280, mode)
    for key in ("Home", "End"):
        for handle in seen.page.locator(".course-stepper").get_by_role("slider").all():
            handle.focus()
            seen.page.keyboard.press(key)
        seen.page.wait_for_timeout(50)
        assert seen.page.evaluate(PALE, list(QUIET)) == [], key
