"""Sliced Wasserstein distance between two batches of codes."""

from __future__ import annotations

import numbers
from typing import Any

import torch
from torch import Tensor, nn

from .base import Divergence, Samples, check_number, paired

__all__ = ["SlicedWasserstein"]


class SlicedWasserstein(Divergence):
    r"""Wasserstein distance of random one-dimensional projections, to the p-th power.

    .. math::

        \mathrm{SW}_p^p = \frac{1}{L} \sum_{l=1}^L \frac{1}{n} \sum_{i=1}^n
        \left| \langle \theta_l, x \rangle_{(i)} - \langle \theta_l, y \rangle_{(i)} \right|^p,
        \quad \theta_l \sim U(S^{d-1})

    where :math:`(i)` is the i-th smallest. Sorting takes the place of pairs: the cost grows with
    :math:`n \log n`, which makes it the divergence of large batches. Biased upwards, by about
    :math:`1 / n`.

    Parameters
    ----------
    n_projections : int, default=64
        The number L of directions, drawn anew at each call.
    p : float, default=2
        The power, at least 1.
    seed : int, default=0
        Of the directions.

    Raises
    ------
    ValueError
        If ``n_projections`` or ``p`` is less than 1.

    References
    ----------
    Bonneel, Rabin, Peyré, Pfister: Sliced and Radon Wasserstein Barycenters of Measures, Journal of
    Mathematical Imaging and Vision 51, 2015. As the regulariser of an autoencoder: Kolouri, Pope,
    Martin, Rohde: Sliced-Wasserstein Auto-Encoders, ICLR 2019.

    Notes
    -----
    It holds a few values for each draw and direction, :math:`T n L` of them.

    Examples
    --------
    >>> import torch
    >>> x = torch.tensor([[0.0], [1.0], [3.0]])
    >>> SlicedWasserstein()(Samples(x), Samples(x.flip(0) + 2))
    tensor(4.)
    """

    def __init__(self, n_projections: int = 64, p: float = 2, seed: int = 0) -> None:
        super().__init__()
        check_number(self, "n_projections", n_projections, numbers.Integral)
        check_number(self, "p", p)
        check_number(self, "seed", seed, numbers.Integral)
        if n_projections < 1:
            raise ValueError(
                f"SlicedWasserstein: n_projections must be at least 1, got {n_projections!r}"
            )
        if not 1 <= p < float("inf"):
            raise ValueError(f"SlicedWasserstein: p must be finite and at least 1, got {p!r}")
        self.n_projections = n_projections
        self.p = p
        self.seed = seed
        self.rng = torch.Generator().manual_seed(seed)

    @property
    def replayable(self) -> bool:
        """False: directions are drawn in main memory."""
        return False

    def forward(self, q: Samples, p: Samples, mask: Tensor | None = None) -> Tensor:
        """Estimate the divergence of the two batches, in float32 or better."""
        x, y, weight = paired("SlicedWasserstein", q, p, mask)
        directions = torch.randn(x.shape[-1], self.n_projections, generator=self.rng)
        directions = nn.functional.normalize(directions, dim=0).to(x, non_blocking=True)
        with torch.autocast(x.device.type, enabled=False):
            gaps = self._sorted(x @ directions, weight) - self._sorted(y @ directions, weight)
        count = weight.sum(-1).clamp(min=1)
        return gaps.abs().pow(self.p).sum((-2, -1)) / (count * self.n_projections)

    def _sorted(self, projected: Tensor, weight: Tensor) -> Tensor:
        """Sort over draws; padding comes last and is zero, on both sides alike."""
        padding = (weight == 0).unsqueeze(-1)
        ordered = projected.masked_fill(padding, torch.inf).sort(dim=-2).values
        return ordered.masked_fill(ordered == torch.inf, 0)

    def get_extra_state(self) -> Tensor:
        """The state of its random numbers, for ``state_dict``."""
        return self.rng.get_state()

    def set_extra_state(self, state: Any) -> None:
        """Go on from there."""
        self.rng.set_state(state)
