"""The Hilbert-Schmidt independence criterion between two codes of the same sequences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from .base import Dependence, Samples, paired
from .kernel_divergence import KernelDivergence
from .kernels import Kernel
from .pairs import centre, over_pairs

__all__ = ["HSIC"]


class HSIC(KernelDivergence, Dependence):
    r"""Squared MMD between a joint distribution and the product of its marginals, in closed form.

    With the kernel matrices :math:`K` and :math:`L` of the two sides, whose diagonals are left
    out,

    .. math::

        \frac{1}{n(n-3)} \left[ \operatorname{tr} KL
        + \frac{\mathbf{1}^\top K \mathbf{1} \, \mathbf{1}^\top L \mathbf{1}}{(n-1)(n-2)}
        - \frac{2}{n-2} \mathbf{1}^\top K L \mathbf{1} \right]

    or, biased, :math:`\operatorname{tr}(KHLH) / (n-1)^2` with the diagonals left in and
    :math:`H = I - \mathbf{1} \mathbf{1}^\top / n`.

    Parameters
    ----------
    kernel : str or Kernel, default="gaussian"
        The kernel of both sides: a name in ``KERNELS`` or an object.
    scales : sequence of float, default=(1.0,)
        Scales of a kernel given by name.
    bandwidth : {"median", "prior"}, default="median"
        The unit of the scale, as in :class:`~seqdisentangle.divergences.MMD`, for each side
        apart.
    unbiased : bool, default=True
        False is never negative, and larger by a bias that falls with n.

    Raises
    ------
    ValueError
        If a name is unknown, or a scale is not positive.

    References
    ----------
    Gretton, Bousquet, Smola, Schölkopf: Measuring Statistical Dependence with Hilbert-Schmidt
    Norms, ALT 2005; unbiased: Song, Smola, Gretton, Bedo, Borgwardt: Feature
    Selection via Dependence Maximization, JMLR 13, 2012.

    Notes
    -----
    It holds the values of at most 4 million pairs at once, as MMD does.

    Examples
    --------
    >>> import torch
    >>> x, y = torch.randn(2, 200, 3, generator=torch.Generator().manual_seed(0))
    >>> bool(HSIC()(Samples(x), Samples(y)).abs() < 0.002)
    True
    >>> bool(HSIC()(Samples(x), Samples(x[:, :1] + 0.1 * y)) > 0.01)
    True
    """

    def __init__(
        self,
        kernel: str | Kernel = "gaussian",
        scales: Sequence[float] = (1.0,),
        bandwidth: Literal["prior", "median"] = "median",
        unbiased: bool = True,
    ) -> None:
        super().__init__(kernel, scales, bandwidth, unbiased)

    def forward(self, q: Samples, p: Samples, mask: Tensor | None = None) -> Tensor:
        """Estimate the dependence of the two sides, in float32 or better.

        Fewer draws than four, or two where biased, say nothing about it: the value is zero.

        Raises
        ------
        ValueError
            If the sides have not one number of draws.
        """
        x, y, weight = paired("HSIC", q, p, mask, one_size=False)
        x, y = x - centre(x, weight), y - centre(y, weight)
        units = self.unit(x, weight), self.unit(y, weight)
        sums = over_pairs(self._sums, x, y, weight, *units)
        both, rows, total_k, total_l = sums.unbind(-1)
        m = weight.sum(-1)
        if self.unbiased:
            spread = total_k * total_l / ((m - 1) * (m - 2)).clamp(min=1)
            value = both + spread - 2 * rows / (m - 2).clamp(min=1)
            return value * (m > 3) / (m * (m - 3)).clamp(min=1)
        value = both + total_k * total_l / m.square().clamp(min=1) - 2 * rows / m.clamp(min=1)
        return value * (m > 1) / (m - 1).square().clamp(min=1)

    def _sums(
        self, rows: slice, x: Tensor, y: Tensor, weight: Tensor, unit_x: Tensor, unit_y: Tensor
    ) -> Tensor:
        """The four sums of the statistic over some rows of K and L, (L, 4)."""
        counted = weight[:, rows, None] * weight[:, None]
        if self.unbiased:
            index = torch.arange(x.shape[1], device=x.device)
            counted = counted * (index[rows, None] != index)
        k = self.values(x[:, rows], x, unit_x) * counted
        el = self.values(y[:, rows], y, unit_y) * counted
        rows_k, rows_l = k.sum(-1), el.sum(-1)
        return torch.stack(
            [(k * el).sum((-2, -1)), (rows_k * rows_l).sum(-1), rows_k.sum(-1), rows_l.sum(-1)], -1
        )
