"""The end of a training: the motion prior is fitted to the codes that the data has by then."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ..data import Batch, Batches
from ..model import Packing, SequenceModel
from .critics import Comparison
from .loop import FitResult, run
from .losses import NotFiniteError
from .objective import negative_log_likelihood
from .processes import Alone
from .trainer import Trainer

__all__ = ["CodeLikelihood", "fit_prior"]

# Step size, to that of the training: nothing else moves, and it is for likelihood alone.
PACE = 5.0
# Share of the steps in which it rises.
RISE = 0.1


class PriorLoss(NamedTuple):
    """How unlikely the prior finds the motion codes of a batch.

    Attributes
    ----------
    total : Tensor, scalar
        Mean negative log-likelihood of a sequence, in nats.
    """

    total: Tensor


class CodeLikelihood(nn.Module):
    r"""The likelihood of the motion codes under their prior, with everything but the prior at rest.

    .. math::

        -E_{x,\, q(z_m \mid x)} \sum_t \log p(z_{m,t} \mid z_{m,<t}, a)

    While the encoders learn, the prior follows codes that move on, of views of the data and with
    the moments of their batch. Here they are those of the data, as ``transform`` has them.

    Parameters
    ----------
    processes : Alone
        Those that share a batch.

    References
    ----------
    Ghosh, Sajjadi, Vergari, Black, Schölkopf: From Variational to Deterministic Autoencoders, ICLR
    2020, section 4, where the prior of codes is estimated after training.
    """

    divergences = ()
    parts = PriorLoss._fields

    def __init__(self, processes: Alone) -> None:
        super().__init__()
        self.processes = processes

    def forward(
        self,
        model: SequenceModel,
        x: Tensor,
        generator: torch.Generator,
        *,
        lengths: Tensor | None = None,
        labels: Tensor | None = None,
        **unused: Any,
    ) -> tuple[PriorLoss, list[Comparison]]:
        """Evaluate it on a batch, see :class:`Objective`; no divergence is asked for."""
        packing = None if lengths is None else Packing.of(lengths, x.shape[1], x.device)
        model.eval()
        with torch.no_grad():
            z = model.motion(x, generator, packing=packing).value
            action = model.act(z, generator, lengths=lengths, known=labels)
        steps = model.prior.steps(z, None if action is None else action.value)
        return PriorLoss(self.processes.mean(negative_log_likelihood(steps, z, packing))), []


def fit_prior(
    trainer: Trainer,
    batches: Batches | Sequence[Batch],
    *,
    learning_rate: float,
    n_epochs: int,
    seed: int,
    **watching: Any,
) -> FitResult:
    """Fit the prior of a model that is trained otherwise.

    Parameters
    ----------
    trainer : Trainer
        Of the model.
    batches : Batches or sequence of Batch
        The training batches, iterated over once an epoch.
    learning_rate : float
        The highest one of the training.
    n_epochs : int
    seed : int
        Of the noise of the codes.
    **watching
        ``on_begin``, ``on_step`` and ``on_epoch`` of :func:`run`.

    Returns
    -------
    FitResult
        Where it was interrupted, or the likelihood was not finite, the prior is as it was before.
    """
    model = trainer.result
    n_steps = n_epochs * len(batches)
    before = copy.deepcopy(model.prior.state_dict())
    fitting = Trainer(
        model,
        CodeLikelihood(trainer.processes),  # type: ignore[arg-type]  # of the prior alone
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
            f"while the motion prior was fitted to the codes, {result.diverged}. It is kept as it "
            "was before; prior_epochs=0 does without"
        )
    if result.cut_short:
        model.prior.load_state_dict(before)
    return result
