"""Small models of each kind and the objective of their fine-tuning."""

import dataclasses

import pytest
import torch

from seqdisentangle.data.batches import Batch
from seqdisentangle.divergences import HSIC, MMD, Divergences
from seqdisentangle.model import GaussianPrior, MixturePrior
from seqdisentangle.model.core import ModelSpec
from seqdisentangle.networks import MLP, Conv
from seqdisentangle.objectives import Squared
from seqdisentangle.objectives.finetune import FineTuning
from seqdisentangle.objectives.rwae import WassersteinObjective

VECTORS = ModelSpec((3,), False, 4, 2, 8, MLP(4, 1), "style", 0.1, 0.3, MixturePrior(3))
SPECS = {
    "mixture": VECTORS,
    "gaussian": dataclasses.replace(VECTORS, motion_prior=GaussianPrior()),
    "learned noise": dataclasses.replace(VECTORS, motion_noise=None, content_noise=None),
    "actions": dataclasses.replace(VECTORS, n_actions=2),
    "images": dataclasses.replace(VECTORS, frame_shape=(1, 8, 8), bounded=True, network=Conv(2)),
}
each_spec = pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def data(spec, n=12, n_steps=4):
    return torch.rand(n, n_steps, *spec.frame_shape, generator=seeded(1))


def objective_of(spec, frames_per_step=None):
    return WassersteinObjective(
        Divergences(MMD(), MMD(), HSIC()),
        cost=Squared(),
        content_weight=1.0,
        motion_weight=1.0,
        action_weight=None if spec.n_actions is None else 1.0,
        frames_per_step=frames_per_step,
    )


def loss_of(model, x, rng, **batch):
    return FineTuning(objective_of(model.spec))(model, Batch(x, **batch), rng)[0]
