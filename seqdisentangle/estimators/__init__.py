"""Estimators: the classes that users construct, and the objects that group their parameters."""

from ._params import Actions, EarlyStopping, Training
from .codes import Codes, Swap
from .dsvae import DSVAE
from .mocogan import MoCoGAN
from .recurrent_wae import RecurrentWAE

__all__ = [
    "DSVAE",
    "Actions",
    "Codes",
    "EarlyStopping",
    "MoCoGAN",
    "RecurrentWAE",
    "Swap",
    "Training",
]
