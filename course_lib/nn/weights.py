"""Weights on disk: one .npz file, no pickle, never half-written."""

import os
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.lib import format as npy


def _arrays(network):
    """Return {"0.W": array, "0.b": array, ...}: the layer's path and the name of every parameter."""
    return {path: getattr(layer, name) for path, layer, name in network.named_parameters(state=True)}


def save_weights(network, path, dtype=None):
    """Write the network's parameters to `path`; the file appears whole or not at all.

    Parameters
    ----------
    dtype : optional
        Store in another float type: np.float16 takes half the room of float32.
    """
    path = Path(path)
    arrays = {name: w if dtype is None else w.astype(dtype) for name, w in _arrays(network).items()}
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(file, **arrays)
        os.chmod(temporary, 0o644)  # a temporary file is its owner's alone; weights are for all
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def load_weights(network, path):
    """Read parameters saved by `save_weights` into a network of the same layers; return it.

    Raises
    ------
    ValueError
        If the file is damaged or belongs to another network; the network is then unchanged.
    """
    wanted = _arrays(network)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_names(archive, wanted, path)
            found = {name: _read(archive, name, w, path) for name, w in wanted.items()}
    except Misfit:
        raise
    except DAMAGED as error:
        raise ValueError(f"{path} is not a file of weights that can be read ({error}); "
                         "make it again with save_weights") from error
    for name, w in wanted.items():
        w[...] = found[name]
    return network


class Misfit(ValueError):
    """The file can be read, but not into this network."""


#: what reading a broken or forged archive may raise
DAMAGED = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, KeyError, RuntimeError, OverflowError,
           NotImplementedError, struct.error)


def _check_names(archive, wanted, path):
    """The file holds an array for every parameter, no other, and none that unpacks to far more."""
    if {item.compress_type for item in archive.infolist()} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise ValueError("it is packed in a way that NumPy does not use")
    members = {item.filename: item.file_size for item in archive.infolist()}
    if set(members) != {f"{name}.npy" for name in wanted}:
        raise Misfit(f"{path} holds {sorted(members)[:20]}, the network needs {sorted(wanted)[:20]}: "
                     "the file belongs to another network")
    for name, w in wanted.items():
        if members[f"{name}.npy"] > w.size * 8 + 1024:
            raise ValueError(f"{name} unpacks to {members[name + '.npy']:,} bytes, too many for {w.shape}")


def _read(archive, name, w, path):
    """Return one array in the dtype of w. What its header promises is checked before any number is read."""
    with archive.open(f"{name}.npy") as member:
        header = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
        shape, _, dtype = header[npy.read_magic(member)](member)
    if shape != w.shape or dtype.kind != "f":
        raise Misfit(f"{path}: {name} is {dtype} {shape}, the network needs a float array {w.shape}: "
                     "the file belongs to another network")
    with archive.open(f"{name}.npy") as member, np.errstate(over="ignore"):
        numbers = npy.read_array(member, allow_pickle=False).astype(w.dtype)
    if not np.isfinite(numbers).all():
        raise Misfit(f"{path}: {name} holds numbers that are not finite in {w.dtype}; the file is damaged")
    return numbers
