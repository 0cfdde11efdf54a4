"""Every side in a process of its own, which answers one request at a time."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tqdm import tqdm

HERE = Path(__file__).parent
INSTALL = {"torch": "pip install -e '.[referee]'", "torch_compile": "pip install -e '.[referee]'"}
FOLDERS = {"chainer": HERE.parent / ".bench/chainer"}  # a side with packages of its own
BLAS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class SideFailed(Exception):
    """A side answered with an error, or not at all."""


class Process:
    """A side in a process of its own, which answers one request at a time."""

    def __init__(self, name, threads):
        environment = {**os.environ, **{name: str(threads) for name in BLAS}}
        if name in FOLDERS:
            environment["PYTHONPATH"] = str(FOLDERS[name])
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(HERE / "worker.py"), name, str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=environment)
        try:
            self.about = self._read()
        except SideFailed:
            self.close()
            raise

    def ask(self, do, **request):
        """Send one request, return its answer."""
        self.process.stdin.write(json.dumps({"do": do, **request}) + "\n")
        self.process.stdin.flush()
        return self._read()

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            raise SideFailed("the process ended without an answer")
        answer = json.loads(line)
        if "error" in answer:
            raise SideFailed(answer["error"])
        return answer

    def close(self):
        """Let the process end."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class Processes(dict):
    """Processes by name; a side that cannot start is left out, with its reason in `missing`."""

    def __init__(self, names, threads, missing):
        super().__init__()
        for name in names:
            try:
                self[name] = Process(name, threads)
            except SideFailed as reason:
                if name not in missing:
                    missing[name] = str(reason)
                    tqdm.write(f"{name} is left out: {reason}. "
                               + INSTALL.get(name, "To have it: make bench, or pip install -e '.[bench]'"))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for process in self.values():
            process.close()
