"""Maximum mean discrepancy between two batches of codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from .base import Samples, paired
from .kernel_divergence import KernelDivergence
from .kernels import SCALES, Kernel
from .pairs import centre, paired_statistic

__all__ = ["MMD"]


class MMD(KernelDivergence):
    r"""Squared maximum mean discrepancy, as an unbiased U-statistic of paired draws.

    .. math::

        \widehat{\mathrm{MMD}}{}^2 = \frac{1}{n(n-1)} \sum_{i \ne j}
            k(x_i, x_j) + k(y_i, y_j) - k(x_i, y_j) - k(x_j, y_i)

    The diagonal is left out of the cross terms too: a posterior code and its prior draw share
    their history, so :math:`x_i` and :math:`y_i` are not independent, and an estimate that keeps
    their :math:`k(x_i, y_i)` is biased below zero. Where all draws are independent this is still
    unbiased.

    Parameters
    ----------
    kernel : str or Kernel, default="inverse_multiquadratic"
        A name in ``KERNELS`` or an object; sums of kernels are kernels too.
    scales : sequence of float
        Scales of a kernel given by name.
    bandwidth : {"prior", "median"}, default="prior"
        The squared distance that a scale of 1 stands for: what two draws of a standard normal
        have in the mean, or the median of the distances in the batch, no gradient passing through
        it. The median follows codes of any spread, but lets them shrink unnoticed less well.
    unbiased : bool, default=True
        False keeps the diagonal and divides by :math:`n^2`: never negative, larger by a bias that
        falls with n, and wrong for paired draws.

    Raises
    ------
    ValueError
        If a name is unknown, or a scale is not positive.

    References
    ----------
    Gretton, Borgwardt, Rasch, Schölkopf, Smola: A Kernel Two-Sample Test, JMLR 13, 2012, equation
    (4), which is the paired statistic above.

    Notes
    -----
    Besides the draws it holds a few values for each of at most 4 million pairs at once, whatever
    the number of steps, draws and scales; beyond that, blocks of pairs are computed twice.

    Examples
    --------
    >>> import torch
    >>> g = torch.Generator().manual_seed(0)
    >>> x, y = torch.randn(2, 500, 3, generator=g)
    >>> mmd = MMD()
    >>> bool(mmd(Samples(x), Samples(y)).abs() < 0.02)
    True
    >>> bool(mmd(Samples(x), Samples(y + 1)) > 0.3)
    True
    """

    def __init__(
        self,
        kernel: str | Kernel = "inverse_multiquadratic",
        scales: Sequence[float] = SCALES,
        bandwidth: Literal["prior", "median"] = "prior",
        unbiased: bool = True,
    ) -> None:
        super().__init__(kernel, scales, bandwidth, unbiased)

    def forward(self, q: Samples, p: Samples, mask: Tensor | None = None) -> Tensor:
        """Estimate the divergence of the two batches, in float32 or better.

        A batch of a single draw says nothing about a distribution: its value is zero.
        """
        x, y, weight = paired("MMD", q, p, mask)
        middle = centre(x, weight)
        x, y = x - middle, y - middle
        unit = self.unit(torch.cat([x, y], -2), weight.tile(2))
        return paired_statistic(self.values, x, y, weight, unit, unbiased=self.unbiased)
