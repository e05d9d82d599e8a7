"""Distances of two distributions, from features of real and of generated sequences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigh, svdvals
from scipy.spatial.distance import cdist
from sklearn.utils import check_random_state

from ..data.containers import numbers_of
from ._checks import check_size, checked
from ._rounding import exponent_of
from .tables import Estimate

__all__ = [
    "PrecisionRecall",
    "TwoSampleTest",
    "frechet_distance",
    "kernel_distance",
    "precision_recall",
    "two_sample_test",
]

AT_A_TIME = 1000  # permutations, which bounds memory


def frechet_distance(real: ArrayLike, generated: ArrayLike) -> float:
    r"""Frechet distance of two sets of features, each taken for normally distributed.

    .. math:: \|\mu_r - \mu_g\|^2 +
              \operatorname{tr}\big(\Sigma_r + \Sigma_g - 2 (\Sigma_r \Sigma_g)^{1/2}\big)

    With features of an Inception network it is the FID of images, with those of a video network
    the FVD. It is biased upwards where features are few: compare equal numbers only, and have more
    of them than they have numbers.

    Parameters
    ----------
    real : array-like of shape (n, d)
        Features of real sequences.
    generated : array-like of shape (m, d)
        Features of generated ones.

    Returns
    -------
    float
        At least 0, in the features' units squared; lower is better.

    Raises
    ------
    ValueError
        If features differ in size, or there are fewer than two of either.

    See Also
    --------
    kernel_distance : Without bias, and with a standard error.

    References
    ----------
    .. [1] M. Heusel, H. Ramsauer, T. Unterthiner, B. Nessler, S. Hochreiter, "GANs Trained by a Two
       Time-Scale Update Rule Converge to a Local Nash Equilibrium", NeurIPS 2017.

    Examples
    --------
    Means one apart, variances alike:

    >>> from seqdisentangle.metrics import frechet_distance
    >>> round(frechet_distance([[0.0], [2.0]], [[1.0], [3.0]]), 6)
    1.0
    """
    x, y, exponent = centred_features(real, generated)
    apart = float(((x.mean(0) - y.mean(0)) ** 2).sum())
    S, R = (np.atleast_2d(np.cov(each, rowvar=False)) for each in (x, y))
    # The trace of the root is the sum of these singular values, also where S or R is singular,
    # which scipy.linalg.sqrtm of their product warns of.
    crossed = float(svdvals(symmetric_root(S) @ symmetric_root(R)).sum())
    found = max(0.0, apart + float(np.trace(S) + np.trace(R)) - 2 * crossed)
    return float(np.ldexp(found, 2 * exponent))


@checked()
def kernel_distance(
    real: ArrayLike,
    generated: ArrayLike,
    *,
    n_subsets: int = 100,
    subset_size: int = 1000,
    random_state: int | np.random.RandomState | None = None,
) -> Estimate:
    r"""Kernel distance (KID): an unbiased estimate of MMD squared, over random subsets.

    .. math:: \frac{1}{m (m - 1)} \sum_{i \ne j} \big[k(x_i, x_j) + k(y_i, y_j)\big]
              - \frac{2}{m^2} \sum_{i, j} k(x_i, y_j), \qquad k(x, y) = (x^\top y / d + 1)^3

    Parameters
    ----------
    real : array-like of shape (n, d)
        Features of real sequences.
    generated : array-like of shape (m, d)
        Features of generated ones.
    n_subsets : int, default=100
        Pairs of subsets, at least 2.
    subset_size : int, default=1000
        Features of either in a subset, at least 2; all of them where there are fewer.
    random_state : int, RandomState instance or None, default=None
        Determines the subsets.

    Returns
    -------
    Estimate
        0 in the mean where the distributions are one, and then below 0 as often as above; lower is
        better. Its standard error is over subsets, and too small where these share most features.

    Raises
    ------
    ValueError
        If features differ in size, or there are fewer than two of either.

    References
    ----------
    .. [1] M. Bińkowski, D. J. Sutherland, M. Arbel, A. Gretton, "Demystifying MMD GANs", ICLR 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from seqdisentangle.metrics import kernel_distance
    >>> x, y = np.random.RandomState(0).normal(size=(2, 400, 3))
    >>> alike = kernel_distance(x, y, subset_size=100, random_state=0)
    >>> apart = kernel_distance(x, y + 1, subset_size=100, random_state=0)
    >>> bool(abs(alike.mean) < 0.1 < 1 < apart.mean)
    True
    """
    x, y = paired_features(real, generated)
    rng = check_random_state(random_state)
    size = min(subset_size, len(x), len(y))
    return Estimate.of(
        [
            squared_mmd(x[rng.permutation(len(x))[:size]], y[rng.permutation(len(y))[:size]])
            for _ in range(n_subsets)
        ]
    )


class PrecisionRecall(NamedTuple):
    """Shares of generated and of real features that lie among the others.

    Attributes
    ----------
    precision : float
        Share of the generated among the real ones: fidelity.
    recall : float
        Share of the real among the generated ones: diversity.
    """

    precision: float
    recall: float


@checked()
def precision_recall(
    real: ArrayLike, generated: ArrayLike, *, n_neighbours: int = 3
) -> PrecisionRecall:
    r"""Precision and recall of generated features, by balls of nearest neighbours.

    .. math:: \mathrm{precision} = \frac1m \sum_j \big[\exists i:
              \|y_j - x_i\| \le \|x_i - \mathrm{NN}_k(x_i)\| \big]

    of generated :math:`y_j` among real :math:`x_i`, and recall the reverse.

    Parameters
    ----------
    real : array-like of shape (n, d)
        Features of real sequences.
    generated : array-like of shape (m, d)
        Features of generated ones; as many as of real ones, for comparable figures.
    n_neighbours : int, default=3
        The neighbour k that bounds a ball; fewer where there are no more.

    Returns
    -------
    PrecisionRecall
        From 0 to 1, higher is better. Of two samples of one distribution they are below 1: compare
        with those of two halves of the real features.

    Raises
    ------
    ValueError
        If features differ in size, or there are fewer than two of either.

    References
    ----------
    .. [1] T. Kynkäänniemi, T. Karras, S. Laine, J. Lehtinen, T. Aila, "Improved Precision and
       Recall Metric for Assessing Generative Models", NeurIPS 2019.

    Examples
    --------
    Half of what is real is generated, and nothing else:

    >>> from seqdisentangle.metrics import precision_recall
    >>> precision_recall([[0], [1], [10], [11]], [[0.5], [0.6]], n_neighbours=1)
    PrecisionRecall(precision=1.0, recall=0.0)
    """
    x, y, _ = centred_features(real, generated)
    across = cdist(x, y)
    return PrecisionRecall(
        precision=float((across <= radii(x, n_neighbours)[:, None]).any(0).mean()),
        recall=float((across <= radii(y, n_neighbours)[None]).any(1).mean()),
    )


@dataclass(frozen=True)
class TwoSampleTest:
    """The outcome of a test that two sets of features are of one distribution.

    Attributes
    ----------
    statistic : float
        Energy distance, at least 0 in the mean; 0 where the distributions are one.
    p_value : float
        Probability of one as large by chance, were the distributions one; uniform from 0 to 1 then.
    """

    statistic: float
    p_value: float


@checked()
def two_sample_test(
    real: ArrayLike,
    generated: ArrayLike,
    *,
    n_permutations: int = 999,
    random_state: int | np.random.RandomState | None = None,
) -> TwoSampleTest:
    r"""Test by permutation whether two sets of features are of one distribution.

    .. math:: E = \frac{2}{nm} \sum_{i,j} \|x_i - y_j\| - \frac{1}{n^2} \sum_{i,j} \|x_i - x_j\|
              - \frac{1}{m^2} \sum_{i,j} \|y_i - y_j\|, \qquad
              p = \frac{1 + \#\{E_\pi \ge E\}}{1 + N}

    over N permutations of all features.

    Parameters
    ----------
    real : array-like of shape (n, d)
        Features of real sequences, one each: windows of one recording are not independent.
    generated : array-like of shape (m, d)
        Features of generated ones.
    n_permutations : int, default=999
        Permutations N; p is at least 1 / (N + 1).
    random_state : int, RandomState instance or None, default=None
        Determines the permutations.

    Returns
    -------
    TwoSampleTest
        A small `p_value` says that the distributions differ; a large one that these many features
        do not show it.

    Raises
    ------
    ValueError
        If features differ in size, or there are fewer than two of either.

    References
    ----------
    .. [1] G. J. Székely, M. L. Rizzo, "Energy statistics: A class of statistics based on
       distances", Journal of Statistical Planning and Inference 143(8), 2013.
    .. [2] B. Phipson, G. K. Smyth, "Permutation P-values Should Never Be Zero", Statistical
       Applications in Genetics and Molecular Biology 9(1), 2010.

    Examples
    --------
    >>> import numpy as np
    >>> from seqdisentangle.metrics import two_sample_test
    >>> x, y = np.random.RandomState(1).normal(size=(2, 60, 3))
    >>> two_sample_test(x, y + 1, random_state=0).p_value
    0.001
    >>> two_sample_test(x, y, random_state=0).p_value > 0.05
    True
    """
    x, y, exponent = centred_features(real, generated)
    rng = check_random_state(random_state)
    both = np.concatenate([x, y])
    distances = cdist(both, both)
    sign = np.repeat([1 / len(x), -1 / len(y)], [len(x), len(y)])
    # -s' D s is the energy distance: of every pair with the weights of its two sides.
    found = -float(sign @ distances @ sign)
    # A permutation that gives the same split differs from it by rounding.
    least, as_large = found - 1e-12 * distances.max(), 0
    for start in range(0, n_permutations, AT_A_TIME):
        size = min(AT_A_TIME, n_permutations - start)
        orders = np.stack([rng.permutation(sign) for _ in range(size)])
        permuted = -np.einsum("pi,pi->p", orders @ distances, orders)
        as_large += int((permuted >= least).sum())
    return TwoSampleTest(float(np.ldexp(found, exponent)), (1 + as_large) / (1 + n_permutations))


def paired_features(real: ArrayLike, generated: ArrayLike) -> tuple[NDArray, NDArray]:
    """Two sets of features of one size.

    Raises
    ------
    ValueError
        If they are of several sizes, not finite, or fewer than two.
    """
    found = []
    for features, name in ((real, "real"), (generated, "generated")):
        z = numbers_of(features, name).astype(np.float64)
        if z.ndim != 2 or len(z) < 2 or not z.shape[1]:
            raise ValueError(f"{name} must have shape (n, d), n at least 2, got shape {z.shape}")
        check_size(z, name)
        found.append(z)
    x, y = found
    if x.shape[1] != y.shape[1]:
        raise ValueError(
            "real and generated must have features of one size, got "
            f"{x.shape[1]} and {y.shape[1]} numbers"
        )
    return x, y


def centred_features(real: ArrayLike, generated: ArrayLike) -> tuple[NDArray, NDArray, int]:
    """Two sets of features less the mean of both, times two to the power of less an exponent.

    Neither changes how they differ, and with both, no square of a difference is lost: not of tiny
    features, and not beside a mean that is large.
    """
    x, y = paired_features(real, generated)
    both = np.concatenate([x, y])
    both = both - both.mean(0)
    exponent = int(exponent_of(both))
    both = np.ldexp(both, -exponent)
    return both[: len(x)], both[len(x) :], exponent


def symmetric_root(S: NDArray) -> NDArray[np.float64]:
    """The symmetric root of a covariance matrix."""
    w, V = eigh(S)
    return np.asarray((V * np.sqrt(w.clip(0))) @ V.T)


def squared_mmd(x: NDArray, y: NDArray) -> float:
    """Unbiased MMD squared of equally many features, by the cubic kernel."""
    n = len(x)
    within = (cubic(z, z) for z in (x, y))
    across = cubic(x, y)
    return float(sum((k.sum() - np.trace(k)) / (n * (n - 1)) for k in within) - 2 * across.mean())


def cubic(x: NDArray, y: NDArray) -> NDArray[np.float64]:
    """The cubic kernel less 1, which cancels in a distance, and hides what is small beside it."""
    s = x @ y.T / x.shape[1]
    return np.asarray(s * (s * (s + 3) + 3))


def radii(z: NDArray, k: int) -> NDArray[np.float64]:
    """Distance of each of some features to its k-th nearest neighbour."""
    k = min(k, len(z) - 1)
    return np.asarray(np.partition(cdist(z, z), k, axis=1)[:, k])
