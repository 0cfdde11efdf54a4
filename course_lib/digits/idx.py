"""IDX, the form in which MNIST's files come: a magic number, the lengths of the axes, the bytes.

The magic number is four bytes: 0, 0, the kind of numbers (8: unsigned bytes), how many axes. One
length an axis follows, four bytes each, the most significant first, and then nothing but the
numbers. LeCun, Cortes and Burges describe it on the page of the MNIST database.
"""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

UNSIGNED_BYTES = 8
#: what the files of MNIST hold, by the number of their axes
HOLDS = {1: "labels", 3: "pictures"}
#: bytes; MNIST's largest file has 47 million
LIMIT = 1 << 30
#: what zlib and gzip raise where packed bytes are not as they should be
DAMAGED = (gzip.BadGzipFile, zlib.error, EOFError)


def unzipped(file: BinaryIO) -> BinaryIO:
    """The content without gzip: `file` itself, or what unpacks it. No IDX file begins like gzip."""
    zipped = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if zipped else file


def read(path: str | Path, axes: int) -> np.ndarray:
    """Read a file of unsigned bytes, gzipped or not, whatever its name.

    Parameters
    ----------
    path
    axes
        How many axes the array has to have: 3 for pictures (N, H, W), 1 for labels (N,).

    Raises
    ------
    ValueError
        If the file is something else, of the other kind, damaged, longer or shorter than its
        header says, or if its header claims more than a gigabyte (nothing is allocated for it).
    OSError
        If the file cannot be opened.
    """
    with open(path, "rb") as file:
        try:
            content = unzipped(file)
            shape = _header(content, path, axes)
            numbers = _numbers(content, path, shape)
        except EOFError:
            raise ValueError(f"{path} is cut short: its gzip packing has no end. "
                             "Get the file again.") from None
        except DAMAGED as error:
            raise ValueError(f"{path} is damaged: it does not unpack ({error}). "
                             "Get the file again.") from None
    return numbers.reshape(shape)


def _header(file, path, axes):
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        raise ValueError(f"{path} is not an IDX file: it begins with {magic.hex(' ') or 'nothing at all'}, "
                         f"not with 00 00 {UNSIGNED_BYTES:02x} {axes:02x}. Is it a web page or another "
                         "file under this name?")
    kind, found = magic[2:]
    if (kind, found) != (UNSIGNED_BYTES, axes):
        holds = HOLDS.get(found) if kind == UNSIGNED_BYTES else None
        raise ValueError(
            f"{path} does not hold {HOLDS.get(axes, f'{axes} axes')}: its magic number is "
            f"{int.from_bytes(magic):,}, not {UNSIGNED_BYTES * 256 + axes:,}"
            + (f", so it holds {holds}. Have two files changed places?" if holds else "."))
    lengths = file.read(4 * axes)
    if len(lengths) < 4 * axes:
        raise ValueError(f"{path} is cut short inside its header. Get the file again.")
    return tuple(int(n) for n in np.frombuffer(lengths, ">u4"))


def _numbers(file, path, shape):
    size = math.prod(shape)
    if size > LIMIT:
        raise ValueError(f"{path} claims {' x '.join(f'{n:,}' for n in shape)} = {size:,} bytes; more than "
                         f"{LIMIT:,} are not read. Its header is damaged, or it is not a file of MNIST.")
    content = bytearray()                       # grows with what is there, not with what is claimed
    while len(content) <= size and (piece := file.read(1 << 20)):
        content += piece
    if len(content) < size:
        raise ValueError(f"{path} is cut short: {len(content):,} of the {size:,} bytes that its header "
                         "announces are there. Get the file again.")
    if len(content) > size:
        raise ValueError(f"{path} goes on after the {size:,} bytes that its header announces. "
                         "Get the file again.")
    return np.frombuffer(content, np.uint8)
