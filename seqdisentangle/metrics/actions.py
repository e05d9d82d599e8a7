"""Consistency of actions: the share of the samples of one that a judge puts in one class."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from ._batches import drawn_seed
from ._checks import checked
from ._made import counted
from .interventions import Judge

__all__ = ["action_consistency"]


@checked(model="sample", judge="predict")
def action_consistency(
    model: Any,
    judge: Judge,
    n_actions: int,
    n_steps: int,
    *,
    n_samples: int = 100,
    random_state: int | np.random.RandomState | None = None,
) -> NDArray[np.float64]:
    """Share of the samples of each action that the judge puts in one class, the largest.

    Parameters
    ----------
    model : object
        Anything fitted with ``sample(n, n_steps, action=k, random_state=...)``.
    judge : SequenceJudge or similar
        Its first label is the one that counts.
    n_actions : int
        Actions to sample, from 0 on.
    n_steps : int
        Length of the samples.
    n_samples : int, default=100
        Of each action.
    random_state : int, RandomState instance or None, default=None
        Determines the samples.

    Returns
    -------
    array of shape (n_actions,)
        1 where all samples of an action show the same; an action that says nothing has the share of
        the most frequent class of all samples.

    Examples
    --------
    >>> import numpy as np
    >>> from seqdisentangle.metrics import action_consistency
    >>> class Model:  # its second action is one of two things
    ...     def sample(self, n, n_steps, *, action, random_state):
    ...         return action * (1 + np.arange(n) % 2)[:, None] * np.ones((n, n_steps))
    >>> class Judge:
    ...     def predict(self, X):
    ...         return X[:, :1]
    >>> action_consistency(Model(), Judge(), 2, 3)
    array([1. , 0.5])
    """
    rng = check_random_state(random_state)
    shares = []
    for action in range(n_actions):
        seed = drawn_seed(rng)
        samples = model.sample(n_samples, n_steps, action=action, random_state=seed)
        counted(samples, n_samples, "model.sample")
        labels = np.asarray(judge.predict(samples)).reshape(n_samples, -1)[:, 0]
        shares.append(np.unique(labels, return_counts=True)[1].max() / n_samples)
    return np.array(shares)
