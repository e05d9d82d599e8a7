"""Callbacks: objects that watch a training, ``RecurrentWAE(callbacks=...)``."""

from .base import Callback, resolve_callbacks
from .loggers import CSVLogger, MLflowLogger, TensorBoardLogger
from .progress import ProgressBar

__all__ = [
    "CSVLogger",
    "Callback",
    "MLflowLogger",
    "ProgressBar",
    "TensorBoardLogger",
    "resolve_callbacks",
]
