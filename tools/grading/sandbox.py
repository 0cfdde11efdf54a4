"""A process in which a stranger's code can do no harm, and the way to call its functions from outside.

With bubblewrap (Linux) it sees the system's programs and Python read-only, the assignment's own files, an empty
folder of 64 MB in memory, and nothing else: no other file of this machine, no network, no other process. Without,
limits on time, memory, files and processes hold, but it can read what its user can read: `holds` says which.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

from grading import wire

HERE = Path(__file__).parent
LIMITS = {"AS": 2 * 2**30, "CPU": 120, "FSIZE": 64 * 2**20, "NOFILE": 64, "NPROC": 4, "CORE": 0}
CELLS = 20       # seconds that all cells of a notebook may take together
CALL = 10        # and one call of a function


class Trouble(Exception):
    """What a student's code did instead of answering; the text is a sentence for the report."""


@cache
def bubblewrap():
    """The path of a bubblewrap that works here, or None."""
    program = shutil.which("bwrap")
    if program is None:
        return None
    tried = subprocess.run([program, *spaces(), *system(), "true"], check=False, capture_output=True)
    return program if tried.returncode == 0 else None


def holds():
    """Say honestly what the isolation of this machine is."""
    if bubblewrap():
        return ("Each hand-in runs in a bubblewrap of its own: no network, no other file, no other process, "
                "limits on time, memory, files and processes.")
    return ("No working bubblewrap was found (apt install bubblewrap). Limits on time, memory, files and processes "
            "hold, but a hand-in could read files of this machine and use its network.")


def spaces():
    """Options: namespaces of its own. As root bubblewrap needs no user namespace, and the worker gives root up."""
    own = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if os.getuid() == 0 else [
        "--unshare-user"]
    return ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
            "--die-with-parent", "--new-session", *own]


def system():
    """Options: the system's programs and this Python, read-only; /proc, /dev, an empty /tmp."""
    options = ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--size", str(64 * 2**20), "--tmpfs", "/tmp"]
    for path in ("/bin", "/lib", "/lib64", "/sbin"):
        if os.path.islink(path):
            options += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            options += ["--ro-bind", path, path]
    for path in dict.fromkeys(["/usr", sys.base_prefix, sys.prefix]):
        options += [*parents(path), "--ro-bind", path, path]
    return [*options, "--chdir", "/tmp"]


def parents(path):
    """Options: the folders above a path, open to look through."""
    above = [str(folder) for folder in reversed(Path(path).parents) if str(folder) != "/"]
    return [word for folder in above for word in ("--perms", "0755", "--dir", folder)]


def command(files, folder):
    """The words that start a worker which sees some files; without bubblewrap they are copied into the folder."""
    environment = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg", "HOME": "/tmp",
                   "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath}
    if bubblewrap() is None:
        for path in [*files, HERE / "wire.py", HERE / "worker.py"]:
            shutil.copy(path, folder)
        return [sys.executable, str(Path(folder, "worker.py"))], {**environment, "HOME": str(folder)}
    binds = [word for path in files for word in ("--ro-bind", str(path), f"/tmp/{Path(path).name}")]
    for name in ("wire.py", "worker.py"):
        binds += ["--ro-bind", str(HERE / name), f"/tools/{name}"]
    return [bubblewrap(), *spaces(), *system(), "--perms", "0755", "--dir", "/tools", *binds,
            sys.executable, "/tools/worker.py"], environment


class Session:
    """A hand-in's notebook, running: `call` its functions; `failed` has the cells that went wrong, by their names.

    Parameters
    ----------
    cells : list of (label, source)
    files : list of paths
        What the notebook finds beside itself.
    folder : path
        A private folder that is empty.
    """

    def __init__(self, cells, files, folder):
        self.cells, self.files, self.folder = list(cells), files, folder
        self.failed, self.endless, self.process = {}, set(), None

    def start(self):
        """Run the cells; one that does not end, or ends the program, is left out at the next try."""
        for _ in range(4):
            words, environment = command(self.files, self.folder)
            self.sock, theirs = socket.socketpair()
            with theirs:
                self.process = subprocess.Popen(words, stdin=theirs, stdout=subprocess.DEVNULL, env=environment,
                                                stderr=subprocess.DEVNULL, cwd=self.folder, start_new_session=True)
            label = self._begin()
            if label is None:
                return
            self.stop()
            self.cells = [cell for cell in self.cells if cell[0] != label]
        self.cells = []
        raise Trouble("its cells never came to an end")

    def _begin(self):
        """Send the cells; return the label of the one that did not end, or None if all did."""
        limits = {**LIMITS, "user": 1_000_000 + os.getpid()}
        label, deadline = "its first cell", time.monotonic() + CELLS
        try:
            wire.send(self.sock, {"limits": limits, "cells": [list(cell) for cell in self.cells]})
            while True:
                said = wire.receive(self.sock, deadline)
                if "ready" in said:
                    return None
                label = str(said.get("begins", label))
                if "failed" in said:
                    self._note(*said["failed"])
        except TimeoutError:
            self._note(label, f"it did not end within {CELLS} seconds")
        except (EOFError, OSError, wire.Odd, AttributeError, LookupError, TypeError):
            self._note(label, "it ended the program")
        return label

    def _note(self, label, wrong):
        """Keep what went wrong with a cell; of a hand-in that never stops complaining, the first things."""
        if len(self.failed) < 20:
            self.failed[str(label)[:80]] = str(wrong)[:600]

    def call(self, name, arguments, words):
        """The result of a function of the hand-in; raises `Trouble`."""
        if name in self.endless:
            raise Trouble(f"{name} did not end within {CALL} seconds in an earlier check")
        if self.process is None:
            self.start()
        try:
            self.sock.settimeout(CALL)
            wire.send(self.sock, [name, list(arguments), words])
            said = wire.receive(self.sock, time.monotonic() + CALL)
        except TimeoutError as error:
            self.endless.add(name)
            self.stop()
            raise Trouble(f"{name} did not end within {CALL} seconds") from error
        except (EOFError, OSError) as error:
            self.stop()
            raise Trouble(f"{name} ended the program") from error
        except wire.Odd as error:
            self.stop()
            raise Trouble(f"{name} returned {error}") from error
        return self._result(name, said if isinstance(said, dict) else {})

    def _result(self, name, said):
        if "missing" in said:
            raise Trouble(f"there is no function {name} in the notebook{self._because()}")
        if str(said.get("error")).startswith("NotImplementedError"):
            raise Trouble(f"{name} is not written yet")
        if "error" in said:
            raise Trouble(f"{name} raised {said['error']}")
        if "result" not in said:
            raise Trouble(f"{name} returned {said.get('odd', 'something odd')}")
        self.changed = said.get("changed") is True      # what it was given stays here as it was
        return said["result"]

    def _because(self):
        return "".join(f"; {label}: {wrong}" for label, wrong in list(self.failed.items())[:2])

    def stop(self):
        """End the process and all that it started."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)         # bubblewrap takes its whole process namespace along
            self.process.wait()
            self.sock.close()
            self.process = None
