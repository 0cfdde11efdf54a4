"""MNIST from a folder or a mirror. All files are made here; the only server is on this machine."""

import gzip
import hashlib
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from course_lib import digits
from course_lib.digits import idx, mnist

PUBLISHED, MIRRORS = mnist.SHA256, mnist.MIRRORS      # before the fixture below replaces them
RNG = np.random.default_rng(0)
PICTURES = {split: RNG.integers(0, 256, (count, 28, 28), np.uint8)
            for split, count in (("train", 30), ("test", 12))}
LABELS = {"train": np.arange(30, dtype=np.uint8) % 10, "test": np.arange(12, dtype=np.uint8) % 10}


def pack(array):
    """The bytes of an IDX file."""
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


CONTENT = {name: pack(array) for split, names in mnist.FILES.items()
           for name, array in zip(names, (PICTURES[split], LABELS[split]))}


def write(folder, splits=("train", "test"), spelt=str, zipped=False, **changed):
    """Write splits' files; `changed` gives other bytes for images or labels."""
    for split in splits:
        for part, name in zip(("images", "labels"), mnist.FILES[split]):
            content = changed.get(part, CONTENT[name])
            path = folder / (spelt(name) + (".gz" if zipped else ""))
            path.write_bytes(gzip.compress(content) if zipped else content)


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch, tmp_path):
    """No folder named, no cache from another test, no mirror but those a test sets."""
    digits._load_mnist.cache_clear()
    monkeypatch.delenv(mnist.VARIABLE, raising=False)
    monkeypatch.setattr(mnist, "MIRRORS", [])
    monkeypatch.setattr(mnist, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(mnist, "SHA256", {name: hashlib.sha256(content).hexdigest()
                                          for name, content in CONTENT.items()})


def same(split, name):
    assert split.images.dtype == np.float32 and split.labels.dtype == np.intp
    np.testing.assert_array_equal(np.round(split.images * 255).astype(np.uint8), PICTURES[name])
    assert split.images.min() == 0 and split.images.max() == 1
    np.testing.assert_array_equal(split.labels, LABELS[name])
    assert not split.images.flags.writeable and not split.labels.flags.writeable


# ---------------------------------------------------------------- a folder

@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("spelt", [str, lambda name: name.replace("-idx", ".idx")], ids=["-idx", ".idx"])
def test_a_folder_under_any_of_the_usual_names(tmp_path, spelt, zipped):
    write(tmp_path, spelt=spelt, zipped=zipped)
    data = digits.load("mnist", data_dir=tmp_path)
    same(data.train, "train"), same(data.test, "test")
    (x, t), (x_test, t_test) = data
    assert x is data.train.images and t_test is data.test.labels


def test_packed_or_not_is_seen_in_the_content_not_in_the_name(tmp_path):
    for name, content in CONTENT.items():
        if "images" in name:
            (tmp_path / name).write_bytes(gzip.compress(content))
        else:
            (tmp_path / f"{name}.gz").write_bytes(content)
    same(digits.load("mnist", data_dir=tmp_path).test, "test")


def test_the_folder_may_be_named_by_the_environment(tmp_path, monkeypatch):
    write(tmp_path)
    monkeypatch.setenv(mnist.VARIABLE, str(tmp_path))
    same(digits.load("mnist").test, "test")
    other = tmp_path / "other"
    with pytest.raises(FileNotFoundError, match="other"):      # what the call names goes first
        digits.load("mnist", data_dir=other).test


def test_the_home_folder_may_be_written_as_a_tilde(tmp_path, monkeypatch):
    write(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path.parent))
    same(digits.load("mnist", data_dir=f"~/{tmp_path.name}").test, "test")


@pytest.mark.parametrize("split, missing", [("train", "test"), ("test", "train")])
def test_one_split_alone_is_enough_for_that_split(tmp_path, split, missing):
    write(tmp_path, [split])
    data = digits.load("mnist", data_dir=tmp_path)
    same(getattr(data, split), split)
    with pytest.raises(FileNotFoundError, match=f'{mnist.FILES[missing][0]}.*has the split "{split}" alone'):
        getattr(data, missing)
    write(tmp_path, [missing])                                 # a failure is not remembered
    same(getattr(data, missing), missing)


def test_nothing_is_read_before_it_is_asked_for_and_then_once(tmp_path, monkeypatch):
    asked, read = [], idx.read
    monkeypatch.setattr(idx, "read", lambda path, axes: asked.append(path.name) or read(path, axes))
    write(tmp_path)
    data = digits.load("mnist", data_dir=tmp_path)
    assert asked == []
    assert data.test is data.test and asked == list(mnist.FILES["test"])
    assert digits.load("mnist", data_dir=str(tmp_path)) is data
    assert asked == list(mnist.FILES["test"])


