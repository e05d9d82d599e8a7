"""A content prior that is one mixture of Gaussians of whole codes."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .base import ContentPrior
from .distribution import FactoredMixture
from .fitting import best_mixture, blurred, factor_of, fitted_mixture, gaussian, parted, whitened

__all__ = ["MixtureContentPrior"]

#: Codes below which there is one Gaussian.
LEAST_CODES = 20


@dataclass
class MixtureContentPrior(ContentPrior):
    r"""A mixture of Gaussians of whole codes, which draws appearances like those seen.

    .. math:: p(z_c) = \sum_k \pi_k\, N(z_c \mid \mu_k, \Sigma_k)

    It suits codes that fall into clusters. Of what is chosen independently, such as a hair and a
    shirt, it would need a component for each combination: :class:`FactoredContentPrior` does not.

    Parameters
    ----------
    n_components : int or "auto", default="auto"
        Gaussians. ``"auto"``: as many, up to 64, as make held-out codes likeliest. Covariances are
        shrunk towards what they have in common; fewer than 20 codes get a single Gaussian, whose
        covariance is shrunk as Ledoit and Wolf do.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> rng = np.random.RandomState(0)
    >>> codes = np.repeat([[0.0, 0.0], [9.0, 9.0]], 50, axis=0) + rng.normal(size=(100, 2))
    >>> prior = MixtureContentPrior().fit(codes, 0, 0)
    >>> len(prior.factors[0].weights)
    2
    """

    n_components: Any = "auto"

    def __post_init__(self) -> None:
        k: Any = self.n_components
        counts = isinstance(k, Integral) and not isinstance(k, bool)
        if not ((counts and k >= 1) or (isinstance(k, str) and k == "auto")):
            raise ValueError(
                f"MixtureContentPrior: n_components must be a positive integer or 'auto', got {k!r}"
            )

    def fit(
        self, codes: NDArray[np.float64], resolution: NDArray | float, random_state: int
    ) -> FactoredMixture:
        """Fit the components by expectation maximisation, to whitened codes."""
        white = whitened(codes)
        n, d = codes.shape
        if n < LEAST_CODES or self.n_components == 1:
            return FactoredMixture(white.mean, white.axes, [gaussian(d)])
        k = self.n_components
        if k == "auto":
            k = self._searched(blurred(codes, resolution, random_state), random_state)
        mixture = fitted_mixture(white.s, min(int(k), n), random_state, shrunk=True)
        return FactoredMixture(white.mean, white.axes, [factor_of(mixture, list(range(d)))])

    @staticmethod
    def _searched(codes: NDArray[np.float64], random_state: int) -> int:
        """The number of components by which held-out codes are likeliest."""
        rows, held_out = parted(codes, random_state)
        s = whitened(codes, among=rows).s
        return best_mixture(s[rows], s[held_out], random_state, shrunk=True).n_components
