"""The page reader's Python side: what it says and shows; the browser's part is in test_live_kernel.py."""

import re
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from course_lib import reading
from course_lib.widgets import page_stages
from course_lib.widgets.page_reader import PageReader
from course_lib.workshop import pages


def stored(image, kind="PNG"):
    data = BytesIO()
    Image.fromarray(image).save(data, kind)
    return data.getvalue()


@pytest.fixture(scope="module")
def strange():
    """A line of digits, letters and a blot, and what was read of it."""
    image = pages.mixed("7K3H50A").image
    return image, reading.read_page(image)


@pytest.fixture
def reader():
    return PageReader(pages.line("68").image, "a line")


def shown(reader):
    return [frame.replace(" course-keyframe", "") for frame in reader.tracks[0]]


def give(reader, data, name, piece=1000):
    """As the browser does: in pieces, each a message with a buffer."""
    parts = [data[at:at + piece] for at in range(0, len(data), piece)]
    for k, part in enumerate(parts):
        reader._hear(reader, {"name": name, "part": k, "of": len(parts)}, [memoryview(part)])


def test_a_picture_in_pieces_is_read_and_shown_in_every_stage(reader, strange):
    image, page = strange
    before = shown(reader)
    give(reader, stored(image), "strange.png")
    assert reader.page.rows == page.rows and np.array_equal(reader.image, image)
    assert shown(reader) == [frame.html() for frame in page_stages.frames(image, page)]
    assert all(old != new for old, new in zip(before[-1:] + before[:1], shown(reader)[-1:] + shown(reader)[:1]))
    assert reader.answer == page_stages.answer(page, "strange.png")
    assert reader.corrected == page.rows and [digit["label"] for digit in reader.digits] == [d.label for d in page.digits]
    assert reader.news == {"text": f"Read strange.png: {page_stages.summary(page)}.", "kind": "done"}


@pytest.mark.parametrize("data, words", [
    (b"not a picture", "x.png is not a picture that can be read"),
    (stored(pages.line("68").image)[:900], "x.png is damaged or cut short"),
    (stored(np.zeros((6000, 9000), np.uint8)), "x.png has 9000 x 6000 = 54, over the limit of 50 million")])
def test_what_cannot_be_read_is_said_and_the_last_page_stays(reader, data, words):
    before = shown(reader), reader.page, reader.answer
    give(reader, data, "x.png", piece=1 << 20)
    assert reader.news["kind"] == "error" and reader.news["text"].startswith(words)
    assert (shown(reader), reader.page, reader.answer) == before


def test_a_lost_piece_is_noticed_and_the_next_picture_is_whole(reader):
    data = stored(pages.line("31").image)
    reader._hear(reader, {"name": "a.png", "part": 0, "of": 3}, [data[:100]])
    reader._hear(reader, {"name": "a.png", "part": 2, "of": 3}, [data[200:]])
    assert "A part of a.png was lost" in reader.news["text"]
    give(reader, data, "b.png")
    assert reader.page.rows == ["31"]


def test_a_mistake_of_the_courses_own_is_said_and_raised(reader, monkeypatch):
    monkeypatch.setattr(reading, "read_page", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        reader.read(stored(pages.line("31").image), "a.png")
    assert "ZeroDivisionError" in reader.news["text"] and reader.news["kind"] == "error"
    assert reader.page.rows == ["68"]


@pytest.mark.parametrize("image", [np.full((40, 60), 255, np.uint8), np.zeros((40, 60), np.uint8),
                                   np.zeros((1, 1), np.uint8), np.full((30, 900, 4), 200, np.uint8)],
                         ids=["white", "black", "one pixel", "alpha"])
def test_pages_without_digits_have_all_their_frames(image):
    page = reading.read_page(image)
    assert not page.digits
    frames = page_stages.frames(image, page)
    assert [frame.phase.split(":")[0] for frame in frames] == [f"{k} of 10" for k in range(1, 11)]
    assert "no digits found" in page_stages.answer(page, "x")


def test_the_answer_gives_every_certainty_and_every_reason(strange):
    _, page = strange
    markup = page_stages.answer(page, "<b>&")
    assert "<b>&lt;b&gt;&amp;:</b>" in markup
    for digit, (look, label, share) in zip(
            page.digits, re.findall(r"<li( class=\"unsure\")?><b>(\d)</b><small>(.*?)</small>", markup), strict=True):
        assert int(label) == digit.label and bool(look) == (digit.confidence < page_stages.UNSURE)
        share, _, second = share.partition(" or ")
        assert share == (f"{int(100 * digit.confidence)}%" if digit.confidence <= 0.99 else "> 99%")
        assert bool(look) == (share != "> 99%" and int(share[:-1]) < 90)
        assert second == (str(digit.second) if look else "")
    assert markup.count("does not look like a digit") == len(page.refused) == 3


def test_the_pictures_say_what_the_stages_found(strange):
    image, page = strange
    *_, joined, refused, order, _, last = frames = page_stages.frames(image, page)
    assert len(frames) == 10
    assert joined.picture.count("<rect") == len(page.stages["cut"])
    assert refused.picture.count('class="box out"') == 3 and "3 boxes refused (dashed)" in refused.picture
    points = re.search(r'points="(.*?)"', order.picture)[1].split()
    assert len(points) == len(page.digits)
    assert re.findall(r"<text[^>]*>(\d)</text>", last.picture) == list("".join(page.rows))


def test_it_is_light_and_asks_nobody():
    mine = PageReader(pages.random_page(32).image)
    assert sum(map(len, shown(mine))) < 100_000
    markup = "".join(shown(mine)) + mine.answer
    assert "http" not in markup.replace("http://www.w3.org", "")

