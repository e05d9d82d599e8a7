"""Statistics by which one half of a sequence finds the other: they stay the same within it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.covariance import LedoitWolf

from ._rounding import deviations

__all__ = ["StaticSpace", "mean_of_each", "statistics_of"]

QUANTILES = (0.1, 0.5, 0.9)
MANY = 16  # features of which no pair is correlated
STILL = 0.05  # a standard deviation, in units of the feature's, below which it is one of zero
RIDGE = 0.01  # variance within a sequence that is always allowed for, in units of the statistic's


def statistics_of(features: NDArray) -> NDArray[np.float64]:
    """Statistics of frames that do not depend on their order: (T, k) to (p,).

    Means, standard deviations, quantiles and, of at most 16 features, correlations.
    """
    mean, deviation = features.mean(0), features.std(0)
    parts = [mean, np.log(deviation + STILL), np.quantile(features, QUANTILES, axis=0).ravel()]
    if features.shape[1] <= MANY:
        unit = (features - mean) / (deviation + STILL)
        pairs = np.triu_indices(features.shape[1], 1)
        parts.append((unit.T @ unit / len(unit))[pairs])
    return np.concatenate(parts)


class StaticSpace:
    r"""A space in which sequences differ by what stays the same in each of them.

    Every sequence is cut into two halves. The statistics of both are compared, between sequences
    and within them, as speaker verification compares recordings (linear discriminant analysis
    with every sequence as a class): coordinates have unit variance within a sequence, and those
    that differ no more between sequences than within one are left out. No label is used. Where
    groups say which sequences share their content, every group is a class.

    Parameters
    ----------
    halves : array of shape (n, 2, p)
        Statistics of both halves of each sequence.
    groups : array of int and shape (n,), optional
        Each sequence by itself if not given.

    References
    ----------
    .. [1] N. Dehak et al., "Front-end factor analysis for speaker verification", IEEE Transactions
       on Audio, Speech, and Language Processing 19(4), 2011: LDA and within-class covariance.
    """

    def __init__(self, halves: NDArray, groups: NDArray[np.int64] | None = None) -> None:
        n, n_parts, p = halves.shape
        table = halves.reshape(-1, p)
        self.mean = table.mean(0)
        self.scale = deviations(table)
        table = (table - self.mean) / self.scale
        classes = np.repeat(np.arange(n) if groups is None else groups, n_parts)
        means, of = mean_of_each(table, classes)
        within = LedoitWolf(assume_centered=True).fit(table - means[of])
        # Of what the rows of a class differ by, a part is lost with their mean: half of two.
        lost = len(table) / (len(table) - len(means))
        variances, axes = np.linalg.eigh(within.covariance_ * lost + RIDGE * np.eye(p))
        whitening = axes / np.sqrt(variances)
        between, turn = np.linalg.eigh(np.cov((means @ whitening).T).reshape(p, p))
        # The mean of two rows varies by half of the unit variance although nothing stays the same.
        by_chance = (1 / np.bincount(of)).mean()
        kept = np.maximum(between - by_chance, 0) / np.maximum(between, np.finfo(float).tiny)
        self.axes = whitening @ turn * np.sqrt(kept)

    def __call__(self, halves: NDArray) -> NDArray[np.float64]:
        """Coordinates of sequences: (n, 2, p) to (n, k)."""
        return (halves.mean(1) - self.mean) / self.scale @ self.axes


def mean_of_each(
    table: NDArray, classes: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Means of the rows of each class, in increasing order, and the number of each row's class."""
    _, of, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    sums = np.zeros((len(sizes), table.shape[1]))
    np.add.at(sums, of, table)
    return sums / sizes[:, None], of
