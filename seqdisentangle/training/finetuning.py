"""Fine-tuning: the generative model is fitted to the codes that the data has after the training."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from ..data import Batch, Batches
from ..objectives import FineTuning
from .loop import FitResult, run
from .losses import NotFiniteError
from .trainer import Trainer

__all__ = ["finetune"]

# Share of the steps in which the step size rises.
RISE = 0.1
# Its height beside that of the training: with the encoders at rest longer steps are stable.
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
        FineTuning(trainer.objective),  # type: ignore[arg-type]  # of no divergence
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
            f"{result.diverged}. They are kept as they were before; finetune_epochs=0 does "
            "without"
        )
    if result.cut_short:
        model.load_state_dict(before)
    return result
