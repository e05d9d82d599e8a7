"""How the learning rate changes: by the step, or by the loss of an epoch."""

from __future__ import annotations

from typing import Any

from torch.optim import Optimizer, lr_scheduler

__all__ = ["LR_SCHEDULES", "Schedule"]

LR_SCHEDULES = ("one_cycle", "cosine", "constant", "plateau")

# A plateau: so many epochs without a lower loss, after which the step size is that share of itself.
PATIENCE = 3
FACTOR = 0.3


class Schedule:
    """A learning-rate schedule by name.

    Parameters
    ----------
    optimizer : Optimizer
    name : {"one_cycle", "cosine", "constant", "plateau"}
    learning_rate : float
        The highest one.
    n_steps : int
        Steps of the whole training.
    """

    def __init__(self, optimizer: Optimizer, name: str, learning_rate: float, n_steps: int) -> None:
        self._by_loss: lr_scheduler.ReduceLROnPlateau | None = None
        self._by_step: lr_scheduler.LRScheduler | None = None
        if name == "plateau":
            self._by_loss = lr_scheduler.ReduceLROnPlateau(
                optimizer, factor=FACTOR, patience=PATIENCE
            )
        elif name == "one_cycle":
            # It divides by the length of the rise, which is none in so few steps.
            rise = 0.1 if n_steps > 9 else 0.0
            self._by_step = lr_scheduler.OneCycleLR(
                optimizer, learning_rate, total_steps=n_steps + 1, pct_start=rise
            )
        elif name == "cosine":
            self._by_step = lr_scheduler.CosineAnnealingLR(optimizer, n_steps)

    def end_step(self) -> None:
        """Move on after a step of the optimiser."""
        if self._by_step is not None:
            self._by_step.step()

    def end_epoch(self, loss: float) -> None:
        """Move on after an epoch, which had this loss."""
        if self._by_loss is not None:
            self._by_loss.step(loss)

    def state_dict(self) -> dict[str, Any]:
        """Where it stands."""
        scheduler = self._by_loss or self._by_step
        return {} if scheduler is None else scheduler.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there; the step size itself is the optimiser's to restore."""
        scheduler = self._by_loss or self._by_step
        if scheduler is not None:
            scheduler.load_state_dict(state)
