"""Factors of sequences: named columns of labels or of numbers, and groups of sequences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._checks import classes_of, label_of_each, labels_in

__all__ = ["factors_in", "groups_in", "is_continuous"]


def factors_in(y: Any, n: int, name: str = "y") -> dict[str, NDArray[Any]]:
    """Columns of `y` by their names; those of an array are numbered.

    Parameters
    ----------
    y : array-like of shape (n,) or (n, k), dict or data frame of such columns
    n : int
        Number of sequences.
    name : str
        The name in messages.

    Raises
    ------
    ValueError
        If they are not of that many sequences, if values are missing, if a factor has one value,
        or if two have one name.
    """
    if isinstance(y, Mapping) or (hasattr(y, "columns") and hasattr(y, "__getitem__")):
        keys = list(y if isinstance(y, Mapping) else y.columns)
        [(key, count)] = Counter(map(str, keys)).most_common(1) or [("", 0)]
        if count > 1:
            raise ValueError(f"{name} must have a name for each factor, got {key!r} {count} times")
        columns = {str(key): labels_in(y[key], f"{name}[{key!r}]") for key in keys}
    else:
        labels = labels_in(y, name)
        if labels.ndim not in (1, 2):
            raise ValueError(f"{name} must have shape ({n},) or ({n}, k), got {labels.shape}")
        single = labels.ndim == 1
        columns = {name: labels} if single else {f"{name}_{k}": c for k, c in enumerate(labels.T)}
    if not columns:
        raise ValueError(f"{name} must hold at least one factor, got none")
    columns = {key: classes_of(column) for key, column in columns.items()}
    for key, column in columns.items():
        where = name if key == name else f"{key} of {name}"
        if column.shape != (n,):
            raise ValueError(f"{where} must have shape ({n},) like X, got {column.shape}")
        if column.dtype.kind == "f" and not np.isfinite(column).all():
            raise ValueError(f"{where} must be finite; leave out sequences without a value")
        if len(np.unique(column)) < 2:
            raise ValueError(f"{where} has one value alone: there is nothing to tell apart")
    return columns


def groups_in(groups: Any, n: int) -> NDArray[Any] | None:
    """Groups of sequences, which no split divides; None where there are none.

    Raises
    ------
    ValueError
        If they are not of that many sequences, or all of one group.
    """
    if groups is None:
        return None
    found = label_of_each(groups, "groups", n)
    if len(np.unique(found)) < 2:
        raise ValueError("groups must hold at least two groups, one to learn from and one to test")
    return found


def is_continuous(factor: NDArray[Any]) -> bool:
    """True of numbers that are no whole ones, which are predicted and not classified.

    So are floats so large that all of their kind are whole.
    """
    if factor.dtype.kind != "f":
        return False
    whole = (factor == np.round(factor)) & (np.abs(factor) < 2 / np.finfo(factor.dtype).eps)
    return not whole.all()
