"""The verbs of a model with actions, which says which action sequences are of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ..data.sequences import Sequences
from ._encoding import EncodingEstimator
from ._params import Actions, auto

__all__ = ["ActionEstimator", "checked_labels", "terms_of_actions"]


def has_actions(estimator: Any) -> bool:
    """Tell whether there are actions to speak of."""
    if estimator.n_actions is None:
        raise AttributeError(
            "predict, predict_proba and fit_predict are of actions, got n_actions=None"
        )
    return True


class ActionEstimator(EncodingEstimator):
    """The verbs of an estimator that has actions if its parameter ``n_actions`` is set."""

    n_actions: int | Actions | None
    labels_: NDArray[np.int64]

    @available_if(has_actions)  # type: ignore[untyped-decorator]  # sklearn has no types
    def predict(self, X: Any, *, lengths: Any = None) -> NDArray[np.int64]:
        """The most likely action of each sequence. Only with ``n_actions``.

        Parameters
        ----------
        X : array-like of n sequences
        lengths : array of int and shape (n,), optional
            As in ``transform``.

        Returns
        -------
        array of int and shape (n,)
            From 0 to ``n_actions - 1``: numbers of clusters, and actions themselves as far as
            ``fit`` was told any.
        """
        return self.predict_proba(X, lengths=lengths).argmax(1)

    @available_if(has_actions)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any, *, lengths: Any = None) -> NDArray:
        """The probability of each action for each sequence. Only with ``n_actions``.

        Parameters
        ----------
        X : array-like of n sequences
        lengths : array of int and shape (n,), optional
            As in ``transform``.

        Returns
        -------
        array of shape (n, n_actions)
        """
        check_is_fitted(self)
        if self.model_.spec.n_actions is None:
            raise ValueError(
                f"n_actions={self.n_actions!r}, but the fitted model has no actions: fit anew"
            )
        return self._action_probabilities(self._read(X, lengths=lengths))

    def _action_probabilities(self, sequences: Sequences) -> NDArray:
        predictor = self._predictor(sequences.dtype)
        shape = (len(sequences), self.model_.spec.n_actions or 0)
        probabilities: NDArray = np.empty(shape, predictor.code_dtype)
        for rows, batch in predictor.batches(sequences):
            probabilities[rows] = predictor.action_probabilities(batch).cpu().numpy()
        return probabilities

    @available_if(has_actions)  # type: ignore[untyped-decorator]
    def fit_predict(self, X: Any, y: Any = None, *, lengths: Any = None) -> NDArray[np.int64]:
        """Fit, and say the actions of the same sequences. Only with ``n_actions``.

        Parameters
        ----------
        X : array-like of n sequences
        y : array of int and shape (n,), optional
        lengths : array of int and shape (n,), optional
            All as in ``fit``.

        Returns
        -------
        array of int and shape (n,)
            As ``predict`` returns it.
        """
        return self.fit(X, y, lengths=lengths).labels_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        if self.n_actions is not None:
            tags.estimator_type = "clusterer"
        return tags


def terms_of_actions(n_actions: int | Actions | None, own_weight: float) -> dict[str, Any]:
    """What an objective is told of actions; nothing for a model without them."""
    actions = Actions.of(n_actions)
    if actions is None:
        return {}
    return {
        "action_weight": auto(actions.weight, own_weight),
        "action_kl": actions.kl,
        "action_dynamics": actions.dynamics,
    }


def checked_labels(y: Any, n: int, n_actions: int) -> NDArray[np.int64] | None:
    """The actions that are known, -1 where not, or where they are masked; None of none.

    Raises
    ------
    ValueError
        If they are not that many integers from -1 to ``n_actions - 1``.
    """
    if y is None:
        return None
    labels = np.asarray(y.filled(-1) if isinstance(y, np.ma.MaskedArray) else y)
    if labels.dtype == object and labels.ndim == 1:
        labels = np.asarray(labels.tolist())
    if labels.shape != (n,):
        raise ValueError(
            f"y must hold an action for each of {n} sequences, got shape {labels.shape}"
        )
    whole = labels.dtype.kind in "bui" or (labels.dtype.kind == "f" and (labels % 1 == 0).all())
    if not whole or labels.min() < -1 or labels.max() >= n_actions:
        found = f"{labels.min()} to {labels.max()}" if whole else f"dtype {labels.dtype}"
        raise ValueError(
            f"y must hold integers from 0 to {n_actions - 1} (n_actions={n_actions}), and -1 where "
            f"the action is not known, got {found}"
        )
    known: NDArray[np.int64] = labels.astype(np.int64)
    return known
