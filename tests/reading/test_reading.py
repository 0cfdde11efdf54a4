"""Reading pages: the made ones, each stage alone, pictures of every kind, and bad input."""

import io
import itertools
import json

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings, strategies
from PIL import Image, ImageDraw, ImageFont
from skimage.transform import rotate

from course_lib import reading
from course_lib.digits import pen
from course_lib.reading import confidence, judge, parts, picture, ruling
from course_lib.reading.parts import Part
from course_lib.workshop import RECORDS, pages


@pytest.fixture(scope="module")
def sheets():
    return pages.all_pages()


@pytest.fixture(scope="module")
def readings(sheets):
    """The four pages, read."""
    return [reading.read_page(sheet.image) for sheet in sheets]


@pytest.fixture(scope="module")
def thick():
    return pages.make("thick pen")


def block(top, left, bottom, right):
    return Part(top, left, np.ones((bottom - top, right - left), bool))


def boxes(found):
    return sorted(p.box for p in found)


# ---------------------------------------------------------------- whole pages

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
    assert page.stages["angle"] == pytest.approx(angle, abs=2.5)


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


def test_the_reader_is_loaded_once():
    assert reading.load_reader() is reading.load_reader()


# ---------------------------------------------------------------- nothing to read

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


# ---------------------------------------------------------------- pictures

def test_grey_is_the_same_from_every_type(thick):
    grey = thick.image / 255
    rgb = np.repeat(thick.image[..., None], 3, axis=2)
    opaque = np.concatenate([rgb, np.full((*grey.shape, 1), 255, np.uint8)], axis=2)
    for image in (grey, thick.image, thick.image.astype(np.uint16) * 257, thick.image.astype(int),
                  rgb, opaque, thick.image[..., None], opaque[..., 2:]):
        assert np.allclose(picture.grey(image), grey, atol=1e-3)


def test_what_is_transparent_shows_white_paper():
    ink = np.zeros((4, 4, 4), np.uint8)
    ink[1, 1, 3] = 255                                  # one opaque black pixel, the rest clear
    expected = np.ones((4, 4))
    expected[1, 1] = 0
    assert np.allclose(picture.grey(ink), expected)


@pytest.mark.parametrize("dark_ink", [True, False])
def test_evening_the_light_gives_the_paper_back(dark_ink):
    y, x = np.mgrid[:120, :160] / 160
    light = (.4 + .5 * x + .1 * y) * np.where(x + y > 1, .6, 1)      # with the edge of a shadow
    ink = np.zeros((120, 160))
    ink[40:80, 50:53] = ink[40:80, 110:113] = .6
    seen = light * (1 - ink) if dark_ink else light * .4 / (1 - ink)
    even = picture.even_light(seen.astype(np.float32), dark_ink=dark_ink)
    assert np.abs(even[ink == 0] - 1).mean() < .02
    assert np.ptp(even[60, [51, 111]]) < .06            # the same ink in shade and in light
    assert np.median(even[ink > 0]) == pytest.approx(.4, abs=.03)


@pytest.mark.parametrize("seed", range(3))
def test_grain_at_a_dark_edge_is_not_taken_for_paper(seed):
    grain = np.random.default_rng(seed).normal(0, .02, (120, 200))
    even = picture.even_light((np.linspace(.2, .5, 200) + grain).astype(np.float32), 31)[20:-20]
    assert even[:, :8].mean() > even[:, 80:120].mean() - .045      # .06 with the grain of the edge doubled


@pytest.mark.parametrize("seed", [8, 10, 36])
def test_the_dark_edge_of_a_photograph_is_not_read(seed):
    """Each had a row of its own made of grain at the edge, before the 1."""
    rng, paper = np.random.default_rng(seed), np.zeros((160, 700), np.float32)
    pages.write_line(rng, paper, "1234567890", top=60, left=40, height=44, gaps=.5,
                     hand=pages.foreign_hand(np.random.default_rng(71)))
    image = pages.photograph(rng, paper, darkness=.35, ratio=4, blur=1, noise=9)
    assert reading.read_page(image).rows == ["1234567890"]


