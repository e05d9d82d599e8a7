"""Sequences of different lengths as one array that is padded part by part."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from .containers import as_array
from .sources import check_whole

__all__ = ["Padded", "Ragged", "Rows", "checked_lengths", "stacked"]

Rows = slice | NDArray[np.intp]


class Arrays(Protocol):
    """A list of arrays, or what gives them by number."""

    def __len__(self) -> int: ...

    def __getitem__(self, i: int, /) -> NDArray: ...


class Ragged:
    """A list of arrays ``(T_i, *frame)`` that is read like an array ``(n, T, *frame)``.

    Parameters
    ----------
    arrays : Arrays
    name : str
        The name in messages.
    streamed : bool
        True if the arrays are outside of memory.

    Attributes
    ----------
    lengths : array of int
    shape : tuple of int
        ``T`` being the longest.
    dtype : numpy dtype

    Raises
    ------
    ValueError
        If frames differ in shape.
    """

    rows_together = 1

    def __init__(self, arrays: Arrays, name: str, *, streamed: bool = False) -> None:
        self.arrays = arrays
        self.name = name
        self.streamed = streamed
        frame: tuple[int, ...] = ()
        lengths, dtypes = [], set()
        for i in range(len(arrays)):
            array = arrays[i]
            if i == 0:
                frame, first = array.shape[1:], array.shape
            if array.ndim == 0 or array.shape[1:] != frame:
                turned = array.ndim == len(first) == 2 and array.shape[0] == first[0]
                hint = (
                    ". Of series (channels, T_i), as in aeon, these are made by "
                    f"seqdisentangle.data.from_channels_first({name})"
                )
                raise ValueError(
                    f"{name}[{i}] has shape {array.shape}, unlike {name}[0] with shape {first}: "
                    "expected sequences of one shape, or of different lengths (T_i, ...) with "
                    f"frames of one shape{hint if turned else ''}"
                )
            lengths.append(len(array))
            dtypes.add(array.dtype)
        self.lengths = np.array(lengths)
        if not self.lengths.all():
            i = int(self.lengths.argmin())
            raise ValueError(f"{name}[{i}] is empty: expected at least one step")
        self.dtype = np.result_type(*dtypes)
        self.shape = (len(arrays), int(self.lengths.max()), *frame)

    def __getitem__(self, rows: Rows) -> NDArray:
        numbers = np.arange(len(self.arrays))[rows]
        lengths = self.lengths[rows]
        longest = int(lengths.max(initial=0))
        part = np.zeros((len(lengths), longest, *self.shape[2:]), self.dtype)
        for row, i in zip(part, numbers.tolist(), strict=True):
            array, shape = self.arrays[i], (self.lengths[i], *self.shape[2:])
            if array.shape != shape:
                raise ValueError(
                    f"{self.name}[{i}] has shape {array.shape} now, and had shape "
                    f"{tuple(map(int, shape))} when it was first read"
                )
            check_whole(array)
            row[: len(array)] = array
        return part


class Padded:
    """An array ``(n, T, *frame)`` of which only the first steps of each sequence count.

    Parameters
    ----------
    source : array-like
    lengths : array of int
    """

    def __init__(self, source: Any, lengths: NDArray[np.intp]) -> None:
        self.source = source
        self.lengths = lengths
        self.streamed = getattr(source, "streamed", False)
        self.rows_together = getattr(source, "rows_together", 1)
        self.dtype = source.dtype
        self.shape = (len(lengths), int(lengths.max()), *source.shape[2:])

    def __getitem__(self, rows: Rows) -> NDArray:
        lengths = self.lengths[rows]
        longest = int(lengths.max(initial=0))
        part = self.source[rows, slice(longest)]
        part = np.array(part.cpu().numpy() if isinstance(part, Tensor) else part)
        part[np.arange(longest) >= lengths[:, None]] = 0  # whatever stood there, NaN too
        return part


def checked_lengths(lengths: Any, n: int, n_steps: int, name: str) -> NDArray[np.intp]:
    """The lengths of n sequences that are padded to ``n_steps``.

    Raises
    ------
    ValueError
        If they are not n whole numbers from 1 to ``n_steps``.
    """
    try:
        are_objects = not isinstance(lengths, Tensor) and np.asarray(lengths).dtype.kind == "O"
        lengths = as_array(lengths, "lengths")
    except ValueError as error:
        raise ValueError(
            f"lengths must be {n} whole numbers, one for each sequence of {name}: {error}"
        ) from error
    if are_objects and lengths.dtype.kind == "f" and (lengths == np.round(lengths)).all():
        lengths = lengths.astype(np.intp)
    if lengths.shape != (n,) or lengths.dtype.kind not in "ui":
        raise ValueError(
            f"lengths must be {n} whole numbers, one for each sequence of {name}, got shape "
            f"{lengths.shape} of dtype {lengths.dtype}"
        )
    outside = (lengths < 1) | (lengths > n_steps)
    if outside.any():
        i = int(outside.argmax())
        raise ValueError(
            f"lengths[{i}] must be from 1 to {n_steps}, the steps of {name}, got {lengths[i]}"
        )
    return lengths.astype(np.intp)


def stacked(sequences: list[NDArray]) -> Any:
    """Sequences as one array where they are of one length, else as they are."""
    return np.stack(sequences) if len({len(x) for x in sequences}) == 1 else sequences
