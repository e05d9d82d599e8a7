"""Early stopping: the best weights so far, and the end where they get no better."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

__all__ = ["EarlyStopper"]


@dataclass
class EarlyStopper:
    """A judge of when to stop early, by the loss of the validation sequences.

    Parameters
    ----------
    patience : int
        Epochs without an improvement after which training ends.
    tol : float
        The least that counts as one, relative to the best loss.
    """

    patience: int
    tol: float
    best_loss: float = math.inf
    best_epoch: int = 0
    best_weights: dict[str, Tensor] | None = field(default=None, repr=False)

    def update(self, epoch: int, loss: float, model: nn.Module) -> bool:
        """Take note of an epoch; True if training should end."""
        if loss < self.best_loss - self.tol * abs(min(self.best_loss, loss)):
            self.best_loss, self.best_epoch = loss, epoch
            self.best_weights = copy.deepcopy(model.state_dict())
        return epoch - self.best_epoch >= self.patience

    def state_dict(self) -> dict[str, Any]:
        """The best epoch so far, with its weights."""
        return {name: getattr(self, name) for name in ("best_loss", "best_epoch", "best_weights")}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        for name, value in state.items():
            setattr(self, name, value)
