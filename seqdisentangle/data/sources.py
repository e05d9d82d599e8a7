"""Files behind arrays: which ones are read, and whether all of them are there."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

__all__ = ["check_parts", "check_whole", "files_behind"]


def files_behind(array: Any) -> Iterator[str]:
    """The files that an array is read from, as far as it tells.

    Parameters
    ----------
    array : array-like
        A memory map or a view of one, a data set of h5py, an array of dask that is made of either,
        or what wraps such arrays to read them.

    Examples
    --------
    >>> list(files_behind(np.ones(3)))
    []
    """
    if isinstance(array, h5py.Dataset):
        if array:  # it is open
            yield array.file.filename
            for name, _ in virtual_parts(array):
                yield from candidates(array, name)
            for name, *_ in array.external or ():
                yield os.fsdecode(name)
    elif isinstance(array, np.ndarray):
        while array is not None:
            if isinstance(array, np.memmap) and array.filename is not None:
                yield os.fspath(array.filename)
            array = getattr(array, "base", None)
    elif hasattr(array, "__dask_graph__"):
        for task in dict(array.__dask_graph__()).values():
            yield from files_behind(getattr(task, "value", task))
    else:
        for inner in ("array", "frames", "source"):
            if hasattr(array, inner):
                yield from files_behind(getattr(array, inner))
        arrays = getattr(array, "arrays", None)
        yield from getattr(arrays, "files", ())
        if isinstance(arrays, h5py.Dataset):
            yield from files_behind(arrays)
        for one in arrays if isinstance(arrays, list) else ():  # others are read one by one
            yield from files_behind(one)


def check_whole(array: Any) -> None:
    """Raise an OSError if the file of an array has been cut short since it was opened.

    To read what is no longer there ends the interpreter in a memory map, and gives zeros in HDF5.

    Parameters
    ----------
    array : array-like
        As in :func:`files_behind`. Of a list of arrays none is looked at.

    Raises
    ------
    OSError
        Names the file.

    Examples
    --------
    >>> check_whole(np.ones(3))
    """
    for inner in ("array", "frames", "source"):
        if hasattr(array, inner):
            return check_whole(getattr(array, inner))
    if isinstance(array, h5py.Dataset):
        file = array.file if array else None  # it is closed
        # One that is open for writing is not on the disk yet. Other drivers have no descriptor.
        if file is not None and file.mode == "r" and file.driver == "sec2":
            size = os.fstat(file.id.get_vfd_handle()).st_size
            check_size(file.filename, size, file.id.get_filesize())
    elif isinstance(array, np.ndarray):
        check_mapped(array)


def check_mapped(array: Any) -> None:
    """Raise an OSError if an array is of a memory map whose file has been cut short."""
    mapped = None
    while array is not None and not isinstance(array, mmap.mmap):
        mapped = array if isinstance(array, np.memmap) else mapped
        array = getattr(array, "base", None)
    if mapped is not None and array is not None:
        # A map begins on a page of memory.
        start = mapped.offset - mapped.offset % mmap.ALLOCATIONGRANULARITY
        check_size(str(mapped.filename), array.size(), start + len(array))


def check_size(name: str, size: int, needed: int) -> None:
    """Raise an OSError if a file has become smaller than it was."""
    if size < needed:
        raise OSError(
            f"{name!r} has {size} bytes, and had {needed} or more when it was opened: it has been "
            "cut short, or is being written anew. Open it again once it is whole"
        )


def check_parts(dataset: h5py.Dataset) -> None:
    """Raise an error if a part of a data set is in a file that is not there, or too short.

    HDF5 reads fill values in its place, without a word.

    Parameters
    ----------
    dataset : h5py.Dataset

    Raises
    ------
    FileNotFoundError
        If a virtual data set has a source in a file that is not there.
    ValueError
        If the file of a source has no such data set or is no HDF5 file, or raw data are too short.
    """
    place = f"{dataset.file.filename}:{dataset.name}"
    for name, key in virtual_parts(dataset):
        if name == ".":
            check_part(dataset.file, key, place)
            continue
        found = [path for path in candidates(dataset, name) if os.path.exists(path)]
        if not found:
            raise FileNotFoundError(
                f"{place} is a virtual data set with a part in '{name}:{key}', and there is no "
                f"such file, neither beside it nor in {os.getcwd()}: put it there"
            )
        try:
            file = h5py.File(found[0], "r")
        except OSError as error:
            raise ValueError(
                f"{place} is a virtual data set with a part in '{name}:{key}', which cannot be "
                f"read: {error}"
            ) from error
        with file:
            check_part(file, key, place)
    check_raw(dataset, place)


def check_part(file: h5py.File, key: str, place: str) -> None:
    """Raise an error if a source of a virtual data set, or a part of the source, is not there."""
    part = file.get(key)
    if not isinstance(part, h5py.Dataset):
        raise ValueError(
            f"{place} is a virtual data set with a part in '{file.filename}:{key}', and that file "
            "has no such data set"
        )
    check_parts(part)


def check_raw(dataset: h5py.Dataset, place: str) -> None:
    """Raise a ValueError if files of raw data hold less than the data set."""
    raw = [(os.fsdecode(name), offset, size) for name, offset, size in dataset.external or ()]
    if not raw or not all(os.path.exists(name) for name, *_ in raw):
        return  # which HDF5 itself refuses to read
    held = sum(min(size, os.path.getsize(name) - offset) for name, offset, size in raw)
    if held < dataset.size * dataset.dtype.itemsize:
        raise ValueError(
            f"{place} needs {dataset.size * dataset.dtype.itemsize} bytes of raw data, and there "
            f"are {held} in {', '.join(name for name, *_ in raw)}"
        )


def virtual_parts(dataset: h5py.Dataset) -> list[tuple[str, str]]:
    """The file and the key of each source of a virtual data set, none of another data set."""
    if not dataset.is_virtual:
        return []
    parts = {(part.file_name, part.dset_name) for part in dataset.virtual_sources()}
    # Of files with numbers in their names HDF5 reads as many as there are: the shape tells.
    return sorted(part for part in parts if "%" not in part[0] + part[1])


def candidates(dataset: h5py.Dataset, name: str) -> list[str]:
    """The places where HDF5 looks for the file of a source."""
    beside = Path(dataset.file.filename).resolve().parent
    prefix = dataset.id.get_access_plist().get_virtual_prefix().decode()
    folders = [*filter(None, [os.environ.get("HDF5_VDS_PREFIX"), prefix]), beside, Path()]
    named = [Path(name)] if os.path.isabs(name) else []
    return [str(path) for path in [*named, *(Path(folder, name) for folder in folders)]]
