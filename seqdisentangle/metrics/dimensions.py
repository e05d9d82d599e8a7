"""Single dimensions of codes, and the factors that they carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import mutual_info_score
from sklearn.utils import check_random_state

from ..data.containers import numbers_of
from ._batches import drawn_seed
from ._checks import check_size, checked
from ._factors import factors_in, is_continuous
from ._representations import standardised
from ._rounding import differ, in_range
from .probes import chance
from .tables import Table

__all__ = ["DCI", "dci", "mutual_information_gap"]


@dataclass(frozen=True)
class DCI:
    """Disentanglement, completeness and informativeness of a code of several factors.

    Attributes
    ----------
    disentanglement : float
        From 0 to 1, high where each dimension says one factor alone.
    completeness : float
        From 0 to 1, high where each factor is said by one dimension alone.
    informativeness : float
        Mean score of the factors, of sequences out of the bag of a tree: accuracy of labels,
        :math:`R^2` of numbers.
    chance : float
        Mean score of always giving the most frequent label or the mean.
    factors : tuple of str
        Names of the factors.
    importance : array of shape (d, k)
        Share of each dimension in what is known of each factor; columns sum to 1.
    """

    disentanglement: float
    completeness: float
    informativeness: float
    chance: float
    factors: tuple[str, ...]
    importance: NDArray[np.float64]

    @property
    def single(self) -> dict[str, int]:
        """One dimension a factor, no dimension twice, of the greatest importance in all."""
        rows, columns = linear_sum_assignment(self.importance, maximize=True)
        found = sorted(zip(columns.tolist(), rows.tolist(), strict=True))
        return {self.factors[j]: i for j, i in found}

    @property
    def subsets(self) -> dict[str, NDArray[np.intp]]:
        """All dimensions by the factor that they are the most important for.

        A dimension that is of no importance is in none.
        """
        of = np.where(self.importance.any(1), self.importance.argmax(1), -1)
        return {name: np.flatnonzero(of == j) for j, name in enumerate(self.factors)}

    def table(self) -> Table:
        """Give the importance of every dimension for every factor.

        Returns
        -------
        Table
            A row a dimension, a column a factor.
        """
        rows = enumerate(self.importance.tolist())
        return Table(
            tuple({"dimension": i} | dict(zip(self.factors, row, strict=True)) for i, row in rows)
        )

    def __str__(self) -> str:
        return (
            f"disentanglement {self.disentanglement:.3f}, completeness {self.completeness:.3f}, "
            f"informativeness {self.informativeness:.3f} (chance {self.chance:.3f})\n{self.table()}"
        )


@checked()
def dci(
    codes: ArrayLike,
    y: Any,
    *,
    random_state: int | np.random.RandomState | None = None,
) -> DCI:
    r"""Disentanglement, completeness and informativeness of a code, and its important dimensions.

    A random forest predicts each factor j from the code; :math:`R_{ij}` is the importance of
    dimension i in it. With :math:`P_{ij} = R_{ij} / \sum_j R_{ij}` and
    :math:`Q_{ij} = R_{ij} / \sum_i R_{ij}`,

    .. math::

        D = \sum_i \rho_i \Big(1 + \sum_j P_{ij} \log_k P_{ij}\Big), \quad
        \rho_i = \frac{\sum_j R_{ij}}{\sum_{ij} R_{ij}}, \qquad
        C = \frac1k \sum_j \Big(1 + \sum_i Q_{ij} \log_d Q_{ij}\Big).

    Parameters
    ----------
    codes : array-like of shape (n, d)
        Content codes, or means of motion codes over time.
    y : array-like of shape (n, k), dict of columns or data frame
        At least two factors: labels, or numbers where they are no whole ones.
    random_state : int, RandomState instance or None, default=None
        Determines the forests.

    Returns
    -------
    DCI
        Scores from 0 to 1, higher is better, and the importance of every dimension. A code of
        independent noise has a low informativeness; only then look at the others.

    Raises
    ------
    ValueError
        If factors are fewer than two, not of n codes, or have one value alone.

    See Also
    --------
    mutual_information_gap : A measure without a predictor.
    leak_matrix : Whole codes, and the factors that they carry.

    References
    ----------
    .. [1] C. Eastwood, C. K. I. Williams, "A Framework for the Quantitative Evaluation of
       Disentangled Representations", ICLR 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from seqdisentangle.metrics import dci
    >>> rng = np.random.RandomState(0)
    >>> hair, shirt = rng.randint(3, size=(2, 200))
    >>> codes = np.column_stack([shirt, rng.normal(size=200), hair])
    >>> found = dci(codes, {"hair": hair, "shirt": shirt}, random_state=0)
    >>> round(found.disentanglement, 2), round(found.completeness, 2), found.informativeness
    (1.0, 1.0, 1.0)
    >>> found.single
    {'hair': 2, 'shirt': 0}

    To exchange the hair alone, exchange these dimensions of two contents and decode:

    >>> found.subsets["hair"]
    array([2])
    """
    z = table_of(codes)
    factors = factors_in(y, len(z))
    if len(factors) < 2:
        raise ValueError(f"y must hold at least two factors, got {', '.join(factors)} alone")
    rng = check_random_state(random_state)
    # Forests keep codes in float32, and split no numbers that vary by less than 1e-16.
    z = standardised(z)
    importance, scores, chances = [], [], []
    for factor in factors.values():
        if is_continuous(factor):
            factor = standardised(factor[:, None])[:, 0]
        forest = forest_of(factor, drawn_seed(rng))
        importance.append(forest.fit(z, factor).feature_importances_)
        scores.append(forest.oob_score_)
        chances.append(0.0 if is_continuous(factor) else chance(factor))
    R = np.stack(importance, axis=1)  # (d, k)
    return DCI(
        disentanglement=concentrated(R),
        completeness=float(np.mean([concentrated(column[None]) for column in R.T])),
        informativeness=float(np.mean(scores)),
        chance=float(np.mean(chances)),
        factors=tuple(factors),
        importance=R,
    )


@checked()
def mutual_information_gap(codes: ArrayLike, y: Any, *, n_bins: int = 20) -> float:
    r"""Mutual information gap: the lead of the best dimension of each factor over the second.

    .. math:: \mathrm{MIG} = \frac1k \sum_j \frac{1}{H(v_j)}
              \Big( I(z_{(1)}; v_j) - I(z_{(2)}; v_j) \Big)

    where :math:`z_{(1)}, z_{(2)}` are the two dimensions that say the most about factor
    :math:`v_j`. Dimensions, and factors that are no labels, are cut into bins of equal width.

    Parameters
    ----------
    codes : array-like of shape (n, d)
        Content codes, or means of motion codes over time.
    y : array-like of shape (n,) or (n, k), dict of columns or data frame
        Factors: labels, or numbers where they are no whole ones.
    n_bins : int, default=20
        Bins of a dimension, from 2 to a million.

    Returns
    -------
    float
        From 0 to 1, higher is better; chance is near 0.

    Raises
    ------
    ValueError
        If factors are not of n codes, or have one value alone.

    See Also
    --------
    dci : The same question asked of a predictor.

    References
    ----------
    .. [1] R. T. Q. Chen, X. Li, R. Grosse, D. Duvenaud, "Isolating Sources of Disentanglement in
       Variational Autoencoders", NeurIPS 2018, section 4.1.

    Examples
    --------
    >>> import numpy as np
    >>> from seqdisentangle.metrics import mutual_information_gap
    >>> hair = np.arange(60) % 3
    >>> mutual_information_gap(np.column_stack([hair, np.zeros(60)]), hair)
    1.0
    >>> mutual_information_gap(np.column_stack([hair, hair]), hair)
    0.0
    """
    z = table_of(codes)
    factors = factors_in(y, len(z)).values()
    binned = [bins_of(column, n_bins) for column in z.T]
    gaps = []
    for factor in factors:
        v = bins_of(factor, n_bins) if is_continuous(factor) else factor
        said = sorted([0.0, *(mutual_info_score(column, v) for column in binned)])
        gaps.append((said[-1] - said[-2]) / mutual_info_score(v, v))
    return float(np.mean(gaps))


def table_of(codes: ArrayLike) -> NDArray[np.float64]:
    """One code a sequence, (n, d).

    Raises
    ------
    ValueError
        If they are of another shape, or not finite.
    """
    z = numbers_of(codes, "codes").astype(np.float64)
    if z.ndim != 2 or z.size == 0:
        raise ValueError(f"codes must have shape (n, d), got shape {z.shape}")
    check_size(z, "codes")
    return z


def forest_of(factor: NDArray[Any], seed: int) -> Any:
    """A random forest whose every split looks at all dimensions, so that the best is found."""
    forest = RandomForestRegressor if is_continuous(factor) else RandomForestClassifier
    return forest(100, max_features=None, oob_score=True, random_state=seed)


def concentrated(R: NDArray[np.float64]) -> float:
    """One less the entropy of each row as a distribution, by its maximum; rows by their weight."""
    total = R.sum(1, keepdims=True)
    if R.shape[1] == 1 or not total.any():
        return float(total.any())
    P = np.divide(R, total, out=np.zeros_like(R), where=total > 0)
    logs = np.log(P, out=np.zeros_like(P), where=P > 0)
    each = 1 + (P * logs).sum(1) / np.log(R.shape[1])
    return float(np.average(each, weights=total[:, 0]))


def bins_of(values: NDArray, n_bins: int) -> NDArray[np.intp]:
    """The bin of each value, of equal width from the least to the greatest."""
    values = in_range(values)
    width = np.ptp(values)
    if not differ(values[:, None]).any():
        return np.zeros(len(values), np.intp)
    # The greatest value is in the last bin, and has none of its own.
    return np.minimum((values - values.min()) * n_bins / width, n_bins - 1).astype(np.intp)
