"""Find a Chromium for the tests of the built book; where the machine has none, get one from npm.

    python tools/chromium.py        prints where it is

The one from npm (`@sparticuz/chromium`, by an exact lock) needs no root: it is unpacked into
`.chromium`, with the libraries that a bare machine lacks. It is for Linux on x86-64.
"""

import os
import platform
import shutil
import sys
import tarfile
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "book/_ext"))

from course_book import npm  # noqa: E402

FOLDER = ROOT / ".chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
UNPACK = """
const fs = require("fs"), zlib = require("zlib");
const [source, target] = process.argv.slice(-2);
fs.writeFileSync(target, zlib.brotliDecompressSync(fs.readFileSync(source)));
"""


def find():
    """Return the path of a Chromium, or None. `COURSE_CHROMIUM` names another one."""
    if named := os.environ.get("COURSE_CHROMIUM"):
        return named
    return next(filter(None, map(shutil.which, NAMES)), None) or unpacked()


def unpacked():
    program = FOLDER / "chromium"
    return str(program) if (FOLDER / "ready").exists() else None


@contextmanager
def opened():
    """A Chromium, driven by Playwright; fetched first where there is none."""
    from playwright.sync_api import sync_playwright

    program = find() or get()
    environment = libraries() if program == unpacked() else None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, env=environment,
                                             args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def libraries():
    """Return the environment in which the Chromium from npm finds its libraries."""
    return {**os.environ, "LD_LIBRARY_PATH": f"{FOLDER / 'lib'}:{os.environ.get('LD_LIBRARY_PATH', '')}"}


def get():
    """Fetch and unpack the Chromium from npm; return its path."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise npm.NpmError("npm's Chromium is for Linux on x86-64 only")
    npm.install(ROOT / "tools/chromium", FOLDER)
    packed = FOLDER / "node_modules/@sparticuz/chromium/bin"
    for source, target in (("chromium.br", "chromium"), ("al2023.tar.br", "lib.tar")):
        done = npm.run("node", "-e", UNPACK, str(packed / source), str(FOLDER / target), cwd=FOLDER)
        if done.returncode != 0:
            raise npm.NpmError(done.stderr.strip())
    with tarfile.open(FOLDER / "lib.tar") as archive:
        archive.extractall(FOLDER, filter="data")
    (FOLDER / "chromium").chmod(0o755)
    (FOLDER / "lib.tar").unlink()
    shutil.rmtree(FOLDER / "node_modules")
    (FOLDER / "ready").touch()
    return unpacked()


if __name__ == "__main__":
    try:
        print(find() or get())
    except npm.NpmError as error:
        sys.exit(f"No Chromium on this machine, and none to be had from npm: {error}")
