"""Mixtures of Gaussians fitted to codes, the number of components chosen by held-out codes."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.covariance import ledoit_wolf
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture

from .distribution import Factor

__all__ = [
    "MOST_SEARCHED",
    "Fitted",
    "Whitened",
    "best_mixture",
    "blurred",
    "factor_of",
    "fitted_mixture",
    "gaussian",
    "parted",
    "whitened",
]

#: Numbers of components that are tried, until held-out codes are less likely.
NUMBERS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64)
#: Those of mixtures with shrunk covariances, of which one more or less makes little difference.
NUMBERS_SHRUNK = (1, 2, 4, 8, 16, 24, 32, 48, 64)
#: Codes by which a number of components is chosen, at most.
MOST_SEARCHED = 1000
#: Codes that a component has at least.
LEAST_CODES = 5
#: Numbers without a gain after which no more are tried.
PATIENCE = 2
#: Starts of a mixture that is not a rough one, of which the likeliest is kept: with a poor one two
#: appearances share a component, and draws lie between them.
STARTS = 4
#: Share of the codes that are held out.
HELD_OUT = 0.2
#: Neighbourhoods that are held out as a whole, at most.
NEIGHBOURHOODS = 200
#: Least variance of a direction, of codes of about 1, and of a component within one of them.
FLOOR = 1e-6
COMPONENT_FLOOR = 1e-4
#: Codes that the mean of all counts as, beside those of a component: a prior must have some.
NO_CODES = 1e-3


class Whitened(NamedTuple):
    """Codes of zero mean and identity covariance, and the way back.

    Attributes
    ----------
    s : array of shape (n, d)
    mean : array of shape (d,)
    axes : array of shape (d, d)
        Codes are ``mean + s @ axes.T``.
    """

    s: NDArray[np.float64]
    mean: NDArray[np.float64]
    axes: NDArray[np.float64]


def whitened(codes: NDArray[np.float64], among: NDArray[np.intp] | None = None) -> Whitened:
    """Whiten codes (n, d) by the covariance of those ``among`` them, shrunk as Ledoit and Wolf do.

    References
    ----------
    Ledoit, Wolf: A well-conditioned estimator for large-dimensional covariance matrices, Journal of
    Multivariate Analysis, 2004.
    """
    some = codes if among is None else codes[among]
    mean = some.mean(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a single code
        covariance, _ = ledoit_wolf(some - mean, assume_centered=True)
    variances, directions = np.linalg.eigh(covariance)
    deviations = np.sqrt(np.maximum(variances, FLOOR))
    return Whitened((codes - mean) @ (directions / deviations), mean, directions * deviations)


def parted(
    codes: NDArray[np.float64], random_state: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows to fit to, and rows to hold out: whole neighbourhoods of codes.

    Sequences of one appearance have nearly the same code. Were one held out alone, the likeliest
    prior would be the one that remembers each appearance.
    """
    n = len(codes)
    k = min(max(n // 4, 2), NEIGHBOURHOODS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # of codes that are the same
        means = KMeans(k, init="random", n_init=1, max_iter=10, random_state=random_state)
        _, of = np.unique(means.fit_predict(codes), return_inverse=True)
    if of.max() == 0:  # all codes are the same
        of = np.arange(n)
    counts = np.bincount(of)
    order = np.random.RandomState(random_state).permutation(len(counts))
    taken = np.searchsorted(counts[order].cumsum(), HELD_OUT * n).clip(1, len(counts) - 1)
    held = np.isin(of, order[:taken])
    return np.flatnonzero(~held), np.flatnonzero(held)


def blurred(
    codes: NDArray[np.float64], resolution: NDArray | float, random_state: int
) -> NDArray[np.float64]:
    """Codes (n, d) with so much noise, in which differences that say nothing are lost."""
    noise = np.random.RandomState(random_state).standard_normal(codes.shape)
    return codes + resolution * noise


class Fitted(NamedTuple):
    """A number of components, and the mean log-density that held-out codes have by them."""

    score: float
    n_components: int


def fitted_mixture(
    s: NDArray[np.float64],
    n_components: int,
    random_state: int,
    *,
    shrunk: bool = False,
    rough: bool = False,
) -> GaussianMixture:
    """Fit a mixture to whitened coordinates (n, g), a ``rough`` one in few iterations.

    The covariance of a component is its own, or ``shrunk`` towards what those of all have in
    common: by a Wishart prior of its inverse that counts as much as g codes do. Of many coordinates
    a component has too few codes for a covariance of its own.

    References
    ----------
    Fraley, Raftery: Bayesian Regularization for Normal Mixture Estimation and Model-Based
    Clustering, Journal of Classification, 2007.
    """
    told: dict[str, Any] = {"reg_covar": COMPONENT_FLOOR, "random_state": random_state}
    few = {**told, "tol": 1e-2, "max_iter": 20}
    asked = few if rough else {**told, "tol": 1e-3, "max_iter": 50, "n_init": STARTS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # close to it will do
        if not shrunk:
            return GaussianMixture(n_components, **asked).fit(s)
        common = GaussianMixture(n_components, covariance_type="tied", **few).fit(s).covariances_
        g = s.shape[1]
        found = BayesianGaussianMixture(
            n_components=n_components,
            weight_concentration_prior_type="dirichlet_distribution",
            mean_precision_prior=NO_CODES,
            degrees_of_freedom_prior=g,
            covariance_prior=g * common,
            **asked,
        ).fit(s)
    mixture = GaussianMixture(n_components)
    for name in ("weights_", "means_", "covariances_", "precisions_cholesky_"):
        setattr(mixture, name, getattr(found, name))
    return mixture


def best_mixture(
    s: NDArray[np.float64],
    held_out: NDArray[np.float64],
    random_state: int,
    *,
    shrunk: bool = False,
    least: int = 1,
    most: int = NUMBERS[-1],
) -> Fitted:
    """The number of components, ``least`` to ``most``, by which held-out codes are likeliest."""
    best, since = None, 0
    for k in NUMBERS_SHRUNK if shrunk else NUMBERS:
        if k < least:
            continue
        if best is not None and (k > most or LEAST_CODES * k > len(s)):
            break
        mixture = fitted_mixture(s, k, random_state, shrunk=shrunk, rough=True)
        score = float(mixture.score(held_out))
        if best is None or score > best.score + 1e-3:
            best, since = Fitted(score, k), 0
        elif (since := since + 1) == PATIENCE:
            break
    assert best is not None
    return best


def factor_of(mixture: GaussianMixture, columns: list[int]) -> Factor:
    """A mixture as a factor of some coordinates."""
    scales = np.linalg.cholesky(mixture.covariances_)
    return Factor(np.asarray(columns), np.maximum(mixture.weights_, 1e-12), mixture.means_, scales)


def gaussian(d: int) -> Factor:
    """The standard normal of d whitened coordinates."""
    return Factor(np.arange(d), np.ones(1), np.zeros((1, d)), np.eye(d)[None])
