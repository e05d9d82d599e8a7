"""Views of feature vectors."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from .base import View, check_batch, check_real

__all__ = ["Jitter"]


@dataclass
class Jitter(View):
    r"""Features of each sequence stretched and shifted, the same at all of its steps.

    .. math:: x' = e^{\sigma \nu} x + \omega \epsilon, \qquad \nu, \epsilon \sim N(0, I_D)

    with :math:`\sigma` the scale and :math:`\omega` the offset; one draw per sequence and feature.

    For **motion** of vectors: level and amplitude are left to content.

    Parameters
    ----------
    scale : float, default=0.1
        Standard deviation of the log of the factor, not negative.
    offset : float, default=0.1
        Standard deviation of the shift, in units of the (standardised) features, not negative.

    Examples
    --------
    >>> import torch
    >>> from seqdisentangle.views import Jitter
    >>> x = torch.randn(4, 8, 5)
    >>> shift = Jitter(scale=0)(x, torch.Generator().manual_seed(0)) - x
    >>> bool(torch.allclose(shift, shift[:, :1].expand_as(x), atol=1e-6))
    True
    """

    scale: float = 0.1
    offset: float = 0.1

    def __post_init__(self) -> None:
        check_real(self, "scale")
        check_real(self, "offset")

    def __call__(
        self, x: Tensor, rng: Generator | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        check_batch(self, x, frame=("D",))
        size = (x.shape[0], 1, x.shape[2])
        factor = (float(self.scale) * torch.randn(size, generator=rng, device=x.device)).exp()
        shift = float(self.offset) * torch.randn(size, generator=rng, device=x.device)
        return torch.addcmul(shift.to(x.dtype), x, factor.to(x.dtype))
