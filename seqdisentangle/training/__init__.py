"""Training: the loop that lowers an objective, and all that it needs."""

from .checkpoints import Checkpoints, check_same
from .compiling import compiled
from .devices import PRECISIONS, resolve_device, resolve_precision, room_for_data
from .distributed import find_communicator
from .finetuning import finetune
from .loop import FitResult, Training, run
from .schedules import LR_SCHEDULES
from .stopping import Stopping
from .trainer import Trainer

__all__ = [
    "LR_SCHEDULES",
    "PRECISIONS",
    "Checkpoints",
    "FitResult",
    "Stopping",
    "Trainer",
    "Training",
    "check_same",
    "compiled",
    "find_communicator",
    "finetune",
    "resolve_device",
    "resolve_precision",
    "room_for_data",
    "run",
]
