"""The model: posteriors, priors and decoder."""

from .core import SequenceModel
from .dsvae import DSVAEModel
from .latent import LatentCodes, Mixture
from .mocogan import MoCoGANModel
from .prior_networks import LSTMPrior, PriorNetwork
from .priors import PRIORS, GaussianPrior, MixturePrior, MotionPrior

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
