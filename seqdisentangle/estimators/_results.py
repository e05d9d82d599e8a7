"""Room for the results of a verb: in memory, or in a file that takes its place whole."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from os.path import exists, samefile
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from .._paths import check_path
from ..data.ragged import Rows
from ..data.sequences import Sequences
from ..persistence import naming, written_whole

__all__ = ["Lengths", "output", "put", "room"]

Lengths = NDArray[np.intp] | None


def room(
    shape: tuple[int, ...],
    dtype: np.dtype,
    lengths: Lengths = None,
    file: h5py.File | None = None,
    name: str = "",
) -> Any:
    """Make room for values of n sequences: an array, a list where lengths differ, or a file.

    Parameters
    ----------
    shape : tuple of int
        (n, ...), or (n, T, ...) where lengths differ.
    dtype : numpy dtype
    lengths : array of int, optional
    file : h5py.File, optional
    name : str
        The data set, or the group of ``frames`` and ``offsets`` where lengths differ.
    """
    if file is None:
        return np.empty(shape, dtype) if lengths is None else [np.empty(0)] * shape[0]
    if lengths is None:
        return file.create_dataset(name, shape, dtype)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    file.create_dataset(f"{name}/offsets", data=offsets)
    return FlatRoom(
        file.create_dataset(f"{name}/frames", (offsets[-1], *shape[2:]), dtype), offsets
    )


class FlatRoom:
    """Sequences of different lengths in a file, one after the other."""

    def __init__(self, frames: h5py.Dataset, offsets: NDArray[np.intp]) -> None:
        self.frames = frames
        self.offsets = offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __setitem__(self, i: int, values: NDArray) -> None:
        self.frames[self.offsets[i] : self.offsets[i + 1]] = values


def put(into: Any, rows: Rows, values: NDArray, lengths: Lengths = None) -> None:
    """Put the values of some sequences in their places, without their padding in a list."""
    if lengths is None:
        into[rows] = values
        return
    for row, value in zip(np.arange(len(into))[rows], values, strict=True):
        into[row] = value[: lengths[row]].copy()


@contextmanager
def output(path: str | PathLike[str] | None, *inputs: Sequences) -> Iterator[h5py.File | None]:
    """An HDF5 file that takes its place whole or not at all; None for results in memory.

    Raises
    ------
    ValueError
        If one of the inputs is read from a file at this place.
    OSError
        If it cannot be written; names the file. Nothing half-written is left.
    """
    if path is None:
        yield None
        return
    check_path(path, "out", to_write=True)
    for sequences in inputs:
        if any(is_same_file(path, file) for file in sequences.files):
            raise ValueError(
                f"out={str(path)!r} is a file that {sequences.name} is read from, which results "
                "would take the place of: name another file"
            )
    with (
        written_whole(path) as partial,
        DroppedOnError(partial, "w+b") as disk,
        h5py.File(disk, "w") as file,
    ):
        yield file


class DroppedOnError(io.FileIO):
    """A file that HDF5 writes to by way of Python, and that is of no use once that has failed.

    A file that HDF5 opens by itself ends the interpreter when the disk is full, as it is closed
    with parts that cannot be written. Here they are dropped after the first error, which is raised.
    """

    failed = False

    def write(self, values: Any) -> int:
        """Write all of it, which one call of the system may not do."""
        left = memoryview(values).cast("B")
        n_bytes = len(left)
        while len(left) and not self.failed:
            left = left[self._tried(super().write, left) :]
        return n_bytes

    def truncate(self, size: int | None = None) -> int:
        """Change its size, as HDF5 does when it closes a file."""
        return 0 if self.failed else self._tried(super().truncate, size)

    def _tried(self, call: Callable[[Any], int], argument: Any) -> int:
        try:
            with naming(self.name):
                return call(argument)
        except OSError:
            self.failed = True
            raise


def is_same_file(path: str | PathLike[str], other: str) -> bool:
    """Tell whether two paths lead to one file that is there."""
    return exists(path) and exists(other) and samefile(path, other)
