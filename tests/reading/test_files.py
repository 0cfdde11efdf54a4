"""Pictures from files of every kind, and what is none."""

import importlib
import io
import sys

import numpy as np
import pytest
from hypothesis import given, settings, strategies
from PIL import Image

from course_lib import reading
from course_lib.reading import files, picture


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


class Heif:
    """pillow-heif, as far as it is asked."""

    @staticmethod
    def register_heif_opener():
        Image.register_open("HEIC", lambda file, name: Image.open(io.BytesIO(file.read()[12:])),
                            lambda start: start.startswith(b"\0\0\0\x18ftypheic"))


def test_a_telephones_own_format_is_read_where_somebody_can(tmp_path, thick, monkeypatch):
    path = saved(tmp_path, thick.image, "IMG_0001.png").rename(tmp_path / "IMG_0001.HEIC")
    path.write_bytes(b"\0\0\0\x18ftypheic" + path.read_bytes())
    with pytest.raises(ValueError, match="IMG_0001.HEIC is not a picture.*pip install pillow-heif"):
        reading.read_file(path)
    monkeypatch.setattr(Image, "OPEN", dict(Image.OPEN)), monkeypatch.setattr(Image, "ID", list(Image.ID))
    monkeypatch.setitem(sys.modules, "pillow_heif", Heif)
    again = importlib.reload(files)
    assert np.array_equal(again.open_picture(path), thick.image)


@pytest.mark.parametrize("side", [10_000, 14_000], ids=["100 megapixels", "a bomb"])
def test_huge_pictures_are_refused_before_they_are_unpacked(tmp_path, side):
    path = saved(tmp_path, Image.new("1", (side, side)), "huge.png")
    with pytest.raises(ValueError, match="huge.png has .*50 million pixels; scale it down"):
        reading.read_file(path)


@pytest.fixture(scope="module")
def stored(thick):
    """The thick-penned page as files of several kinds: bytes."""
    files = {}
    for kind in ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"):
        data = io.BytesIO()
        Image.fromarray(thick.image[::2, ::2]).save(data, kind)
        files[kind] = data.getvalue()
    return files


@settings(max_examples=50)
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
