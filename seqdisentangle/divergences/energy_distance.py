"""Energy distance between two batches of codes."""

from __future__ import annotations

import torch
from torch import Tensor

from .base import Divergence, Samples, paired
from .pairs import paired_statistic

__all__ = ["EnergyDistance"]


class EnergyDistance(Divergence):
    r"""Squared energy distance, a divergence without a scale to choose.

    .. math:: D^2 = 2\, E\lVert x - y \rVert - E\lVert x - x' \rVert - E\lVert y - y' \rVert

    An MMD whose kernel is minus the distance; the estimate is that of
    :class:`~seqdisentangle.divergences.MMD`.

    Parameters
    ----------
    unbiased : bool, default=True
        False keeps the diagonal and divides by :math:`n^2`: never negative, the square of
        ``scipy.stats.energy_distance`` in one dimension.

    References
    ----------
    Székely, Rizzo: Energy statistics: a class of statistics based on distances, Journal of
    Statistical Planning and Inference 143, 2013.

    Notes
    -----
    It holds the distances of at most 4 million pairs at once, as MMD does.

    Examples
    --------
    >>> import torch
    >>> x = torch.tensor([[0.0], [1.0], [3.0]])
    >>> y = torch.tensor([[5.0], [6.0], [8.0]])
    >>> EnergyDistance(unbiased=False)(Samples(x), Samples(y))
    tensor(7.3333)
    """

    def __init__(self, unbiased: bool = True) -> None:
        super().__init__()
        self.unbiased = unbiased

    def forward(self, q: Samples, p: Samples, mask: Tensor | None = None) -> Tensor:
        """Estimate the divergence of the two batches, in float32 or better."""
        x, y, weight = paired("EnergyDistance", q, p, mask)
        return paired_statistic(minus_distances, x, y, weight, unbiased=self.unbiased)


def minus_distances(a: Tensor, b: Tensor) -> Tensor:
    """(L, r, d), (L, n, d) -> (L, r, n); equal rows have a gradient of zero."""
    # Not by the expansion of the square, whose root would have no digits for near rows.
    return -torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")
