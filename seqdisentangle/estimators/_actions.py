"""The verbs of a model with actions, which says which action sequences are of."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.metaestimators import available_if

from ..data.sequences import Sequences
from ..data.told import Told, checked_groups
from ._action_settings import Actions
from ._encoding import EncodingEstimator
from ._fitting import FittingEstimator
from ._params import auto
from ._sklearn import fit_context
from .codes import action_numbers, are_whole

__all__ = ["ActionEstimator", "terms_of_actions"]

Self = TypeVar("Self", bound="ActionEstimator")


def has_actions(estimator: Any) -> bool:
    """Tell whether there are actions to speak of."""
    if estimator.n_actions is None:
        raise AttributeError(
            "predict, predict_proba and fit_predict are of actions, got n_actions=None"
        )
    return True


class ActionEstimator(EncodingEstimator, FittingEstimator):
    """The verbs of an estimator that has actions if its parameter ``n_actions`` is set."""

    n_actions: int | Actions | None
    labels_: NDArray[np.int64]

    # ---- fitting -------------------------------------------------------------------------------

    @fit_context
    def fit(
        self: Self,
        X: Any,
        y: Any = None,
        *,
        lengths: Any = None,
        actions: Any = None,
        groups: Any = None,
        resume: bool = False,
    ) -> Self:
        """Learn the codes of sequences.

        Parameters
        ----------
        X : array-like of n sequences
            (n, T) numbers, (n, T, D) features, (n, T, J, 2) or (n, T, J, 3) joints of skeletons,
            (n, T, H, W) grey images, or (n, T, H, W, C) or (n, T, C, H, W) images, 8-bit or float:
            a NumPy array or memmap, a torch tensor, a list of arrays, whose lengths may differ, an
            array-like that is read by slices (of h5py, zarr or dask), a torch ``Dataset`` of
            sequences, or a path: ``"file.h5:/key"``, ``"file.npy"`` or a folder of ``.npy`` files.
            What is not in memory is read in parts, in the background.
        y : None
            Not used: in a pipeline these are the labels of its last step.
        lengths : array of int and shape (n,), optional
            Time steps of each sequence of an array that count, the rest being padding.
        actions : array of int and shape (n,), optional
            The actions that are known, from 0 to ``n_actions - 1``, and -1, None or NaN where they
            are not: an array, a list or a Series, whose names are to be numbered first. They are
            learned, and those of the other sequences from them. Only with ``n_actions``.
        groups : array-like of n labels, optional
            What several sequences have in common, such as the speaker of utterances: content is
            then what the sequences of a group share, and what one has for itself is motion's,
            though it be constant, as the word. None and NaN are unknown.
        resume : bool, default=False
            Go on from the newest readable file in ``checkpoint``, if there is one, and end with the
            weights of a training that was never cut short: bit for bit on a CPU.

        Returns
        -------
        object
            The estimator itself.

        Raises
        ------
        ValueError, TypeError
            If a parameter or the data is not as described, or not as it was when the training to
            resume began. A model that was fitted before is then as it was.
        FloatingPointError
            If the loss diverges. The estimator then has the weights of the last epoch before, if
            there is one, and else is as it was.

        Notes
        -----
        Ctrl-C ends the fit after the running step and leaves a model that can be used.
        """
        return self._fit(X, lengths=lengths, resume=resume, told=Told(actions, groups))

    @fit_context
    def partial_fit(
        self: Self,
        X: Any,
        y: Any = None,
        *,
        lengths: Any = None,
        actions: Any = None,
        groups: Any = None,
    ) -> Self:
        """Train for one epoch on a part of the data, at a constant learning rate.

        The first part decides the units (``scale``); an int ``training__content_delay`` counts
        calls, a float has no ``max_epochs`` to be a share of and means none. A pair for
        ``independence_weight`` is gone through in ``max_epochs`` calls. No checkpoints are written.

        Parameters
        ----------
        X : array-like of n sequences
            As in ``fit``.
        y : None
            Not used.
        lengths, actions, groups : array of shape (n,), optional
            As in ``fit``.

        Returns
        -------
        object
            The estimator itself.
        """
        return self._partial_fit(X, lengths=lengths, told=Told(actions, groups))

    def _check_told(self, told: Told, n: int) -> Told:
        actions, groups = told
        if actions is not None:
            settings = Actions.of(self.n_actions)
            if settings is None:
                raise ValueError(
                    "actions need a model that has some, got n_actions=None: set it to their number"
                )
            actions = checked_actions(actions, n, settings.number)
        return Told(actions, None if groups is None else checked_groups(groups, n))

    def _note_labels(self, sequences: Sequences) -> None:
        if self.n_actions is not None:
            self.labels_ = self._action_probabilities(sequences).argmax(1)

    # ---- prediction ----------------------------------------------------------------------------

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
        self = self._whole()
        if self.model_.spec.n_actions is None:
            raise ValueError(
                f"n_actions={self.n_actions!r}, but the fitted model has no actions: fit anew"
            )
        return self._action_probabilities(self._read(X, lengths=lengths))

    def _action_probabilities(self, sequences: Sequences) -> NDArray:
        predictor = self._predictor()
        shape = (len(sequences), self.model_.spec.n_actions or 0)
        probabilities: NDArray = np.empty(shape, predictor.code_dtype)
        for rows, batch in predictor.batches(sequences):
            probabilities[rows] = predictor.action_probabilities(batch).cpu().numpy()
        return probabilities

    @available_if(has_actions)  # type: ignore[untyped-decorator]
    def fit_predict(
        self, X: Any, y: Any = None, *, lengths: Any = None, **fit_params: Any
    ) -> NDArray[np.int64]:
        """Fit, and say the actions of the same sequences. Only with ``n_actions``.

        Parameters
        ----------
        X : array-like of n sequences
        y : None
            Not used.
        lengths : array of int and shape (n,), optional
        **fit_params
            All as in ``fit``.

        Returns
        -------
        array of int and shape (n,)
            As ``predict`` returns it.
        """
        return self.fit(X, y, lengths=lengths, **fit_params).labels_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        if self.n_actions is not None:
            tags.estimator_type = "clusterer"
        return tags


def terms_of_actions(n_actions: int | Actions | None, own_weight: float) -> dict[str, Any]:
    """The arguments of an objective that are of actions; none for a model without them."""
    actions = Actions.of(n_actions)
    if actions is None:
        return {}
    return {
        "action_weight": auto(actions.weight, own_weight),
        "action_kl": actions.kl,
        "action_dynamics": actions.dynamics,
    }


def checked_actions(actions: Any, n: int, n_actions: int) -> NDArray[np.int64]:
    """The actions of n sequences as integers, -1 where they are not known.

    Raises
    ------
    ValueError
        If they are not that many integers from -1 to ``n_actions - 1``, or no action is known
        where some are None, NaN or masked.
    """
    expected = (
        f"actions must hold integers from 0 to {n_actions - 1} (n_actions={n_actions}), and -1, "
        "None or NaN where the action is not known"
    )
    way = "number names first, names, actions = numpy.unique(names, return_inverse=True) say"
    found = action_numbers(actions, expected, way)
    if found.shape != (n,):
        raise ValueError(
            f"actions must hold an action for each of {n} sequences, got shape {found.shape}"
        )
    if found.dtype.kind == "f":
        unknown = np.isnan(found)
        if unknown.all():  # a column of another table, say
            raise ValueError(f"{expected}, got no action that is known")
        found = np.where(unknown, -1, found)
    whole = found.dtype.kind == "b" or are_whole(found)
    if not whole or found.min() < -1 or found.max() >= n_actions:
        got = f"{found.min()} to {found.max()}" if whole else f"dtype {found.dtype}"
        raise ValueError(f"{expected}, got {got}")
    known: NDArray[np.int64] = found.astype(np.int64)
    return known
