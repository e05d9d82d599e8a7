"""Give it sequences, get back what stays the same and what changes."""

from importlib.metadata import version

from .baselines import DSVAE, MoCoGAN
from .codes import Codes, Swap
from .wae import RecurrentWAE

__all__ = ["DSVAE", "Codes", "MoCoGAN", "RecurrentWAE", "Swap", "__version__"]

__version__ = version("seqdisentangle")
