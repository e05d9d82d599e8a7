"""Mixtures of Gaussians of independent parts of a code: the distribution that priors fit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr

from .._parts import same
from ..serialization import record
from .base import ContentDistribution

__all__ = ["Factor", "FactoredMixture", "coordinates"]

LOG_2_PI = float(np.log(2 * np.pi))
#: Power by which parts hurry through the middle of their way, where codes are unlikely: 0.81 of the
#: appearances between two Sprites are whole, 0.65 with 1, and 0.47 on a straight line.
HASTE = 4


@record
@dataclass(frozen=True, eq=False)
class Factor:
    r"""A mixture of K Gaussians :math:`\sum_k \pi_k\, N(\mu_k, L_k L_k^\top)` of some coordinates.

    Parameters
    ----------
    columns : array of int and shape (g,)
        The coordinates that it is of.
    weights : array of shape (K,)
        :math:`\pi`, positive.
    means : array of shape (K, g)
    scales : array of shape (K, g, g)
        The lower triangles :math:`L_k`, with positive diagonals.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a number is not as it must be.

    Examples
    --------
    >>> factor = Factor([0], [0.5, 0.5], [[-1.0], [1.0]], [[[0.1]], [[0.1]]])
    >>> factor.draw(np.array([-0.3, 0.3]), np.zeros((2, 1)))
    array([[-1.],
           [ 1.]])
    """

    columns: NDArray[np.intp]
    weights: NDArray[np.float64]
    means: NDArray[np.float64]
    scales: NDArray[np.float64]

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", np.asarray(self.columns, np.intp))
        for name in ("weights", "means", "scales"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), np.float64))
        k, g = self.weights.shape[0] if self.weights.ndim == 1 else 0, self.columns.size
        if k == 0 or self.means.shape != (k, g) or self.scales.shape != (k, g, g):
            raise ValueError(
                "a Factor of g coordinates has weights (K,), means (K, g) and scales (K, g, g), "
                f"got {self.weights.shape}, {self.means.shape}, {self.scales.shape} and g = {g}"
            )
        diagonals = np.diagonal(self.scales, axis1=1, axis2=2)
        numbers = (self.weights, self.means, self.scales)
        if not all(np.isfinite(part).all() for part in numbers) or (
            min(self.weights.min(), diagonals.min(initial=1.0)) <= 0
        ):
            raise ValueError("a Factor must have finite numbers, positive weights and diagonals")

    def __eq__(self, other: object) -> bool:
        return type(other) is Factor and same(vars(self), vars(other))

    def draw(self, choice: NDArray[np.float64], noise: NDArray[np.float64]) -> NDArray[np.float64]:
        """Coordinates (n, g) of standard normal numbers that choose (n,), and move (n, g)."""
        ends = np.cumsum(self.weights / self.weights.sum())
        k = np.searchsorted(ends[:-1], ndtr(choice))
        return self.means[k] + np.einsum("nij,nj->ni", self.scales[k], noise)

    def log_density(self, s: NDArray[np.float64]) -> NDArray[np.float64]:
        """The logarithm of the density at coordinates, (n, g) -> (n,)."""
        away = (s - self.means[:, None]).transpose(0, 2, 1)  # (K, g, n)
        squares = np.square(np.linalg.solve(self.scales, away)).sum(1)  # (K, n)
        diagonals = np.diagonal(self.scales, axis1=1, axis2=2)
        log_weight = np.log(self.weights / self.weights.sum()) - np.log(diagonals).sum(1)
        return logsumexp(log_weight[:, None] - 0.5 * squares, axis=0) - 0.5 * s.shape[1] * LOG_2_PI


def coordinates(
    codes: NDArray, mean: NDArray[np.float64], axes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The coordinates s of codes ``mean + axes @ s``, (n, d) -> (n, d)."""
    away = (np.asarray(codes, np.float64) - mean).T
    return np.asarray(np.linalg.solve(axes, away), np.float64).T


