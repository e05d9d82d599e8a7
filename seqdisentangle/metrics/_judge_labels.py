"""The labels of a judge's tasks as class numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._checks import labels_in

__all__ = ["encoded"]


def encoded(y: ArrayLike, n: int) -> tuple[list[NDArray], NDArray[np.int64]]:
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

    Raises
    ------
    ValueError
        If there are not n labels, or a task has a single class.
    """
    labels = labels_in(y, "y")
    if labels.ndim not in (1, 2) or len(labels) != n:
        raise ValueError(
            f"y must have shape ({n},) or ({n}, n_tasks) like X with {n} sequences, "
            f"got shape {labels.shape}."
        )
    tasks = [np.unique(task, return_inverse=True) for task in labels.reshape(n, -1).T]
    for number, (classes, _) in enumerate(tasks):
        if len(classes) < 2:
            raise ValueError(f"y has a single class in task {number}: there is nothing to judge.")
    return [classes for classes, _ in tasks], np.column_stack([numbers for _, numbers in tasks])
