"""Formulas are set when the book is built: what a mistake says, and what a reader can do with one."""

import pytest
from course_book.formulas import Formulas
from sphinx.errors import ExtensionError

from tests.conftest import ROOT


def test_a_mistake_names_its_page_and_its_formula(tmp_path):
    formulas = Formulas(tmp_path / "set.json")
    with pytest.raises(ExtensionError, match=r"(?s)book/x: .*Undefined control sequence \\nope.*a \+ \\nope"):
        formulas.add({("a", False): "book/y", (r"a + \nope", True): "book/x"})


def test_what_was_set_is_kept(tmp_path, monkeypatch):
    wanted = {(r"\frac{a}{b}", True): "book/x", ("a", False): "book/x"}
    Formulas(tmp_path / "set.json").add(wanted)
    monkeypatch.setattr("course_book.npm.run", lambda *_, **__: pytest.fail("it was set before"))
    again = Formulas(tmp_path / "set.json")
    again.add(wanted)
    assert "<mfrac>" in again.set[r"\frac{a}{b}", True] and "mjx-c" in again.css


def test_a_formula_is_copied_as_tex(book, visit):
    page = visit((book / "book/01-gradient.html").as_uri()).page
    copied = page.evaluate("""() => {
      const formula = document.querySelector("p mjx-container"), carried = new DataTransfer();
      getSelection().selectAllChildren(formula.closest("p"));
      formula.dispatchEvent(new ClipboardEvent("copy", { bubbles: true, cancelable: true, clipboardData: carried }));
      return [formula.dataset.tex, carried.getData("text/plain")];
    }""")
    assert copied[0] and f"${copied[0]}$" in copied[1]


def test_every_formula_has_its_mathml_for_a_screen_reader(book):
    html = (book / "book/07-backward.html").read_text(encoding="utf-8")
    assert html.count("<mjx-container") == html.count("<mjx-assistive-mml") > 50


def test_no_line_begins_with_the_stop_after_a_formula(book, visit):
    page = visit((book / "book/07-backward.html").as_uri()).page
    page.set_viewport_size({"width": 390, "height": 844})
    torn = page.evaluate("""() => [...document.querySelectorAll("main span.math")].flatMap((formula) => {
      const text = formula.nextSibling;
      if (text?.nodeType !== Node.TEXT_NODE || !/^[.,;:!?)]/.test(text.data) || !formula.checkVisibility()) return [];
      const range = document.createRange();
      range.setStart(text, 0);
      range.setEnd(text, 1);
      const [stop, line] = [range.getBoundingClientRect(), formula.getBoundingClientRect()];
      return [stop.top > line.bottom - 2 ? formula.textContent : null];
    })""")
    assert len(torn) > 20 and [each for each in torn if each] == []


CUT = """() => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  for (const fold of document.querySelectorAll(".toggle-hidden")) fold.classList.remove("toggle-hidden");
  const inline = [...document.querySelectorAll("main span.math")].filter((formula) => formula.checkVisibility());
  const wide = (place) => place.querySelector("mjx-math").getBoundingClientRect().width > place.clientWidth + 1;
  const cut = inline.filter(wide);
  for (const place of document.querySelectorAll("main div.math")) {     // those scroll: to their ends?
    if (wide(place) && place.scrollWidth <= place.clientWidth) cut.push(place);
  }
  return [inline.length, cut.map((formula) => formula.querySelector("mjx-assistive-mml").textContent)];
}"""


@pytest.mark.parametrize("path", sorted(ROOT.glob("book/*.ipynb")), ids=lambda path: path.stem)
def test_no_formula_is_cut_on_a_telephone(book, visit, path):
    page = visit((book / f"book/{path.stem}.html").as_uri()).page
    page.set_viewport_size({"width": 360, "height": 800})
    count, cut = page.evaluate(CUT)
    assert count > 20 and cut == []
