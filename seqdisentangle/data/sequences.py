"""Sequences of any container, checked once: their kind, their layout, their values."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import h5py
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from .containers import as_array, check_dtype, opened
from .files import Flat, open_path
from .items import open_dataset
from .layout import Layout, find_layout
from .lazy import Stored, read_ahead
from .ragged import Padded, Ragged, Rows, checked_lengths
from .sources import check_whole, files_behind
from .tables import is_data_frame

__all__ = ["MISSING", "Sequences"]

MISSING = ("error", "mask")
LARGEST = 1e140  # whose squares float64 holds, and the sum of as many as there are
MEANING = "NaN stands for a missing value, as it does for a masked one"


class Sequences:
    """Sequences in an array or a list of arrays, read in batches and never loaded whole.

    Parameters
    ----------
    X : array-like
        (n, T) numbers, (n, T, D) features, (n, T, J, 2) or (n, T, J, 3) joints, (n, T, H, W) grey
        or (n, T, H, W, C) or (n, T, C, H, W) images: a NumPy array or memmap, a torch tensor, a
        list of arrays, whose lengths may differ, anything with ``shape``, ``dtype`` and slicing,
        such as an array of h5py, zarr or dask, a torch ``Dataset`` of sequences, or a path, see
        :func:`~seqdisentangle.data.files.open_path`.
    channels : {"auto", "first", "last"}
        The axis of a five-dimensional array that holds the channels.
    layout : Layout, optional
        The layout that the sequences must have, from an earlier :class:`Sequences`.
    lengths : array of int and shape (n,), optional
        Steps of each sequence of an array that count, the rest being padding.
    missing : {"error", "mask"} or None
        NaN is an error, or a value that is not known; None if there is no choice. What is masked in
        a masked array is read as NaN.
    name : str
        The name in messages.

    Attributes
    ----------
    layout : Layout
    n_steps : int
        Of the longest.
    lengths : array of int or None
        The length of each sequence, None where they are all the same.
    dtype : numpy dtype
    streamed : bool
        True if they are read from outside of memory.
    rows_together : int
        Sequences that are read at the cost of one.

    Raises
    ------
    TypeError
        If ``X`` is no array of numbers.
    ValueError
        If it is empty, complex, of another number of dimensions, of frames of different shapes, or
        unlike ``layout``; or if the lengths do not fit it.

    Examples
    --------
    >>> videos = Sequences(np.zeros((5, 8, 32, 32, 3), np.uint8))
    >>> len(videos), videos.n_steps, videos.layout.frame_shape
    (5, 8, (3, 32, 32))
    """

    def __init__(
        self,
        X: Any,
        *,
        channels: str = "auto",
        layout: Layout | None = None,
        lengths: Any = None,
        missing: str | None = "error",
        name: str = "X",
    ) -> None:
        self.name = name
        self.missing = missing
        self._source = as_source(X, name)
        self.shape = tuple(int(s) for s in self._source.shape)
        self._check_shape()
        if lengths is not None:
            if isinstance(self._source, Ragged):
                raise ValueError(
                    f"lengths are for a padded array, and {name} is a list of arrays of their own"
                )
            checked = checked_lengths(lengths, self.shape[0], self.shape[1], name)
            self._source = Padded(self._source, checked)
            self.shape = self._source.shape
        found: NDArray[np.intp] | None = getattr(self._source, "lengths", None)
        if found is not None and (found == self.shape[1]).all():
            found = None
        self.lengths = found
        if layout is None:
            layout = find_layout(self.shape, channels, name)
        else:
            self._check_like(layout)
        self.layout = layout
        self.n_steps = self.shape[1]
        self.dtype = source_dtype(self._source)
        self.streamed = getattr(self._source, "streamed", False)
        self.rows_together = getattr(self._source, "rows_together", 1)
        self._checked = False

    @property
    def all_lengths(self) -> NDArray[np.intp]:
        """The length of each sequence, where they are all the same too."""
        return np.full(len(self), self.n_steps) if self.lengths is None else self.lengths

    @property
    def files(self) -> set[str]:
        """The files that they are read from, as far as these are known."""
        return set(files_behind(self._source))

    def __len__(self) -> int:
        return self.shape[0]

    def read(self, rows: Rows) -> Tensor:
        """Some sequences in the user's units and layout; increasing row numbers.

        Where lengths differ they are padded with zeros to the longest of them.

        Raises
        ------
        ValueError
            If a value is infinite, or NaN unless these stand for missing ones; names the first.
        OSError
            If a file that they are read from has been cut short.
        """
        check_whole(self._source)
        if isinstance(self._source, Tensor) and not isinstance(rows, slice):
            part = self._source[torch.from_numpy(rows).to(self._source.device, non_blocking=True)]
        else:
            part = self._source[rows]
        x = part if isinstance(part, Tensor) else torch.from_numpy(native(np.asarray(part)))
        x = x.contiguous()  # the last bit of a matrix product depends on strides
        if x.dtype == torch.float16:  # as of NumPy
            x = x.float()
        if self._checked or not x.is_floating_point():
            return x
        if isinstance(self._source, Tensor):
            total = x.sum(dtype=torch.float64)
        else:  # by one thread: in the background, those of torch would be in the model's way
            with np.errstate(over="ignore", invalid="ignore"):
                total = x.numpy().sum()
        if not math.isfinite(total):
            self._check_finite(x, rows)
        return x

    def arrays(self, rows: NDArray[np.intp]) -> list[NDArray]:
        """Some sequences (T_i, ...), as :meth:`read` has them, without padding."""
        lengths = self.all_lengths[rows]
        each = (self.read(rows[i : i + 1]) for i in range(len(rows)))
        return [x[0, :length].cpu().numpy() for x, length in zip(each, lengths, strict=True)]

    def read_all(self, passes: Iterable[Rows]) -> Iterator[Tensor]:
        """:meth:`read` each of some rows; ahead, in the background, what is not in memory."""
        return read_ahead(self.read, passes) if self.streamed else map(self.read, passes)

    def chunks(
        self, n_values: int = 2**22, check: Callable[[Tensor, int], None] | None = None
    ) -> Iterator[NDArray]:
        """All values in consecutive parts of about ``n_values`` numbers, finite.

        Of shape ``(n, T, *frame)``, or ``(N, *frame)`` without the padding where lengths differ.
        ``check`` sees them with the padding, and the number of the first sequence.

        Raises
        ------
        ValueError
            As by :meth:`read`, or if a value is too large to be squared; names the first. At the
            end, if all values are missing.
        """
        size = max(1, n_values // max(1, int(np.prod(self.shape[1:]))))
        rows = [slice(start, start + size) for start in range(0, len(self), size)]
        known = False
        for some, x in zip(rows, self.read_all(rows), strict=True):
            part = x.cpu().numpy()
            self._check_size(part, some.start)
            if check is not None:
                check(x, some.start)
            if self.lengths is not None:
                part = part[np.arange(part.shape[1]) < self.lengths[some, None]]
            known = known or part.dtype.kind != "f" or not np.isnan(part).all()
            yield part
        if not known:
            raise ValueError(f"{self.name} holds no value: all are NaN, as missing ones are")
        # What is in memory stays as it is; a device would be waited for at every look.
        self._checked = not self.streamed

    def keep_on(self, device: torch.device, n_bytes: int) -> None:
        """Hold an array that is in memory on a device from now on, if it fits into ``n_bytes``.

        Its batches need not be sent, then.
        """
        source = self._source
        if isinstance(source, np.ndarray) and source.nbytes <= n_bytes:
            source = torch.from_numpy(native(source))
        if isinstance(source, Tensor) and source.nbytes <= n_bytes:
            self._source = source.to(device)

    def _check_shape(self) -> None:
        if not 2 <= len(self.shape) <= 5:
            raise ValueError(
                f"{self.name} must have 2 to 5 dimensions: (n, T), (n, T, D), (n, T, J, 2 or 3), "
                f"(n, T, H, W), or (n, T, H, W, C) or (n, T, C, H, W), got shape {self.shape}. "
                "Reshape your data: a single sequence, X[0], is handed in as X[:1], and a long "
                "recording (T, ...) is cut into sequences by seqdisentangle.data.windows"
            )
        if 0 in self.shape:
            raise ValueError(
                f"{self.name} is empty: got shape {self.shape}, expected at least one sequence, "
                "one step and one value"
            )

    def _check_like(self, layout: Layout) -> None:
        ndim = 2 + len(layout.array_frame_shape)
        if self.shape[2:] != layout.array_frame_shape:
            expected = ("n", "T", *layout.array_frame_shape)
            single = self.shape[1:] == layout.array_frame_shape
            hint = ". A single sequence, X[0], is handed in as X[:1]" if single else ""
            raise ValueError(
                f"{self.name} must have the {ndim} dimensions ({', '.join(map(str, expected))}) of "
                f"the sequences seen in fit, got shape {self.shape}{hint}"
            )

    def _check_size(self, x: NDArray, start: int) -> None:
        """Raise a ValueError if a value is too large to take moments of."""
        if x.dtype != np.float64:
            return
        largest = max(np.fmax.reduce(x, axis=None), -np.fmin.reduce(x, axis=None))
        if not largest > LARGEST:  # nor where all are NaN
            return
        number, step, *place = np.argwhere(np.abs(x) > LARGEST)[0].tolist()
        raise ValueError(
            f"{self.name} has {x[(number, step, *place)]:g} in step {step} of sequence "
            f"{start + number}, more than {LARGEST:g}, whose square is beyond float64. Expected "
            f"data in smaller units, or missing='mask' where {MEANING}"
        )

    def _check_finite(self, x: Tensor, rows: Rows) -> None:
        bad = ~torch.isfinite(x)
        if self.missing == "mask":
            bad &= ~torch.isnan(x)
        if not bad.any():
            return  # the sum overflowed, or values are missing
        number, step, *place = bad.nonzero()[0].tolist()
        nan = bool(torch.isnan(x[bad][0]))
        numbers = np.arange(len(self))[rows]
        choice = self.missing is not None
        raise ValueError(
            f"{self.name} contains {'NaN' if nan else 'infinity (inf)'}: sequence "
            f"{numbers[number]} has {int(bad[number].sum())} values that are not finite, the first "
            f"in step {step}{f' at {tuple(place)}' if place else ''}; sequences {numbers[0]} to "
            f"{numbers[-1]} have {int(bad.sum())}. Expected finite numbers"
            + (f", or missing='mask' where {MEANING}" if nan and choice else "")
        )


def as_source(X: Any, name: str) -> Any:
    """Something with ``shape`` that gives arrays of numbers when indexed by rows."""
    X = opened(X, name)
    if isinstance(X, str | os.PathLike):
        try:
            X = open_path(X, name)
        except FileNotFoundError as error:
            raise FileNotFoundError(f"{name}: {error}") from None
    if isinstance(X, h5py.Dataset):  # before it is looked at: a closed one has no shape
        X = Stored(X)
    if isinstance(X, Dataset):
        X = open_dataset(X, name)
    if isinstance(X, list):
        X = stack(X, name)
    if is_data_frame(X):
        X = as_array(X, name)
    if is_stored(X):
        X = Stored(X)
    if isinstance(X, Stored) and X.dtype.kind == "O":
        X = from_stored_objects(X, name)
    check_dtype(source_dtype(X), name)
    # Through what is computed of a tensor of inference mode no gradient goes.
    return X.clone() if isinstance(X, Tensor) and X.is_inference() else X


def is_stored(X: Any) -> bool:
    """Tell whether an array is to be read by slices: it is not in memory, or not known to be."""
    if isinstance(X, Ragged | Flat | Stored | Tensor):
        return False
    values = X.data if isinstance(X, np.ma.MaskedArray) else X
    return isinstance(values, np.memmap) or not isinstance(values, np.ndarray)


def stack(arrays: list[NDArray], name: str) -> NDArray | Ragged:
    """A list of arrays as one array, or one that is padded as it is read where lengths differ."""
    if not arrays:
        return np.empty((0, 0))
    streamed = any(isinstance(array, np.memmap) for array in arrays)
    if len({array.shape for array in arrays}) == 1 and not streamed:
        return np.stack(arrays)
    return Ragged(arrays, name, streamed=streamed)


def from_stored_objects(stored: Stored, name: str) -> Any:
    """The sequences of an array of objects in a file: those of HDF5 that have lengths of their own.

    What is in other objects is in memory as soon as it is read.
    """
    array = stored.array
    of_one = isinstance(array, h5py.Dataset) and array.ndim == 1
    if of_one and isinstance(h5py.check_vlen_dtype(array.dtype), np.dtype):
        return Ragged(array, name, streamed=True)
    return as_source(as_array(array[...], name), name)


def source_dtype(source: Any) -> np.dtype:
    """NumPy's name for the type of the values."""
    if isinstance(source.dtype, torch.dtype):
        return torch.empty(0, dtype=source.dtype, device="cpu").numpy().dtype
    return np.dtype(source.dtype)


def native(array: NDArray) -> NDArray:
    """An array that torch can view: writable is not needed, a known dtype and strides are."""
    if array.dtype in (np.float16, np.longdouble):
        array = array.astype(np.float32 if array.dtype == np.float16 else np.float64)
    elif not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if not array.flags.writeable or any(stride < 0 for stride in array.strides):
        array = array.copy()
    return array