def test_light_or_dark_ink():
    for seed in (0, 1, 3, 7, 8):
        made = pages.random_page(seed, pages.HARD)
        assert picture.is_dark_on_light(picture.grey(made.image)) is not made.made["light ink"]


def test_large_pictures_are_reduced_as_they_are_read():
    image = np.random.default_rng(0).integers(0, 256, (90, 121, 3), dtype=np.uint8)
    small = picture.grey(image, most=1200)
    assert small.shape == (30, 40)
    assert np.allclose(small[4, 7], picture.grey(image[12:15, 21:24]).mean(), atol=1e-5)


def test_faint_ink_is_found_and_grain_is_not():
    rng = np.random.default_rng(0)
    paper = 1 + rng.normal(0, .01, (80, 200)).astype(np.float32)
    paper[30:60, 90:94] -= .15
    mask, ink = picture.find_ink(paper)
    assert mask[32:58, 91:93].all() and mask.sum() < 30 * 8
    assert .8 < np.median(ink[32:58, 91:93]) < 1.2
    assert not picture.find_ink(paper[:, :80])[0].any()


def test_breadth_is_what_seven_in_ten_do_not_reach():
    upright = [block(0, 20 * n, 20, 20 * n + width) for n, width in enumerate((4, 4, 10, 12, 14, 16))]
    assert parts.breadth_of(upright, 0.0) == pytest.approx(.65)
    leaning = [Part(0, 0, parts.straightened(part.mask, -.5)) for part in upright]
    assert leaning[0].width > 10 and parts.breadth_of(leaning, .5) == pytest.approx(.65)
    assert np.isnan(parts.breadth_of(upright[:4], 0.0))


@pytest.mark.parametrize("aspect, row", [(.54, "0102030405"), (1.76, "1819131216")])
def test_a_hand_of_unusual_breadth_is_read_as_a_usual_one(aspect, row):
    """Narrow 0s look like 1s and broad 1s like 7s, as long as one does not look at the others of the page."""
    rng, hand = np.random.default_rng(0), pen.Hand(aspect=aspect, jitter=.01, warp=.02, pen_width=2.5)
    sheet = np.zeros((900, 1100), np.float32)
    rows = [row] * 6
    for n in range(6):
        pages.writing.write_line(rng, sheet, row, top=40 + 140 * n, left=40, height=60, hand=hand, gaps=.4)
    picture = np.uint8(255 * (1 - .8 * sheet.clip(0, 1)))
    plain, page = (reading.read_page(picture, skip=skip) for skip in ({"breadth"}, ()))

    def mistakes(read):
        return pages.score(pages.MadePage("", picture, tuple(rows), ()), read).mistakes

    assert plain.stages["stretch"] == 1 and (page.stages["stretch"] > 1.2 if aspect < 1 else page.stages["stretch"] < .75)
    assert mistakes(page) <= 1 < mistakes(plain)


def test_the_record_has_what_chapter_11_says_of_single_stages():
    """The light: a tenth of ordinary pages' digits, most of hard ones; breadth is rarely needed; refusing costs."""
    record = json.loads((RECORDS / "pages.json").read_text())
    ordinary, hard = (record[level]["ablation"]["right without"] for level in ("ordinary", "hard"))
    assert .08 < ordinary[""] - ordinary["light"] < .13 and hard[""] - hard["light"] > .5
    assert 0 <= ordinary[""] - ordinary["breadth"] < .01 and 0 <= hard[""] - hard["breadth"] < .01
    assert 0 < hard["refuse"] - hard[""] < .005
    assert ordinary.keys() == hard.keys() == {"", *reading.STAGES}


# ---------------------------------------------------------------- printed lines

@pytest.fixture(scope="module")
def squared():
    """Lines askew and fanned out, and two digits' worth of ink on them: (lines, ink)."""
    y, x = np.mgrid[:300, :400].astype(float)
    level = (y - 150 - 30 * (x / 400 - .5)) / (1 + .08 * (x / 400 - .5))
    away = np.minimum(np.abs(level % 40 - 20), np.abs((x + .075 * y) % 50 - 25))
    lines = .2 * np.clip(2 - away, 0, 1)
    ink = np.zeros(y.shape)
    ink[100:180, 80:90] = ink[100:110, 80:130] = ink[100:180, 250:262] = .5
    return lines, ink


