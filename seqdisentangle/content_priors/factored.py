"""A content prior of independent parts, which draws new combinations of what codes have."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform
from sklearn.decomposition import FastICA
from sklearn.exceptions import ConvergenceWarning

from .base import ContentPrior
from .distribution import FactoredMixture, coordinates
from .fitting import (
    MOST_SEARCHED,
    best_mixture,
    blurred,
    factor_of,
    fitted_mixture,
    gaussian,
    parted,
    whitened,
)

__all__ = ["FactoredContentPrior"]

#: Codes that dependence is measured by.
MOST_COMPARED = 500
#: Codes, for each number of one, below which independent directions are not looked for.
LEAST_CODES = 5
#: Squared distance correlation, about what chance gives, of coordinates that are left apart.
INDEPENDENT = 0.02
#: Starts of independent component analysis, which may end in directions of two parts at once.
STARTS = 3
#: Rounds in which directions are found anew by the parts.
REFINEMENTS = 3


@dataclass
class FactoredContentPrior(ContentPrior):
    r"""Independent parts of a code, each of a mixture of Gaussians, which draws new appearances.

    .. math:: z_c = m + A s, \qquad p(s) = \prod_f p_f(s_f)

    An appearance is mostly made up of things that are chosen independently of each other: a hair
    and a shirt, a speaker and a word. Independent component analysis finds the directions
    :math:`A` in which codes are least Gaussian. Those that depend on each other still, such as the
    directions of several hairs, are put together, from pairs to whole codes, wherever held-out
    codes are likelier by one mixture of both than by one of each; and directions are found anew by
    the means of these, as long as held-out codes become likelier. Draws combine parts that have
    been seen into appearances that have not.

    Parameters
    ----------
    max_components : int, default=64
        Gaussians of a part at most; the number is chosen by held-out codes.

    Raises
    ------
    ValueError
        If the number is not positive.

    References
    ----------
    Cardoso: Multidimensional Independent Component Analysis, ICASSP 1998.
    Hyvärinen: Fast and Robust Fixed-Point Algorithms for Independent Component Analysis, IEEE
    Transactions on Neural Networks, 1999.
    Székely, Rizzo, Bakirov: Measuring and Testing Dependence by Correlation of Distances, Annals of
    Statistics, 2007.

    Examples
    --------
    Two coordinates that are -1 or 1, of which one pair is never seen:

    >>> rng = np.random.RandomState(0)
    >>> pairs = np.array([[-1, -1], [-1, 1], [1, -1]])[rng.randint(3, size=400)]
    >>> codes = pairs + 0.1 * rng.normal(size=pairs.shape)
    >>> prior = FactoredContentPrior().fit(codes, 0, 0)
    >>> drawn = prior.draw(rng.normal(size=(200, prior.noise_size)))
    >>> bool((abs(abs(drawn) - 1) < 0.5).mean() > 0.9)
    True
    """

    max_components: int = 64

    def __post_init__(self) -> None:
        k: Any = self.max_components
        if isinstance(k, bool) or not isinstance(k, Integral) or k < 1:
            raise ValueError(
                f"FactoredContentPrior: max_components must be a positive integer, got {k!r}"
            )

    def fit(
        self, codes: NDArray[np.float64], resolution: NDArray | float, random_state: int
    ) -> FactoredMixture:
        """Fit directions and parts at the resolution of the codes, then mixtures to these."""
        n, d = codes.shape
        if n < LEAST_CODES * max(d, 2):
            white = whitened(codes)
            return FactoredMixture(white.mean, white.axes, [gaussian(d)])
        seen = blurred(codes, resolution, random_state)
        _, mean, axes, parts = self._searched(seen, random_state)
        s = coordinates(codes, mean, axes)
        factors = []
        for columns, k in parts:
            mixture = fitted_mixture(s[:, columns], k, random_state)
            factors.append(factor_of(mixture, columns))
        return FactoredMixture(mean, axes, factors)

    def _searched(self, codes: NDArray[np.float64], random_state: int) -> Structure:
        """The directions and parts by which held-out codes are likeliest, of several starts."""
        rows, held_out = parted(codes, random_state)
        white = whitened(codes, among=rows)
        found = []
        for start in range(STARTS):
            rotation = independent_directions(white.s[rows], (random_state + start) % 2**32)
            axes = white.axes @ rotation
            found.append(self._refined(codes, rows, held_out, white.mean, axes, random_state))
        return max(found, key=lambda structure: structure.score)

    def _refined(
        self,
        codes: NDArray[np.float64],
        rows: NDArray[np.intp],
        held_out: NDArray[np.intp],
        mean: NDArray[np.float64],
        axes: NDArray[np.float64],
        random_state: int,
    ) -> Structure:
        """Parts of some directions, and directions of these parts, as long as that is a gain."""
        best: Structure | None = None
        for _ in range(1 + REFINEMENTS):
            s = coordinates(codes, mean, axes)
            score, parts = Parts(s[rows], s[held_out], self.max_components, random_state).best()
            score -= float(np.linalg.slogdet(axes)[1])
            if best is not None and score <= best.score:
                break
            best = Structure(score, mean, axes, parts)
            axes = axes @ spanned(s[rows], parts, random_state)
        assert best is not None
        return best


def independent_directions(s: NDArray[np.float64], random_state: int) -> NDArray[np.float64]:
    """An orthogonal (d, d) whose columns are the least Gaussian directions of whitened codes."""
    d = s.shape[1]
    if d == 1:
        return np.eye(1)
    analysis = FastICA(whiten=False, max_iter=100, tol=1e-3, random_state=random_state)
    with warnings.catch_warnings():
        # Directions that are Gaussian go on turning: any will do.
        warnings.simplefilter("ignore", ConvergenceWarning)
        analysis.fit(s)
    left, _, right = np.linalg.svd(analysis.components_)
    return (left @ right).T


def distance_correlations(s: NDArray[np.float64]) -> NDArray[np.float64]:
    """The squared distance correlation of each pair of coordinates, (n, d) -> (d, d)."""
    n, d = s.shape
    centred = np.empty((d, n * n), np.float32)
    for j, column in enumerate(s.T.astype(np.float32)):
        away = np.abs(column[:, None] - column)
        away += away.mean() - away.mean(0) - away.mean(1)[:, None]
        centred[j] = (away / max(np.linalg.norm(away), 1e-12)).ravel()
    return (centred @ centred.T).astype(np.float64)


def spanned(s: NDArray[np.float64], parts: list[Part], random_state: int) -> NDArray[np.float64]:
    """Directions (d, d), of which each part has those that the means of its components span.

    Each code is taken for the sum of a mean of every part, which least squares find together:
    these know of each other, where independent directions are each found by itself.
    """
    n, d = s.shape
    several = [part for part in parts if part.n_components > 1]
    members = []
    for columns, k in several:
        mixture = fitted_mixture(s[:, columns], k, random_state)
        members.append(np.eye(k)[mixture.predict(s[:, columns])])
    means = np.linalg.lstsq(np.hstack([*members, np.ones((n, 1))]), s, rcond=None)[0]
    directions: list[NDArray[np.float64]] = []
    for (columns, k), member in zip(several, members, strict=True):
        own, means = means[:k], means[k:]
        shares = member.mean(0)
        centred = np.sqrt(shares)[:, None] * (own - shares @ own)
        directions += list(
            np.linalg.svd(centred, full_matrices=False)[2][: min(len(columns), k - 1)]
        )
    if not directions:
        return np.eye(d)
    rest = np.linalg.svd(np.array(directions))[2][len(directions) :]
    return np.vstack([*directions, rest]).T


class Part(NamedTuple):
    """Coordinates that depend on each other, and how many Gaussians their mixture has."""

    columns: list[int]
    n_components: int


class Structure(NamedTuple):
    """The linear map of codes to coordinates, and the parts that these fall into.

    The score is the mean log-density that held-out codes have by them.
    """

    score: float
    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    parts: list[Part]


class Grouping(NamedTuple):
    """Parts of some coordinates, and the mean log-density that held-out codes have by them."""

    score: float
    parts: list[Part]


class Parts:
    """The search for the parts by which held-out codes are likeliest.

    Coordinates are put together in the order of their dependence, which makes a tree. At each of
    its nodes one mixture of all coordinates below is compared with those of both branches, unless a
    branch has fallen into several parts.

    Parameters
    ----------
    s, held_out : array of shape (n, d)
        Independent coordinates, as far as there are any.
    max_components : int
    random_state : int
    """

    def __init__(
        self,
        s: NDArray[np.float64],
        held_out: NDArray[np.float64],
        max_components: int,
        random_state: int,
    ) -> None:
        self.s = s[:MOST_SEARCHED]
        self.held_out = held_out[:MOST_SEARCHED]
        self.max_components = max_components
        self.random_state = random_state

    def best(self) -> Grouping:
        """The parts, which share the coordinates among them."""
        d = self.s.shape[1]
        found = [self.together([j], 1) for j in range(d)]
        if d == 1:
            return found[0]
        dependence = distance_correlations(self.s[:MOST_COMPARED]).clip(0, 1)
        apart = squareform(1 - dependence, checks=False)
        for left, right, distance, _ in linkage(apart, "average"):
            a, b = found[int(left)], found[int(right)]
            each = Grouping(a.score + b.score, a.parts + b.parts)
            found.append(each)
            if len(each.parts) == 2 and 1 - distance > INDEPENDENT:
                columns = [c for part in each.parts for c in part.columns]
                both = self.together(columns, max(part.n_components for part in each.parts))
                if both.score > each.score:
                    found[-1] = both
        return found[-1]

    def together(self, columns: list[int], least: int) -> Grouping:
        """One mixture of some coordinates, of so many Gaussians at least."""
        score, k = best_mixture(
            self.s[:, columns],
            self.held_out[:, columns],
            self.random_state,
            least=least,
            most=self.max_components,
        )
        return Grouping(score, [Part(columns, k)])
