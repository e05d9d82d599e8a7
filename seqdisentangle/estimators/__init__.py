"""Estimators: the classes that users construct, and the objects that group their parameters."""

from ._action_settings import Actions
from ._choices import Choice
from ._params import EarlyStopping, Training
from .codes import Codes, Swap
from .dsvae import DSVAE
from .mocogan import MoCoGAN
from .recurrent_wae import RecurrentWAE

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
]
