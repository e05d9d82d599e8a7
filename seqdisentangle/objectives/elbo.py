"""The evidence lower bound of a variational autoencoder of sequences."""

from __future__ import annotations

import torch
from torch import Tensor

from ..data.batches import Batch
from ..data.packing import Packing
from ..model import SequenceModel
from .autoencoder import AutoencoderObjective
from .base import Comparison, Loss, Term

__all__ = ["ELBO"]


class ELBO(AutoencoderObjective):
    r"""Minus the evidence lower bound of the DS-VAE, as a multiple of it.

    .. math::

        -E_q \sum_t \log p(x_t \mid z_t, f) + \mathrm{KL}(q(f \mid x_{1:T}) \,\|\, p(f))
        + E_q \sum_t \mathrm{KL}(q(z_t) \,\|\, p(z_t \mid z_{<t}))

    divided by the number of values of a frame, since the cost is a mean over these. A squared error
    is minus the logarithm of a Gaussian likelihood of variance one half, less a constant; a binary
    cross-entropy that of a Bernoulli one.

    Its divergences are Gaussian ones, its weights are one over that number, and each sequence
    counts for as many time steps as it has. Its losses have the parts of a
    :class:`~seqdisentangle.objectives.rwae.WassersteinObjective` without actions, of which
    independence and likelihood are zero.

    References
    ----------
    Li, Mandt: Disentangled Sequential Autoencoder, ICML 2018, equation (3).
    """

    parts = ("cost", "content", "motion", "independence", "likelihood")

    def forward(
        self,
        model: SequenceModel,
        batch: Batch,
        rng: torch.Generator,
        *,
        content_delayed: bool = False,
        progress: float | Tensor = 1.0,
    ) -> tuple[Loss, list[Comparison]]:
        """Evaluate it on a batch, see :meth:`Objective.forward`."""
        of_all = self.packing_of_all(batch)
        posterior = model.encode(batch.x, rng, packing=batch.packing, observed=batch.observed)
        content, motion, _ = posterior
        q_m, p_m = self.gathered(motion, model.prior(motion.value, rng))
        q_c, p_c = self.gathered(content, model.content_prior(content.value, rng))
        of_steps = self.compare_motion(q_m, p_m, of_all)
        of_content = self.compare_content(q_c, p_c)
        codes = posterior.codes
        if content_delayed:
            codes = codes._replace(content=model.content_prior(content.value, rng).value)
        cost = self.reconstruction_cost(model, codes, batch, rng, some=model.training)
        none = cost.new_zeros(())
        loss = Loss.of(
            Term({"cost": cost}),
            Term({"content": of_content.value()}, 0.0 if content_delayed else self.content_weight),
            Term({"motion": self._over_steps(of_steps, of_all)}, self.motion_weight),
            Term({"independence": none, "likelihood": none}, 0.0),
        )
        return loss, [of_steps, of_content]

    @staticmethod
    def _over_steps(of_steps: Comparison, packing: Packing | None) -> Tensor:
        """The divergence of all steps of a sequence, in the mean over sequences."""
        if packing is None:
            return of_steps.value()
        each = of_steps.divergence(of_steps.q, of_steps.p, of_steps.mask)  # (T,), of those there
        return (each * packing.mask.to(each.dtype).mean(0)).sum()
