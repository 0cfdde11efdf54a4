"""Figures stand on a page twice, for light and for dark: one is shown, and only that one is fetched."""

import pytest

SHOWN = """() => [...document.querySelectorAll(".bd-article :is(.only-light, .only-dark)")].filter(image => image.checkVisibility())
    .map(image => [image.currentSrc.split("/").pop(), image.naturalWidth > 0, image.alt])"""


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_page_shows_and_fetches_the_figures_of_its_scheme(mode, book, browser):
    page = browser.new_page(color_scheme=mode)
    asked = []
    page.on("request", lambda request: asked.append(request.url.split("/")[-1]))
    page.goto((book / "book/01-gradient.html").as_uri())
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")    # what is folded is not fetched
    for image in page.locator(f".bd-article .only-{mode}").all():
        image.scroll_into_view_if_needed()
        page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image.element_handle())
    shown = page.evaluate(SHOWN)
    assert len(shown) >= 4 and all(drawn and alt for _, drawn, alt in shown), shown
    names = {name for name, _, _ in shown}
    assert {name.endswith("-dark.webp") for name in names} == {mode == "dark"}
    figures = {name for name in asked if name.endswith(".webp")}
    assert names <= figures and {name for name in figures if name.endswith("-dark.webp")} == (names if mode == "dark" else set())
    page.emulate_media(media="print")
    assert {name.endswith("-dark.webp") for name, _, _ in page.evaluate(SHOWN)} == {False}
    page.close()
