"""Arrays outside of memory: read by slices, ahead of their use."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import h5py
import numpy as np
from numpy.typing import NDArray

from .containers import as_array
from .ragged import Rows
from .sources import check_parts

__all__ = ["Stored", "read_ahead", "runs"]

Key = TypeVar("Key")
Part = TypeVar("Part")


class Stored:
    """An array of h5py, zarr or dask, a memory map, or what else is read by slices.

    Rows are read in runs of neighbours. Messages name the file, the data set and the rows.

    Parameters
    ----------
    array : array-like of shape (n, ...)
        With ``shape``, ``dtype`` and slicing.

    Attributes
    ----------
    shape : tuple of int
    dtype : numpy dtype
    place : str
        The name in messages.
    rows_together : int
        Rows that one chunk of the array holds.

    Raises
    ------
    ValueError
        If the array is closed, or does not know its length; or if a part of a data set is missing,
        as in :func:`~seqdisentangle.data.sources.check_parts`.

    Examples
    --------
    >>> Stored(np.arange(12).reshape(6, 2))[np.array([0, 1, 4])]
    array([[0, 1],
           [2, 3],
           [8, 9]])
    """

    streamed = True

    def __init__(self, array: Any) -> None:
        if is_closed(array):
            raise ValueError(f"{array!r}: the file was closed before it was read")
        if isinstance(array, h5py.Dataset):
            check_parts(array)
        self.array = array
        self.place = place_of(array)
        if any(math.isnan(size) for size in array.shape):
            raise ValueError(
                f"{self.place} does not know its shape, {array.shape}: call compute_chunk_sizes() "
                "on it first"
            )
        self.shape = tuple(int(size) for size in array.shape)
        self.dtype = np.dtype(array.dtype)
        # Arrays of dask and xarray have the sizes of all chunks, others that of one; or None.
        chunks = getattr(array, "chunksize", None) or getattr(array, "chunks", None)
        self.rows_together = int(np.max(chunks[0])) if chunks else 1

    def __getitem__(self, key: Rows | tuple[Rows, slice]) -> NDArray:
        rows, *steps = key if isinstance(key, tuple) else (key,)
        if isinstance(rows, slice):
            start, stop, _ = rows.indices(self.shape[0])
            return self._read(start, stop, steps)
        parts = [
            self._read(int(rows[start]), int(rows[stop - 1]) + 1, steps)
            for start, stop in runs(rows)
        ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _read(self, start: int, stop: int, steps: list[slice]) -> NDArray:
        where = f"{self.place}: rows {start} to {stop - 1} cannot be read"
        try:
            part = as_array(self.array[(slice(start, stop), *steps)])
        except (OSError, ValueError, RuntimeError, KeyError, IndexError) as error:
            what = "the file was closed while it was read" if is_closed(self.array) else error
            raise OSError(f"{where}: {what}") from error
        later = 1 + len(steps)  # the dimensions that are read in full
        if len(part) != stop - start or part.shape[later:] != self.shape[later:]:
            raise OSError(
                f"{where}: the array gives shape {part.shape} there now, and had shape "
                f"{self.shape} when it was opened"
            )
        if part.dtype.kind == "f" and self.dtype.kind in "bui":
            raise ValueError(
                f"{where}: they are of {part.dtype}, and the array of {self.dtype}. Masked values "
                "are read as NaN, which integers do not have: hand in X.astype('float32')"
            )
        return part


def is_closed(array: Any) -> bool:
    """Tell whether the file of an h5py data set has been closed."""
    return isinstance(array, h5py.Dataset) and not array


def place_of(array: Any) -> str:
    """The name of an array in messages: its file and its own name, as far as it has them."""
    if isinstance(array, h5py.Dataset):
        return f"{array.file.filename}:{array.name}"
    if isinstance(array, np.memmap):
        return str(array.filename)
    kind = f"{type(array).__module__.partition('.')[0]} array"
    name = getattr(array, "store_path", None) or getattr(array, "name", None)
    return f"{kind} {name}" if name else kind


def runs(rows: NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """Stretches of increasing row numbers that are neighbours, as positions from and up to.

    Examples
    --------
    >>> list(runs(np.array([3, 4, 5, 9, 11, 12])))
    [(0, 3), (3, 4), (4, 6)]
    """
    edges = np.flatnonzero(np.diff(rows) != 1) + 1
    return zip([0, *edges.tolist()], [*edges.tolist(), len(rows)], strict=True)


def read_ahead(read: Callable[[Key], Part], keys: Iterable[Key]) -> Iterator[Part]:
    """``read`` each key in order, the next one in the background while one is in use.

    Examples
    --------
    >>> list(read_ahead(lambda key: key * 10, [1, 2, 3]))
    [10, 20, 30]
    """
    with ThreadPoolExecutor(1, thread_name_prefix="seqdisentangle-read") as reader:
        ahead: Future[Part] | None = None
        for key in keys:
            following = reader.submit(read, key)
            if ahead is not None:
                yield ahead.result()
            ahead = following
        if ahead is not None:
            yield ahead.result()
