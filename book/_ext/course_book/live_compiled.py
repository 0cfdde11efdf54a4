"""Python's packages as the book serves them: with their modules compiled, by the Python that will import them.

A browser keeps files but nothing that Python makes of them: it would compile every module anew at each start, which
takes several times as long as all the rest. A module that is compiled stands in the place of its text, as in
Pyodide's own `py-compile`; the course's library keeps its text as well, for readers look into it. Tests, and fonts
for paper, stay behind.
What has been compiled once is kept in `.live`.
"""

import io
import os
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from course_book import live_files, npm

SCRIPT = live_files.LOCK / "compile.mjs"
CACHE = live_files.CACHE / "compiled"
PYODIDE = live_files.MODULES / "pyodide"
LIBRARY, STANDARD = "course_lib", "python_stdlib.zip"
SITE, ZIP = "/lib/python3.12/site-packages", "/lib/python312.zip"
#: folders; of the last two matplotlib would read each letter's width at every start
LEFT = {"tests", "_tests", "afm", "pdfcorefonts"}


def serve(lock, files, wheels, report=lambda line: None):
    """Return what is served as {file name: path}, and name it so in the lock.

    The lock names packages by their file names; those in `wheels` are bytes, the others lie in the folder `files`.
    """
    entries = {each["file_name"]: each for each in lock["packages"].values()}
    names = [name for name in entries if name.endswith(".whl")]
    kept = compiled({name: wheels.get(name) or (files / name).read_bytes() for name in [*names, STANDARD]}, report)
    served = {name: files / name for name in {*live_files.CORE, *entries}.difference(kept)}
    for name in names:
        entries[name]["sha256"] = live_files.digest(kept[name].read_bytes())
        entries[name]["file_name"] = named(name, entries[name]["sha256"])
        served[entries[name]["file_name"]] = kept[name]
    return served | {STANDARD: kept[STANDARD]}


def compiled(sources, report):
    """Return the paths {name: path} of compiled archives; `sources` are {name: bytes}."""
    makers = b"".join(path.read_bytes() for path in (SCRIPT, PYODIDE / "package.json", Path(__file__)))
    kept = {name: CACHE / live_files.digest(makers + data)[:16] / name for name, data in sources.items()}
    missing = {name: path for name, path in kept.items() if not path.is_file()}
    if len(missing) > 5:
        report("Compiling Python's packages for the reader's browser (once, about a minute) ...")
    compile_all({path: sources[name] for name, path in missing.items()})
    forget(kept.values())
    return kept


def named(name, digest):
    """A wheel's name with a build number that changes with its content, for browsers keep a wheel by its name."""
    distribution, version, *_, python, abi, platform = name.removesuffix(".whl").split("-")
    return f"{distribution}-{version}-0{digest[:8]}-{python}-{abi}-{platform}.whl"


def forget(used):
    """Remove what was compiled for an earlier build."""
    folders = {path.parent for path in used}
    for folder in CACHE.iterdir():
        if folder not in folders:
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()


def compile_all(archives):
    """Write each of the archives {path: bytes of its source}, compiled; as many at a time as there are cores."""
    cores = os.cpu_count() or 1
    biggest_first = sorted(archives, key=lambda path: -len(archives[path]))
    shares = [{path: archives[path] for path in biggest_first[first::cores]} for first in range(cores)]
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(compile_some, [share for share in shares if share]))


def compile_some(archives):
    """Compile some archives in one process of Node.js, and write them."""
    with tempfile.TemporaryDirectory() as folder:
        places = {path: Path(folder, str(number)) for number, path in enumerate(archives)}
        for path, data in archives.items():
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                names = [name for name in archive.namelist() if not LEFT & set(name.split("/"))]
                archive.extractall(places[path], names)
        later = [f"{place.name}={SITE if path.suffix == '.whl' else ZIP}" for path, place in places.items()]
        done = npm.run("node", SCRIPT, PYODIDE, folder, *later, cwd=live_files.CACHE)
        if done.returncode:
            raise live_files.LiveError(f"Python's packages could not be compiled:\n{done.stderr[-2000:]}")
        for path, place in places.items():
            pack(place, path)


def pack(folder, path):
    """Zip a folder in which every `.py` has its `.pyc` beside it; the same files, the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for source in sorted(each for each in folder.rglob("*") if each.is_file()):
            name = source.relative_to(folder)
            text = source.suffix == ".py" and source.with_suffix(".pyc").is_file()
            if text and not path.name.startswith(LIBRARY):
                continue
            if source.suffix == ".pyc" and path.name.startswith(LIBRARY):
                name = name.parent / "__pycache__" / f"{name.stem}.cpython-312.pyc"
            archive.writestr(zipfile.ZipInfo(name.as_posix(), (1980, 1, 1, 0, 0, 0)), source.read_bytes(),
                             zipfile.ZIP_DEFLATED)
    unfinished.replace(path)
