"""What may watch a training: ``RecurrentWAE(callbacks=...)``."""

from .training.callbacks import Callback

__all__ = ["Callback"]