def test_the_direction_of_lines_is_found(squared):
    lines, ink = squared
    darkness = 1 - (1 - lines) * (1 - ink)
    slope, fan = ruling.direction(darkness)
    assert slope == pytest.approx(30 / 400, abs=.006) and fan == pytest.approx(.08, abs=.03)
    assert ruling.direction(darkness.T.copy())[0] == pytest.approx(-.075, abs=.01)


def test_lines_are_divided_out_and_ink_stays(squared):
    lines, ink = squared
    even = (1 - lines) * (1 - ink)
    clean = ruling.without_lines(even, ruling.printed_lines(even))
    inside = np.s_[20:-20, 20:-20]
    assert np.abs(clean - (1 - ink))[inside].mean() < .25 * np.abs(even - (1 - ink))[inside].mean()
    assert clean[ink > 0].max() < .75                   # also where lines crossed it


def test_no_lines_on_plain_paper(sheets):
    for sheet, size in zip(sheets, (72, 72, 112, 20)):
        even = picture.even_light(picture.grey(sheet.image), round(.7 * size))
        assert ruling.printed_lines(even, length=3 * size).mean() < .01


def test_ruled_pages_are_read():
    made = [pages.random_page(seed, pages.HARD) for seed in (8, 12, 13)]
    assert {page.made["paper"] for page in made} == {"ruled", "squared"}
    with_it, without = (sum(pages.score(page, reading.read_page(page.image, skip=skip)).mistakes for page in made)
                        for skip in ((), {"lines"}))
    assert with_it <= 3 and without >= 10


# ---------------------------------------------------------------- parts

def test_a_bridge_closes_the_gap_and_no_more():
    mask = np.zeros((40, 30), bool)
    mask[:18, 12:17] = mask[21:, 12:17] = True          # a stem with a scratch across it
    mask[30:, 25:] = True                               # and something that stands far off
    bridged = parts.bridge(Part(5, 5, mask), 5).mask
    assert bridged[18:21, 13:16].all()
    added = np.argwhere(bridged & ~mask)
    assert added[:, 0].min() >= 15 and added[:, 0].max() <= 23
    assert 10 <= added[:, 1].min() <= added[:, 1].max() <= 18
    assert np.array_equal(parts.bridge(Part(5, 5, mask), 2).mask, mask)
    assert len(parts.components(parts.bridge(Part(5, 5, mask), 20).mask)) == 1


def test_components_and_their_order_by_columns():
    mask = np.zeros((9, 9), bool)
    mask[6:8, 1] = mask[0:3, 2] = mask[4, 5:8] = True
    mask[5, 8] = True                                   # touches at a corner
    found = parts.components(mask)
    assert boxes(found) == [(0, 2, 3, 3), (4, 5, 6, 9), (6, 1, 8, 2)]
    assert [p.left for p in parts.by_columns(found)] == [1, 2, 5]


def test_typical_height_is_not_outvoted_by_specks():
    digits = [block(0, 30 * k, 20, 30 * k + 10) for k in range(5)]
    specks = [block(40, 5 * k, 42, 5 * k + 2) for k in range(80)]
    assert parts.typical_height(digits + specks) == 20
    assert parts.typical_height([]) == 0
    assert parts.drop_specks(digits + specks, 20) == digits


def upright(pieces):
    """A judge that takes for a digit what is 18 to 22 pixels high and 8 to 16 wide."""
    return np.array([0. if 18 <= p.height <= 22 and 8 <= p.width <= 16 else -3. for p in pieces])


def test_pieces_of_one_digit_are_joined():
    upper, lower = block(0, 0, 9, 10), block(11, 2, 20, 9)
    other = block(0, 13, 20, 23)
    assert boxes(parts.join_broken([upper, lower, other], 20, upright)) == [(0, 0, 20, 10), (0, 13, 20, 23)]


