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
from .explorer import export_explorer

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
    "export_explorer",
]

__version__ = release()
