"""Labels that a judge reads off sequences, beside the factors that it was trained on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._judge_labels import unlike_kinds

__all__ = ["labels_shown"]


def labels_shown(
    judge: Any, frames: Any, factors: dict[str, NDArray[Any]]
) -> dict[str, NDArray[Any]]:
    """The label of each factor that a judge finds in each of n sequences.

    Parameters
    ----------
    judge : object
        Anything with a `predict` that gives a column of labels for each factor, in their order.
    frames : array-like of n sequences
    factors : dict of arrays
        True labels by the names of the factors; of these only the kind is looked at.

    Raises
    ------
    ValueError
        If the judge gives another number of labels, or labels of another kind.
    """
    answered = np.asarray(judge.predict(frames))
    expected = (len(frames), len(factors))
    if answered.shape == expected[:1]:
        answered = answered[:, None]
    if answered.shape != expected:
        raise ValueError(
            f"judge must answer with shape {expected}, a column for each of "
            f"{', '.join(factors)}, got shape {answered.shape}"
        )
    shown = dict(zip(factors, answered.T, strict=True))
    for name, factor in factors.items():
        if kinds := unlike_kinds(shown[name], factor):
            raise ValueError(f"judge gives {kinds[0]} for {name}, and y has {kinds[1]}")
    return shown
