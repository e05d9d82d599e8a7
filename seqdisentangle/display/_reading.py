"""Sequences of any container, read into arrays that can be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from ..data.layout import Layout
from ..data.sequences import Sequences
from ..metrics._codes import flat_codes
from ._look import Look

__all__ = ["both_codes", "check_has", "holds_rows", "read"]


def read(
    X: Any, name: str, look: Look, *, layout: Layout | None = None, most: int | None = None
) -> tuple[list[NDArray[Any]], Layout]:
    """Read sequences, at most so many, as arrays (T_i, ...) in their own units, and their layout.

    Parameters
    ----------
    X : array-like of n sequences
        Whatever ``fit`` takes: arrays, lists of arrays of different lengths, paths. Of a known
        layout, a single sequence (T, ...) too. NaN stands for a missing value.
    name : str
        The name in messages.
    look : Look
        Says where channels are.
    layout : Layout, optional
        The layout that the sequences must have.
    most : int, optional
        Sequences to read, the first ones.

    Raises
    ------
    TypeError, ValueError
        If these are no sequences, or none of that layout.
    """
    shape = getattr(X, "shape", None)
    if layout is not None and shape is not None and shape[1:] == layout.array_frame_shape:
        X = np.asarray(X)[None]
    sequences = Sequences(X, channels=look.channels, layout=layout, missing="mask", name=name)
    n = len(sequences) if most is None else min(len(sequences), most)
    return sequences.arrays(np.arange(n)), sequences.layout


def holds_rows(X: Any) -> bool:
    """Tell whether it has an order and a length: a list or an array, no dict and nothing sparse."""
    return (
        hasattr(X, "__len__")
        and hasattr(X, "__getitem__")
        and not (isinstance(X, str | Mapping) or issparse(X))
    )


def check_has(estimator: Any, *methods: str, name: str = "estimator") -> None:
    """Raise a TypeError that names the argument unless an estimator has all of some methods."""
    missing = [method for method in methods if not callable(getattr(estimator, method, None))]
    if missing or isinstance(estimator, type):
        raise TypeError(
            f"{name} must be a fitted model with {' and '.join(methods)}, got {estimator!r}"
        )


def both_codes(estimator: Any, X: Any, name: str = "estimator") -> Any:
    """The content and the motion of sequences; the name is the estimator's in messages.

    Raises
    ------
    TypeError
        If the estimator does not transform.
    ValueError
        If it returns one of them only.
    """
    check_has(estimator, "transform", name=name)
    codes = estimator.transform(X)
    if not hasattr(codes, "content") or not hasattr(codes, "motion"):
        raise ValueError(
            f"{name} must return both codes from transform, content and motion, got "
            f"{type(codes).__name__}: set codes='both'"
        )
    return flat_codes(codes)
