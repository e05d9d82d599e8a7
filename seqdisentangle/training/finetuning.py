"""Fine-tuning: the generative model is fitted to the codes that the data has after the training."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from ..data.batches import Batch, Batches
from ..objectives.autoencoder import AutoencoderObjective
from ..objectives.finetune import FineTuning
from .loop import FitResult, run
from .losses import NotFiniteError
from .trainer import Trainer

__all__ = ["finetune"]

# Share of the updates in which the learning rate rises.
RISE = 0.1
# The learning rate over that of the training: with the encoders at rest a higher one is stable.
PACE = 2.5


def finetune(
    trainer: Trainer,
    batches: Batches | Sequence[Batch],
    *,
    learning_rate: float,
    n_epochs: int,
    seed: int,
    **watching: Any,
) -> FitResult:
    """Fit the motion prior and the decoder of a model whose encoders have learned.

    Parameters
    ----------
    trainer : Trainer
        Of the model, with an :class:`AutoencoderObjective`.
    batches : Batches or sequence of Batch
        The training batches, iterated over once an epoch.
    learning_rate : float
        That of the training. The highest one is ``PACE`` times as high, with no clipping.
    n_epochs : int
    seed : int
        Of the noise of the codes.
    **watching
        ``on_begin``, ``on_step`` and ``on_epoch`` of :func:`run`.

    Returns
    -------
    FitResult
        Where it was interrupted, or the loss was not finite, the model is as it was before.

    Raises
    ------
    TypeError
        If the objective of the trainer has no cost of frames.
    """
    objective = trainer.objective
    if not isinstance(objective, AutoencoderObjective):
        raise TypeError(
            f"fine-tuning is for objectives with a cost of frames, got {type(objective).__name__}"
        )
    model = trainer.result
    n_updates = n_epochs * len(batches)
    before = copy.deepcopy(model.state_dict())
    fitting = Trainer(
        model,
        FineTuning(objective),
        learning_rate=PACE * learning_rate,
        lr_schedule="one_cycle",
        n_updates=n_updates,
        warmup_updates=round(RISE * n_updates),
        clip_norm=None,
        seed=seed,
        precision=trainer.precision,
        keep_memory=trainer.keep_memory,
        graphs=trainer.graphs is not None,
    )
    try:
        result = run(fitting, batches, max_epochs=n_epochs, **watching)
    except NotFiniteError as error:
        result = FitResult([], 0, diverged=error)
    if result.diverged is not None:
        result.diverged = FloatingPointError(
            "while prior and decoder were fitted to the codes of the data, "
            f"{result.diverged}. They are kept as they were before; finetune_epochs=0 does "
            "without"
        )
    if result.cut_short:
        model.load_state_dict(before)
    return result