def test_three_pieces_are_joined_one_after_the_other():
    def taller(pieces):
        return np.array([p.height / 20 - 1 for p in pieces])
    pieces = [block(0, 0, 6, 10), block(7, 0, 13, 10), block(14, 0, 20, 10)]
    assert boxes(parts.join_broken(pieces, 20, taller)) == [(0, 0, 20, 10)]


def test_three_pieces_are_joined_that_two_by_two_are_no_better():
    """Two posts and a bar: any two of them look as little like a digit as one alone."""
    pieces = [block(0, 0, 9, 3), block(0, 8, 9, 11), block(11, 0, 20, 11)]

    def whole_only(tried):
        return np.array([0. if p.area == sum(piece.area for piece in pieces) else -3. * p.area / 60
                         for p in tried])
    assert boxes(parts.join_broken(pieces, 20, whole_only)) == [(0, 0, 20, 11)]
    assert boxes(parts.join_broken(pieces[:2], 20, whole_only)) == boxes(pieces[:2])


def test_what_is_low_or_wide_or_high_beside_its_page_is_odd():
    usual = [block(0, 30 * k, 20, 30 * k + 12) for k in range(5)]
    width = parts.typical_width(usual, 20)
    assert width == 12 and parts.typical_width(usual[:4], 20) == np.inf
    low, lower, wide, high = (block(0, 0, 13, 12), block(0, 0, 8, 12), block(0, 0, 20, 24), block(0, 0, 40, 12))
    fine, a, b, c, d, unknown = (*parts.oddness([usual[0], low, lower, wide, high], 20, width),
                                 *parts.oddness([wide], 20, np.inf))
    assert fine == unknown == 0 and b < a < 0 and c < 0 and d < 0


def test_digits_beside_and_below_each_other_are_not_joined():
    digits = [block(0, 0, 20, 10), block(23, 0, 43, 10), block(0, 12, 20, 22)]
    assert boxes(parts.join_broken(digits, 20, upright)) == boxes(digits)


def test_merge_keeps_every_pixel():
    rng = np.random.default_rng(0)
    a, b = Part(3, 4, rng.random((5, 6)) < .5), Part(6, 1, rng.random((7, 5)) < .5)
    canvas = np.zeros((20, 20), bool)
    for p in (a, b):
        canvas[p.top:p.bottom, p.left:p.right] |= p.mask
    m = parts.merge(a, b)
    assert np.array_equal(m.mask, canvas[m.top:m.bottom, m.left:m.right]) and m.area == canvas.sum()


def test_cheapest_path_equals_trying_all():
    rng = np.random.default_rng(2)
    ink = rng.random((5, 4)).round(2)
    column, reach = 1, 3
    path = parts.cheapest_path(ink, column, reach)

    def price(way):
        return (sum(ink[r, k] + .05 * abs(k - column) / reach for r, k in enumerate(way))
                + parts.SIDESTEP * sum(a != b for a, b in zip(way, way[1:])))
    ways = [way for way in itertools.product(range(4), repeat=5)
            if all(abs(a - b) <= 1 for a, b in zip(way, way[1:]))]
    assert price(path) == pytest.approx(min(map(price, ways)))


def test_a_split_shares_the_ink_out():
    part = Part(5, 7, np.random.default_rng(0).random((9, 12)) < .7)
    pieces = parts.split(part, parts.cheapest_path(part.mask, 6, 3))
    canvas = np.zeros((20, 25), int)
    for p in pieces:
        canvas[p.top:p.bottom, p.left:p.right] += p.mask
    assert np.array_equal(canvas[5:14, 7:19], part.mask.astype(int))


def test_stroke_width_of_a_bar():
    for width in (3, 6, 11):
        assert parts.stroke_width(np.ones((80, width), bool)) == pytest.approx(width, rel=.25)


def test_many_paths_are_the_single_ones():
    ink = np.random.default_rng(3).random((12, 20)) < .5
    together = parts.cheapest_paths(ink, [3, 9, 15], 4)
    for column, path in zip((3, 9, 15), together):
        assert np.array_equal(path, parts.cheapest_path(ink, column, 4))
        assert np.abs(path - column).max() <= 4 and path.min() >= 0 and path.max() < 20


