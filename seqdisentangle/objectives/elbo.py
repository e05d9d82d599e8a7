"""The evidence lower bound of a variational autoencoder of sequences."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ..divergences import Samples
from ..model import Packing, SequenceModel
from .base import Comparison
from .rwae import Loss, Objective

__all__ = ["ELBO"]


class ELBO(Objective):
    r"""Minus the evidence lower bound of the DS-VAE, as a multiple of it.

    .. math::

        -E_q \sum_t \log p(x_t \mid z_t, f) + \mathrm{KL}(q(f \mid x_{1:T}) \,\|\, p(f))
        + E_q \sum_t \mathrm{KL}(q(z_t) \,\|\, p(z_t \mid z_{<t}))

    divided by the number of values of a frame, since the cost is a mean over these. A squared error
    is minus the logarithm of a Gaussian likelihood of variance one half, less a constant; a binary
    cross-entropy that of a Bernoulli one.

    It is an :class:`Objective` whose divergences are Gaussian ones, whose weights are one over that
    number, and in which each sequence counts for as many steps as it has.

    References
    ----------
    Li, Mandt: Disentangled Sequential Autoencoder, ICML 2018, equation (3).
    """

    def forward(
        self,
        model: SequenceModel,
        x: Tensor,
        generator: torch.Generator,
        *,
        lengths: Tensor | None = None,
        observed: Tensor | None = None,
        **unused: Any,
    ) -> tuple[Loss, list[Comparison]]:
        """Evaluate it on a batch, see :class:`Objective`."""
        packing = of_all = None
        if lengths is not None:
            packing = Packing.of(lengths, x.shape[1], x.device)
            of_all = Packing.of(self.communicator.gather(lengths), x.shape[1], x.device)
        content, motion, _ = model.encode(x, generator, packing=packing)
        q_m, p_m = self._gathered(motion, model.prior(motion.value, generator))
        q_c, p_c = self._gathered(content, model.content_prior(content.value, generator))
        of_steps = self._conditional(q_m, p_m, of_all)
        codes = Samples(*q_c), Samples(*p_c)
        of_content = Comparison(self.content_divergence, *codes, weight=self.content_weight)
        z_c, z_m = content.value, motion.value
        cost = self.reconstruction_cost(
            model, x, z_c, z_m, generator, packing, observed, some=model.training
        )
        kl_content = of_content.value()
        kl_motion = self._over_steps(of_steps, of_all)
        total = cost + self.content_weight * kl_content + self.motion_weight * kl_motion
        none = x.new_zeros(())
        loss = Loss(total, cost, kl_content, kl_motion, independence=none, likelihood=none)
        return loss, [of_steps, of_content]

    @staticmethod
    def _over_steps(of_steps: Comparison, packing: Packing | None) -> Tensor:
        """The divergence of all steps of a sequence, in the mean over sequences."""
        if packing is None:
            return of_steps.value()
        each = of_steps.divergence(of_steps.q, of_steps.p, of_steps.mask)  # (T,), of those there
        return (each * packing.mask.to(each.dtype).mean(0)).sum()
