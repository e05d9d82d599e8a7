"""The model: posteriors, priors, generator, and the networks for single frames."""

from .action import with_action
from .core import ModelSpec, SequenceModel, build_model, seeded
from .dsvae import DSVAEModel, DSVAESpec
from .latent import Action, Latent, Posterior
from .networks import MLP, NETWORKS, Conv, FrameNetwork, ResNet
from .packing import Packing

__all__ = [
    "MLP",
    "NETWORKS",
    "Action",
    "Conv",
    "DSVAEModel",
    "DSVAESpec",
    "FrameNetwork",
    "Latent",
    "ModelSpec",
    "Packing",
    "Posterior",
    "ResNet",
    "SequenceModel",
    "build_model",
    "seeded",
    "with_action",
]
