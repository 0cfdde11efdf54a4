"""Run the tests on two processes and end with one clear line.

python tools/test.py [an argument of pytest ...]   what `make test` runs
python tools/test.py --slow                        the tests marked slow
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import chromium

ROOT = Path(__file__).parents[1]


def main(*arguments):
    if chromium.find() is None:
        print("No Chromium on this machine: fetching one from npm (once, about 75 MB) ...", flush=True)
        try:
            chromium.get()
        except chromium.npm.NpmError as error:
            print(f"It could not be fetched ({error}); the checks that need it are skipped.")
    start = time.monotonic()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two test processes on two cores
    os.environ.setdefault("COURSE_AS_BUILT", "1")       # what `make book` executed is not executed again
    which = "slow" if "--slow" in arguments else "not slow"
    # whole files, in the order of tests/conftest.py
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "-q",
               "-m", which, *(word for word in arguments if word != "--slow")]
    lines = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, bufsize=1) as run:
        while piece := run.stdout.read(1):  # dots come one by one
            print(piece, end="", flush=True)
            lines.append(piece)
    closing = re.findall(r"^=*\s*(\d+ (?:passed|failed|skipped|error).*?) in ", "".join(lines), re.M)
    count = closing[-1] if closing else "pytest did not finish"
    took = f"{time.monotonic() - start:.0f} s"
    if run.returncode == 0:
        skipped = "; what was skipped and how to have it is said above" if "skipped" in count else ""
        print(f"Tests passed: {count} ({took}){skipped}.")
    else:
        sys.exit(f"Tests FAILED: {count} ({took}). The first failure above is the one to look at.")


if __name__ == "__main__":
    main(*sys.argv[1:])
