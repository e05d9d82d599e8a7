"""What may watch a training: ``RecurrentWAE(callbacks=...)``."""

from .training.callbacks import Callback
from .training.loggers import CSVLogger, MLflowLogger, TensorBoardLogger

__all__ = ["CSVLogger", "Callback", "MLflowLogger", "TensorBoardLogger"]
