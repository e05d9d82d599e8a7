"""Downstream tasks: codes as features of a predictor, beside what is had without a model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from ._checks import checked
from ._factors import factors_in, groups_in
from ._probing import chance_score, cross_validated, linear_probe, splits
from ._representations import (
    means_and_deviations,
    principal_components,
    representations,
    rotated,
    standardised,
)
from ._separation_codes import SequenceCodes
from ._sequences import ReadSequences, flat_frames
from .tables import Table

__all__ = ["downstream", "features_of"]


@checked(model="transform")
def downstream(
    model: Any,
    X: Any,
    y: Any,
    *,
    groups: Any = None,
    estimator: Any = None,
    scoring: Any = None,
    n_folds: int = 5,
    random_state: int | np.random.RandomState | None = None,
) -> Table:
    r"""Score a predictor on codes, and on features that need no model.

    Of a code no better than means and deviations it cannot be said that the model has helped. All
    features are standardised over all sequences, without labels.

    Parameters
    ----------
    model : object
        Anything fitted with `transform`.
    X : array-like of n sequences
        Held-out sequences, of any lengths.
    y : array-like of shape (n,) or (n, k), dict of such columns or data frame
        Tasks: labels, or numbers where they are no whole ones.
    groups : array-like of shape (n,), optional
        Persons, years or stations: sequences of one group are never both learned from and tested.
    estimator : object, optional
        A scikit-learn classifier or regressor. None takes logistic regression of labels and ridge
        regression of numbers.
    scoring : str or callable, optional
        As in scikit-learn's ``cross_val_score``, ``"roc_auc"`` say. None takes the
        accuracy of labels and the :math:`R^2` of numbers.
    n_folds : int, default=5
        Folds, at least 2; fewer where a label is rare.
    random_state : int, RandomState instance or None, default=None
        Determines the folds.

    Returns
    -------
    Table
        A row for each task and features, with the columns `score` (higher is better), its
        `standard_error` over folds, and `chance`, the score of always giving the most frequent
        label or the mean. The features are ``content``, ``motion`` (means and deviations over time
        and four points of the course), ``content and motion``; ``mean and deviation`` of the
        frames over time; ``data``, that is also four frames; and as many ``principal components``
        of these as codes have numbers.

    Raises
    ------
    ValueError
        If a task or `groups` are not of n sequences, or have one value alone.

    See Also
    --------
    leak_matrix : What codes should not say.

    Examples
    --------
    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> from seqdisentangle.metrics import downstream
    >>> levels = SimpleNamespace(
    ...     transform=lambda X: SimpleNamespace(content=X.mean(1), motion=0 * X)
    ... )
    >>> y = np.arange(60) % 2
    >>> X = y[:, None, None] + 0.1 * np.random.RandomState(0).normal(size=(60, 8, 1))
    >>> print(downstream(levels, X, y, random_state=0))
    task  features              score  standard_error  chance
    y     content               1.000           0.000   0.500
    y     motion                0.500           0.000   0.500
    y     content and motion    1.000           0.000   0.500
    y     mean and deviation    1.000           0.000   0.500
    y     principal components  1.000           0.000   0.500
    y     data                  1.000           0.000   0.500
    """
    held = ReadSequences.all_of(X, model, least=2)
    tasks, groups = factors_in(y, len(held)), groups_in(groups, len(held))
    rng = check_random_state(random_state)
    features = features_of(held, held.encoded(model))
    if estimator is None:  # a forest, say, would not find the same
        features = {name: rotated(z) for name, z in features.items()}
    records = []
    for name, task in tasks.items():
        folds = splits(task, groups, n_folds, rng)
        probe = linear_probe(task) if estimator is None else estimator
        chance = chance_score(probe, task, folds, scoring)
        for title, z in features.items():
            score = cross_validated(probe, z, task, folds, scoring)
            records.append(
                {"task": name, "features": title, "score": score.mean}
                | {"standard_error": score.standard_error, "chance": chance}
            )
    return Table(tuple(records))


def features_of(held: ReadSequences, codes: SequenceCodes) -> dict[str, NDArray[np.float64]]:
    """Features by their titles, (n, d) each, standardised."""
    found = representations(held, codes)
    content, motion, data = found["content"], found["motion"], found["data"]
    return {
        "content": content,
        "motion": motion,
        "content and motion": np.hstack([content, motion]),
        "mean and deviation": standardised(means_and_deviations(flat_frames(held.frames))),
        "principal components": principal_components(
            rotated(data), content.shape[1] + motion.shape[1]
        ),
        "data": data,
    }
