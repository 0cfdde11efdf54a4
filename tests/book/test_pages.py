"""Every page of the built book, opened from its folder: complete, legible, silent."""

import pytest

from tests.conftest import Visit, book_pages, lend

LOOSE_TEX = r"""() => {
  const found = [];
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.closest("pre, code, script, style, mjx-container, .highlight")) continue;
    if (/\\\(|\\\[|\$[^\s$][^$]*\$|\\(frac|partial|sigma|mathbb|begin)\b/.test(node.data)) found.push(node.data.trim());
  }
  return found;
}"""
UNTYPESET = """() => [...document.querySelectorAll("main .math")]
  .filter(formula => !formula.querySelector("mjx-container")).map(formula => formula.textContent)"""
MATH_ERRORS = """() => [...document.querySelectorAll("mjx-merror, [data-mjx-error]")]
  .map(formula => formula.getAttribute("data-mjx-error") || formula.textContent)"""
BROKEN_PICTURES = "() => [...document.images].filter(i => !i.naturalWidth).map(i => i.src)"
UNDESCRIBED = r"""() => [...document.querySelectorAll("main img")]
  .filter(i => !i.alt.trim() || /\.(png|svg|jpe?g)$/.test(i.alt)).map(i => i.src.split("/").pop())"""
UNNAMED_DRAWINGS = """() => [...document.querySelectorAll('main svg[role="img"]:not([aria-hidden="true"])')]
  .filter(s => !s.getAttribute("aria-label") && !s.getAttribute("aria-labelledby") && !s.querySelector("title"))
  .map(s => s.outerHTML.slice(0, 80))"""
NAMED_TWICE = """() => { const met = new Set();
  return [...document.querySelectorAll("[id]")].map(e => e.id).filter(id => met.size === met.add(id).size); }"""
DISTORTED = """() => [...document.images].filter(i => {
    const look = getComputedStyle(i), room = (...sides) => sides.reduce((sum, side) => sum + parseFloat(look["padding" + side]), 0);
    const width = i.clientWidth - room("Left", "Right"), height = i.clientHeight - room("Top", "Bottom");
    return height > 30 && i.naturalWidth && look.objectFit === "fill"
      && Math.abs(width / height * i.naturalHeight / i.naturalWidth - 1) > 0.02;
  }).map(i => [i.src.split("/").pop(), i.clientWidth, i.clientHeight, i.naturalWidth, i.naturalHeight].join())"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
CULPRITS = """() => [...document.querySelectorAll("main *")]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("pre, table, mjx-container, .output"))
  .slice(0, 5).map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module", params=book_pages())
def seen(request, book, windows):
    """One page after the other, opened once for what follows."""
    with lend(windows) as open_page:
        yield open_page((book / request.param).as_uri())


def test_page_from_its_folder(seen):
    look = seen.page.evaluate
    assert look(UNTYPESET) == [], "formulas that were not typeset"
    assert look(MATH_ERRORS) == [], "formulas that MathJax does not understand"
    assert look(LOOSE_TEX) == [], "TeX among the text"
    assert look(BROKEN_PICTURES) == [], "pictures that do not load"
    assert look(UNDESCRIBED) == [], "pictures without alternative text"
    assert look(UNNAMED_DRAWINGS) == [], "drawings without a name"
    assert look(NAMED_TWICE) == [], "elements that share a name"
    assert look(DISTORTED) == [], "pictures that are shown wider or higher than they are"
    assert seen.problems == []


def test_narrow_and_dark(seen):
    """The same page, turned: no pixel goes beyond the edge, and the colours are those that were asked for."""
    seen.page.set_viewport_size({"width": 390, "height": 844})
    seen.page.emulate_media(color_scheme="dark")
    seen.page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    assert seen.page.evaluate(SIDEWAYS) <= 0, seen.page.evaluate(CULPRITS)
    assert seen.page.evaluate(DISTORTED) == [], "pictures that are shown wider or higher than they are"
    assert seen.problems == []


@pytest.mark.slow
@pytest.mark.parametrize("name", book_pages())
def test_opened_narrow_and_dark(book, visit, name):
    seen = visit((book / name).as_uri(), width=390, height=844, mode="dark")
    assert seen.page.evaluate("() => document.documentElement.dataset.theme") == "dark"
    assert seen.page.evaluate(SIDEWAYS) <= 0, seen.page.evaluate(CULPRITS)
    assert seen.page.evaluate(DISTORTED) == [], "pictures that are shown wider or higher than they are"
    assert seen.problems == []


def test_a_theme_that_was_chosen_is_kept(book, browser):
    """In a context of its own: pages that another test left open keep their theme in the same store."""
    seen = Visit(browser, (book / book_pages()[0]).as_uri(), mode="light")
    assert seen.page.evaluate("() => document.documentElement.dataset.theme") == "light"
    seen.page.locator(".theme-switch-button:visible").first.click()
    chosen = seen.page.evaluate("() => document.documentElement.dataset.mode")
    seen.page.reload()
    assert seen.page.evaluate("() => document.documentElement.dataset.mode") == chosen
    seen.page.context.close()


@pytest.mark.parametrize("sign", ["press", "search"])
def test_the_themes_script_comes_with_the_readers_first_sign_which_is_not_lost(served, browser, sign):
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{served}/book/03-relu.html", wait_until="networkidle")
    assert [url for url in asked if "book.js" in url] and not [url for url in asked if "theme.js" in url]
    if sign == "press":
        mode = page.evaluate("document.documentElement.dataset.mode")
        page.locator(".theme-switch-button:visible").first.evaluate("key => key.click()")
        page.wait_for_function("mode => document.documentElement.dataset.mode !== mode", arg=mode)
    else:
        page.keyboard.press("Control+k")
        page.locator("#pst-search-dialog[open]").wait_for()
    assert len([url for url in asked if "theme.js" in url]) == 1
    page.close()
