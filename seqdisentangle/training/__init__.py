"""Training: the objective and the loop that lowers it."""

from .callbacks import resolve_callbacks
from .checkpoints import Checkpoints, check_same
from .costs import COSTS, mean_cost, resolve_cost
from .critics import build_divergences
from .loop import FitResult, Training, run
from .objective import Loss, Objective
from .progress import ProgressBar
from .schedules import LR_SCHEDULES
from .stopping import Stopping
from .trainer import Trainer

__all__ = [
    "COSTS",
    "LR_SCHEDULES",
    "Checkpoints",
    "FitResult",
    "Loss",
    "Objective",
    "ProgressBar",
    "Stopping",
    "Trainer",
    "Training",
    "build_divergences",
    "check_same",
    "mean_cost",
    "resolve_callbacks",
    "resolve_cost",
    "run",
]
