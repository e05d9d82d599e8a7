"""Containers of sequences: what is in them, as arrays of numbers."""

from __future__ import annotations

import array
import os
from collections import deque
from collections.abc import Iterable, Mapping, Set
from decimal import Decimal
from numbers import Real
from typing import Any, NoReturn

import h5py
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import issparse
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, unpack_sequence
from torch.utils.data import Dataset

from .masks import unmasked
from .tables import columns_of_frames, has_columns, is_data_frame

__all__ = [
    "as_array",
    "check_dtype",
    "columns_in",
    "is_missing",
    "numbers_of",
    "opened",
    "refuse",
    "rows_of",
    "unpacked",
]

NUMBERS = (Real, Decimal, np.bool_)


def opened(X: Any, name: str) -> Any:
    """Take sequences out of a container that is no array of numbers itself.

    Parameters
    ----------
    X : array-like
        Sequences as a user may hold them.
    name : str
        The name in messages.

    Returns
    -------
    array-like, list of arrays, data frame or path
        What is read part by part stays as it is, and so does a data frame of numbers.

    Raises
    ------
    TypeError
        If it holds no numbers, or is sparse. Says how to convert it where there is a way.
    ValueError
        If it holds text, dates or records, or data frames of different columns.

    Examples
    --------
    >>> import torch
    >>> [x.shape for x in opened(torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]), "X")]
    [(2,), (3,)]
    """
    if isinstance(X, str | os.PathLike | h5py.Dataset | Dataset):
        return X
    X = unpacked(X)
    if isinstance(X, np.ndarray) and X.dtype.kind == "O" and holds_arrays(X):
        X = list(X)
    elif is_data_frame(X) or is_series(X):
        X = from_frame(X, name)
    if isinstance(X, list | tuple | deque):
        columns_of_frames(X, name)
        # A memory map stays one, by which it is known that it is to be read in parts.
        return [
            item if isinstance(item, np.memmap) else numbers_of(item, f"{name}[{i}]")
            for i, item in enumerate(X)
        ]
    if isinstance(X, np.ma.MaskedArray) and isinstance(X.data, np.memmap):
        return X  # masked part by part
    if isinstance(X, Tensor) and X.device.type not in ("cpu", "meta"):
        return dense(X, name)
    if is_data_frame(X) or is_read_by_parts(X):
        return X
    if not (hasattr(X, "__array__") or isinstance(X, memoryview | array.array) or issparse(X)):
        refuse(X, name)
    return numbers_of(X, name)


def unpacked(x: Any) -> Any:
    """A list of the tensors that are packed into one or nested in it, a frame of dask in memory.

    Anything else is given back.
    """
    if has_columns(x) and not is_data_frame(x):
        return x.compute()
    if isinstance(x, PackedSequence):
        return unpack_sequence(x)
    return list(x.unbind()) if isinstance(x, Tensor) and x.is_nested else x


def numbers_of(x: Any, name: str) -> NDArray:
    """An array in memory, as by :func:`as_array`, of real numbers alone."""
    found = as_array(x, name)
    if found.dtype.kind == "O":
        refuse(x, name)
    check_dtype(found.dtype, name)
    return found


def as_array(x: Any, name: str = "x") -> NDArray:
    """An array in memory of what is like one: a tensor, a data frame, objects that are numbers.

    Parameters
    ----------
    x : array-like
    name : str
        The name in messages.

    Returns
    -------
    array
        NaN in place of values that are masked, None, or null in a data frame.

    Raises
    ------
    TypeError
        If it is sparse, or holds objects that are no numbers.
    ValueError
        If it is no array.

    Examples
    --------
    >>> import numpy as np
    >>> as_array(np.ma.masked_equal([1.0, -9.0, 3.0], -9.0))
    array([ 1., nan,  3.])
    >>> as_array(np.array([Decimal("0.5"), None]))
    array([0.5, nan])
    """
    refuse_sparse(x, name)  # first: some sparse arrays are mappings
    if hasattr(x, "to_dataarray"):
        refuse(x, name)
    # Dask drops masks on the way to NumPy, unless it is asked to compute.
    x = unmasked(x.compute() if hasattr(x, "compute") else x)
    refuse_sparse(x, name)
    if isinstance(x, np.matrix):
        raise TypeError(f"{name} is a numpy.matrix: hand in numpy.asarray({name})")
    try:
        if isinstance(x, Tensor):
            found: NDArray = dense(x, name).cpu().numpy()
        else:
            found = x.to_numpy() if hasattr(x, "to_numpy") else np.asarray(x)
    except (ValueError, RuntimeError) as error:  # nested lists, of which some are shorter
        raise ValueError(f"{name} is no array of numbers: {error}") from error
    return from_objects(found, name) if found.dtype.kind == "O" and found.ndim else found