def ways_through(last, begin=0):
    """All ways from cut `begin` to cut `last`: each piece begins after the one before it does, not after its end."""
    yield [(begin, last)]
    for end in range(begin + 1, last):
        for start in range(begin + 1, end + 1):
            yield from ([(begin, end)] + rest for rest in ways_through(last, start))


def test_the_way_through_the_lattice_is_the_best_of_all():
    rng, last, shared = np.random.default_rng(1), 5, 0
    for _ in range(100):
        places = np.sort(rng.uniform(0, .6, last + 1))
        cuts = [parts.Cut(strokes, place) for strokes, place in zip([0, *rng.uniform(0, 3, last - 1), 0], places)]
        scores = {arc: rng.uniform(-6, 0) for arc in itertools.combinations(range(last + 1), 2)}

        def price(way):
            total = sum(scores[arc] for arc in way)
            for (_, end), (start, _) in itertools.pairwise(way):
                seam = places[end] - places[start]
                through = min(cuts[start].strokes, cuts[end].strokes)
                total -= (parts.CUT_PRICE + parts.STROKE_PRICE * max(0, through - 1.2)
                          + parts.SEAM_PRICE * seam if seam <= parts.SEAM else np.inf)
            return total
        best = parts.best_way(cuts, scores, parts.SEAM)
        assert best == max(ways_through(last), key=price)
        shared += any(start < end for (_, end), (start, _) in itertools.pairwise(best))
    assert 5 < shared < 95                     # ways of both kinds were compared


@pytest.mark.parametrize("made", [pages.crowded("6178", .3), pages.random_page(254)], ids=["crowded", "254"])
def test_ink_where_strokes_cross_belongs_to_both_digits(made, monkeypatch):
    """Where each pixel has one owner, one of the two digits loses its stroke."""
    assert reading.read_page(made.image).rows == list(made.rows)
    monkeypatch.setattr(parts, "SEAM", 0)
    assert reading.read_page(made.image).rows != list(made.rows)


@pytest.mark.parametrize("lean", [-.5, 0, .7])
def test_cuts_lean_with_the_ink(lean):
    """Two leaning strokes, bridged at one point, overlap in columns; a cut goes between them all the same."""
    rows = np.arange(40)
    mask = np.zeros((40, 80), bool)
    for left in (25, 35):
        for r in rows:
            start = round(left + lean * (20 - r))
            mask[r, start:start + 4] = True
    mask[20, 25:39] = True
    straight = parts.straightened(mask, lean)
    assert straight.sum() == mask.sum() and (straight.sum(axis=0) >= 38).sum() >= 6
    part = parts.trimmed(Part(0, 0, mask))
    halves = {tuple(path): [piece.area for piece in parts.split(part, path)]
              for _, path in parts.cuts(part, 40, lean)}
    path = np.array(max(halves, key=lambda path: min(halves[path]) * (len(halves[path]) == 2)))
    assert len(halves[tuple(path)]) == 2 and min(halves[tuple(path)]) >= 160
    inside = (path >= 0) & (path < part.width)
    assert part.mask[np.arange(40)[inside], path[inside]].sum() <= 2


def test_pieces_share_the_ink_out():
    part = Part(3, 4, np.random.default_rng(1).random((20, 30)) < .6)
    cuts, pieces = parts.pieces_of(part, 20)
    last = len(cuts) - 1
    both = [(0, k) for k in range(1, last) if (0, k) in pieces and (k, last) in pieces]
    assert both
    for i, k in both:
        assert pieces[0, k].area + pieces[k, last].area == part.area


def test_touching_digits_come_apart_and_a_wide_zero_stays_whole():
    hand = pen.Hand(aspect=1.5, pen_width=2.2)
    zero = pages.handwritten(np.random.default_rng(0), 0, 80, hand, form=1)
    page = 1 - np.pad(zero, 25)
    assert reading.read_page(page).rows == ["0"]
    assert len(reading.read_page(pages.make("thick pen").image).digits) == 5
    assert len(reading.read_page(pages.make("thick pen").image, skip={"cut", "refuse"}).digits) < 5


