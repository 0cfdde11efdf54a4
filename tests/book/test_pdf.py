"""The printed book: three chapters of it and the glossary, as `make pdf` prints them all."""

import re
from io import BytesIO

import pdf as printing
import pytest
from pypdf import PdfReader
from weigh import served

pytestmark = pytest.mark.slow
NAMES = ["book/02-depth.html", "book/06-forward.html", "book/08-training.html", "book/glossary.html"]


@pytest.fixture(scope="module")
def pdf(book, browser):
    with served(book) as address:
        page = browser.new_page()
        page.set_default_timeout(600_000)
        yield PdfReader(BytesIO(printing.printed(page, address, NAMES)))
        page.close()


@pytest.fixture(scope="module")
def texts(pdf):
    return [page.extract_text() for page in pdf.pages]


def test_it_has_a_title_a_language_and_tags(pdf):
    assert pdf.metadata.title == printing.SAID["title"]
    assert pdf.trailer["/Root"]["/Lang"] == "en" and pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_each_heading_stands_on_the_page_that_the_contents_say(pdf, texts):
    bookmarks = list(printing.headings(pdf.outline, pdf))
    assert bookmarks[0][0].startswith("2. Why depth") and len(bookmarks) > 25
    contents = printing.plain("".join(texts[1:bookmarks[0][1] - 1]))
    for title, number in bookmarks:
        assert printing.plain(title) in printing.plain(texts[number - 1]), title
        assert re.search(rf"{printing.plain(title)}\D{{0,3}}{number}", contents), title


def test_pages_have_their_number_and_the_title_of_their_chapter(pdf, texts):
    title = "6. Forward: a convolution is one matrix product"
    first = next(number for each, number in printing.headings(pdf.outline, pdf) if each == title)
    # counted from 1: the next page has this index
    assert texts[first].startswith(f"{title}\n{first + 1}\n")


def test_links_lead_to_places_in_the_book(pdf):
    links = [link.get_object() for page in pdf.pages for link in page.get("/Annots", ())]
    named = [link["/Dest"] for link in links if "/Dest" in link]
    assert len(named) > 40 and set(named) <= set(pdf.named_destinations)
    outside = {link["/A"]["/URI"] for link in links if "/A" in link and "/URI" in link["/A"]}
    assert not any("127.0.0.1" in address for address in outside)


def test_answers_stand_at_the_end_and_nowhere_else(pdf, texts):
    answers = dict(printing.headings(pdf.outline, pdf))["Answers"]
    solutions = [number for number, text in enumerate(texts, start=1) if re.search("Solution to", text)]
    assert solutions and min(solutions) >= answers
    assert "the filter goes through all channels at once" not in " ".join(" ".join(texts[:answers - 1]).split())
    assert "the filter goes through all channels at once" in " ".join(" ".join(texts[answers - 1:]).split())


def test_key_frames_stand_where_widgets_are(texts):
    whole = " ".join(texts)
    assert "Window 1 of 9" in whole and "Window 9 of 9" in whole


def test_key_frames_stand_in_rows(texts):
    """In one document the styles of one chapter's widgets reach the frames of all the others: of the pad's in 8, too."""
    assert any("After 19 of 300 steps" in text and "After 75 of 300 steps" in text for text in texts)
