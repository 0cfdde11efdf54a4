"""Run a hand-in's cells and answer calls of its functions: the only process in which a student's code runs.

Started by `sandbox.py`, with a socket as its standard input. It first gives up what it does not need, by limits
that it cannot raise again. It knows the inputs of a check, never what is expected of them.
"""

import os
import re
import resource
import socket
import sys
import traceback

import numpy as np
import wire

WORDS = 300     # of an error's text


def give_up(limits):
    """Take the limits; as root, become nobody in particular as well."""
    if os.getuid() == 0 and limits["user"]:
        os.setgroups([])
        os.setgid(limits["user"])
        os.setuid(limits["user"])
    for name in ("AS", "CPU", "FSIZE", "NOFILE", "NPROC", "CORE"):
        try:
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limits[name],) * 2)
        except (ValueError, OSError):       # the system has a smaller one, or does not know it
            continue


def plain_python(source):
    """The cell without what only Jupyter understands: lines of % and !, and the first line of a %%time."""
    if source.lstrip().startswith("%%"):
        first, _, rest = source.lstrip().partition("\n")
        source = "\n" + rest if first.startswith("%%time") else ""
    return re.sub(r"^([ \t]*)[%!].*$", r"\1pass", source, flags=re.M)


def run(label, source, namespace):
    """Run one cell; return what went wrong, in a sentence, or None."""
    try:
        exec(compile(plain_python(source), f"<{label}>", "exec"), namespace)
    except BaseException as error:
        return sentence(error, {label: source})
    return None


def sentence(error, sources):
    """An error as a reader of the report wants it: what, and in which line of which cell."""
    if isinstance(error, MemoryError):
        return "it asked for more memory than it may have"
    try:
        text = f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"
    except BaseException:
        text = type(error).__name__
    text = text[:WORDS] + (" ..." if len(text) > WORDS else "")
    for label, number in reversed(places(error)):
        lines = sources.get(label, "").split("\n")
        if label in sources and 0 < number <= len(lines):
            return f"{text} ({label}, line {number}: {lines[number - 1].strip()[:120]})"
    return text


def places(error):
    """Where an error came through: (cell, line), the innermost last."""
    found = [(frame.filename.strip("<>"), frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        found.append((str(error.filename).strip("<>"), error.lineno or 0))
    return found


def answer(namespace, sources, name, arguments, words):
    """Call a function of the hand-in; return its result and whether it changed an array, or what went wrong."""
    if not callable(namespace.get(name)):
        return {"missing": name}
    before = [np.copy(argument) for argument in arguments if isinstance(argument, np.ndarray)]
    try:
        result = namespace[name](*arguments, **words)
        after = [argument for argument in arguments if isinstance(argument, np.ndarray)]
        return {"result": result, "changed": not all(map(np.array_equal, before, after))}
    except BaseException as error:
        return {"error": sentence(error, sources)}


def main():
    sock = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):            # a novel that is printed goes nowhere
        os.dup2(nothing, descriptor)
    order = wire.receive(sock)
    give_up(order["limits"])
    np.ones((2, 2)) @ np.ones((2, 2))       # what NumPy loads late, it loads now
    sys.path[:] = [os.getcwd(), *sys.path[1:]]
    namespace, sources = {"__name__": "__main__"}, dict(order["cells"])
    for label, source in order["cells"]:
        wire.send(sock, {"begins": label})
        if wrong := run(label, source, namespace):
            wire.send(sock, {"failed": [label, wrong]})
    wire.send(sock, {"ready": True})
    me = os.getpid()
    while True:
        reply = answer(namespace, sources, *wire.receive(sock))
        if os.getpid() != me:               # a child that a function left behind
            os._exit(0)
        try:
            message = wire.pack(reply)
        except BaseException as error:      # a dictionary of its own making may raise anything
            message = wire.pack({"odd": str(error)[:WORDS] if isinstance(error, wire.Odd) else "an odd object"})
        sock.sendall(message)


if __name__ == "__main__":
    main()