def test_one_digit_above_another_is_cut_off_where_they_touch():
    """Two blocks, a narrow bridge between them; a judge that likes what is as high as a digit."""
    mask = np.zeros((42, 14), bool)
    mask[:20, :10] = mask[22:, 4:] = mask[20:22, 5:7] = True
    tower, alone = Part(7, 3, mask), block(0, 40, 20, 50)

    def as_high_as_a_digit(tried):
        return np.array([0. if abs(p.height - 20) <= 2 else -3. for p in tried])

    upper, lower, same = sorted(parts.cut_rows([tower, alone], 20, as_high_as_a_digit), key=lambda p: p.left + p.top)
    assert same is alone or same.box == alone.box
    assert upper.top == 7 and lower.bottom == 49 and abs(upper.bottom - lower.top) <= 1
    assert upper.area + lower.area == tower.area

    def content(tried):
        return np.zeros(len(tried))
    assert parts.cut_rows([tower], 20, content) == [tower]          # a cut has its price


def test_rows_that_touch_remain_two_rows():
    rng, hand, paper = np.random.default_rng(1), pen.Hand(pen_width=3), np.zeros((130, 330), np.float32)
    for text, top in (("17041", 12), ("86352", 50)):
        pages.write_line(rng, paper, text, top=top, left=20, height=40, hand=hand, gaps=.6, wander=.02)
    assert len(parts.components(paper > .5)) < 10                   # they do touch
    read = reading.read_page(1 - .7 * paper)
    assert [len(row) for row in read.rows] == [5, 5]


def test_rows_are_in_reading_order():
    rng = np.random.default_rng(0)
    known = [block(50 * r + int(rng.integers(8)), 30 * c, 50 * r + 30, 30 * c + 15)
             for r in range(3) for c in range(6)]
    shuffled = [known[k] for k in rng.permutation(len(known))]
    found = parts.in_rows(shuffled)
    assert [p.box for p in found] == [p.box for p in known]
    assert [p.row for p in found] == [r for r in range(3) for _ in range(6)]


@pytest.mark.parametrize("slope, fan", [(0, 0), (.2, 0), (-.15, .08)])
def test_sloping_rows_that_fan_out_are_found(slope, fan):
    places = [((100 * r - 100) * (1 + fan * (x / 800 - .5)) + slope * (x - 400) + 300, x)
              for r in range(3) for x in range(60, 760, 90)]
    digits = [block(round(y) - 20, x - 12, round(y) + 20, x + 12) for y, x in places]
    found = parts.page_slope(digits, 40, 800)
    assert found == pytest.approx((slope, fan), abs=.05)
    lot = np.random.default_rng(0).permutation(len(digits))
    ordered = parts.in_rows([digits[k] for k in lot], *found, 800)
    assert [p.box for p in ordered] == [p.box for p in digits]


def test_slope_of_few_parts_is_zero():
    assert parts.page_slope([block(0, 0, 20, 10), block(30, 50, 50, 60)], 20, 100) == (0, 0)


# ---------------------------------------------------------------- what is no digit, and how sure

def printed(text, size=48):
    """A line of printed characters, black on white."""
    sheet = Image.new("L", (50 * len(text) + 60, 120), 255)
    ImageDraw.Draw(sheet).text((30, 30), text, 0, ImageFont.load_default(size))
    return np.asarray(sheet)


def test_letters_and_blots_are_refused():
    page = reading.read_page(printed("H A M X A H X"))
    assert len(page.refused) >= 4
    assert all("digit" in item.reason for item in page.refused)
    y, x = np.mgrid[:200, :300]
    blot = 255 - 255 * ((y - 100)**2 + (x - 150)**2 < 60**2).astype(np.uint8)
    page = reading.read_page(blot)
    assert page.rows == [] and len(page.refused) == 1
    top, left, bottom, right = page.refused[0].box
    assert top == pytest.approx(40, abs=4) and right == pytest.approx(210, abs=4)
    assert reading.read_page(blot, skip={"refuse"}).rows != []


