"""Which cells of a student's notebook give other results than the chapter's.

    python tools/grade.py book/05-counting.ipynb STUDENT.ipynb ...

Each student's code is run against the outputs stored in the chapter: a cell counts as ours if it
still has the chapter's cell id. Cells that the student added are run, not compared.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]


def graft(chapter, student):
    """Return the student's notebook with the chapter's stored outputs; new cells may differ."""
    ours = {cell.id: cell for cell in chapter.cells if cell.cell_type == "code"}
    for cell in student.cells:
        if cell.cell_type != "code":
            continue
        if cell.id in ours:
            cell.outputs = ours[cell.id].outputs
            cell.execution_count = ours[cell.id].execution_count
        else:
            cell.metadata.setdefault("tags", []).append("nbval-ignore-output")
    return student


def main(chapter, *students):
    chapter = nbformat.read(chapter, as_version=4)
    failed = []
    for path in map(Path, students):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, path.name)
            nbformat.write(graft(chapter, nbformat.read(path, as_version=4)), copy)
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                 "-c", ROOT / "pyproject.toml", "--rootdir", folder,
                 f"--nbval-sanitize-with={ROOT / 'tests/nbval_sanitize.cfg'}", copy],
                check=False, cwd=ROOT)
        if done.returncode != 0:
            failed.append(path.name)
    print(f"{len(students) - len(failed)} of {len(students)} agree with the chapter"
          + (f"; not: {', '.join(failed)}" if failed else ""))


if __name__ == "__main__":
    main(*sys.argv[1:])
