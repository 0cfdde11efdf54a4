"""The table of what pages and widgets weigh (tools/weigh.py) agrees with the built book."""

import pytest
import weigh

from tests.conftest import book_pages

LIMIT = 1000                               # kilobytes of widget state in a page


@pytest.fixture(scope="module")
def weighed(book):
    return {row["page"]: row for row in weigh.weigh(book)}


def test_every_page_but_the_inner_ones_of_the_reference_is_weighed(weighed, book):
    assert list(weighed) == [name for name in book_pages() if "/reference/" not in name or name.endswith("index.html")]
    for name, row in weighed.items():
        assert row["html"] == pytest.approx((book / name).stat().st_size / 1000)


def test_the_widgets_of_a_page_make_up_its_state(weighed):
    for name, row in weighed.items():
        assert row["state"] < LIMIT and row["state"] < row["html"] * 1.001
        together = sum(size for _, size in row["widgets"])
        assert 0.9 * row["state"] <= together <= 1.1 * row["state"], name     # written more or less tightly


def test_widgets_are_called_by_what_they_are(weighed):
    named = {name: [what for what, _ in row["widgets"]] for name, row in weighed.items()}
    assert named["book/index.html"] == named["book/10-seeing.html"] == ["DrawingPad"]
    assert named["book/05-counting.html"] == ["Counting"]
    assert named["book/07-backward.html"] == ["player of 25 frames: Layer, Entry of dy",
                                              "player of 46 frames: Told that it is a, Layer"]
    assert "player of 10 frames: Stage" in named["book/11-reading.html"]


def test_the_pads_weights_count_where_a_pad_is(weighed):
    with_weights = {name for name, row in weighed.items() if weigh.WEIGHTS in row["scripts"]}
    assert with_weights == {"book/index.html", "book/10-seeing.html"}
    assert all(1000 < weighed[name]["scripts"][weigh.WEIGHTS] < 1200 for name in with_weights)


def test_it_prints_a_table(book, capsys):
    weigh.main(book)
    said = capsys.readouterr().out
    assert "book/07-backward.html" in said and "07-backward: player of 25 frames" in said