def test_print_is_refused_without_trying_every_join_and_cut(monkeypatch):
    """Letters by the hundred: what is surely a digit stays, 40 of each, and nothing is joined or cut.

    Nobody wrote these 2s by hand: the judge is not sure of them.
    """
    sheet = Image.new("L", (1000, 1400), 255)
    for n in range(20):
        ImageDraw.Draw(sheet).text((30, 30 + 65 * n), "hearth, bath 234 murky worm 234", 0, ImageFont.load_default(40))
    for stage in ("join_broken", "cut_touching"):
        monkeypatch.setattr(parts, stage, None)
    page = reading.read_page(np.asarray(sheet))
    assert [row.count("3") + row.count("4") for row in page.rows] == [4] * 20
    assert len(page.digits) <= 120 + 20 and len(page.refused) >= 300


def test_a_page_with_as_many_digits_is_read():
    """21 rows of 21 digits are more pieces than a crowd has to have, and no crowd."""
    from course_lib import digits
    test = digits.load("uci").test
    sheet = test.images[:441].reshape(21, 21, 28, 28).transpose(0, 2, 1, 3).reshape(588, 588)
    page = reading.read_page(np.kron(255 - (255 * sheet).astype(np.uint8), np.ones((2, 2), np.uint8)))
    truth = "".join(map(str, test.labels[:441]))
    assert [len(row) for row in page.rows] == [21] * 21 and page.refused == []
    assert np.mean([a == b for a, b in zip("".join(page.rows), truth)]) >= .97


@given(strategies.lists(strategies.tuples(*[strategies.integers(0, 150)] * 2, *[strategies.integers(1, 40)] * 2),
                        max_size=25), strategies.integers(8, 40))
def test_parts_meet_just_those_they_may_belong_to(boxes, size):
    alive = {n: block(top, left, top + h, left + w) for n, (top, left, h, w) in enumerate(boxes)}
    beside, cells = {}, {}
    parts.meet(alive, list(alive), beside, cells, size)
    assert beside == {n: {m for m in alive if m != n and parts.belong_together(alive[n], alive[m], size)} for n in alive}


def test_the_judge_knows_digits_from_pieces_of_them():
    from course_lib import digits
    whole = digits.load("uci").test.images[:100]
    assert (judge.is_digit(whole) > .5).mean() >= .95
    pairs = [digits.normalise(np.hstack([a[:, 4:24], b[:, 4:24]])) for a, b in zip(whole[::2], whole[1::2])]
    assert (judge.is_digit(pairs) < .5).mean() >= .9
    halves = [digits.normalise(picture[:, 14:]) for picture in whole]
    assert judge.is_digit(halves).mean() < judge.is_digit(whole).mean() - .2
    assert judge.is_digit(np.zeros((0, 28, 28))).shape == (0,)


def test_calibrating_keeps_the_order():
    p = np.linspace(0, 1, 21)
    for T in (.5, 1, 3):
        assert np.all(np.diff(confidence.calibrated(p, T, .7)) >= 0)
        assert confidence.calibrated(.5, T, 0) == pytest.approx(.5)
    assert np.allclose(confidence.calibrated(p, 1, 0), p, atol=1e-5)
    assert np.all(np.abs(confidence.calibrated(p[1:-1], 3, 0) - .5) <= np.abs(p[1:-1] - .5))


def test_boasting_is_found_out():
    rng = np.random.default_rng(0)
    true = rng.uniform(.05, .99, 20_000)
    right = rng.random(true.size) < true
    boast = confidence.calibrated(true, 1 / 2, 1.0)          # twice the odds' logarithm, and 1
    assert confidence.fit_scaling(boast, right) == pytest.approx((2, -.5), abs=.15)
    assert confidence.calibration_error(true, right) < .02 < confidence.calibration_error(boast, right)


# ---------------------------------------------------------------- files

def saved(tmp_path, image, name, **options):
    path = tmp_path / name
    Image.fromarray(image).save(path, **options) if isinstance(image, np.ndarray) else \
        image.save(path, **options)
    return path


