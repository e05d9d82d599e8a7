"""The end of a training: the generative model is fitted to the codes that the data has by then."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ..data import Batch, Batches
from ..model import Packing, SequenceModel, with_action
from .critics import Comparison
from .loop import FitResult, run
from .losses import NotFiniteError
from .objective import Objective, negative_log_likelihood
from .trainer import Trainer

__all__ = ["GenerativeObjective", "fit_generative_model"]

# Share of the steps in which the step size rises.
RISE = 0.1
# Its height beside that of the training: with the encoders at rest longer steps are stable.
PACE = 2.5


class GenerativeLoss(NamedTuple):
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


class GenerativeObjective(nn.Module):
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
    parts = GenerativeLoss._fields

    def __init__(self, objective: Objective) -> None:
        super().__init__()
        self.processes = objective.processes
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
    ) -> tuple[GenerativeLoss, list[Comparison]]:
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
        likelihood = self.processes.mean(negative_log_likelihood(steps, motion, packing))
        codes = content, with_action(motion, a)
        cost = self._cost(model, x, *codes, generator, packing, observed)
        return GenerativeLoss(cost + likelihood, cost, likelihood), []


def fit_generative_model(
    trainer: Trainer,
    batches: Batches | Sequence[Batch],
    *,
    learning_rate: float,
    n_epochs: int,
    seed: int,
    **watching: Any,
) -> FitResult:
    """Fit the motion prior and the generator of a model whose encoders have learned.

    Parameters
    ----------
    trainer : Trainer
        Of the model.
    batches : Batches or sequence of Batch
        The training batches, iterated over once an epoch.
    learning_rate : float
        That of the training. Steps are up to ``PACE`` times as long, with no clipping.
    n_epochs : int
    seed : int
        Of the noise of the codes.
    **watching
        ``on_begin``, ``on_step`` and ``on_epoch`` of :func:`run`.

    Returns
    -------
    FitResult
        Where it was interrupted, or the loss was not finite, the model is as it was before.
    """
    model = trainer.result
    n_steps = n_epochs * len(batches)
    before = copy.deepcopy(model.state_dict())
    fitting = Trainer(
        model,
        GenerativeObjective(trainer.objective),  # type: ignore[arg-type]  # of no divergence
        learning_rate=PACE * learning_rate,
        lr_schedule="one_cycle",
        n_steps=n_steps,
        warmup_steps=round(RISE * n_steps),
        clip_norm=None,
        seed=seed,
        precision=trainer.precision,
    )
    try:
        result = run(fitting, batches, max_epochs=n_epochs, **watching)
    except NotFiniteError as error:
        result = FitResult([], 0, diverged=error)
    if result.diverged is not None:
        result.diverged = FloatingPointError(
            "while prior and generator were fitted to the codes of the data, "
            f"{result.diverged}. They are kept as they were before; generative_epochs=0 does "
            "without"
        )
    if result.cut_short:
        model.load_state_dict(before)
    return result
