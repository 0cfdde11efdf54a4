"""Mark all hand-ins of a folder.

    python -m grading.batch HANDINS MATERIAL GRADES [--trusting]

HANDINS has a folder for each student, with the notebooks somewhere in it (nbgrader's `submitted` is such a folder).
GRADES gets results/STUDENT.json, reports/STUDENT.html and marks.csv. Each hand-in is marked in a process of its
own, two at a time on two cores; a result that is there is not made again, unless the hand-in or the assignment has
changed, so the same command goes on where it was stopped.
"""

import argparse
import csv
import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from grading import handin, parts, report, sandbox

MINUTES = 5         # for one student's six notebooks; then what is not marked is for a person to look at
ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".tgz")      # nothing in them is looked at
TOOLS = Path(__file__).parents[1]


def students(folder):
    """The students' folders. A link is nobody's hand-in."""
    return sorted(path for path in folder.iterdir()
                  if path.is_dir() and not path.is_symlink() and not path.name.startswith("."))


def loose(folder):
    """Names of notebooks and archives that lie beside the students' folders: nobody knows whose they are."""
    return sorted(path.name for path in folder.iterdir() if path.suffix in (".ipynb", *ARCHIVES) and not path.is_dir())


def fingerprint(folder):
    """What a mark depends on: the hand-in's notebooks, the assignment, and what marks it."""
    digest = hashlib.sha256()
    ours = [*sorted(parts.FOLDER.glob("*.py")), *sorted(TOOLS.glob("grading/*.py"))]
    for path in [*handin.files(folder, ".ipynb", *ARCHIVES), *ours]:
        digest.update(str(path.name).encode(errors="replace"))
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def nothing(trouble):
    """The result of a hand-in whose marking broke off: no points, and the reason."""
    return {"trouble": trouble, "parts": {part.name: {"title": part.title, "notes": [], "marks": [
        {"name": check.name, "most": check.points, "star": check.star, "hint": check.hint, "points": 0,
         "sentence": "not marked"} for check in part.checks]} for part in parts.read_parts()}}


def to_look_at(folder, marked):
    """What a person should know of a hand-in: files that count for nothing, notebooks that could not be read."""
    said = [f"{name}: {part['unread']}" for name, part in marked.items() if part["unread"]]
    said += [f"{path.name} was not unpacked" for path in handin.files(folder, *ARCHIVES)]
    notebooks = [path.relative_to(folder).as_posix() for path in handin.files(folder, ".ipynb")]
    if not said and not notebooks:
        return "there is no notebook in the folder"
    known = " ".join([*said, *(str(part["file"]) for part in marked.values())])
    return "; ".join(said + [f"{name} was taken for none of the parts" for name in notebooks if name not in known])


def mark(folder, material, grades):
    """Mark one hand-in in a process of its own, unless that is done already."""
    path = grades / "results" / f"{folder.name}.json"
    try:
        now = fingerprint(folder)
    except OSError as error:
        return write(path, json.dumps(nothing(f"The hand-in could not be read ({error}).") | {"student": folder.name}))
    if path.exists() and json.loads(path.read_text(encoding="utf-8")).get("fingerprint") == now:
        return None
    raw = path.with_suffix(".raw")
    raw.unlink(missing_ok=True)
    words = [sys.executable, "-m", "grading.mark", str(folder), str(material), str(raw)]
    single = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(words, cwd=TOOLS, env=single, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True) as process:
        try:
            said = process.communicate(timeout=60 * MINUTES)[1]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said = f"it took more than {MINUTES} minutes"
    if raw.exists():
        marked = json.loads(raw.read_text(encoding="utf-8"))
        raw.unlink()
        result = {"parts": marked, "trouble": to_look_at(folder, marked)}
    else:
        result = nothing(f"The marking broke off; somebody has to look at this hand-in ({said.strip()[-300:]}).")
    result |= {"student": folder.name, "fingerprint": now}
    return write(path, json.dumps(result))


def write(path, text):
    """Write a file whole or not at all."""
    unfinished = path.with_suffix(".part")
    unfinished.write_text(text, encoding="utf-8", errors="replace")
    unfinished.replace(path)


def summarise(grades, names):
    """Write the reports and marks.csv; return the results."""
    results = [json.loads((grades / "results" / f"{name}.json").read_text(encoding="utf-8")) for name in names]
    with (grades / "marks.csv").open("w", newline="", encoding="utf-8-sig", errors="replace") as file:     # for Excel
        table = csv.writer(file)
        table.writerow(["student", *(part.name for part in parts.read_parts()), "points", "stars", "trouble"])
        for result in results:
            points = [report.totals(part["marks"])[0] for part in result["parts"].values()]
            stars = report.totals(report.all_marks(result))[2]
            name = result["student"]
            safe = "'" + name if name[0] in "=+-@" else name        # a spreadsheet would compute it
            table.writerow([safe, *points, sum(points), stars, result.get("trouble", "")])
            write(grades / "reports" / f"{name}.html", report.page(result))
    return results


@contextmanager
def alone(folder):
    """Hold the folder for this batch alone."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"Another make grade is at work on {folder}.")
        yield


def arguments():
    """What was asked for; ends with a sentence if it cannot be done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("handins", "material", "grades"):
        parser.add_argument(name, type=lambda word: Path(word).resolve())
    parser.add_argument("--trusting", action="store_true", help="go on where hand-ins cannot be isolated")
    given = parser.parse_args()
    if not given.handins.is_dir() or not students(given.handins):
        sys.exit(f"{given.handins} is no folder with a folder for each student: make grade HANDINS=folder")
    print(sandbox.holds(), flush=True)
    if not sandbox.bubblewrap() and (os.getuid() == 0 or not given.trusting):
        sys.exit("Nothing was marked. TRUSTING=1 goes on with the limits alone, for hand-ins that you trust"
                 + (", but not as root." if os.getuid() == 0 else "."))
    return given


def mark_all(folders, material, grades):
    """Mark every hand-in that is not marked yet; an interrupt says how far it came, and how to go on."""
    with alone(grades), ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = [pool.submit(mark, folder, material, grades) for folder in folders]
        try:
            for done in tqdm(as_completed(waiting), total=len(waiting), unit="hand-in"):
                done.result()
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            count = sum(not job.cancelled() for job in waiting)
            sys.exit(f"\nStopped with {count} of {len(folders)} hand-ins marked. The same command goes on from there.")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def main():
    given = arguments()
    folders = students(given.handins)
    for name in ("results", "reports"):
        (given.grades / name).mkdir(parents=True, exist_ok=True)
    (given.grades / ".gitignore").write_text("*\n", encoding="utf-8")       # marks are nobody else's
    mark_all(folders, given.material, given.grades)
    results = summarise(given.grades, [folder.name for folder in folders])
    troubles = sum(bool(result.get("trouble")) for result in results)
    print(f"{len(results)} hand-ins marked: {given.grades}/marks.csv and reports/."
          + (f" Have a look at {troubles} of them: the column trouble says why." if troubles else ""))
    if beside := loose(given.handins):
        print(f"Not marked, since they lie in no student's folder: {', '.join(beside)}.")


if __name__ == "__main__":
    main()
