"""Training: the objective and the loop that lowers it."""

from .adversarial import (
    AdversarialLoss,
    AdversarialObjective,
    Discriminator,
    Discriminators,
    build_discriminators,
)
from .callbacks import resolve_callbacks
from .checkpoints import Checkpoints, check_same
from .compiling import compiled
from .costs import COSTS, mean_cost, resolve_cost
from .critics import build_divergences
from .devices import PRECISIONS, resolve_device, resolve_precision, room_for_data
from .elbo import ELBO
from .generative_fit import fit_generative_model
from .loop import FitResult, Training, run
from .objective import Loss, Objective, ReinforcedLoss
from .processes import Alone, find_processes
from .progress import ProgressBar
from .schedules import LR_SCHEDULES
from .stopping import Stopping
from .trainer import Trainer

__all__ = [
    "COSTS",
    "ELBO",
    "LR_SCHEDULES",
    "PRECISIONS",
    "AdversarialLoss",
    "AdversarialObjective",
    "Alone",
    "Checkpoints",
    "Discriminator",
    "Discriminators",
    "FitResult",
    "Loss",
    "Objective",
    "ProgressBar",
    "ReinforcedLoss",
    "Stopping",
    "Trainer",
    "Training",
    "build_discriminators",
    "build_divergences",
    "check_same",
    "compiled",
    "find_processes",
    "fit_generative_model",
    "mean_cost",
    "resolve_callbacks",
    "resolve_cost",
    "resolve_device",
    "resolve_precision",
    "room_for_data",
    "run",
]
