"""Pictures from files: what is not a picture, or too large a one, is refused with a reason."""

from __future__ import annotations

import warnings
from contextlib import suppress
from importlib import import_module
from io import BytesIO
from os import PathLike
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

with suppress(ImportError):   # HEIC, in which telephones store photographs
    import_module("pillow_heif").register_heif_opener()
LARGEST = 50_000_000          # pixels: an 8-megapixel telephone has 8 million, a scanner up to 35


class TooLarge(ValueError):
    """A picture of more pixels than are read."""


def open_picture(path) -> np.ndarray:
    """A picture file as an array, upright as its EXIF rotation says: (H, W) or (H, W, C).

    Raises FileNotFoundError, or ValueError for what is not a picture that can be read, each with
    the file's name and what to do.
    """
    if not isinstance(path, (str, PathLike)):
        raise TypeError(f"expected the path of a picture file; got a {type(path).__name__}. "
                        "read_page reads an array, open_bytes what a file holds")
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{path} is a folder; give the picture file itself")
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}")
    return _open(path, path)


def open_bytes(data: bytes, name: str) -> np.ndarray:
    """What a picture file holds, as an array; raises ValueError with `name`, like `open_picture`."""
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"expected the bytes of a picture file; got a {type(data).__name__}. open_picture opens a path")
    return _open(BytesIO(data), name)


def _open(source, name) -> np.ndarray:
    """A picture from a path or an open file, under the name that its errors shall give."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(source) as file:
                _check_size(file, name)
                return _array(ImageOps.exif_transpose(file))
    except TooLarge:
        raise
    except UnidentifiedImageError:
        raise ValueError(f"{name} is not a picture that can be read; give a PNG, JPEG, TIFF, GIF or WebP file, or, "
                         "once `pip install pillow-heif` has been done, a telephone's HEIC") from None
    except Image.DecompressionBombError:
        raise TooLarge(_too_large(name, "more than")) from None
    except Exception as error:     # a damaged file makes decoders stumble over whatever it may be
        raise ValueError(f"{name} is damaged or cut short ({error}); save or copy the picture "
                         "again") from error


def _check_size(file, name):
    if (pixels := file.width * file.height) > LARGEST:
        raise TooLarge(_too_large(name, f"{file.width} x {file.height} = {pixels / 1e6:.0f}, over"))


def _too_large(name, what) -> str:
    return (f"{name} has {what} the limit of {LARGEST / 1e6:.0f} million pixels; scale it down "
            "or crop it to the digits")


def _array(picture) -> np.ndarray:
    """Pixels of any of Pillow's modes as grey, 16-bit grey, colour, or colour with alpha."""
    if picture.mode.startswith("I;16") or picture.mode == "I":
        values = np.clip(np.asarray(picture), 0, 65535)
        return values.astype(np.uint8 if picture.mode == "I" and values.max() <= 255 else np.uint16)
    if picture.mode == "F":
        values = np.nan_to_num(np.asarray(picture, float))
        return (values - values.min()) / max(float(np.ptp(values)), 1e-9)
    if "transparency" in picture.info or picture.mode in ("LA", "PA", "RGBA", "RGBa", "La"):
        return np.asarray(picture.convert("RGBA"))
    return np.asarray(picture.convert("L" if picture.mode in ("1", "L") else "RGB"))
