"""The e-book: three chapters of it and the glossary, as `make epub` makes them all."""

import re
from xml.etree import ElementTree
from zipfile import ZIP_STORED, ZipFile

import epub
import pytest
from weigh import served

pytestmark = pytest.mark.slow
NAMES = ["book/02-depth.html", "book/06-forward.html", "book/11-reading.html", "book/glossary.html"]
XHTML, OPF, MATH = "{http://www.w3.org/1999/xhtml}", "{http://www.idpf.org/2007/opf}", "{http://www.w3.org/1998/Math/MathML}"


@pytest.fixture(scope="module")
def archive(book, browser, tmp_path_factory):
    target = tmp_path_factory.mktemp("epub") / "book.epub"
    with served(book) as address:
        page = browser.new_page()
        epub.write(target, epub.taken(page, address, NAMES), book)
        page.close()
    with ZipFile(target) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(archive):
    return {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith(".xhtml")}


def test_it_begins_as_readers_expect(archive):
    first = archive.infolist()[0]
    assert first.filename == "mimetype" and first.compress_type == ZIP_STORED and archive.read(first) == b"application/epub+zip"


def test_the_package_lists_every_file_and_what_is_in_it(archive, pages):
    package = ElementTree.fromstring(archive.read("book/package.opf"))
    items = {item.get("href"): item for item in package.iter(f"{OPF}item")}
    assert {f"book/{name}" for name in items} == set(archive.namelist()) - {"mimetype", "META-INF/container.xml", "book/package.opf"}
    for name, page in pages.items():
        has = {"mathml": next(page.iter(f"{MATH}math"), None), "svg": next(page.iter("{http://www.w3.org/2000/svg}svg"), None)}
        said = set((items[name.removeprefix("book/")].get("properties") or "").split()) - {"nav"}
        assert said == {word for word, found in has.items() if found is not None}, name


def test_every_link_leads_somewhere_and_no_id_stands_twice(pages):
    ids = {name.removeprefix("book/"): [part.get("id") for part in page.iter() if part.get("id")] for name, page in pages.items()}
    assert all(len(found) == len(set(found)) for found in ids.values())
    inside = 0
    for name, page in pages.items():
        for link in page.iter(f"{XHTML}a"):
            address = link.get("href") or ""
            if not address or address.startswith("http"):
                continue
            there, _, place = address.partition("#")
            assert not place or place in ids[there or name.removeprefix("book/")], address
            inside += 1
    assert inside > 60


def test_formulas_are_mathml_and_pictures_have_words(pages):
    page = pages["book/book-06-forward.xhtml"]
    formulas = list(page.iter(f"{MATH}math"))
    assert len(formulas) > 30 and all(formula.get("alttext") for formula in formulas)
    pictures = list(page.iter(f"{XHTML}img"))
    assert len(pictures) > 4 and all(picture.get("alt") for picture in pictures)
    assert not re.search(r"mjx-|course-asleep", ElementTree.tostring(page, encoding="unicode"))


def test_key_frames_are_drawings_with_colours_of_their_own(pages):
    drawings = [part for part in pages["book/book-06-forward.xhtml"].iter("{http://www.w3.org/2000/svg}svg")]
    assert len(drawings) > 5
    colours = {part.get("fill") for drawing in drawings for part in drawing.iter()} - {None, "none"}
    assert len(colours) > 2 and not any("var(" in colour for colour in colours)


def test_a_fold_is_named_by_words_alone(pages):
    """What epubcheck 5 found wrong, and nothing else, in the whole e-book."""
    folds = [fold for page in pages.values() for fold in page.iter(f"{XHTML}summary")]
    assert len(folds) > 20 and not [fold for fold in folds if fold.find(f"{XHTML}p") is not None]
    assert all("".join(fold.itertext()).strip() for fold in folds)
