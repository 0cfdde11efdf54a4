"""What Python in the browser is made of when the book is built: the course's library as a wheel, scikit-image
without its compiled parts, and the lock that Pyodide reads."""

import hashlib
import importlib.metadata
import importlib.util
import io
import json
import re
import zipfile
from pathlib import Path

from packaging.requirements import Requirement

from course_book import live_files, npm

ROOT = live_files.ROOT
SHIMS = live_files.LOCK / "skimage"
COMPILED = '''"""Compiled in scikit-image; the course does not call it."""


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)

    def compiled(*arguments, **named):
        raise NotImplementedError(f"{__name__}.{name} is compiled code of scikit-image, which this page does not have: "
                                  "install the course to use it")
    return compiled
'''
#: what makes a module of WebAssembly a dynamic library: the section "dylink.0", which asks for no memory and no table
DYNAMIC = b"\x00\x0f\x08dylink.0\x01\x04\x00\x00\x00\x00"
PYTHON = {"python_version": "3.12", "python_full_version": "3.12.7", "sys_platform": "emscripten", "os_name": "posix",
          "platform_system": "Emscripten", "implementation_name": "cpython",
          "platform_python_implementation": "CPython", "extra": ""}


def wheel(name, version, entries, needs=()):
    """A pure-Python wheel as (file name, bytes); `entries` are {path: bytes}. The same entries, the same bytes."""
    info = f"{name}-{version}.dist-info"
    meta = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"]
    meta += [f"Requires-Dist: {each}\n" for each in needs]
    kind = b"Wheel-Version: 1.0\nGenerator: course\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    entries = entries | {f"{info}/METADATA": "".join(meta).encode(), f"{info}/RECORD": b"", f"{info}/WHEEL": kind}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, data in sorted(entries.items()):
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return f"{name}-{version}-py3-none-any.whl", out.getvalue()


def folder_of(module):
    return Path(importlib.util.find_spec(module).origin).parent


def products():
    """`live/product.ts` compiled for the browser, as a library that Python's ctypes opens there."""
    source = live_files.LOCK / "product.ts"
    made = live_files.CACHE / f"product-{live_files.digest(source.read_bytes())[:12]}.wasm"
    if not made.exists():
        done = npm.run("node", live_files.MODULES / "assemblyscript/bin/asc.js", source, "--outFile", made, "-O3",
                       "--enable", "simd", "--runtime", "stub", "--importMemory", "--noExportMemory",
                       cwd=live_files.CACHE)
        if done.returncode:
            raise live_files.LiveError(f"AssemblyScript could not compile {source.name}:\n{done.stderr[-2000:]}")
    code = made.read_bytes()
    return code[:8] + DYNAMIC + code[8:]


def library():
    """The course's library, with its data."""
    folder = folder_of("course_lib")
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    entries = {f"course_lib/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in files}
    entries["course_lib/nn/product.wasm"] = products()
    state = hashlib.sha256(repr(sorted(entries.items())).encode()).hexdigest()[:12]
    return wheel("course_lib", f"1.0.0+{state}", entries)      # browsers keep a wheel by its name


def images():
    """scikit-image's pure Python. In the place of the compiled modules that the course calls stand its own
    (`live/skimage`), in the place of the others modules that say so when they are called."""
    folder = folder_of("skimage")
    entries = {f"skimage/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in folder.rglob("*")
               if path.suffix in (".py", ".pyi", ".npy") and not {"tests", "_tests"} & set(path.parts)}
    compiled = {f"skimage/{path.relative_to(folder).as_posix().split('.')[0]}.py": COMPILED.encode()
                for path in folder.rglob("*") if path.suffix in (".so", ".pyd")}
    own = {f"skimage/{path.relative_to(SHIMS).as_posix()}": path.read_bytes() for path in SHIMS.rglob("*.py")}
    return wheel("scikit_image", importlib.metadata.version("scikit-image"), compiled | entries | own,
                 ["numpy", "scipy", "pillow", "lazy-loader", "packaging"])


def entry(name, data):
    """A wheel's entry in the lock that Pyodide reads."""
    distribution, version = name.split("-")[:2]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        paths = archive.namelist()
        meta = archive.read(next(path for path in paths if path.endswith(".dist-info/METADATA"))).decode()
    needs = [Requirement(line) for line in re.findall(r"^Requires-Dist: (.*)$", meta, re.M)]
    needs = [each.name for each in needs if each.marker is None or each.marker.evaluate(PYTHON)]
    tops = {path.split("/")[0].removesuffix(".py") for path in paths if path.endswith(".py")}
    return {"name": normal(distribution), "version": version, "file_name": name,
            "sha256": hashlib.sha256(data).hexdigest(), "imports": sorted(tops),
            "depends": [normal(each) for each in needs], "install_dir": "site",
            "package_type": "package", "unvendored_tests": False, "shared_library": False}


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def lock(files, wheels):
    """The lock as a dictionary; `wheels` are {file name: bytes} beside Pyodide's packages."""
    known = json.loads((live_files.MODULES / "pyodide/pyodide-lock.json").read_text())
    pure = {path.name: path.read_bytes() for path in files.glob("*-none-any.whl")}
    entries = {normal(name): each for name, each in live_files.wanted().items()}
    ours = {each["name"]: each for each in (entry(*one) for one in (pure | wheels).items())}
    ours["tqdm"]["depends"].append("ipywidgets")     # by which it draws its bar
    entries = ours | entries
    for each in entries.values():
        each["depends"] = [normal(name) for name in each["depends"] if normal(name) in entries]
    return {"info": known["info"], "packages": entries}


def notebook_lock(lock, needs):
    """The lock for whole notebooks, where `import course_lib` brings all that any of its modules asks for."""
    packages = dict(lock["packages"])
    packages["course-lib"] = packages["course-lib"] | {"depends": sorted(set().union(*needs) - {"course-lib"})}
    for name, more in (("jedi", "parso"), ("ipython", "prompt-toolkit")):
        packages[name] = packages[name] | {"depends": [*packages[name]["depends"], more]}
    return {**lock, "packages": packages}


def closure(lock, names):
    """The packages with all that they ask for."""
    found, names = set(), list(names)
    while names:
        name = names.pop()
        if name not in found:
            found.add(name)
            names += lock["packages"][name]["depends"]
    return found
