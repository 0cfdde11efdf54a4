"""Build the book with warnings as errors, and say where it is.

python tools/build.py [an argument of jupyter-book build ...]
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main(*arguments):
    start = time.monotonic()
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    done = subprocess.run([jupyter_book, "build", ".", "-W", "--keep-going", *arguments], check=False, cwd=ROOT)
    if done.returncode != 0:
        sys.exit("The book was not built: the lines above say why.")
    print(f"The book is built ({time.monotonic() - start:.0f} s): {ROOT / '_build/html/index.html'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
