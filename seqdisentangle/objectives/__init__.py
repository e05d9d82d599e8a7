"""Objectives: what is minimised on a batch, of every system."""

from .adversarial import (
    AdversarialLoss,
    AdversarialObjective,
    Discriminator,
    Discriminators,
    build_discriminators,
)
from .base import Comparison, build_divergences, ramp
from .communicator import Communicator, SingleProcess
from .costs import COSTS, mean_cost, resolve_cost
from .elbo import ELBO
from .finetune import FineTuning
from .rwae import Loss, Objective, ReinforcedLoss

__all__ = [
    "COSTS",
    "ELBO",
    "AdversarialLoss",
    "AdversarialObjective",
    "Communicator",
    "Comparison",
    "Discriminator",
    "Discriminators",
    "FineTuning",
    "Loss",
    "Objective",
    "ReinforcedLoss",
    "SingleProcess",
    "build_discriminators",
    "build_divergences",
    "mean_cost",
    "ramp",
    "resolve_cost",
]
