"""Mark one hand-in, in a process of its own.

    python -m grading.mark FOLDER MATERIAL RESULT.json

The checks run here; where a check calls a function of the student's, a `Proxy` asks the hand-in's process for
the answer. So a hand-in sees the inputs of a check and nothing else: neither the check nor what it expects.
"""

import json
import os
import resource
import sys
import tempfile
from pathlib import Path

from grading import handin, parts, sandbox

SENTENCE = 600      # characters of a sentence in the report


class Proxy:
    """A function of the student's, called in the process of the hand-in. `changed`: an array that it was given."""

    def __init__(self, name, session):
        self.__name__, self._session = name, session

    def __call__(self, *arguments, **words):
        result = self._session.call(self.__name__, arguments, words)
        self.changed = self._session.changed
        return result


class Absent:
    """Stands for the session of a notebook that cannot be read."""

    def __init__(self, sentence):
        self.sentence, self.failed = sentence, {}

    def call(self, name, arguments, words):
        raise sandbox.Trouble(self.sentence)

    def stop(self):
        pass


def functions(part):
    """The names that the answer cells define."""
    spaces, names = {}, []
    for cell in part.of("given", "answer"):
        known = set(spaces)
        exec(compile(cell.source, cell.name, "exec"), spaces)
        if cell.kind == "answer":
            names += [name for name in spaces if name not in known and callable(spaces[name])]
    return names


def given_names(part):
    """What the given cells define, as the checks need it."""
    spaces = {"__name__": "checks of " + part.name}
    for cell in part.of("given"):
        exec(compile(cell.source, cell.name, "exec"), spaces)
    return spaces


def judge(check, spaces):
    """Run one check: (points, the sentence that says why not all)."""
    try:
        exec(compile(check.source, check.name, "exec"), dict(spaces))
    except sandbox.Trouble as trouble:
        said = str(trouble)
    except AssertionError as wrong:
        said = str(wrong) or "a check failed"
    except Exception as error:
        said = f"what your function returned could not be compared ({type(error).__name__}: {error})"
    else:
        return check.points, ""
    return 0, said if len(said) <= SENTENCE else said[:SENTENCE] + " ..."


def mark_part(part, folder, files):
    """The marks of one notebook, check by check, what its cells complained of, its file, or why it was not read."""
    with tempfile.TemporaryDirectory(prefix="hand-in-") as private:
        path, unread = None, ""
        try:
            path = handin.find(folder, part)
            cells = handin.program(part, handin.read(path))
            session = sandbox.Session(cells, files, private)
        except (handin.Unreadable, OSError) as error:
            session = Absent(str(error))
            unread = "" if isinstance(error, handin.Missing) else str(error)
        try:
            names = {name: Proxy(name, session) for name in functions(part)}
            spaces = given_names(part) | names
            marks = [{"name": check.name, "most": check.points, "star": check.star, "hint": check.hint,
                      **dict(zip(("points", "sentence"), judge(check, spaces)))} for check in part.checks]
        finally:
            session.stop()
    notes = [f"{label}: {said}" for label, said in session.failed.items()]
    file = path and path.relative_to(folder).as_posix()
    return {"title": part.title, "marks": marks, "notes": notes, "file": file, "unread": unread}


def material(folder):
    """The files that lie beside the notebooks."""
    return sorted(path for path in Path(folder).iterdir() if path.suffix in (".npz", ".py"))


def mark(folder, beside):
    """All marks of a student's folder: {part: {title, marks, notes}}."""
    files = material(beside)
    os.chdir(beside)
    sys.path.insert(0, str(beside))
    return {part.name: mark_part(part, Path(folder), files) for part in parts.read_parts()}


def main(folder, beside, result):
    for name, most in (("RLIMIT_AS", 6 * 2**30), ("RLIMIT_CORE", 0)):
        resource.setrlimit(getattr(resource, name), (most, most))
    folder, beside, result = (Path(path).resolve() for path in (folder, beside, result))
    marks = mark(folder, beside)
    unfinished = result.with_suffix(".part")
    unfinished.write_text(json.dumps(marks), encoding="utf-8")
    unfinished.replace(result)


if __name__ == "__main__":
    main(*sys.argv[1:])