# ---------------------------------------------------------------- files that are not right

def truncated_gzip():
    packed = gzip.compress(CONTENT["t10k-images-idx3-ubyte"])
    return packed[:len(packed) // 2]


def damaged_gzip(at):
    packed = bytearray(gzip.compress(CONTENT["t10k-images-idx3-ubyte"]))
    packed[at] ^= 0xFF
    return bytes(packed)


IMAGES, ANSWERS = (CONTENT[name] for name in mnist.FILES["test"])
HEADER = bytes([0, 0, 8, 3])
WRONG = {
    "labels in the images' place": ("images", ANSWERS,
                                    r"does not hold pictures.*2,049, not 2,051.*it holds labels"),
    "images in the labels' place": ("labels", IMAGES,
                                    r"does not hold labels.*2,051, not 2,049.*it holds pictures"),
    "other numbers than bytes": ("images", b"\0\0\x0d\x03" + IMAGES[4:],
                                 r"magic number is 3,331, not 2,051\."),
    "four axes": ("images", b"\0\0\x08\x04" + IMAGES[4:], r"magic number is 2,052"),
    "a web page": ("images", b"<!DOCTYPE html><html>not found</html>", r"not an IDX file.*web page"),
    "nothing": ("images", b"", r"begins with nothing at all"),
    "three bytes": ("images", b"\0\0\x08", r"begins with 00 00 08, not"),
    "half a header": ("images", IMAGES[:10], r"cut short inside its header"),
    "a header alone": ("images", IMAGES[:16], r"cut short: 0 of the 9,408 bytes"),
    "one byte missing": ("images", IMAGES[:-1], r"cut short: 9,407 of the 9,408 bytes"),
    "one label missing": ("labels", ANSWERS[:-1], r"cut short: 11 of the 12 bytes"),
    "one byte more": ("images", IMAGES + b"\0", r"goes on after the 9,408 bytes"),
    "gzip cut short": ("images", truncated_gzip(), r"cut short: its gzip packing has no end"),
    "gzip damaged inside": ("images", damaged_gzip(200), r"damaged: it does not unpack"),
    "gzip with a wrong sum": ("images", damaged_gzip(-6), r"damaged: it does not unpack \(CRC"),
    "gzip damaged at the start": ("images", damaged_gzip(2), r"damaged: it does not unpack"),
    "fewer labels": ("labels", pack(LABELS["test"][:-1]),
                     r"12 pictures, but .*labels-idx1-ubyte has 11 labels"),
    "another size": ("images", pack(np.zeros((12, 32, 20), np.uint8)), r"32 x 20 pixels, not 28 x 28"),
    "a label 10": ("labels", pack(LABELS["test"] + 1), r"the label 10; labels are the digits 0 to 9"),
    "terabytes": ("images", HEADER + struct.pack(">3I", 2**32 - 1, 28, 28),
                  r"claims 4,294,967,295 x 28 x 28 = 3,367,254,359,280 bytes; "
                  r"more than 1,073,741,824 are not read"),
    "more than 64 bits": ("images", HEADER + struct.pack(">3I", *[2**32 - 1] * 3),
                          r"claims 4,294,967,295 x 4,294"),
    "terabytes, packed": ("images", gzip.compress(HEADER + struct.pack(">3I", 2**31, 28, 28)),
                          r"claims 2,147"),
    "a gigabyte that is not there": ("images", HEADER + struct.pack(">3I", 10**6, 28, 28) + b"\0" * 99,
                                     r"cut short: 99 of the 784,000,000"),
}


@pytest.mark.parametrize("part, content, words", WRONG.values(), ids=WRONG)
def test_a_file_that_is_not_right_is_named_with_what_to_do(tmp_path, part, content, words):
    write(tmp_path, ["test"], **{part: content})
    with pytest.raises(ValueError, match=words) as error:
        digits.load("mnist", data_dir=tmp_path).test
    path = tmp_path / mnist.FILES["test"][part == "labels"]
    assert str(path) in str(error.value) and '"uci"' in str(error.value) and "\n" not in str(error.value)


def test_no_pictures_at_all(tmp_path):
    write(tmp_path, ["test"], images=pack(PICTURES["test"][:0]), labels=pack(LABELS["test"][:0]))
    with pytest.raises(ValueError, match="has no pictures"):
        digits.load("mnist", data_dir=tmp_path).test


def test_a_claim_allocates_nothing(tmp_path):
    """A header may claim up to a gigabyte; memory is taken for what is there."""
    import tracemalloc

    (tmp_path / "claim").write_bytes(HEADER + struct.pack(">3I", 10**6, 28, 28) + b"\0" * 1000)
    tracemalloc.start()
    with pytest.raises(ValueError, match="cut short"):
        idx.read(tmp_path / "claim", 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_a_folder_that_is_not_there_or_is_a_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere does not exist.*t10k-images.*uci"):
        digits.load("mnist", data_dir=tmp_path / "nowhere").test
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match=r"file is a file.*COURSE_MNIST_DIR"):
        digits.load("mnist", data_dir=tmp_path / "file").test
    with pytest.raises(FileNotFoundError, match=r"has no file t10k-images-idx3-ubyte \(gzipped or") as error:
        digits.load("mnist", data_dir=tmp_path).test
    assert "alone" not in str(error.value)


def test_a_file_that_cannot_be_opened(tmp_path, monkeypatch):
    write(tmp_path)

    def refuse(path, axes):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(idx, "read", refuse)
    with pytest.raises(PermissionError, match=r"t10k-images-idx3-ubyte cannot be read: Permission.*uci"):
        digits.load("mnist", data_dir=tmp_path).test


@settings(max_examples=200)
@given(content=some.one_of(some.binary(max_size=60), some.builds(
    lambda at, bytes_: IMAGES[:at] + bytes_ + IMAGES[at + len(bytes_):],
    some.integers(0, len(IMAGES) - 1), some.binary(min_size=1, max_size=8))), zipped=some.booleans())
def test_whatever_is_in_the_file(tmp_path_factory, content, zipped):
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(gzip.compress(content) if zipped else content)
    try:
        array = idx.read(path, 3)
    except ValueError as error:
        assert str(path) in str(error)
    else:
        assert pack(array) == content or content[:2] == b"\x1f\x8b"


# ---------------------------------------------------------------- a download

class Mirror(BaseHTTPRequestHandler):
    """Sends the files, or does what its server's `trouble` says."""

    def do_GET(self):
        server = self.server
        server.asked.append(self.path.removeprefix("/"))
        name = server.asked[-1].removesuffix(".gz")
        if server.trouble == "403":
            return self.send_error(403)
        content = CONTENT[name]
        if server.trouble == "other content":
            content = content[:-1] + bytes([content[-1] ^ 1])
        body = content if server.trouble == "sent unpacked" else gzip.compress(content)
        if server.trouble == "a web page":
            body = b"<html>Please log in to the hotel's network</html>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if server.trouble == "breaks off":
            body = body[:len(body) // 2]
        if server.trouble == "stalls":
            self.wfile.write(body[:len(body) // 2])
            self.wfile.flush()
            server.go_on.wait(10)
            return
        self.wfile.write(body)

    def log_message(self, *details):
        pass


@pytest.fixture
def mirror(monkeypatch):
    """mirror(trouble) starts one more mirror on this machine; `.asked` lists the names it was asked for."""
    servers = []

    def start(trouble=None):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
        server.trouble, server.asked, server.go_on = trouble, [], threading.Event()
        server.address = f"http://127.0.0.1:{server.server_port}/"
        threading.Thread(target=partial(server.serve_forever, poll_interval=.01), daemon=True).start()
        mnist.MIRRORS.append(server.address)
        servers.append(server)
        return server

    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    yield start
    for server in servers:
        server.go_on.set()
        server.shutdown()
        server.server_close()


def kept(tmp_path):
    return sorted(path.name for path in (tmp_path / "cache").glob("*"))


def zipped(split):
    return [f"{name}.gz" for name in mnist.FILES[split]]


def test_a_download_brings_one_split_and_is_kept(tmp_path, mirror, capfd):
    server = mirror()
    data = digits.load("mnist")
    assert server.asked == []
    same(data.test, "test")
    assert server.asked == zipped("test") and kept(tmp_path) == sorted(mnist.FILES["test"])
    out, err = capfd.readouterr()
    assert out == "" and "100%" in err and server.address in err

    mnist.MIRRORS[:] = ["http://127.0.0.1:9/"]                 # offline, in a new session
    digits._load_mnist.cache_clear()
    same(digits.load("mnist").test, "test")
    assert server.asked == zipped("test")


@pytest.mark.parametrize("trouble", ["403", "a web page", "other content", "breaks off"])
def test_the_second_mirror_helps_when_the_first_fails(tmp_path, mirror, trouble):
    first, second = mirror(trouble), mirror()
    same(digits.load("mnist").test, "test")
    assert first.asked == second.asked == zipped("test")
    assert kept(tmp_path) == sorted(mnist.FILES["test"])


def test_a_mirror_that_sends_unpacked_files_will_do(mirror):
    mirror("sent unpacked")
    same(digits.load("mnist").test, "test")


@pytest.mark.parametrize("trouble, words", [
    ("403", "answers 403 Forbidden"),
    ("a web page", "what it sent has a wrong checksum"),
    ("other content", "what it sent has a wrong checksum"),
    ("breaks off", "the connection broke off"),
])
def test_when_no_mirror_helps_it_says_why_and_leaves_nothing(tmp_path, mirror, trouble, words):
    server = mirror(trouble)
    with pytest.raises(mnist.DownloadError, match=words) as error:
        digits.load("mnist").test
    message = str(error.value)
    for needed in ("t10k-images-idx3-ubyte.gz", server.address.split("/")[2], "data_dir", '"uci" and "pen"'):
        assert needed in message
    assert kept(tmp_path) == []
    server.trouble = None                                      # it begins anew
    same(digits.load("mnist").test, "test")


def test_no_network(tmp_path):
    mnist.MIRRORS[:] = ["http://127.0.0.1:9/", "http://127.0.0.1:9/again/"]
    with pytest.raises(mnist.DownloadError, match=r"\(127.0.0.1:9: not reached; 127.0.0.1:9: not reached\). "
                                                  r"Is there a network\?.*uci"):
        digits.load("mnist").train
    assert kept(tmp_path) == []


def test_a_mirror_that_falls_silent(mirror, monkeypatch):
    mirror("stalls"), mirror()
    monkeypatch.setattr(mnist, "TIMEOUT", (5, 3))      # a mirror on a busy machine is slow too
    same(digits.load("mnist").test, "test")


def test_a_kept_file_that_was_damaged_is_downloaded_again(tmp_path, mirror):
    server = mirror()
    digits.load("mnist").test
    path = tmp_path / "cache" / mnist.FILES["test"][0]
    path.write_bytes(path.read_bytes()[:-1])
    digits._load_mnist.cache_clear()
    same(digits.load("mnist").test, "test")
    assert server.asked == [*zipped("test"), zipped("test")[0]]


def test_an_interrupt_leaves_nothing(tmp_path, mirror, monkeypatch):
    server = mirror()

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(mnist.shutil, "copyfileobj", interrupted)
        with pytest.raises(KeyboardInterrupt):
            digits.load("mnist").test
    assert kept(tmp_path) == [] and server.asked == zipped("test")[:1]
    same(digits.load("mnist").test, "test")


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process the POSIX way")
def test_a_killed_download_leaves_nothing_under_the_final_name(tmp_path, mirror):
    server = mirror("stalls")
    code = ("from pathlib import Path; from course_lib.digits import mnist; "
            f"mnist.MIRRORS[:] = [{server.address!r}]; cache = Path({str(tmp_path / 'cache')!r}); "
            "mnist.cache_folder = lambda: cache; mnist.load('test')")
    child = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    while not server.asked and child.poll() is None:
        time.sleep(.01)
    time.sleep(.1)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert server.asked and not set(kept(tmp_path)) & set(CONTENT)
    server.go_on.set()
    server.trouble = None
    same(digits.load("mnist").test, "test")


def test_a_cache_that_cannot_be_written(tmp_path, mirror):
    mirror()
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(OSError, match=r"t10k-images-idx3-ubyte cannot be kept in .*cache.*data_dir.*uci"):
        digits.load("mnist").test


def test_a_folder_is_never_filled_up_by_a_download(tmp_path, mirror):
    server = mirror()
    with pytest.raises(FileNotFoundError):
        digits.load("mnist", data_dir=tmp_path).test
    assert server.asked == []


def test_a_folder_needs_no_published_checksum(tmp_path):
    write(tmp_path, ["test"], images=pack(PICTURES["test"] // 2))
    assert digits.load("mnist", data_dir=tmp_path).test.images.max() < .5


def test_the_published_files_and_the_mirrors():
    names = {name for names in mnist.FILES.values() for name in names}
    assert set(PUBLISHED) == names
    assert all(len(digest) == 64 and len(set(digest)) > 8 for digest in PUBLISHED.values())
    assert len(set(MIRRORS)) >= 2 and all(m.startswith("https://") and m.endswith("/") for m in MIRRORS)
