"""The objective of fine-tuning: the generative model, given the codes that the data has."""

from __future__ import annotations

import torch
from torch import Tensor

from ..data.batches import Batch
from ..model import SequenceModel
from .autoencoder import AutoencoderObjective
from .base import Comparison, Loss, Objective, Term
from .sharing import partners

__all__ = ["FineTuning"]


class FineTuning(Objective):
    r"""The likelihood of the codes under their prior and the cost of the frames made from them.

    .. math::

        E_{x,\, q(z_c, z_m \mid x)} \sum_t c(x_t, G(z_{m,t}, z_c))
        - \log p(z_{m,t} \mid z_{m,<t}, a)

    While the encoders learn, motion prior and decoder follow codes that move on, of views of the
    data and with the moments of their batch. Here the encoders are at rest, and codes are those of
    the data, as ``transform`` has them; content that groups share is that of another of the group.

    Its losses have the parts ``cost``, the mean reconstruction cost of a sequence, and
    ``likelihood``, the mean negative log-likelihood of a sequence of motion codes, in nats. The two
    have no parameter in common.

    Parameters
    ----------
    objective : AutoencoderObjective
        That of the training, whose cost it is.

    References
    ----------
    Ghosh, Sajjadi, Vergari, Black, Schölkopf: From Variational to Deterministic Autoencoders, ICLR
    2020, section 4, where the prior of codes is estimated after training.
    """

    divergences = ()
    parts = ("cost", "likelihood")

    def __init__(self, objective: AutoencoderObjective) -> None:
        super().__init__(objective.communicator)
        self._cost = objective.reconstruction_cost

    def forward(
        self,
        model: SequenceModel,
        batch: Batch,
        rng: torch.Generator,
        *,
        content_delayed: bool = False,
        progress: float | Tensor = 1.0,
    ) -> tuple[Loss, list[Comparison]]:
        """Evaluate it on a batch, see :meth:`Objective.forward`; no divergence is asked for."""
        model.eval()
        model.prior.train()  # in which alone cuDNN's recurrences learn; it has no other effect
        with torch.no_grad():
            codes = model.encode(
                batch.x,
                rng,
                packing=batch.packing,
                observed=batch.observed,
                known=batch.labels,
            ).codes
            if batch.groups is not None:
                codes = codes._replace(content=codes.content[partners(batch.groups, rng)])
        hidden = model.prior.hidden(codes.motion, codes.action)
        likelihoods = model.prior.log_likelihood(hidden, codes.motion, batch.packing)
        likelihood = self.communicator.mean(-likelihoods)
        cost = self._cost(model, codes, batch, rng)
        return Loss.of(Term({"cost": cost}), Term({"likelihood": likelihood})), []