@record
@dataclass(frozen=True, eq=False, repr=False)
class FactoredMixture(ContentDistribution):
    r"""A distribution whose coordinates fall into independent parts, each a mixture of Gaussians.

    .. math:: z = m + A s, \qquad p(s) = \prod_f p_f(s_f)

    Parameters
    ----------
    mean : array of shape (d,)
        :math:`m`.
    axes : array of shape (d, d)
        :math:`A`, a column for each coordinate.
    factors : list of Factor
        Each coordinate is of one of them.

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    Examples
    --------
    >>> factor = Factor([0], [0.5, 0.5], [[-1.0], [1.0]], [[[0.1]], [[0.1]]])
    >>> prior = FactoredMixture([0.0], [[2.0]], [factor])
    >>> prior.draw(np.array([[0.0, 0.3]]))
    array([[2.]])
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    factors: list[Factor]

    def __post_init__(self) -> None:
        for name in ("mean", "axes"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), np.float64))
        d = self.size
        columns = [c for factor in self.factors for c in factor.columns.tolist()]
        if self.axes.shape != (d, d) or sorted(columns) != list(range(d)):
            raise ValueError(
                f"a FactoredMixture of {d} numbers has axes ({d}, {d}), and factors that share its "
                f"coordinates, got axes {self.axes.shape} and factors of {sorted(columns)}"
            )
        if not (np.isfinite(self.mean).all() and np.isfinite(self._log_volume)):
            raise ValueError("a FactoredMixture must have finite numbers, and independent axes")

    def __eq__(self, other: object) -> bool:
        names = ("mean", "axes", "factors")
        return type(other) is FactoredMixture and all(
            same(getattr(self, name), getattr(other, name)) for name in names
        )

    def __repr__(self) -> str:
        of_each = ", ".join(f"{f.columns.size} x {f.weights.size}" for f in self.factors)
        return f"<FactoredMixture of {self.size} numbers, parts of numbers x Gaussians: {of_each}>"

    @property
    def size(self) -> int:  # type: ignore[override]  # read alone
        """Numbers in a code."""
        return self.mean.size

    @property
    def noise_size(self) -> int:  # type: ignore[override]  # read alone
        """One number for each of a code, and one for the choice of each factor."""
        return self.size + len(self.factors)

    @cached_property
    def _log_volume(self) -> float:
        return float(np.linalg.slogdet(self.axes)[1])

    def draw(self, noise: NDArray[np.float64]) -> NDArray[np.float64]:
        """Codes (n, d) of standard normal numbers (n, noise_size)."""
        s = np.empty((len(noise), self.size))
        for i, factor in enumerate(self.factors):
            choice = noise[:, self.size + i]
            s[:, factor.columns] = factor.draw(choice, noise[:, factor.columns])
        return self.mean + s @ self.axes.T

    def log_density(self, codes: NDArray) -> NDArray[np.float64]:
        """The logarithm of the density at codes, (n, d) -> (n,)."""
        s = coordinates(codes, self.mean, self.axes)
        parts = [factor.log_density(s[:, factor.columns]) for factor in self.factors]
        return np.sum(parts, axis=0) - self._log_volume

    def between(
        self, a: NDArray[np.float64], b: NDArray[np.float64], share: float
    ) -> NDArray[np.float64]:
        """Codes on the way from `a` to `b`, (n, d) each; parts of several Gaussians take turns.

        Between two Gaussians of a part is what is never seen: half a hair. On a straight line all
        parts are there at once, in turn one is, and the others are whole. The time of each is by
        how far it goes, and is mostly spent near its ends. Parts of a single Gaussian go straight.
        """
        straight = super().between(a, b, share)
        several = [factor.columns for factor in self.factors if factor.weights.size > 1]
        if len(several) < 2:
            return straight
        way = coordinates(b, a, self.axes)  # (n, d), from a
        far = np.stack([np.linalg.norm(way[:, c] @ self.axes[:, c].T, axis=1) for c in several], 1)
        ends = np.cumsum(far, axis=1)  # of each part's time, (n, parts)
        starts = np.hstack([np.zeros((len(a), 1)), ends[:, :-1]])
        now = share * ends[:, -1:]
        done = np.clip((now - starts) / np.where(far > 0, far, 1), 0, 1)
        done = np.where(now < ends, done, 1)
        done = done**HASTE / (done**HASTE + (1 - done) ** HASTE)
        ahead = np.zeros_like(way)  # of the straight line, in shares
        for columns, of_part in zip(several, done.T, strict=True):
            ahead[:, columns] = of_part[:, None] - share
        return straight + (way * ahead) @ self.axes.T
