"""Normalisation layers for codes: their means get the moments of their prior."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["CodeNorm", "Whitening"]


class CodeNorm(nn.BatchNorm1d):
    """Batch normalisation of codes, with the running moments for a batch of one."""

    def __init__(self, size: int) -> None:
        # The running moments of motion average over the steps too, hence the small momentum.
        super().__init__(size, affine=False, momentum=0.02)

    def forward(self, x: Tensor) -> Tensor:
        """(n, d) -> (n, d)."""
        if self.training and len(x) == 1:
            return nn.functional.batch_norm(x, self.running_mean, self.running_var, eps=self.eps)
        return super().forward(x)


class Whitening(nn.Module):
    r"""Codes without correlations, from codes of unit variance.

    .. math::

        y = L^{-1} x, \quad L L^\top = (1 - \epsilon)\, C + \epsilon I

    where :math:`C` is the mean of :math:`x x^\top` over the batches before this one, which has too
    few codes to tell it. The floor :math:`\epsilon` leaves directions small that hold next to
    nothing, and would be noise at the size of the others.

    References
    ----------
    Huang, Yang, Lang, Deng: Decorrelated Batch Normalization, CVPR 2018.
    """

    covariance: Tensor  # (d, d)

    def __init__(self, size: int, *, floor: float = 0.05, momentum: float = 0.02) -> None:
        super().__init__()
        self.floor = floor
        self.momentum = momentum
        self.register_buffer("covariance", torch.eye(size))

    def forward(self, x: Tensor) -> Tensor:
        """(n, d) -> (n, d)."""
        identity = torch.eye(len(self.covariance), dtype=x.dtype, device=x.device)
        # Without a look at whether it has a factor, which with a floor it has: on a GPU one waits.
        factor, _ = torch.linalg.cholesky_ex(self.covariance.lerp(identity, self.floor))
        if self.training:
            self.covariance.lerp_(self.second_moment(x.detach()), self.momentum)
        return torch.linalg.solve_triangular(factor, x.mT, upper=False).mT

    def second_moment(self, x: Tensor) -> Tensor:
        """The mean of the outer products of a batch, (n, d) -> (d, d)."""
        return x.mT @ x / len(x)
