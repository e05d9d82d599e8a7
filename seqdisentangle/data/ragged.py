"""Sequences of different lengths as one array that is padded part by part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["Padded", "Ragged", "Rows", "checked_lengths"]

Rows = slice | NDArray[np.intp]


class Ragged:
    """A list of arrays (T_i, *frame) that is read like an array (n, T, *frame).

    Parameters
    ----------
    arrays : list of arrays
    name : str
        What messages call the list.

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

    def __init__(self, arrays: Sequence[NDArray], name: str) -> None:
        self.arrays = arrays
        frame = arrays[0].shape[1:]
        for i, array in enumerate(arrays):
            if array.ndim == 0 or array.shape[1:] != frame:
                raise ValueError(
                    f"{name}[{i}] has shape {array.shape}, unlike {name}[0] with shape "
                    f"{arrays[0].shape}: expected sequences of one shape, or of different lengths "
                    "(T_i, ...) with frames of one shape"
                )
        self.lengths = np.array([len(array) for array in arrays])
        if not self.lengths.all():
            i = int(self.lengths.argmin())
            raise ValueError(f"{name}[{i}] is empty: expected at least one step")
        self.dtype = np.result_type(*arrays)
        self.shape = (len(arrays), int(self.lengths.max()), *frame)

    def __getitem__(self, rows: Rows) -> NDArray:
        numbers = range(len(self.arrays))[rows] if isinstance(rows, slice) else rows
        lengths = self.lengths[rows]
        longest = int(lengths.max(initial=0))
        part = np.zeros((len(lengths), longest, *self.shape[2:]), self.dtype)
        for row, i in zip(part, numbers, strict=True):
            row[: len(self.arrays[i])] = self.arrays[i]
        return part


class Padded:
    """An array (n, T, *frame) of which only the first steps of each sequence count.

    Parameters
    ----------
    source : array-like
    lengths : array of int
    """

    def __init__(self, source: Any, lengths: NDArray[np.intp]) -> None:
        self.source = source
        self.lengths = lengths
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
        lengths = np.asarray(lengths.cpu() if isinstance(lengths, Tensor) else lengths)
    except ValueError as error:
        raise ValueError(
            f"lengths must be {n} whole numbers, one for each sequence of {name}: {error}"
        ) from error
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
