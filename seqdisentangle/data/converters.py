"""From the layouts of other packages to lists of sequences (T_i, D)."""

from __future__ import annotations

from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .containers import numbers_of, opened, refuse

__all__ = ["from_channels_first", "from_nan_padded"]


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
    TypeError
        If ``X`` is no container of arrays.
    ValueError
        If a series does not have two dimensions, or holds no numbers.

    Examples
    --------
    >>> [x.shape for x in from_channels_first([np.zeros((12, 20)), np.zeros((12, 7))])]
    [(20, 12), (7, 12)]
    """
    X = opened(X, "X")
    if isinstance(X, str | PathLike):
        refuse(X, "X")
    series = [numbers_of(x, f"X[{i}]") for i, x in enumerate(X)]
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
    TypeError
        If ``X`` is no array.
    ValueError
        If it has less than two dimensions or holds no numbers, or a series is all NaN.

    Examples
    --------
    >>> X = np.array([[1.0, 2.0, 3.0], [4.0, np.nan, np.nan]])
    >>> from_nan_padded(X)
    [array([1., 2., 3.]), array([4.])]
    """
    X = opened(X, "X")
    if isinstance(X, str | PathLike):
        refuse(X, "X")
    X = numbers_of(X, "X")
    if X.ndim < 2 or X.size == 0:
        raise ValueError(f"X must hold values of dimensions (n, T, ...), got shape {X.shape}")
    real = ~np.isnan(X).reshape(*X.shape[:2], -1).all(-1)  # (n, T)
    empty = ~real.any(1)
    if empty.any():
        raise ValueError(f"X[{int(empty.argmax())}] is NaN throughout: expected at least one step")
    lengths = X.shape[1] - real[:, ::-1].argmax(1)
    return [x[:length] for x, length in zip(X, lengths, strict=True)]
