"""Retrieval: the rank of the right sequence among all, the one unit of measures without labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["distances", "retrieval"]


def distances(a: NDArray, b: NDArray) -> NDArray[np.float64]:
    """Euclidean distances of all pairs: (m, d) and (n, d) to (m, n)."""
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return np.asarray(np.sqrt(np.maximum(squares, 0)))


def retrieval(unlike: NDArray, right: NDArray[np.intp]) -> float:
    r"""Measure how surely each query finds its sequence.

    .. math::

        r = 2\, \frac{1}{m} \sum_{i=1}^m P_j\big[d_{ij} > d_{i\,\mathrm{right}(i)}\big] - 1,
        \quad j \ne \mathrm{right}(i)

    Twice the area under the ROC curve less one, averaged over queries, ties counting half.

    Parameters
    ----------
    unlike : array of shape (m, n)
        Distance of each of m queries from each of n sequences.
    right : array of int and shape (m,)
        The sequence that each query should find.

    Returns
    -------
    float
        1 where the right sequence is always the nearest, 0 where it is any of them, -1 where it
        is always the farthest.
    """
    nearest = unlike[np.arange(len(unlike)), right][:, None]
    # The right one is no farther than itself, which is the half that is taken from the ties.
    behind = (unlike > nearest).sum(1) + 0.5 * ((unlike == nearest).sum(1) - 1)
    return float(2 * (behind / (unlike.shape[1] - 1)).mean() - 1)
