"""The content prior of a model of parts: every part is drawn from the same distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..serialization import record
from .base import ContentDistribution

__all__ = ["PartsDistribution"]


@record
@dataclass(frozen=True)
class PartsDistribution(ContentDistribution):
    r"""Codes of K parts side by side, :math:`p(z_c) = \prod_k p_1(z_{c,k})`.

    Parameters
    ----------
    of_one : ContentDistribution
        That of the code of a part.
    n_parts : int

    Examples
    --------
    >>> from seqdisentangle.content_priors import StandardNormal
    >>> PartsDistribution(StandardNormal(3), 2).draw(np.zeros((5, 6))).shape
    (5, 6)
    """

    of_one: ContentDistribution
    n_parts: int

    @property
    def size(self) -> int:  # type: ignore[override]  # read alone
        """Numbers in the code of all parts."""
        return self.n_parts * self.of_one.size

    @property
    def noise_size(self) -> int:  # type: ignore[override]  # read alone
        """Standard normal numbers that a draw of all parts takes."""
        return self.n_parts * self.of_one.noise_size

    def draw(self, noise: NDArray[np.float64]) -> NDArray[np.float64]:
        """Codes (n, K * d) of standard normal numbers, the parts by themselves."""
        return self.of_one.draw(self._each(noise)).reshape(len(noise), -1)

    def log_density(self, codes: NDArray) -> NDArray[np.float64]:
        """The logarithm of the density at codes, (n, K * d) -> (n,)."""
        each = self.of_one.log_density(self._each(np.asarray(codes)))
        return each.reshape(-1, self.n_parts).sum(1)

    def between(
        self, a: NDArray[np.float64], b: NDArray[np.float64], share: float
    ) -> NDArray[np.float64]:
        """Codes on the way from codes to others, each part on its own."""
        return self.of_one.between(self._each(a), self._each(b), share).reshape(len(a), -1)

    def _each(self, numbers: NDArray) -> NDArray:
        """Numbers of parts side by side (n, K * d), one after the other, (n * K, d)."""
        return numbers.reshape(len(numbers) * self.n_parts, -1)
