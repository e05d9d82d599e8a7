"""The model: posteriors, priors, generator, and the networks for single frames."""

from .core import ModelSpec, SequenceModel, build_model
from .latent import Latent, Posterior
from .networks import MLP, NETWORKS, Conv, FrameNetwork, ResNet
from .packing import Packing

__all__ = [
    "MLP",
    "NETWORKS",
    "Conv",
    "FrameNetwork",
    "Latent",
    "ModelSpec",
    "Packing",
    "Posterior",
    "ResNet",
    "SequenceModel",
    "build_model",
]
