"""The contract of content priors: a part that is fitted to codes, and the distribution it gives."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from .._parts import Part

__all__ = ["ContentDistribution", "ContentPrior"]


class ContentDistribution(ABC):
    """A distribution :math:`p(z_c)` of content codes, from which ``sample`` draws.

    Objects are never changed. A class that :func:`~seqdisentangle.serialization.record` has marked
    goes into files.

    Attributes
    ----------
    size : int
        Numbers in a code, d.
    noise_size : int
        Standard normal numbers that a draw takes.
    """

    size: int
    noise_size: int

    @abstractmethod
    def draw(self, noise: NDArray[np.float64]) -> NDArray[np.float64]:
        """Codes (n, d) of standard normal numbers (n, noise_size): the same of the same."""

    @abstractmethod
    def log_density(self, codes: NDArray) -> NDArray[np.float64]:
        """The logarithm of the density at codes, (n, d) -> (n,), in nats."""

    def between(
        self, a: NDArray[np.float64], b: NDArray[np.float64], share: float
    ) -> NDArray[np.float64]:
        """Codes on the way from codes `a` to codes `b`, (n, d) each, at a share of it, 0 to 1.

        By default a straight line. A distribution that knows a likelier way takes that; its ends
        are `a` and `b`, exactly.
        """
        return (1 - share) * a + share * b


class ContentPrior(Part, ABC):
    """A kind of content prior: the settings by which a distribution is fitted to codes.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from seqdisentangle.content_priors import StandardNormal
    >>> @dataclass
    ... class Paper(ContentPrior):
    ...     def fit(self, codes, resolution, random_state):
    ...         return StandardNormal(codes.shape[1])
    >>> Paper().fit(np.zeros((5, 3)), 0, 0).draw(np.ones((1, 3)))
    array([[1., 1., 1.]])
    """

    @abstractmethod
    def fit(
        self, codes: NDArray[np.float64], resolution: NDArray | float, random_state: int
    ) -> ContentDistribution:
        """Fit a distribution.

        Parameters
        ----------
        codes : array of shape (n, d)
            Finite. There may be a single one, and they may all be the same.
        resolution : float or array of shape (d,)
            Difference that says nothing: the deviation of the content posterior. The decoder has
            learned to ignore it.
        random_state : int
            Seed of all that is drawn.

        Returns
        -------
        ContentDistribution
            Of d numbers.
        """
