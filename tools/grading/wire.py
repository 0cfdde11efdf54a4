"""What goes between the grader and a hand-in's process: numbers, words, lists and arrays. Never a pickle.

A message is a length, a JSON text and the bytes of its arrays. Whatever arrives is data: nothing in it is run,
its size is bounded before it is read, and an array's shape is compared with the bytes that are there.
"""

import json
import math
import struct
import time

import numpy as np

MOST = 64 * 2**20         # bytes of one message
HEAD = struct.Struct("<QQ")


class Odd(Exception):
    """What cannot be sent, or is no message; the text says why."""


def pack(tree):
    """The message that says `tree`."""
    arrays = []
    text = json.dumps(_plain(tree, arrays)).encode()
    body = b"".join(array.tobytes() for array in arrays)
    if len(text) + len(body) > MOST:
        raise Odd(f"more than {MOST >> 20} MB")
    return HEAD.pack(len(text), len(body)) + text + body


def _plain(value, arrays):
    """`value` as JSON has it; each array is kept in `arrays` and leaves its type and shape."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (bool, int, float, str, type(None))):
        return value
    for kind in (tuple, list):
        if isinstance(value, kind):
            return {kind.__name__: [_plain(item, arrays) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[_plain(word, arrays) for word in pair] for pair in value.items()]}
    if isinstance(value, np.ndarray):
        return {"array": _kept(value, arrays)}
    raise Odd(f"a {type(value).__name__}; numbers, words, lists and arrays of numbers can be compared")


def _kept(array, arrays):
    if array.dtype.kind not in "biuf" or array.itemsize > 8:
        raise Odd(f"an array of {array.dtype}; arrays of numbers can be compared")
    arrays.append(array)
    return [array.dtype.str, list(array.shape)]


def unpack(text, body):
    """What a message says."""
    try:
        tree, rest = _rebuilt(json.loads(text), memoryview(body))
    except (ValueError, TypeError, KeyError, IndexError, RecursionError, OverflowError) as error:
        raise Odd("a message that cannot be read") from error
    if len(rest):
        raise Odd("a message with bytes left over")
    return tree


def _rebuilt(value, body):
    """The value that `_plain` made plain, and the bytes after those of its arrays."""
    if not isinstance(value, dict):
        return value, body
    ((kind, items),) = value.items()
    if kind == "array":
        return _array(*items, body)
    parts = []
    for item in items if kind != "dict" else [word for pair in items for word in pair]:
        part, body = _rebuilt(item, body)
        parts.append(part)
    made = {"list": list, "tuple": tuple, "dict": lambda flat: dict(zip(flat[::2], flat[1::2]))}
    return made[kind](parts), body


def _array(dtype, shape, body):
    dtype, shape = np.dtype(dtype), tuple(int(side) for side in shape)
    size = math.prod(shape) * dtype.itemsize
    if dtype.kind not in "biuf" or min(shape, default=0) < 0 or size > len(body):
        raise ValueError("an array of another size than its bytes")
    return np.frombuffer(body[:size], dtype).reshape(shape).copy(), body[size:]


def send(sock, tree):
    """Send one message."""
    sock.sendall(pack(tree))


def receive(sock, deadline=None):
    """Receive one message; raises TimeoutError when the deadline (of time.monotonic) is over, EOFError at the end."""
    text, body = HEAD.unpack(_exactly(sock, HEAD.size, deadline))
    if text + body > MOST:
        raise Odd(f"more than {MOST >> 20} MB")
    return unpack(_exactly(sock, text, deadline), _exactly(sock, body, deadline))


def _exactly(sock, count, deadline):
    data = bytearray()
    while len(data) < count:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(left)
        piece = sock.recv(min(count - len(data), 2**20))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)
