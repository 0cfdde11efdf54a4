"""Whole pages read: the made ones, each stage left out, every kind of picture, nothing at all."""

import json

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings, strategies
from skimage.transform import rotate

from course_lib import reading
from course_lib.digits import pen
from course_lib.reading import picture
from course_lib.workshop import RECORDS, pages


def test_made_lines_are_read_right(sheets, readings):
    for sheet, page in zip(sheets[:3], readings):
        assert page.rows == list(sheet.rows)


def test_the_grid_of_fifty_is_found_and_mostly_read(sheets, readings):
    page = readings[3]
    assert [len(row) for row in page.rows] == [10] * 5
    right = sum(a == b for a, b in zip("".join(page.rows), "".join(sheets[3].rows)))
    assert right >= 48


def test_boxes_are_where_the_digits_are(sheets, readings):
    for sheet, page in zip(sheets, readings):
        for digit, known in zip(page.digits, sheet.written):
            (a, b, c, d), (e, f, g, h) = digit.box, known.box
            common = max(0, min(c, g) - max(a, e)) * max(0, min(d, h) - max(b, f))
            union = (c - a) * (d - b) + (g - e) * (h - f) - common
            assert common / union > .6


def test_digits_agree_with_rows(readings):
    page = readings[3]
    for number, row in enumerate(page.rows):
        assert "".join(str(d.label) for d in page.digits if d.row == number) == row
    assert all(0 < d.confidence <= 1 for d in page.digits)


def test_the_second_reading_is_the_next_likely_digit(readings):
    for page in readings:
        _, p = reading.classify(page.stages["pictures"])
        for digit, seen in zip(page.digits, p):
            assert digit.label != digit.second
            assert seen[digit.second] == max(chance for k, chance in enumerate(seen) if k != digit.label)


@pytest.mark.parametrize("stage, sheet", [("light", 0), ("join", 3), ("cut", 2), ("rows", 3), ("turn", 1),
                                          ("frame", 0)])
def test_every_stage_saves_a_page(sheets, readings, stage, sheet):
    with_it = readings[sheet]
    without = reading.read_page(sheets[sheet].image, skip={stage})
    assert with_it.rows != without.rows
    if sheet < 3:
        assert with_it.rows == list(sheets[sheet].rows)


def test_light_ink_on_dark_reads_the_same(sheets):
    for sheet in sheets[2:]:
        assert pages.score(sheet, reading.read_page(255 - sheet.image)).mistakes <= 2
        assert reading.read_page(255 - sheet.image, skip={"polarity"}).rows != list(sheet.rows)


@pytest.mark.parametrize("angle", [-12, 5])
def test_slopes_are_taken_out(sheets, angle):
    turned = rotate(picture.grey(sheets[0].image), angle, resize=True, mode="edge")
    page = reading.read_page(turned)
    assert page.rows == ["1234567890"]
    assert page.stages["measures"].angle == pytest.approx(angle, abs=2.5)


@pytest.mark.parametrize("factor", [2, 7])
def test_size_does_not_matter_and_boxes_follow(thick, factor):
    small = reading.read_page(thick.image)
    large = reading.read_page(np.kron(thick.image, np.ones((factor, factor), np.uint8)))
    assert large.rows == small.rows == ["60626"]
    for a, b in zip(small.digits, large.digits):
        assert np.allclose(np.array(a.box) * factor, b.box, atol=10 * factor)


@pytest.mark.parametrize("height, width", [(100, .3), (100, 4.0), (16, 1.8)])
def test_hairlines_and_thick_pens_are_read(height, width):
    hand = pen.Hand(slant=.1, jitter=.01, warp=.01, pen_width=width, softness=.3)
    paper = np.zeros((2 * height, 14 * height), np.float32)
    pages.write_line(np.random.default_rng(2), paper, "123456", top=height // 3, left=height // 2,
                     height=height, hand=hand, gaps=.5, forms=[0] * 6, wander=0)
    assert reading.read_page(1 - paper).rows == ["123456"]


def test_what_was_skipped_is_checked(thick):
    with pytest.raises(ValueError, match="no stage is called 'threshold'.*light"):
        reading.read_page(thick.image, skip={"threshold"})
    assert reading.read_page(thick.image, skip="cut").rows == \
        reading.read_page(thick.image, skip=["cut"]).rows


@pytest.mark.parametrize("image", [
    np.full((60, 80), 255, np.uint8), np.zeros((60, 80), np.uint8), np.full((60, 80, 3), .5),
    np.zeros((1, 1)), np.ones((1, 300)), np.linspace(.25, 1, 5000).reshape(50, 100),
    np.random.default_rng(0).normal(.7, .02, (120, 160)).clip(0, 1)],
    ids=["white", "black", "grey", "one pixel", "one row", "gradient", "grain"])
def test_a_page_without_ink_is_empty(image):
    page = reading.read_page(image)
    assert page.rows == [] and page.digits == []


@pytest.mark.parametrize("image, error, words", [
    (np.zeros((4, 5, 6)), ValueError, r"\(4, 5, 6\)"),
    (np.zeros((0, 5)), ValueError, "at least one pixel"),
    (np.zeros(7), ValueError, r"\(7,\)"),
    (np.full((5, 5), np.nan), ValueError, "not finite"),
    (np.full((5, 5), 3.5), ValueError, r"\[0, 1\]"),
    (np.full((5, 5), -3), ValueError, "-3"),
    (np.full((5, 5), "ink"), TypeError, "numbers"),
])
def test_what_is_no_picture_is_refused(image, error, words):
    with pytest.raises(error, match=words):
        reading.read_page(image)


@pytest.mark.parametrize("seed", range(6))
def test_nonsense_never_crashes(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 90, 2))
    image = rng.random(shape) if seed % 2 else (rng.random(shape) < rng.random()).astype(float)
    page = reading.read_page(image)
    assert all(len(row) for row in page.rows)


def test_the_record_has_what_chapter_11_says_of_single_stages():
    """The light: a tenth of ordinary pages' digits, most of hard ones; breadth is rarely needed; refusing, one digit."""
    record = json.loads((RECORDS / "pages.json").read_text())
    ordinary, hard = (record[level]["ablation"]["right without"] for level in ("ordinary", "hard"))
    assert .08 < ordinary[""] - ordinary["light"] < .13 and hard[""] - hard["light"] > .5
    assert 0 <= ordinary[""] - ordinary["breadth"] < .01 and 0 <= hard[""] - hard["breadth"] < .01
    assert abs(hard["refuse"] - hard[""]) < .005
    assert ordinary.keys() == hard.keys() == {"", *reading.STAGES}


@settings(max_examples=25)
@given(arrays.arrays(strategies.sampled_from([np.uint8, np.uint16, np.bool_, np.float32]),
                     arrays.array_shapes(min_dims=2, max_dims=3, max_side=24),
                     elements={"min_value": 0, "max_value": 1}))
def test_any_small_array_is_read_or_refused(image):
    try:
        page = reading.read_page(image)
    except ValueError:
        assert image.ndim == 3 and image.shape[2] > 4
    else:
        assert sum(map(len, page.rows)) == len(page.digits)
