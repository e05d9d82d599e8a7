"""Give it sequences, get back what stays the same and what changes."""

from importlib.metadata import PackageNotFoundError, version

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

try:
    __version__ = version("seqdisentangle")
except PackageNotFoundError:  # a checkout that is not installed
    __version__ = "0+unknown"