def rows_of(x: Any, name: str) -> list[Any]:
    """The items of what has an order, as a list: of a table its rows, not its columns.

    Raises
    ------
    TypeError
        If it has no items, or these no order: a set and the keys of a dict have none that is told.

    Examples
    --------
    >>> import pandas as pd
    >>> [row.tolist() for row in rows_of(pd.DataFrame({"a": [1, 2], "b": [3, 4]}), "x")]
    [[1, 3], [2, 4]]
    """
    if isinstance(x, Mapping | Set | str | bytes):
        raise TypeError(f"{name} must be a list or an array, got {type(x).__name__}")
    x = unpacked(x)
    if is_data_frame(x) or isinstance(x, memoryview):
        x = x.to_numpy() if is_data_frame(x) else np.asarray(x)
    try:
        return list(x)
    except TypeError as error:
        raise TypeError(f"{name} must be a list or an array, got {type(x).__name__}") from error


def check_dtype(dtype: np.dtype, name: str) -> None:
    """Raise a ValueError if values of a type are no real numbers."""
    if dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {name} has dtype {dtype}")
    if dtype.kind in "buif":
        return
    if dtype.names is not None:
        way = f"numpy.lib.recfunctions.structured_to_unstructured({name})"
    else:
        way = f"{name}.astype({'int64' if dtype.kind in 'mM' else 'float32'!r})"
    raise ValueError(f"{name} must hold numbers, got dtype {dtype}. Convert it, by {way} say")


# ---- tensors, frames, objects --------------------------------------------------------------------


def dense(x: Tensor, name: str) -> Tensor:
    """A tensor of a type that NumPy has, detached."""
    if x.is_nested:
        raise ValueError(f"it is a nested tensor, expected one sequence: {name}.unbind()[0]")
    if x.device.type == "meta":
        raise ValueError("it is on the meta device, where tensors hold no values")
    x = x.detach().resolve_conj().resolve_neg()
    if x.is_quantized:
        x = x.dequantize()
    narrow = x.is_floating_point() and x.element_size() <= torch.float16.itemsize
    return x.float() if narrow and x.dtype != torch.float16 else x


def refuse_sparse(x: Any, name: str) -> None:
    """Raise a TypeError if an array is sparse."""
    if isinstance(x, Tensor) and not x.is_nested and "strided" not in str(x.layout):
        kind, way = f"tensor of {x.layout}", f"{name}.to_dense()"
    elif issparse(x):
        kind, way = type(x).__name__, f"{name}.toarray()"
    elif is_data_frame(x) and any("Sparse" in type(dtype).__name__ for dtype in x.dtypes):
        kind, way = type(x).__name__, f"{name}.sparse.to_dense()"
    else:
        return
    raise TypeError(f"{name} is sparse, a {kind}, expected a dense array: hand in {way}")


def is_series(x: Any) -> bool:
    """True of the columns of pandas and polars."""
    return hasattr(x, "to_numpy") and hasattr(x, "to_list")


def from_frame(X: Any, name: str) -> Any:
    """A data frame of numbers as it is, one of series as a list of sequences; a column's values.

    In the cells of a nested frame, as of sktime, are series (T_i,): a row for each sequence, and a
    column for each feature.
    """
    refuse_sparse(X, name)
    values = X.to_numpy()
    if values.dtype.kind != "O":
        return X if is_data_frame(X) else values
    if not holds_arrays(values):
        numbers = from_objects(values, name)  # raises if they are none
        return X if is_data_frame(X) else numbers
    if values.ndim == 1:
        return list(values)
    sequences = []
    for i, row in enumerate(values):
        cells = [as_array(cell, f"{name}[{i}][{j}]") for j, cell in enumerate(row)]
        lengths = [len(np.atleast_1d(cell)) for cell in cells]
        if len(set(lengths)) > 1:
            raise ValueError(
                f"row {i} of {name} holds series of {lengths} steps, expected those of one "
                "sequence to be equally long"
            )
        sequences.append(np.stack(cells, axis=-1))  # (T_i, D)
    return sequences


