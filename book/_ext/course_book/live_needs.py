"""What each module of the course's library asks for, and a cell by what it imports (`live/asked.py`)."""

import ast
import re

from live import asked

from course_book.live_parts import folder_of


def needs(lock):
    """What has to be loaded before a module of the library is imported, and before it is used: {module: two lists}."""
    code = {module: ast.parse(text) for module, text in modules().items()}
    first, whole = (packages_by_module(code, lock, functions) for functions in (False, True))
    return {module: [first[module], whole[module]] for module in code}


def packages_by_module(code, lock, functions):
    """{module: [package]}, with what the modules' functions import when they are called, or without."""
    packages, direct = provided(lock), {module: asked_by(module, code, functions) for module in code}
    tops = {module: {name.split(".")[0] for each in reached(module, direct) for name in direct[each]}
            for module in code}
    return {module: sorted(packages[top] for top in tops[module] if top in packages) for module in code}


def provided(lock):
    """The packages of a lock by what they let code import."""
    return {top: name for name, each in lock["packages"].items() for top in each["imports"]}


def modules():
    """The code of the library's modules, as {name: text}."""
    folder = folder_of("course_lib")
    paths = {path.relative_to(folder.parent).with_suffix("").as_posix().removesuffix("/__init__"): path
             for path in sorted(folder.rglob("*.py"))}
    return {name.replace("/", "."): path.read_text(encoding="utf-8") for name, path in paths.items()}


def asked_by(module, code, functions):
    """The modules that one imports itself, and the packages in which they are; with what its functions import, or not.

    A room may load its modules when their names are first asked for: who imports such a name, or uses the room, has
    them all.
    """
    names = {part for name in [module, *asked.imports(code[module], functions)] for part in above(name)}
    opened = {name.rpartition(".")[0] for name in names - code.keys()} | ({module} if functions else set())
    rooms = {room for room in opened & code.keys() if "lazy.attach" in ast.unparse(code[room])}
    return names | {other for other in code if other.rpartition(".")[0] in rooms}


def above(name):
    """`a.b.c` and the packages it is in: a, a.b, a.b.c."""
    parts = name.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts) + 1)]


def reached(start, direct):
    """All modules that are imported where `start` is; `direct` says what each imports itself."""
    found, left = set(), [start]
    while left:
        name = left.pop()
        if name in direct and name not in found:
            found.add(name)
            left += direct[name]
    return found


def parsed(code):
    """A cell's code as a tree; lines of IPython's own are not looked at."""
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", code, flags=re.M))


def packages_of(code, lock, needs):
    """The packages that code has to find when it runs, and those that may come later."""
    tree, packages = parsed(code), provided(lock)
    first, later = asked.packages(tree, needs)
    return first | {packages[top] for name in asked.imports(tree) if (top := name.split(".")[0]) in packages}, later
