"""The training loop: epochs of steps, early stopping, the best weights kept."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ..data import Batch
from ..model import SequenceModel
from .critics import Critics
from .objective import Loss, Objective

__all__ = ["LR_SCHEDULES", "FitResult", "Stopping", "Trainer", "run"]

Record = dict[str, float]

LR_SCHEDULES = ("one_cycle", "cosine", "constant")


class Trainer:
    """A model, its objective and its optimiser, moving one step at a time.

    Parameters
    ----------
    model : SequenceModel
    objective : Objective
        On the model's device.
    learning_rate : float
        The highest one of the schedule.
    lr_schedule : {"one_cycle", "cosine", "constant"}
    n_steps : int
        Length of the schedule.
    clip_norm : float or None
        Largest norm of the gradient.
    seed : int
        Of the noise of the steps.
    """

    def __init__(
        self,
        model: SequenceModel,
        objective: Objective,
        *,
        learning_rate: float,
        lr_schedule: str,
        n_steps: int,
        clip_norm: float | None,
        seed: int,
    ) -> None:
        self.model = model
        self.objective = objective
        self.clip_norm = clip_norm
        self.seed = seed
        self.device = next(model.parameters()).device
        self.generator = torch.Generator(self.device).manual_seed(seed)
        self.optimizer = torch.optim.AdamW(
            model.parameters(), lr=learning_rate, weight_decay=0.0, fused=True
        )
        self.scheduler = make_scheduler(self.optimizer, lr_schedule, learning_rate, n_steps)
        self.critics = Critics(objective.divergences)

    def step(
        self,
        x: Tensor,
        lengths: Tensor | None = None,
        observed: Tensor | None = None,
        *,
        warming_up: bool = False,
    ) -> Loss:
        """One update on the parts of one :class:`Batch`; nothing is waited for."""
        loss, compared = self.objective(
            self.model,
            x,
            self.generator,
            lengths=lengths,
            observed=observed,
            warming_up=warming_up,
        )
        self.optimizer.zero_grad(set_to_none=True)
        # Of the model alone: critics are trained by themselves, and their gradients not asked for.
        loss.total.backward(inputs=list(self.model.parameters()))
        if self.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.clip_norm)
        self.optimizer.step()
        self.scheduler.step()
        self.critics.step(compared)
        return Loss(*(part.detach() for part in loss))

    def moments(self) -> list[dict[int, dict[str, Tensor]]]:
        """What the optimisers remember of the gradients: the model's, then the critics'."""
        return [optimizer.state_dict()["state"] for optimizer in self._optimizers]

    def load_moments(self, moments: list[dict[int, dict[str, Tensor]]]) -> None:
        """Go on from what other optimisers of the same model remembered, at the own step size.

        Of critics, as far as they are of the same shape.
        """
        for optimizer, remembered in zip(self._optimizers, moments, strict=False):
            parameters = optimizer.param_groups[0]["params"]
            if all(m["exp_avg"].shape == parameters[i].shape for i, m in remembered.items()):
                # A copy: the optimiser would write into the tensors that it is given.
                state = {**optimizer.state_dict(), "state": copy.deepcopy(remembered)}
                optimizer.load_state_dict(state)

    @property
    def _optimizers(self) -> list[torch.optim.Optimizer]:
        return [self.optimizer, *self.critics.optimizers.values()]

    def train_epoch(self, batches: Iterable[Batch], *, warming_up: bool = False) -> Record:
        """One update on each batch; the mean of each part of the loss."""
        self.model.train()
        return mean_parts((len(b.x), self.step(*b, warming_up=warming_up)) for b in batches)

    @torch.no_grad()
    def evaluate(self, batches: Iterable[Batch], *, warming_up: bool = False) -> Record:
        """The parts of the loss without an update, with the same noise at every call."""
        self.model.eval()
        generator = torch.Generator(self.device).manual_seed(self.seed)
        return mean_parts(
            (
                len(x),
                self.objective(
                    self.model,
                    x,
                    generator,
                    lengths=lengths,
                    observed=observed,
                    warming_up=warming_up,
                )[0],
            )
            for x, lengths, observed in batches
        )


def make_scheduler(
    optimizer: torch.optim.Optimizer, name: str, learning_rate: float, n_steps: int
) -> torch.optim.lr_scheduler.LRScheduler:
    """A learning-rate schedule by name."""
    if name == "one_cycle":
        # It divides by the length of the rise, which is none in so few steps.
        rise = 0.1 if n_steps > 9 else 0.0
        return torch.optim.lr_scheduler.OneCycleLR(
            optimizer, learning_rate, total_steps=n_steps + 1, pct_start=rise
        )
    if name == "cosine":
        return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_steps)
    return torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0)


def mean_parts(losses: Iterable[tuple[int, Loss]]) -> Record:
    """Mean of each part over sequences; on the device until the end, fetched once."""
    counts, parts = [], []
    for n, loss in losses:
        counts.append(n)
        parts.append(torch.stack(loss))
    rows = torch.stack(parts).tolist() if parts else []
    # The first batch that is not finite tells the part that broke: its step broke all the others.
    broken = [i for i, row in enumerate(rows) if not all(map(math.isfinite, row))]
    if broken:
        rows, counts = rows[: broken[0] + 1], counts[: broken[0] + 1]
    values = [
        sum(n * value for n, value in zip(counts, column, strict=True)) / sum(counts)
        for column in zip(*rows, strict=True)
    ] or [math.nan] * len(Loss._fields)
    return dict(zip(("loss", *Loss._fields[1:]), values, strict=True))


@dataclass
class Stopping:
    """When to stop early, by the loss of the validation sequences.

    Parameters
    ----------
    n_iter_no_change : int
        Epochs without an improvement after which training ends.
    tol : float
        What counts as one, relative to the best loss.
    """

    n_iter_no_change: int
    tol: float
    best_loss: float = math.inf
    best_epoch: int = 0
    best_weights: dict[str, Tensor] | None = field(default=None, repr=False)

    def update(self, epoch: int, loss: float, model: SequenceModel) -> bool:
        """Take note of an epoch; True if training should end."""
        if loss < self.best_loss - self.tol * abs(min(self.best_loss, loss)):
            self.best_loss, self.best_epoch = loss, epoch
            self.best_weights = copy.deepcopy(model.state_dict())
        return epoch - self.best_epoch >= self.n_iter_no_change


@dataclass
class FitResult:
    """What a fit leaves besides the weights.

    Attributes
    ----------
    history : list of dict
        The parts of the loss of every epoch.
    best_epoch : int
        The epoch whose weights were kept, counted from 1.
    interrupted : bool
        Whether it was ended by Ctrl-C.
    """

    history: list[Record]
    best_epoch: int
    interrupted: bool = False


def run(
    trainer: Trainer,
    batches: Iterable[Batch],
    *,
    max_epochs: int,
    warmup_epochs: int = 0,
    validation: Iterable[Batch] | None = None,
    stopping: Stopping | None = None,
    on_epoch: Callable[[Record], Any] | None = None,
) -> FitResult:
    """Train for ``max_epochs`` epochs, or until the validation loss no longer falls.

    Parameters
    ----------
    trainer : Trainer
    batches : iterable of Batch
        The training batches, iterated over once an epoch.
    max_epochs : int
    warmup_epochs : int
        Epochs at the start in which content rests.
    validation : iterable of Batch, optional
        Batches to evaluate after every epoch; their parts appear as ``val_...``.
    stopping : Stopping, optional
        Needs ``validation``. Warm-up epochs do not count: theirs is another objective.
    on_epoch : callable, optional
        Called with the record of every epoch.

    Raises
    ------
    FloatingPointError
        If a part of the loss is no longer finite.
    """
    result = FitResult(history=[], best_epoch=0)
    try:
        for epoch in range(1, max_epochs + 1):
            start = time.perf_counter()
            warming_up = epoch <= warmup_epochs
            record: Record = {"epoch": epoch}
            record |= trainer.train_epoch(batches, warming_up=warming_up)
            check_finite(record, epoch)
            if validation is not None:
                parts = trainer.evaluate(validation, warming_up=warming_up)
                record |= {f"val_{name}": value for name, value in parts.items()}
            record["learning_rate"] = trainer.optimizer.param_groups[0]["lr"]
            record["seconds"] = time.perf_counter() - start
            result.history.append(record)
            result.best_epoch = epoch
            if on_epoch is not None:
                on_epoch(record)
            if (
                stopping is not None
                and not warming_up
                and stopping.update(epoch, record["val_loss"], trainer.model)
            ):
                break
    except KeyboardInterrupt:
        result.interrupted = True
    if stopping is not None and stopping.best_weights is not None:
        trainer.model.load_state_dict(stopping.best_weights)
        result.best_epoch = stopping.best_epoch
    trainer.model.eval()
    return result


def check_finite(record: Record, epoch: int) -> None:
    """Raise if a part of the loss has diverged."""
    for part in (*Loss._fields[1:], "loss"):  # the parts first: their sum is what they make it
        value = record[part]
        if not math.isfinite(value):
            raise FloatingPointError(
                f"the {part} became {value} in epoch {epoch}: try a lower learning_rate, a smaller "
                "clip_norm, or other weights for the divergences"
            )
