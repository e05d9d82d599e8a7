"""Clusters against true labels."""

from __future__ import annotations

from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment
from sklearn.metrics.cluster import contingency_matrix

from ._checks import labels_in

__all__ = ["clustering_accuracy"]


def clustering_accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Share of right labels, each cluster standing for one of them, in the best way there is.

    Parameters
    ----------
    y_true : array-like of shape (n,)
        Labels.
    y_pred : array-like of shape (n,)
        Clusters, in any numbering. Those that are left over, where there are more of them than
        labels, count as wrong.

    Returns
    -------
    float
        Between 0 and 1. The same clusters in another numbering have the same accuracy.

    Raises
    ------
    ValueError
        If they differ in number, or there are none.

    See Also
    --------
    sklearn.metrics.normalized_mutual_info_score : Information of clusters on labels, unmatched.

    References
    ----------
    .. [1] H. W. Kuhn, "The Hungarian method for the assignment problem", Naval Research Logistics
       Quarterly 2, 1955.

    Examples
    --------
    >>> from seqdisentangle.metrics import clustering_accuracy
    >>> clustering_accuracy(["a", "a", "b", "b"], [1, 1, 0, 0])
    1.0
    >>> clustering_accuracy(["a", "a", "b", "b"], [1, 1, 0, 2])
    0.75
    """
    truth, found = labels_in(y_true, "y_true"), labels_in(y_pred, "y_pred")
    if truth.ndim != 1 or truth.shape != found.shape or not len(truth):
        raise ValueError(
            "y_true and y_pred must be one-dimensional and of one length of at least 1, got shapes "
            f"{truth.shape} and {found.shape}."
        )
    counts = contingency_matrix(truth, found)
    return float(counts[linear_sum_assignment(counts, maximize=True)].sum() / len(truth))
