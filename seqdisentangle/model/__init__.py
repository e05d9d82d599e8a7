"""The model: posteriors, priors and decoder."""

from .core import SequenceModel
from .dsvae import DSVAEModel
from .latent import LatentCodes, Mixture
from .mocogan import MoCoGANModel
from .priors import PRIORS, GaussianPrior, LSTMPrior, MixturePrior, MotionPrior, PriorNetwork

__all__ = [
    "PRIORS",
    "DSVAEModel",
    "GaussianPrior",
    "LSTMPrior",
    "LatentCodes",
    "Mixture",
    "MixturePrior",
    "MoCoGANModel",
    "MotionPrior",
    "PriorNetwork",
    "SequenceModel",
]
