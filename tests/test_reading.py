"""Reading pages: the made ones, each stage alone, pictures of every kind, and bad input."""

import itertools

import numpy as np
import pytest
from PIL import Image
from skimage.transform import rotate

from course_lib import pages, reading
from course_lib.digits import pen
from course_lib.reading import parts, picture
from course_lib.reading.parts import Part


@pytest.fixture(scope="module")
def sheets():
    return pages.all_pages()


@pytest.fixture(scope="module")
def thick():
    return pages.make("thick pen")


def block(top, left, bottom, right):
    return Part(top, left, np.ones((bottom - top, right - left), bool))


def boxes(found):
    return sorted(p.box for p in found)


# ---------------------------------------------------------------- whole pages

def test_made_lines_are_read_right(sheets):
    for sheet in sheets[:3]:
        assert reading.read_page(sheet.image).rows == list(sheet.rows)


def test_the_grid_of_fifty_is_found_and_mostly_read(sheets):
    page = reading.read_page(sheets[3].image)
    assert [len(row) for row in page.rows] == [10] * 5
    right = sum(a == b for a, b in zip("".join(page.rows), "".join(sheets[3].rows)))
    assert right >= 48


def test_boxes_are_where_the_digits_are(sheets):
    for sheet in sheets:
        for digit, known in zip(reading.read_page(sheet.image).digits, sheet.written):
            (a, b, c, d), (e, f, g, h) = digit.box, known.box
            common = max(0, min(c, g) - max(a, e)) * max(0, min(d, h) - max(b, f))
            union = (c - a) * (d - b) + (g - e) * (h - f) - common
            assert common / union > .6


def test_digits_agree_with_rows(sheets):
    page = reading.read_page(sheets[3].image)
    for number, row in enumerate(page.rows):
        assert "".join(str(d.label) for d in page.digits if d.row == number) == row
    assert all(.1 <= d.confidence <= 1 for d in page.digits)


@pytest.mark.parametrize("stage, sheet", [("light", 0), ("specks", 0), ("join", 3), ("cut", 2),
                                          ("rows", 3), ("turn", 1), ("frame", 0)])
def test_every_stage_saves_a_page(sheets, stage, sheet):
    with_it = reading.read_page(sheets[sheet].image)
    without = reading.read_page(sheets[sheet].image, skip={stage})
    assert with_it.rows != without.rows
    if sheet < 3:
        assert with_it.rows == list(sheets[sheet].rows)


def test_light_ink_on_dark_reads_the_same(sheets):
    for sheet in sheets[2:]:
        assert reading.read_page(255 - sheet.image).rows == reading.read_page(sheet.image).rows
        assert reading.read_page(255 - sheet.image, skip={"polarity"}).rows != list(sheet.rows)


@pytest.mark.parametrize("angle", [-12, -5, 5, 12])
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
        assert np.allclose(np.array(a.box) * factor, b.box, atol=3 * factor)


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


@pytest.mark.parametrize("seed", range(12))
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


def test_evening_the_light_gives_the_paper_back():
    y, x = np.mgrid[:120, :160] / 160
    light = .4 + .5 * x + .1 * y
    ink = np.zeros((120, 160))
    ink[40:80, 50:53] = ink[40:80, 110:113] = .6
    even = picture.even_light((light * (1 - ink)).astype(np.float32))
    assert np.abs(even[ink == 0] - 1).max() < .12
    assert np.ptp(even[60, [51, 111]]) < .06            # the same ink in shade and in light


# ---------------------------------------------------------------- parts

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


def test_pieces_of_one_digit_are_joined():
    upper, lower = block(0, 0, 9, 10), block(11, 2, 20, 9)
    other = block(0, 16, 20, 26)
    assert boxes(parts.join_broken([upper, lower, other], 20)) == [(0, 0, 20, 10), (0, 16, 20, 26)]


def test_rows_one_below_the_other_are_not_joined():
    digits = [block(0, 0, 20, 10), block(23, 0, 43, 10)]
    assert boxes(parts.join_broken(digits, 20)) == boxes(digits)


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
                + .3 * sum(a != b for a, b in zip(way, way[1:])))
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


def test_touching_digits_come_apart_and_a_wide_zero_stays_whole():
    hand = pen.Hand(aspect=1.5, pen_width=2.2)
    zero = pages.handwritten(np.random.default_rng(0), 0, 80, hand, form=1)
    page = 1 - np.pad(zero, 25)
    assert reading.read_page(page).rows == ["0"]
    assert len(reading.read_page(pages.make("thick pen").image, skip={"cut"}).digits) == 4


def test_rows_are_in_reading_order():
    rng = np.random.default_rng(0)
    known = [block(50 * r + int(rng.integers(8)), 30 * c, 50 * r + 30, 30 * c + 15)
             for r in range(3) for c in range(6)]
    shuffled = [known[k] for k in rng.permutation(len(known))]
    found = parts.in_rows(shuffled)
    assert [p.box for p in found] == [p.box for p in known]
    assert [p.row for p in found] == [r for r in range(3) for _ in range(6)]


def test_angle_of_few_parts_is_zero():
    assert parts.page_angle([block(0, 0, 20, 10), block(30, 50, 50, 60)], 20) == 0


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
    assert reading.read_file(path).rows == ["60626"]


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
    assert reading.open_picture(path).shape == thick.image.shape
    assert reading.read_file(path).rows == ["60626"]


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
