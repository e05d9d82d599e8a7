"""The objective of fine-tuning: the generative model, given the codes that the data has."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ..model import Packing, SequenceModel, with_action
from .base import Comparison
from .rwae import Objective, negative_log_likelihood

__all__ = ["FineTuning"]


class FineTuningLoss(NamedTuple):
    """What the generative model makes of a batch, given its codes.

    Attributes
    ----------
    total : Tensor, scalar
        The sum of the two: they have no parameter in common.
    cost : Tensor, scalar
        Mean reconstruction cost of a sequence.
    likelihood : Tensor, scalar
        Mean negative log-likelihood of a sequence of motion codes, in nats.
    """

    total: Tensor
    cost: Tensor
    likelihood: Tensor


class FineTuning(nn.Module):
    r"""The likelihood of the codes under their prior and the cost of the frames made from them.

    .. math::

        E_{x,\, q(z_c, z_m \mid x)} \sum_t c(x_t, G(z_{m,t}, z_c))
        - \log p(z_{m,t} \mid z_{m,<t}, a)

    While the encoders learn, motion prior and generator follow codes that move on, of views of the
    data and with the moments of their batch. Here the encoders are at rest, and codes are those of
    the data, as ``transform`` has them.

    Parameters
    ----------
    objective : Objective
        That of the training, whose cost it is.

    References
    ----------
    Ghosh, Sajjadi, Vergari, Black, Schölkopf: From Variational to Deterministic Autoencoders, ICLR
    2020, section 4, where the prior of codes is estimated after training.
    """

    divergences = ()
    parts = FineTuningLoss._fields

    def __init__(self, objective: Objective) -> None:
        super().__init__()
        self.communicator = objective.communicator
        self._cost = objective.reconstruction_cost

    def forward(
        self,
        model: SequenceModel,
        x: Tensor,
        generator: torch.Generator,
        *,
        lengths: Tensor | None = None,
        observed: Tensor | None = None,
        labels: Tensor | None = None,
        **unused: Any,
    ) -> tuple[FineTuningLoss, list[Comparison]]:
        """Evaluate it on a batch, see :class:`Objective`; no divergence is asked for."""
        packing = None if lengths is None else Packing.of(lengths, x.shape[1], x.device)
        model.eval()
        model.prior.train()  # in which alone cuDNN's recurrences learn; it has no other effect
        with torch.no_grad():
            content = model.content(x, generator, packing=packing).value
            motion = model.motion(x, generator, packing=packing).value
            action = model.act(motion, generator, lengths=lengths, known=labels)
        a = None if action is None else action.value
        steps = model.prior.steps(motion, a)
        likelihood = self.communicator.mean(negative_log_likelihood(steps, motion, packing))
        codes = content, with_action(motion, a)
        cost = self._cost(model, x, *codes, generator, packing, observed)
        return FineTuningLoss(cost + likelihood, cost, likelihood), []