def columns_in(X: Any, name: str) -> list[Any]:
    """The columns that a frame has values of: of a list of data frames, or of a nested one."""
    if is_data_frame(X) and holds_arrays(X.head(1).to_numpy()):
        return list(X.columns)
    return columns_of_frames(X, name)


def holds_arrays(X: NDArray) -> bool:
    """True if some of the objects in an array are arrays or lists themselves."""
    kinds = {type(value): value for value in X.ravel().tolist()}
    return any(
        isinstance(value, list | tuple)
        or getattr(value, "ndim", 1 if hasattr(value, "__array__") else 0) > 0
        for value in kinds.values()
    )


def from_objects(X: NDArray, name: str) -> NDArray:
    """The numbers of an array of objects, NaN where one is missing."""
    if holds_arrays(X):
        parts = [as_array(part, f"{name}[{i}]") for i, part in enumerate(X)]
        if len({part.shape for part in parts}) > 1:
            raise ValueError(
                f"{name} is no array of numbers: its parts have shapes "
                f"{', '.join(str(part.shape) for part in parts[:4])}{', ...' * (len(parts) > 4)}"
            )
        return np.stack(parts)
    values = X.ravel().tolist()
    missing = np.array([is_missing(value) for value in values], bool).reshape(X.shape)
    if not all(issubclass(kind, NUMBERS) for kind in set(map(type, values))):
        refuse_others(X, missing, name)
    try:
        return np.where(missing, np.nan, X).astype(np.float64)
    except (ArithmeticError, ValueError) as error:  # an int beyond float64, a signalling NaN
        raise ValueError(f"{name} must hold numbers that float64 has: {error}") from error


def is_missing(value: Any) -> bool:
    """True of None, of what is masked, and of the missing value of pandas."""
    return value is None or value is np.ma.masked or type(value).__name__ == "NAType"


def refuse_others(X: NDArray, missing: NDArray[np.bool_], name: str) -> None:
    """Raise an error that names the first object that is no number, unless all others are."""
    for place in np.argwhere(~missing):
        value = X[tuple(place)]
        if isinstance(value, NUMBERS):
            continue
        if isinstance(value, complex):
            raise ValueError(f"Complex data not supported: {name} holds {value!r}")
        reason = f"it is a {type(value).__name__}"
        try:
            float(value)
        except (TypeError, ValueError) as error:
            reason = str(error)
        kind = ValueError if isinstance(value, str | bytes) else TypeError
        raise kind(
            f"{name} must hold numbers, got objects, {value!r} at {name}"
            f"[{', '.join(map(str, place))}]: {reason}. Expected real numbers, and None where one "
            "is missing"
        )


# ---- what is no container ------------------------------------------------------------------------


def is_read_by_parts(X: Any) -> bool:
    """True of arrays that are mapped, or of other packages: they have a shape, and give slices."""
    if isinstance(X, np.memmap):
        return True
    ours = isinstance(X, np.ndarray | np.generic | Tensor | memoryview) or issparse(X)
    return not ours and all(hasattr(X, a) for a in ("shape", "dtype", "__getitem__"))


def refuse(X: Any, name: str) -> NoReturn:
    """Raise a TypeError that says what to hand in instead of something that is no array."""
    way = ""
    if hasattr(X, "to_dataarray"):  # a data set of xarray, of which not all are arrays of one shape
        way = (
            f". Hand in one of its variables, {name}[variable], or several as features, "
            f"{name}[variables].to_dataarray('feature').transpose(..., 'feature')"
        )
    elif isinstance(X, Mapping):
        way = f". Hand in one of its values, {name}[key], or a list of them, [*{name}.values()]"
    elif hasattr(X, "collect"):
        way = f". Hand in {name}.collect()"
    elif isinstance(X, Iterable):
        way = f". Hand in a list, [*{name}]"
    raise TypeError(
        f"{name} must be an array of numbers or a list of arrays, got {type(X).__name__}{way}"
    )
