"""Give it sequences, get back what stays the same and what changes."""

from ._version import release
from .estimators import (
    DSVAE,
    Actions,
    Choice,
    Codes,
    EarlyStopping,
    MoCoGAN,
    RecurrentWAE,
    Swap,
    Training,
)

__all__ = [
    "DSVAE",
    "Actions",
    "Choice",
    "Codes",
    "EarlyStopping",
    "MoCoGAN",
    "RecurrentWAE",
    "Swap",
    "Training",
    "__version__",
]

__version__ = release()
