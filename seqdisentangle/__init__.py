"""Give it sequences, get back what stays the same and what changes."""

from importlib.metadata import PackageNotFoundError, version

from .estimators import DSVAE, Codes, MoCoGAN, RecurrentWAE, Swap

__all__ = ["DSVAE", "Codes", "MoCoGAN", "RecurrentWAE", "Swap", "__version__"]

try:
    __version__ = version("seqdisentangle")
except PackageNotFoundError:  # a checkout that is not installed
    __version__ = "0+unknown"
