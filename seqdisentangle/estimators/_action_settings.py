"""The actions of a model that has them, as one object: their number, weight and prior."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Literal

import numpy as np
from sklearn.utils._param_validation import StrOptions

from .._arguments import Number
from ..serialization import record
from ._params import AUTO, NON_NEGATIVE, Settings, parameter, settings

__all__ = ["Actions"]


@record
@settings
class Actions(Settings):
    """The actions of a reinforced model, ``RecurrentWAE(n_actions=Actions(9, weight=0.1))``.

    Parameters
    ----------
    number : int
        Number of actions, at least 2.
    weight : float or "auto", default="auto"
        The weight of the terms of actions in the objective: all actions must be used as often as
        their prior has it, each must foretell its motions, and those that are known must be found.
        ``"auto"`` is 0.01 for :class:`RecurrentWAE`, and 1 for :class:`MoCoGAN`, where it weighs
        how well the discriminator of clips can tell them.
    prior : array-like of shape (number,) or None, default=None
        Frequency of each action; None for equally frequent ones.
    kl : {"aggregated", "each"}, default="aggregated"
        The posterior whose Kullback-Leibler divergence from the prior counts: the mean over the
        sequences of a batch, or that of each sequence, in the mean, as the paper of
        :class:`RecurrentWAE` writes it. The latter is least where no action says anything.
    dynamics : bool, default=True
        If True, the motions must be foretold given the action, which the paper does not ask for.
        These two are of :class:`RecurrentWAE` alone.

    Raises
    ------
    ValueError
        If a value is not allowed, or the prior does not hold so many positive numbers.

    Examples
    --------
    >>> from seqdisentangle import Actions, RecurrentWAE
    >>> RecurrentWAE(n_actions=Actions(2, prior=[0.2, 0.8])).n_actions.probabilities
    (0.2, 0.8)
    """

    number: int = parameter(Number(Integral, 2, None, closed="left"), kw_only=False)
    weight: float | Literal["auto"] = parameter(NON_NEGATIVE, AUTO, default="auto")
    prior: Any = parameter("array-like", None, default=None)
    kl: Literal["aggregated", "each"] = parameter(
        StrOptions({"aggregated", "each"}), default="aggregated"
    )
    dynamics: bool = parameter("boolean", default=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.probabilities

    @property
    def probabilities(self) -> tuple[float, ...] | None:
        """The prior, summing to one; None for equally frequent actions."""
        return probabilities(self.prior, self.number)

    @classmethod
    def of(cls, n_actions: int | Actions | None) -> Actions | None:
        """The object that an `n_actions` parameter stands for; None of no actions."""
        if n_actions is None or isinstance(n_actions, Actions):
            return n_actions
        try:
            return cls(n_actions)
        except ValueError as error:
            raise ValueError(f"n_actions={n_actions!r}: {error}") from error


def probabilities(prior: Any, number: int) -> tuple[float, ...] | None:
    """The probabilities of a prior over so many actions, summing to one; None for equal ones.

    Raises
    ------
    ValueError
        If they are not ``number`` positive numbers.
    """
    if prior is None:
        return None
    weights = np.asarray(prior, dtype=float)
    if weights.shape != (number,) or not (np.isfinite(weights) & (weights > 0)).all():
        raise ValueError(
            f"The 'prior' parameter of Actions must hold {number} positive numbers, one for each "
            f"action. Got {prior!r} instead."
        )
    return tuple((weights / weights.sum()).tolist())
