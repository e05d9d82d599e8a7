"""Schedules of the learning rate."""

from __future__ import annotations

from typing import Any

from torch.optim import Optimizer, lr_scheduler

__all__ = ["LR_SCHEDULES", "Schedule"]

LR_SCHEDULES = ("one_cycle", "cosine", "constant", "plateau")

# A plateau: so many epochs without a lower loss, after which the step size is that share of itself.
PATIENCE = 3
FACTOR = 0.3
# A warm-up begins with this share of the highest step size.
START = 0.04


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
    warmup_steps : int
        Steps at the start in which the rate rises to the highest one.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        name: str,
        learning_rate: float,
        n_steps: int,
        warmup_steps: int = 0,
    ) -> None:
        self._by_loss: lr_scheduler.ReduceLROnPlateau | None = None
        self._by_step: lr_scheduler.LRScheduler | None = None
        if name == "one_cycle":
            # It divides by the length of the rise, which a share of zero leaves out.
            self._by_step = lr_scheduler.OneCycleLR(
                optimizer,
                learning_rate,
                total_steps=n_steps + 1,
                pct_start=(warmup_steps + 1) / (n_steps + 1) if warmup_steps else 0.0,
                div_factor=1 / START,
            )
            return
        if warmup_steps:
            self._by_step = lr_scheduler.LinearLR(optimizer, START, total_iters=warmup_steps)
        if name == "plateau":
            self._by_loss = lr_scheduler.ReduceLROnPlateau(
                optimizer, factor=FACTOR, patience=PATIENCE
            )
        elif name == "cosine":
            fall = lr_scheduler.CosineAnnealingLR(optimizer, max(n_steps - warmup_steps, 1))
            self._by_step = (
                fall
                if self._by_step is None
                else lr_scheduler.SequentialLR(optimizer, [self._by_step, fall], [warmup_steps])
            )

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
        return {
            "by_loss": None if self._by_loss is None else self._by_loss.state_dict(),
            "by_step": None if self._by_step is None else self._by_step.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there; the step size itself is the optimiser's to restore."""
        if self._by_loss is not None:
            self._by_loss.load_state_dict(state["by_loss"])
        if self._by_step is not None:
            self._by_step.load_state_dict(state["by_step"])
