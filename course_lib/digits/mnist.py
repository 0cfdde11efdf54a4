"""MNIST: 60,000 training and 10,000 test pictures of LeCun, Bottou, Bengio and Haffner (1998).

The four files are read from a folder that you name, or downloaded once from a mirror, checked
against the checksums of the published files, and kept unpacked in your cache folder.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from course_lib.digits import idx
from course_lib.digits.normalise import SIDE

#: names a folder with the files, where `data_dir` is not given
VARIABLE = "COURSE_MNIST_DIR"
#: asked in this order
MIRRORS = ["https://ossci-datasets.s3.amazonaws.com/mnist/",
           "https://storage.googleapis.com/cvdf-datasets/mnist/",
           "https://raw.githubusercontent.com/fgnt/mnist/master/"]
FILES = {"train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
         "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")}
#: of the unpacked files, since mirrors pack them differently
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"}
#: seconds: to be connected, without a byte
TIMEOUT = (10, 30)
INSTEAD = 'The sources "uci" and "pen" need no files.'


class DownloadError(OSError):
    """No mirror gave a file as it should be."""


def folder(data_dir: str | Path | None = None) -> Path | None:
    """The folder to read from: `data_dir`, else what COURSE_MNIST_DIR names, else None (download)."""
    named = data_dir or os.environ.get(VARIABLE)
    return Path(named).expanduser().absolute() if named else None


def load(split: str, where: Path | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Read one split.

    Parameters
    ----------
    split : "train" or "test"
    where
        A folder with the split's two files, gzipped or not, named as published
        (``train-images-idx3-ubyte``) or with a dot (``train-images.idx3-ubyte``); None to download.

    Returns
    -------
    images : (N, 28, 28) float32 in [0, 1], ink is high
    labels : (N,) of intp, the integer of indices

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If the folder or one of the files is not there.
    DownloadError
        If no mirror could be reached or none gave the right file.
    ValueError
        If a file is damaged or holds something else, or the two do not belong together.
    """
    paths = [fetch(name) if where is None else find(where, name) for name in FILES[split]]
    try:
        images, labels = (idx.read(path, axes) for path, axes in zip(paths, (3, 1)))
        _check(images, labels, *paths)
    except ValueError as error:
        raise ValueError(f"{error} {INSTEAD}") from None
    except OSError as error:
        raise type(error)(f"{error.filename or where} cannot be read: {error.strerror or error}. "
                          f"{INSTEAD}") from None
    return np.divide(images, np.float32(255), dtype=np.float32), labels.astype(np.intp)


def _check(images, labels, images_path, labels_path):
    if images.shape[1:] != (SIDE, SIDE):
        raise ValueError(f"{images_path} holds pictures of {images.shape[1]} x {images.shape[2]} pixels, "
                         f"not {SIDE} x {SIDE} as MNIST's are.")
    if len(images) != len(labels):
        raise ValueError(f"{images_path} has {len(images):,} pictures, but {labels_path} has "
                         f"{len(labels):,} labels. Take both from the same split.")
    if len(images) == 0:
        raise ValueError(f"{images_path} has no pictures in it.")
    if labels.max() > 9:
        raise ValueError(f"{labels_path} holds the label {labels.max()}; labels are the digits 0 to 9.")


# ---------------------------------------------------------------- a folder

def find(where: Path, name: str) -> Path:
    """The path of a file in a folder, under any of its usual names."""
    if not where.is_dir():
        error, what = (NotADirectoryError, "is a file") if where.exists() else (FileNotFoundError,
                                                                                "does not exist")
        raise error(f"{where} {what}. Name the folder that holds {name} (data_dir, --data-dir or "
                    f"{VARIABLE}). {INSTEAD}")
    for path in _names(where, name):
        if path.is_file():
            return path
    message = f"{where} has no file {name} (gzipped or not, with - or . before idx)."
    for split, names in FILES.items():
        if name not in names and all(any(p.is_file() for p in _names(where, other)) for other in names):
            message += f' It has the split "{split}" alone.'
    raise FileNotFoundError(f"{message} Put the file there, or name another folder (data_dir, --data-dir "
                            f"or {VARIABLE}). {INSTEAD}")


def _names(where, name):
    return [where / (spelt + end) for spelt in (name, name.replace("-idx", ".idx")) for end in ("", ".gz")]


# ---------------------------------------------------------------- a download

def cache_folder() -> Path:
    """Where downloaded files are kept: the user's cache folder, which differs between systems."""
    import pooch

    return Path(pooch.os_cache("course_lib")) / "mnist"


def fetch(name: str) -> Path:
    """The path of a downloaded, checked, unpacked file; downloaded if it is not there yet.

    It gets its name only when it is complete and its checksum is right. Whatever stops a download
    (a broken line, a kill), the next one begins anew.
    """
    import pooch
    import requests

    reasons, kept = [], cache_folder()
    for mirror in MIRRORS:
        try:
            return Path(pooch.retrieve(f"{mirror}{name}.gz", f"sha256:{SHA256[name]}", fname=name,
                                       path=kept, downloader=_download_unzipped))
        except (requests.RequestException, ValueError, *idx.DAMAGED) as error:
            reasons.append(f"{urlsplit(mirror).netloc}: {_reason(error)}")
        except OSError as error:                # the disk's fault, not the mirror's
            raise type(error)(f"{name} cannot be kept in {kept}: {error.strerror or error}. Make room or "
                              f"the folder writable; or get the files yourself and name their folder "
                              f"(data_dir or {VARIABLE}). {INSTEAD}") from error
    raise DownloadError(
        f"{name}.gz could not be downloaded ({'; '.join(reasons)}). Is there a network? Try again, or "
        f"get the files elsewhere and name their folder (data_dir, --data-dir or {VARIABLE}). {INSTEAD}")


def _download_unzipped(url, output, _):
    """What `pooch.retrieve` calls to fill its temporary file, and checks before it keeps that."""
    import pooch

    with tempfile.TemporaryFile() as packed:
        pooch.HTTPDownloader(progressbar=True, chunk_size=1 << 16, timeout=TIMEOUT)(url, packed, None)
        packed.seek(0)
        with open(output, "wb") as file:
            shutil.copyfileobj(idx.unzipped(packed), file)


def _reason(error):
    """Why a mirror failed, in a few words."""
    import requests

    if isinstance(error, requests.HTTPError):
        return f"answers {error.response.status_code} {error.response.reason}"
    reasons = [(requests.Timeout, "no answer in time"),
               (requests.exceptions.ChunkedEncodingError, "the connection broke off"),
               (requests.ConnectionError, "not reached"),
               (requests.RequestException, f"{type(error).__name__}: {error}"),
               (idx.DAMAGED, "what it sent does not unpack"),
               (Exception, "what it sent has a wrong checksum")]
    return next(words for kind, words in reasons if isinstance(error, kind))
