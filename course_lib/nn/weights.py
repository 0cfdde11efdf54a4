"""Weights on disk: one .npz file, no pickle, never half-written."""

import os
import tempfile
import zipfile
from pathlib import Path

import numpy as np


def _arrays(network):
    """Return {"0.W": array, "0.b": array, ...}: the layer's path and the name of every parameter."""
    return {path: getattr(layer, name) for path, layer, name in network.named_parameters()}


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
            sizes = {Path(item.filename).stem: item.file_size for item in archive.infolist()}
        for name, w in wanted.items():  # before anything is unpacked
            if sizes.get(name, 0) > w.size * 8 + 1024:
                raise ValueError(f"{name} unpacks to {sizes[name]:,} bytes, too many for {w.shape}")
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files if name in wanted}
    except (zipfile.BadZipFile, ValueError, EOFError, KeyError) as error:
        raise ValueError(f"{path} is not a file of weights that can be read ({error}); "
                         "make it again with save_weights") from error
    _check_fit(wanted, found, sizes, path)
    for name, w in wanted.items():
        w[...] = found[name]
    return network


def _check_fit(wanted, found, sizes, path):
    """Say how the file's arrays differ from the network's, if they do."""
    if set(sizes) != set(wanted):
        raise ValueError(f"{path} holds {sorted(sizes)}, the network needs {sorted(wanted)}: "
                         "the file belongs to another network")
    for name, w in wanted.items():
        if found[name].shape != w.shape or found[name].dtype.kind != "f":
            raise ValueError(f"{path}: {name} is {found[name].dtype} {found[name].shape}, the network "
                             f"needs a float array {w.shape}: the file belongs to another network")
        if not np.isfinite(found[name]).all():
            raise ValueError(f"{path}: {name} holds numbers that are not finite; the file is damaged")
