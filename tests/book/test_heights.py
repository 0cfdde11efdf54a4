"""The room that a section keeps until it is laid out is about what it will need."""

import re
from statistics import median

import pytest
from course_book import heights

REAL = """() => [...document.querySelectorAll('.bd-article > section section')].filter(section => section.offsetHeight).map(section =>
    [section.id, section.getBoundingClientRect().height,
     parseFloat(section.style.getPropertyValue(innerWidth < 960 ? '--narrow' : '--wide'))])"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["05-counting", "07-backward", "teaching"])
def test_a_section_keeps_about_the_room_that_it_needs(book, visit_for_all, name, width):
    seen = visit_for_all((book / f"book/{name}.html").as_uri(), width=width)
    shares = {place: thought / high for place, high, thought in seen.page.evaluate(REAL)}
    assert 0.85 < median(shares.values()) < 1.3, shares
    assert sum(0.6 < share < 1.6 for share in shares.values()) >= 0.9 * len(shares), shares


PAGE = "<section id='all'><h1>A page</h1><section id='one'><h2>One</h2>{inside}</section><section id='two'></section></section>"


def one(inside):
    html = PAGE.format(inside=inside)
    (all_narrow, _), (narrow, wide), two = (high for _, high in heights.sections(html))
    assert two == [0, 0] and all_narrow >= narrow
    return narrow, wide


def test_what_is_seen_counts_and_what_is_folded_does_not():
    text, title = "<p>" + "word " * 200 + "</p>", one("")
    assert one(text)[0] > one(text)[1] > title[1]
    assert one(f"<details><summary>Open me</summary>{text}</details>") < one(text)
    assert one(f'<div class="solution dropdown admonition"><p>Solution</p>{text}</div>') < one(text)
    assert one(f"<span class='x'></span><script>{'x' * 9000}</script>") == title
    assert one('<img width="700" height="700">')[0] - title[0] == 350
    assert one("<pre>" + "x = 1\n" * 100 + "</pre>")[0] > 100 * heights.LOOKS["narrow"][4]


def test_a_page_keeps_all_its_words():
    html = PAGE.format(inside="<p>1 &lt; 2</p>")
    assert re.sub(r' style="--narrow:\d+px;--wide:\d+px"', "", heights.keep(html)) == html
