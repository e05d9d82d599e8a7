"""The motion priors that a user chooses, by name or as objects."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from .._parts import Part, Registry
from .prior_networks import LSTMPrior, PriorNetwork

__all__ = [
    "PRIORS",
    "GaussianPrior",
    "MixturePrior",
    "MotionPrior",
    "resolve_motion_prior",
]


class MotionPrior(Part, ABC):
    """A kind of motion prior: the settings that its network is built from.

    Attributes
    ----------
    n_components : int
        Gaussians of each step, 1 unless a subclass says otherwise. Divergences in closed form need
        one.

    Examples
    --------
    >>> class ShortMemory(MotionPrior):
    ...     def build(self, size, hidden_size, n_actions=0):
    ...         return LSTMPrior(size, 8, n_actions=n_actions)
    >>> ShortMemory().build(size=2, hidden_size=128).noise_size
    2
    """

    n_components: int = 1

    @abstractmethod
    def build(self, size: int, hidden_size: int, n_actions: int = 0) -> PriorNetwork:
        """Make the network, with weights from torch's global generator.

        Parameters
        ----------
        size : int
            Numbers in a motion code.
        hidden_size : int
            Units of the recurrent layers of the model.
        n_actions : int
            0 for a model without actions.
        """


@dataclass
class GaussianPrior(MotionPrior):
    """Steps that are Gaussians, given those before: the prior of the paper.

    Its network is an LSTM, which learns by the divergence of motion.

    Examples
    --------
    >>> GaussianPrior().build(size=2, hidden_size=16).noise_size
    2
    """

    def build(self, size: int, hidden_size: int, n_actions: int = 0) -> PriorNetwork:
        """Make an LSTM of one Gaussian a step."""
        return LSTMPrior(size, hidden_size, n_actions=n_actions)


@dataclass
class MixturePrior(MotionPrior):
    """Steps that are mixtures of Gaussians, given those before.

    A movement may go on in more ways than one, and a single Gaussian then draws what is between
    them. Its network is an LSTM, which learns by the likelihood of the motion codes.

    Parameters
    ----------
    n_components : int, default=40
        Gaussians of each step, at least 2.

    References
    ----------
    Bishop: Mixture Density Networks, 1994.

    Examples
    --------
    >>> MixturePrior(n_components=8).build(size=2, hidden_size=16).n_components
    8
    """

    n_components: int = 40

    def __post_init__(self) -> None:
        n: Any = self.n_components
        if isinstance(n, bool) or not isinstance(n, Integral) or n < 2:
            raise ValueError(
                f"MixturePrior: n_components must be an integer of at least 2, got {n!r}"
            )

    def build(self, size: int, hidden_size: int, n_actions: int = 0) -> PriorNetwork:
        """Make an LSTM of ``n_components`` Gaussians a step."""
        return LSTMPrior(size, hidden_size, self.n_components, n_actions)


#: Every motion prior by its name.
PRIORS: Registry[MotionPrior] = Registry(
    "motion prior", {"gaussian": GaussianPrior, "mixture": MixturePrior}
)


def resolve_motion_prior(prior: object, parameter: str = "motion_prior") -> MotionPrior:
    """Turn a `motion_prior` parameter into an object.

    Parameters
    ----------
    prior : str or MotionPrior
    parameter : str
        The parameter that the user set, for messages.

    Raises
    ------
    ValueError
        If there is no prior of that name.
    TypeError
        If it is neither a name nor a prior.

    Examples
    --------
    >>> resolve_motion_prior("mixture")
    MixturePrior(n_components=40)
    """
    if isinstance(prior, MotionPrior):
        return prior
    if isinstance(prior, str):
        return PRIORS.make(prior, parameter)
    names = ", ".join(map(repr, PRIORS))
    what = f"the class {prior.__name__}" if isinstance(prior, type) else repr(prior)
    raise TypeError(f"{parameter} must be a MotionPrior object or one of {names}, got {what}")
