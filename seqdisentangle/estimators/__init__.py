"""The estimators."""

from .codes import Codes, Swap
from .dsvae import DSVAE
from .mocogan import MoCoGAN
from .recurrent_wae import RecurrentWAE

__all__ = ["DSVAE", "Codes", "MoCoGAN", "RecurrentWAE", "Swap"]
