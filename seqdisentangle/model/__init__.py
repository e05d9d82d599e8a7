"""The model: posteriors, priors, generator, and the networks for single frames."""

from .action import with_action
from .core import ModelSpec, SequenceModel, build_model
from .dsvae import DSVAEModel, DSVAESpec
from .latent import Action, Latent, Mixture, Posterior
from .mocogan import (
    ClipDiscriminator,
    FrameDiscriminator,
    MoCoGANModel,
    MoCoGANSpec,
    clips,
)
from .networks import MLP, NETWORKS, Conv, FrameNetwork, ResNet, resolve_network
from .norms import Whitening
from .packing import Packing

__all__ = [
    "MLP",
    "NETWORKS",
    "Action",
    "ClipDiscriminator",
    "Conv",
    "DSVAEModel",
    "DSVAESpec",
    "FrameDiscriminator",
    "FrameNetwork",
    "Latent",
    "Mixture",
    "MoCoGANModel",
    "MoCoGANSpec",
    "ModelSpec",
    "Packing",
    "Posterior",
    "ResNet",
    "SequenceModel",
    "Whitening",
    "build_model",
    "clips",
    "resolve_network",
    "with_action",
]
