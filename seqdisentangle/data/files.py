"""Sequences in files, opened where they are and read by rows."""

from __future__ import annotations

import os
import re
from pathlib import Path
from tokenize import TokenError
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from ..persistence import MALFORMED
from .lazy import Stored, runs
from .ragged import Ragged, Rows

__all__ = ["Flat", "open_path"]

HDF5_SUFFIXES = (".h5", ".hdf5", ".hdf", ".he5")
# Keys may have colons too.
HDF5_AND_KEY = re.compile(r"(.+?\.(?:h5|hdf5|hdf|he5)):(.*)", re.IGNORECASE | re.DOTALL)
MOST_KEYS = 20  # in a message


class Flat:
    """Sequences of different lengths whose frames lie one after the other.

    Parameters
    ----------
    frames : Stored of shape ``(N, *frame)``
    offsets : array of int and shape (n + 1,)
        Sequence i has the frames from ``offsets[i]`` up to ``offsets[i + 1]``.
    place : str
        The name in messages.

    Attributes
    ----------
    lengths : array of int
    shape : tuple of int
    dtype : numpy dtype

    Raises
    ------
    ValueError
        If the offsets do not rise from 0 to N.
    """

    streamed = True

    def __init__(self, frames: Stored, offsets: NDArray, place: str) -> None:
        offsets = np.asarray(offsets)
        n_frames = frames.shape[0]
        if offsets.ndim != 1 or offsets.dtype.kind not in "ui" or len(offsets) < 2:
            raise ValueError(
                f"{place}: offsets must be at least 2 whole numbers, got shape {offsets.shape} of "
                f"dtype {offsets.dtype}"
            )
        offsets = offsets.astype(np.intp)
        self.lengths = np.diff(offsets)
        if offsets[0] != 0 or offsets[-1] != n_frames or (self.lengths < 1).any():
            raise ValueError(
                f"{place}: offsets must rise from 0 to the number of frames, {n_frames}, got "
                f"{offsets[0]} to {offsets[-1]} with sequences of {self.lengths.min()} frames"
            )
        self.frames = frames
        self.offsets = offsets
        self.dtype = frames.dtype
        self.shape = (len(self.lengths), int(self.lengths.max()), *frames.shape[1:])

    @property
    def rows_together(self) -> int:
        """Sequences that one chunk of the file holds, about."""
        return max(round(self.frames.rows_together / self.lengths.mean()), 1)

    def __getitem__(self, rows: Rows) -> NDArray:
        numbers = np.arange(len(self.lengths))[rows]
        lengths = self.lengths[rows]
        part = np.zeros((len(lengths), int(lengths.max(initial=0)), *self.shape[2:]), self.dtype)
        for start, stop in runs(numbers):  # neighbours in one reading
            first, last = self.offsets[numbers[start]], self.offsets[numbers[stop - 1] + 1]
            mask = np.arange(part.shape[1]) < lengths[start:stop, None]
            part[start:stop][mask] = self.frames[slice(first, last)]
        return part


class Folder:
    """The .npy files of a folder as arrays, in the order of their names.

    Each is opened for as long as it is read: a process may keep about a thousand files open.

    Parameters
    ----------
    folder : Path
        Where it is now, should the working directory change.

    Attributes
    ----------
    files : list of str
    """

    def __init__(self, folder: Path) -> None:
        self.files = sorted(map(str, folder.absolute().glob("*.npy")))

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, i: int) -> NDArray:
        return open_npy(self.files[i])


def open_path(path: str | os.PathLike[str], name: str) -> Any:
    """Open sequences in a file, without reading them.

    Parameters
    ----------
    path : path
        ``"file.h5:/key"``, a data set (n, T, ...), or a group of two data sets, ``frames`` (N, ...)
        and ``offsets`` (n + 1,), for sequences of different lengths; ``"file.npy"``; or a folder of
        ``.npy`` files, a sequence (T_i, ...) each, in the order of their names.
    name : str
        The name in messages.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it holds no such sequences.
    TypeError
        If it is no such path.
    """
    text = os.fspath(path)
    if not text:  # of an empty variable, say; not the working directory
        raise ValueError(f"{name} must be a path that is not empty, got {path!r}")
    if within := HDF5_AND_KEY.fullmatch(text):
        return open_hdf5(*within.groups())
    place = Path(text)
    if text.lower().endswith(HDF5_SUFFIXES):
        raise ValueError(f"{name}={text!r} names no data set: write '{text}:/key'")
    if place.is_dir():
        folder = Folder(place)
        if not folder.files:
            raise ValueError(f"{name}={text!r}: the folder holds no .npy files")
        return Ragged(folder, name, streamed=True)
    if place.suffix == ".npy":
        return open_npy(place)
    raise TypeError(
        f"{name} must be an array of numbers or a list of arrays, or the path of 'file.h5:/key', "
        f"'file.npy' or a folder of .npy files, got {type(path).__name__} {text!r}"
    )


def open_npy(path: str | Path) -> NDArray:
    """A .npy file, mapped into memory."""
    try:
        array: NDArray = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise FileNotFoundError(f"{str(path)!r}: there is no such file") from None
    except (*MALFORMED, EOFError, OSError, SyntaxError, TokenError) as error:
        raise ValueError(f"{str(path)!r} is no .npy file that can be read: {error}") from error
    return array


def open_hdf5(path: str, key: str) -> Stored | Flat:
    """A data set of an HDF5 file, or a group of frames and offsets."""
    if not os.path.exists(path):
        raise FileNotFoundError(f"{path!r}: there is no such file")
    try:
        return open_item(path, key)
    except (*MALFORMED, OSError) as error:
        names_it = isinstance(error, ValueError) and path in str(error)
        if names_it or isinstance(error, FileNotFoundError):  # of a part, which it names
            raise
        raise ValueError(f"{path!r} is no HDF5 file that can be read: {error}") from error


def open_item(path: str, key: str) -> Stored | Flat:
    """The object of a key in an HDF5 file; errors of the library below are as they come."""
    file = h5py.File(path, "r")
    item = file.get(key or "/")
    if isinstance(item, h5py.Dataset):
        return Stored(item)
    if isinstance(item, h5py.Group) and {"frames", "offsets"} <= set(item):
        return Flat(Stored(item["frames"]), item["offsets"][:], f"{path}:{key}")
    found: list[str] = []
    file.visititems(lambda k, v: found.append(f"/{k}") if isinstance(v, h5py.Dataset) else None)
    file.close()
    raise ValueError(
        f"{path!r} has no data set {key!r}, nor a group of that name with 'frames' and 'offsets'; "
        f"its {len(found)} data sets are {', '.join(map(repr, found[:MOST_KEYS]))}"
        f"{', ...' if len(found) > MOST_KEYS else ''}"
    )
