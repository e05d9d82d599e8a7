"""Maximum mean discrepancy between two batches of codes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .base import Divergence, Samples
from .kernels import KERNELS, SCALES, Kernel

__all__ = ["MMD"]


class MMD(Divergence):
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
    kernel : {"inverse_multiquadratic", "gaussian", "rational_quadratic"} or Kernel
        The kernel, see :mod:`seqdisentangle.divergences.kernels`.
    scales : sequence of float, optional
        Scales of a kernel given by name.

    Raises
    ------
    ValueError
        If the kernel's name is unknown, or a scale is not positive.

    References
    ----------
    Gretton, Borgwardt, Rasch, Schölkopf, Smola: A Kernel Two-Sample Test, JMLR 13, 2012, equation
    (4), which is the paired statistic above.

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
    ) -> None:
        super().__init__()
        if isinstance(kernel, str):
            if kernel not in KERNELS:
                raise ValueError(f"kernel must be one of {sorted(KERNELS)}, got {kernel!r}")
            kernel = KERNELS[kernel](scales)
        self.kernel = kernel

    def forward(self, q: Samples, p: Samples, mask: Tensor | None = None) -> Tensor:
        """Estimate the divergence of the two batches, in float32 or better.

        A batch of a single draw says nothing about a distribution: its value is zero.
        """
        x, y = q.value, p.value
        if x.shape != y.shape:
            raise ValueError(
                f"MMD pairs its draws: q and p must have one shape, got {tuple(x.shape)} and "
                f"{tuple(y.shape)}"
            )
        n, d = x.shape[-2:]
        z = torch.cat([x, y], dim=-2)  # (..., 2n, d)
        z = z.to(torch.promote_types(z.dtype, torch.float32))
        weight = z.new_ones(n) if mask is None else mask.to(z.dtype)  # (..., n)
        if mask is not None:
            z = z.masked_fill(~mask.tile(2).unsqueeze(-1), 0)
        with torch.autocast(z.device.type, enabled=False):  # its products would have 8 bits
            k = self.kernel(squared_distances(z, weight.tile(2)), d)  # (..., 2n, 2n)
        signed = torch.cat([weight, -weight], dim=-1)
        signs = signed.unsqueeze(-1) * signed.unsqueeze(-2)
        pairs = 1 - torch.eye(n, dtype=z.dtype, device=z.device).repeat(2, 2)
        count = weight.sum(-1)
        return (k * signs * pairs).sum((-2, -1)) / (count * (count - 1)).clamp(min=1)

    def extra_repr(self) -> str:
        """Name the kernel in the module's representation."""
        return f"kernel={self.kernel!r}"


def squared_distances(z: Tensor, weight: Tensor) -> Tensor:
    """Squared Euclidean distances of all pairs of rows, (..., n, d) -> (..., n, n).

    Right for rows whose weight is not zero.
    """
    # Centred first: the expansion of |a - b|^2 loses digits where the codes are far from zero.
    weight = weight.unsqueeze(-1)
    centre = (z * weight).sum(-2, keepdim=True) / weight.sum(-2, keepdim=True).clamp(min=1)
    z = z - centre.detach()
    norm = z.square().sum(-1)
    return (norm.unsqueeze(-1) + norm.unsqueeze(-2) - 2 * z @ z.mT).clamp(min=0)
