"""The model: posteriors, priors and the generator."""

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
from .norms import Whitening
from .packing import Packing

__all__ = [
    "Action",
    "ClipDiscriminator",
    "DSVAEModel",
    "DSVAESpec",
    "FrameDiscriminator",
    "Latent",
    "Mixture",
    "MoCoGANModel",
    "MoCoGANSpec",
    "ModelSpec",
    "Packing",
    "Posterior",
    "SequenceModel",
    "Whitening",
    "build_model",
    "clips",
    "with_action",
]
