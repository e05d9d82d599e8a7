"""The labels of a judge's tasks: as class numbers, and beside those that it gives."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._checks import labels_in

__all__ = ["encoded", "share_right", "unlike_kinds"]


def encoded(y: ArrayLike, n: int) -> tuple[list[NDArray], NDArray[np.int64], bool]:
    """Find the classes of each task, and number the labels of n sequences by them.

    Parameters
    ----------
    y : array-like of shape (n,) or (n, n_tasks)
    n : int

    Returns
    -------
    classes : list of ndarray
        The labels of each task, increasing.
    numbers : array of int and shape (n, n_tasks)
    several_tasks : bool
        True of a column a task, be it one.

    Raises
    ------
    ValueError
        If there are not n labels, a task has a single class, or they are numbers that
        hardly ever repeat.
    """
    if y is None:
        raise ValueError(
            "SequenceJudge requires y to be passed, but the target y is None: give the labels of "
            "each sequence"
        )
    labels = labels_in(y, "y")
    if labels.ndim not in (1, 2) or len(labels) != n:
        raise ValueError(
            f"y must have shape ({n},) or ({n}, n_tasks) like X with {n} sequences, "
            f"got shape {labels.shape}."
        )
    tasks = [np.unique(task, return_inverse=True) for task in labels.reshape(n, -1).T]
    for number, (classes, _) in enumerate(tasks):
        # Classes may be numbers such as 0.5, but not if hardly one is there twice.
        is_measured = classes.dtype.kind == "f" and bool((classes != np.floor(classes)).any())
        if is_measured and len(classes) > n / 2:
            raise ValueError(
                f"y must hold classes, got {len(classes)} different numbers in {n} sequences. "
                "Unknown label type: continuous"
            )
        if len(classes) < 2:
            raise ValueError(f"y has a single class in task {number}, expected more than 1 class")
    numbers = np.column_stack([numbers for _, numbers in tasks])
    return [classes for classes, _ in tasks], numbers, labels.ndim == 2


def share_right(given: NDArray[Any], y: ArrayLike, sample_weight: ArrayLike | None) -> float:
    """Find the share of labels that are the true ones, the mean over tasks.

    Parameters
    ----------
    given : array of shape (n,) or (n, n_tasks)
        The labels that a judge gives.
    y : array-like of the same shape
        The true ones.
    sample_weight : array-like of shape (n,) or None

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If shapes or kinds of labels differ, there are none, or weights are no weights.
    """
    true = labels_in(y, "y")
    if true.shape != given.shape or len(true) == 0:
        raise ValueError(
            f"y must have shape {given.shape}, a label for each sequence of X as in fit, at least "
            f"one, got shape {true.shape}"
        )
    if kinds := unlike_kinds(given, true):
        text = str((given if kinds[0] == "text" else true).flat[0])
        known, got = (f"text, such as {text!r}" if kind == "text" else kind for kind in kinds)
        raise ValueError(f"y must hold {known}, as in fit, got {got}")
    right = (given == true).reshape(len(true), -1).mean(axis=1)
    return float(np.average(right, weights=weights_in(sample_weight, len(true))))


def unlike_kinds(*labels: NDArray[Any]) -> list[str]:
    """The kind of each, text or numbers; none where all are alike.

    Some versions of NumPy take none of one kind for equal to any of the other.
    """
    kinds = [
        "text" if y.dtype.kind == "U" or isinstance(y.flat[0], str) else "numbers" for y in labels
    ]
    return kinds if len({*kinds}) > 1 else []


def weights_in(sample_weight: ArrayLike | None, n: int) -> NDArray[np.float64] | None:
    """The weights of n sequences, None where all are the same."""
    if sample_weight is None:
        return None
    try:
        weights = np.asarray(sample_weight, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"sample_weight must be an array of numbers: {error}") from error
    if weights.shape != (n,) or not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError(
            f"sample_weight must be {n} finite numbers of at least 0, one for each sequence of X, "
            f"got {sample_weight!r}"
        )
    if not weights.any():
        raise ValueError("sample_weight must have a number above 0, got 0 for every sequence")
    return weights
