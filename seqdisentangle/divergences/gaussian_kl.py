"""Kullback-Leibler divergence between Gaussians, in closed form."""

from __future__ import annotations

import torch
from torch import Tensor

from .base import Divergence, Samples

__all__ = ["GaussianKL"]


class GaussianKL(Divergence):
    r"""Kullback-Leibler divergence of diagonal Gaussians, draw by draw, and its mean over draws.

    .. math::

        \mathrm{KL}(q \,\|\, p) = \frac{1}{2} \sum_i \log \frac{\sigma_{p,i}^2}{\sigma_{q,i}^2}
        + \frac{\sigma_{q,i}^2 + (\mu_{q,i} - \mu_{p,i})^2}{\sigma_{p,i}^2} - 1

    In nats. It compares each conditional with its prior in closed form, step by step, where the
    sample-based divergences need joints; and it is what the other divergences are not, a price on
    information: with it on both codes, the objective is that of the DS-VAE.

    References
    ----------
    Kingma, Welling: Auto-Encoding Variational Bayes, ICLR 2014, appendix B; Li, Mandt: Disentangled
    Sequential Autoencoder, ICML 2018.

    Examples
    --------
    >>> import torch
    >>> zero, one = torch.zeros(5, 2), torch.ones(5, 2)
    >>> GaussianKL()(Samples(one, mean=one, log_var=zero), Samples(zero, mean=zero, log_var=zero))
    tensor(1.)
    """

    sample_based = False
    content_share = 0.001  # what a nat must explain of the data, to be worth its price
    motion_share = 0.001

    def forward(self, q: Samples, p: Samples, mask: Tensor | None = None) -> Tensor:
        """Mean over draws of the divergence of each, in float32 or better.

        Raises
        ------
        ValueError
            If a distribution has no moments.
        """
        for side, samples in (("posterior", q), ("prior", p)):
            if samples.mean is None or samples.log_var is None:
                raise ValueError(
                    f"GaussianKL needs the mean and log_var of the {side}, got draws alone: take a "
                    "divergence of draws (MMD, say) where a distribution has no closed form"
                )
        moments = [m for m in (q.mean, q.log_var, p.mean, p.log_var) if m is not None]
        if mask is not None:  # before they meet: their gradient would be zero times infinity
            moments = [m.masked_fill(~mask.unsqueeze(-1), 0) for m in moments]
        q_mean, q_log_var, p_mean, p_log_var = (
            m.to(torch.promote_types(m.dtype, torch.float32)) for m in moments
        )
        log_ratio = q_log_var - p_log_var
        scaled_gap = (q_mean - p_mean) * torch.exp(-0.5 * p_log_var)
        value = 0.5 * (torch.expm1(log_ratio) - log_ratio + scaled_gap.square()).sum(-1)
        if mask is None:
            return value.mean(-1)
        return value.sum(-1) / mask.sum(-1).clamp(min=1)
