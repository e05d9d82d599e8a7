"""The standard normal distribution, the content prior of the paper."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..serialization import record
from .base import ContentDistribution, ContentPrior

__all__ = ["NormalContentPrior", "StandardNormal"]


@record
@dataclass(frozen=True)
class StandardNormal(ContentDistribution):
    """The distribution :math:`N(0, I)`.

    Parameters
    ----------
    size : int
        Numbers in a code.

    Examples
    --------
    >>> StandardNormal(2).log_density(np.zeros((1, 2)))
    array([-1.83787707])
    """

    size: int

    @property
    def noise_size(self) -> int:  # type: ignore[override]  # read alone
        """One number for each of a code."""
        return self.size

    def draw(self, noise: NDArray[np.float64]) -> NDArray[np.float64]:
        """The numbers themselves."""
        return noise

    def log_density(self, codes: NDArray) -> NDArray[np.float64]:
        """The logarithm of the density at codes, (n, d) -> (n,)."""
        squares = np.square(np.asarray(codes, np.float64)).sum(-1)
        return -0.5 * (squares + self.size * math.log(2 * math.pi))


@dataclass
class NormalContentPrior(ContentPrior):
    """The standard normal prior of the paper, whatever the codes are.

    A draw is seldom near the code of a sequence: it may show what lies between two appearances.

    Examples
    --------
    >>> NormalContentPrior().fit(np.ones((5, 2)), 0, 0)
    StandardNormal(size=2)
    """

    def fit(
        self, codes: NDArray[np.float64], resolution: NDArray | float, random_state: int
    ) -> StandardNormal:
        """The distribution :math:`N(0, I)`."""
        return StandardNormal(codes.shape[1])