@pytest.mark.parametrize("name, convert", [
    ("a.png", lambda i: i), ("a.jpg", lambda i: i.convert("RGB")), ("a.tif", lambda i: i),
    ("a.gif", lambda i: i), ("a.bmp", lambda i: i), ("bits.png", lambda i: i.convert("1")),
    ("palette.png", lambda i: i.convert("P")), ("cmyk.jpg", lambda i: i.convert("CMYK")),
    ("alpha.png", lambda i: i.convert("RGBA")), ("grey alpha.png", lambda i: i.convert("LA")),
    ("float.tif", lambda i: i.convert("F")), ("wide.tif", lambda i: i.convert("I"))])
def test_files_of_many_kinds(thick, tmp_path, name, convert):
    path = saved(tmp_path, convert(Image.fromarray(thick.image)), name)
    opened = picture.grey(reading.open_picture(path))
    assert np.abs(opened - thick.image / 255).mean() < .04


def test_sixteen_bits(thick, tmp_path):
    path = saved(tmp_path, thick.image.astype(np.uint16) * 257, "deep.png")
    assert reading.open_picture(path).dtype == np.uint16
    assert reading.read_file(path).rows == ["60626"]


def test_an_animation_shows_its_first_picture(thick, tmp_path):
    first, blank = Image.fromarray(thick.image), Image.new("L", thick.image.shape[::-1], 255)
    path = saved(tmp_path, first, "moving.gif", save_all=True, append_images=[blank])
    assert reading.read_file(path).rows == ["60626"]


@pytest.mark.parametrize("orientation, turn", [(3, Image.Transpose.ROTATE_180),
                                               (6, Image.Transpose.ROTATE_90),
                                               (8, Image.Transpose.ROTATE_270)])
def test_exif_rotation_is_obeyed(thick, tmp_path, orientation, turn):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path, Image.fromarray(thick.image).transpose(turn), "turned.jpg", exif=exif,
                 quality=95)
    opened = reading.open_picture(path)
    assert opened.shape[:2] == thick.image.shape
    assert np.abs(picture.grey(opened) - thick.image / 255).mean() < .04


def test_a_truncated_file_says_so(thick, tmp_path):
    path = saved(tmp_path, thick.image, "cut.png")
    path.write_bytes(path.read_bytes()[:1500])
    with pytest.raises(ValueError, match="cut.png is damaged or cut short"):
        reading.read_file(path)


def test_other_files_are_refused(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("12345")
    with pytest.raises(ValueError, match="notes.txt is not a picture"):
        reading.read_file(text)
    with pytest.raises(ValueError, match="is a folder"):
        reading.read_file(tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no file .*missing.png"):
        reading.read_file(tmp_path / "missing.png")
    (tmp_path / "empty.png").touch()
    with pytest.raises(ValueError, match="empty.png is not a picture"):
        reading.read_file(tmp_path / "empty.png")


@pytest.mark.parametrize("side", [10_000, 14_000], ids=["100 megapixels", "a bomb"])
def test_huge_pictures_are_refused_before_they_are_unpacked(tmp_path, side):
    path = saved(tmp_path, Image.new("1", (side, side)), "huge.png")
    with pytest.raises(ValueError, match="huge.png has .*50 million pixels; scale it down"):
        reading.read_file(path)


# ---------------------------------------------------------------- anything at all

@settings(max_examples=25, deadline=None)
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


@pytest.fixture(scope="module")
def stored(thick):
    """The thick-penned page as files of several kinds: bytes."""
    files = {}
    for kind in ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"):
        data = io.BytesIO()
        Image.fromarray(thick.image[::2, ::2]).save(data, kind)
        files[kind] = data.getvalue()
    return files


@settings(max_examples=50, deadline=None)
@given(data=strategies.data())
def test_damaged_files_are_opened_or_refused(stored, tmp_path_factory, data):
    kind = data.draw(strategies.sampled_from(sorted(stored)))
    content = bytearray(stored[kind])
    for _ in range(data.draw(strategies.integers(1, 6))):
        content[data.draw(strategies.integers(0, len(content) - 1))] = data.draw(strategies.integers(0, 255))
    content = content[:data.draw(strategies.integers(1, len(content)))]
    path = tmp_path_factory.mktemp("damaged") / "page"
    path.write_bytes(content)
    try:
        picture.grey(reading.open_picture(path))
    except ValueError as error:
        assert "page" in str(error)
