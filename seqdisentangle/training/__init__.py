"""Training: the objective and the loop that lowers it."""

from .costs import COSTS, mean_cost, resolve_cost
from .critics import build_divergences
from .loop import LR_SCHEDULES, FitResult, Stopping, Trainer, run
from .objective import Loss, Objective

__all__ = [
    "COSTS",
    "LR_SCHEDULES",
    "FitResult",
    "Loss",
    "Objective",
    "Stopping",
    "Trainer",
    "build_divergences",
    "mean_cost",
    "resolve_cost",
    "run",
]
