"""From the layouts of other packages to lists of sequences (T_i, D)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .masks import unmasked

__all__ = ["from_channels_first", "from_nan_padded", "from_table"]


def from_channels_first(X: Any) -> list[NDArray]:
    """Time series with channels before steps, as those of aeon and sktime.

    Parameters
    ----------
    X : array of shape (n, D, T), or list of arrays (D, T_i)

    Returns
    -------
    list of n arrays (T_i, D)
        Views.

    Raises
    ------
    ValueError
        If a series does not have two dimensions.

    Examples
    --------
    >>> [x.shape for x in from_channels_first([np.zeros((12, 20)), np.zeros((12, 7))])]
    [(20, 12), (7, 12)]
    """
    series = [np.asarray(unmasked(x)) for x in X]
    for i, x in enumerate(series):
        if x.ndim != 2:
            raise ValueError(f"X[{i}] must have the 2 dimensions (D, T), got shape {x.shape}")
    return [x.T for x in series]


def from_nan_padded(X: Any) -> list[NDArray]:
    """Time series padded with NaN at their end, as those of tslearn.

    Parameters
    ----------
    X : array of shape (n, T, ...)

    Returns
    -------
    list of n arrays (T_i, ...)
        Views, without the steps at the end that are NaN throughout.

    Raises
    ------
    ValueError
        If a series is all NaN.

    Examples
    --------
    >>> X = np.array([[1.0, 2.0, 3.0], [4.0, np.nan, np.nan]])
    >>> from_nan_padded(X)
    [array([1., 2., 3.]), array([4.])]
    """
    X = np.asarray(unmasked(X))
    real = ~np.isnan(X).reshape(*X.shape[:2], -1).all(-1)  # (n, T)
    empty = ~real.any(1)
    if empty.any():
        raise ValueError(f"X[{int(empty.argmax())}] is NaN throughout: expected at least one step")
    lengths = X.shape[1] - real[:, ::-1].argmax(1)
    return [x[:length] for x, length in zip(X, lengths, strict=True)]


def from_table(
    table: Any, *, id: str, time: str | None = None, values: Sequence[str] | None = None
) -> tuple[list[NDArray], NDArray]:
    """Time series in the rows of a long data frame of pandas or polars.

    Parameters
    ----------
    table : data frame
        A row for each step of each series.
    id : str
        The column that tells the series apart.
    time : str, optional
        The column to sort each one by; by default rows are in order.
    values : list of str, optional
        The columns of the features; by default all others.

    Returns
    -------
    sequences : list of arrays (T_i, D)
    ids : array of shape (n,)
        The id of each, sorted.

    Raises
    ------
    ValueError
        If a column does not exist, or none is left for the features.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {"who": ["b", "a", "b"], "when": [2, 1, 1], "x": [3.0, 4.0, 5.0], "y": [6.0, 7.0, 8.0]}
    ... )
    >>> from_table(table, id="who", time="when")
    ([array([[4., 7.]]), array([[5., 8.], [3., 6.]])], array(['a', 'b'], dtype=object))
    """
    columns = list(table.columns)
    keys = [id] if time is None else [id, time]
    values = [c for c in columns if c not in keys] if values is None else list(values)
    for column in (*keys, *values):
        if column not in columns:
            raise ValueError(f"the table has no column {column!r}, only {columns}")
    if not values:
        raise ValueError(f"the table has no column for features besides {keys}")
    ids, number = np.unique(table[id].to_numpy(), return_inverse=True)
    # The last key is the first to sort by; a stable sort leaves rows of one series in order.
    order = np.lexsort((number,) if time is None else (table[time].to_numpy(), number))
    features = np.column_stack([table[column].to_numpy() for column in values])[order]
    ends = np.cumsum(np.bincount(number))[:-1]
    return np.split(features, ends), ids
