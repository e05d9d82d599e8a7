"""Cross-validated scores of probes, by groups, beside those of a probe that knows nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone, is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.metrics import check_scoring
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from ._factors import is_continuous
from ._rounding import in_range
from .tables import Estimate

__all__ = [
    "Splits",
    "chance_score",
    "cross_validated",
    "linear_probe",
    "neighbours_probe",
    "splits",
]

Splits = list[tuple[NDArray[np.intp], NDArray[np.intp]]]


def splits(
    factor: NDArray[Any], groups: NDArray[Any] | None, n_folds: int, rng: np.random.RandomState
) -> Splits:
    """Rows to learn from and rows to test on: no group in both, labels in equal shares.

    There are fewer folds where labels or groups are too few. A label of one sequence is never both
    learned and tested.
    """
    rows = np.zeros(len(factor))
    counts = np.unique(factor, return_counts=True)[1]
    if groups is not None:
        k = min(n_folds, len(np.unique(groups)))
        # Without shuffling, groups are spread so that folds are of one size.
        by_label = not is_continuous(factor) and counts.min() >= k
        folds: Any = StratifiedGroupKFold(k) if by_label else GroupKFold(k)
    elif is_continuous(factor) or counts.min() < 2:
        folds = KFold(min(n_folds, len(factor)), shuffle=True, random_state=rng)
    else:
        k = min(n_folds, int(counts.min()))
        folds = StratifiedKFold(k, shuffle=True, random_state=rng)
    # Of few groups of many labels, some folds may be left without any.
    return [fold for fold in folds.split(rows, factor, groups) if all(map(len, fold))]


def linear_probe(factor: NDArray[Any]) -> Any:
    """Logistic regression of labels, ridge regression of numbers."""
    if is_continuous(factor):
        return RidgeCV(np.logspace(-1, 5, 13))
    return LogisticRegression(max_iter=1000)


def neighbours_probe(factor: NDArray[Any], n_neighbours: int, folds: Splits) -> Any:
    """The nearest neighbours, as many as asked for or as every fold has."""
    k = min(n_neighbours, *(len(train) for train, _ in folds))
    probe = KNeighborsRegressor if is_continuous(factor) else KNeighborsClassifier
    return probe(k)


def cross_validated(
    probe: Any, z: NDArray, factor: NDArray[Any], folds: Splits, scoring: Any = None
) -> Estimate:
    """Mean score of the folds that were not learned from, and its standard error over folds."""
    scorer = check_scoring(probe, scoring)
    if scoring is None and is_continuous(factor):
        factor = in_range(factor)  # which R2 does not change by
    scores = []
    for train, test in folds:
        known = factor[train]
        # Of one label, the probe that always gives it is all that can be learned.
        alone = is_classifier(probe) and len(np.unique(known)) == 1
        learner = DummyClassifier() if alone else clone(probe)
        scores.append(float(scorer(learner.fit(z[train], known), z[test], factor[test])))
    return Estimate.of(scores)


def chance_score(probe: Any, factor: NDArray[Any], folds: Splits, scoring: Any = None) -> float:
    """Score, over the same folds, of always giving the most frequent label or the mean."""
    nothing = DummyClassifier() if is_classifier(probe) else DummyRegressor()
    return cross_validated(nothing, np.zeros((len(factor), 1)), factor, folds, scoring).mean
