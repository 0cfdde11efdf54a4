"""Install the peer that cannot live in the book's environment: Chainer, in `.bench/chainer`.

    python benchmarks/peers.py

Chainer 7 is built and run with a setuptools that the rest of the book no longer uses. Everything else
it needs comes with the extra `bench`. If it cannot be installed, the benchmark goes on without it.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".bench" / "chainer"
CONSTRAINT = Path(__file__).with_name("chainer-constraints.txt")


def main():
    if (FOLDER / "chainer").is_dir():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    print("Installing Chainer in a folder of its own ...", flush=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
           "--no-deps", "--use-pep517", "--target", str(FOLDER), "-c", str(CONSTRAINT)]
    environment = {**os.environ, "PIP_CONSTRAINT": str(CONSTRAINT), "PIP_BUILD_CONSTRAINT": str(CONSTRAINT)}
    done = subprocess.run([*pip, "chainer==7.8.1", "setuptools"], check=False, env=environment)
    if done.returncode != 0:
        print("Chainer could not be installed; the benchmark leaves it out.")


if __name__ == "__main__":
    main()
