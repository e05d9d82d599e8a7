"""The systems that R-WAE is measured against."""

from .dsvae import DSVAE
from .mocogan import MoCoGAN

__all__ = ["DSVAE", "MoCoGAN"]
