"""Normalisation layers for codes: their means get the moments of their prior."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["RunningNorm", "Whitening"]


class RunningNorm(nn.Module):
    r"""Codes of zero mean and unit variance, by the moments of the batches before.

    .. math:: y = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}

    Codes are the same in training and out of it. Normalised by the moments of their own batch, step
    by step, codes would lose in training what all sequences have in common at a step, such as a
    rise at the same time, and have it in use.

    Parameters
    ----------
    size : int
    momentum : float, default=0.1
        The least share that a batch has in the moments: the first ones, and the zero mean and unit
        variance before them, share alike.
    eps : float, default=1e-5

    Notes
    -----
    Values are by the batches before, gradients are those of a normalisation by the batch itself:
    weights that grow lower no cost then, and do not.

    References
    ----------
    Ioffe: Batch Renormalization: Towards Reducing Minibatch Dependence in Batch-Normalized Models,
    NIPS 2017.
    """

    running_mean: Tensor  # (d,)
    running_var: Tensor  # (d,)
    n_batches: Tensor  # ()

    def __init__(self, size: int, *, momentum: float = 0.1, eps: float = 1e-5) -> None:
        super().__init__()
        self.momentum = momentum
        self.eps = eps
        self.register_buffer("running_mean", torch.zeros(size))
        self.register_buffer("running_var", torch.ones(size))
        self.register_buffer("n_batches", torch.zeros(()))

    def factors(self) -> tuple[Tensor, Tensor]:
        """The scale and the shift that normalise, each (d,)."""
        scale = (self.running_var + self.eps).rsqrt()
        return scale, -self.running_mean * scale

    def forward(self, x: Tensor) -> Tensor:
        """(n, d) -> (n, d)."""
        scale, shift = self.factors()
        y = torch.addcmul(shift, x, scale)
        return self.observe(y) if self.training else y

    def observe(self, y: Tensor) -> Tensor:
        """Take codes (n, d), as they are normalised, into the moments.

        Returns
        -------
        Tensor of shape (n, d)
            The same values, with the gradients of a normalisation by this batch.
        """
        mean, squares, n = self.moments(y)
        self._take(mean.detach(), squares.detach())
        deviation = (squares - mean.square() + self.eps).sqrt()
        through_batch = (y - mean) / deviation * deviation.detach() + mean.detach()
        return torch.where(n > 1, through_batch, y)  # of one code nothing would be left

    @torch.no_grad()
    def _take(self, mean: Tensor, squares: Tensor) -> None:
        """Move the moments by those of a batch, as it is normalised."""
        share = (1 / (self.n_batches + 2)).clamp(min=self.momentum).to(mean.dtype)
        variance = self.running_var + self.eps
        self.running_mean.addcmul_(share * mean, variance.sqrt())
        # The variance around a mean that moves: that of the batch, and of its mean around this one.
        moved = self.running_var + share * mean.square() * variance
        self.running_var.copy_(moved.lerp((squares - mean.square()) * variance, share))
        self.n_batches.add_(1)

    def moments(self, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The mean of codes and of their squares, and their number, (n, d) -> (d,), (d,), ()."""
        return y.mean(0), y.square().mean(0), y.new_full((), len(y))


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
