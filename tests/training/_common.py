"""A small trainer and its batches, which the files of this room share."""

import torch

from seqdisentangle.data.batches import Batch
from seqdisentangle.divergences import HSIC, MMD, Divergences
from seqdisentangle.model.core import ModelSpec, build_model
from seqdisentangle.networks import MLP, Conv
from seqdisentangle.objectives import Squared
from seqdisentangle.objectives.base import build_divergences
from seqdisentangle.objectives.rwae import WassersteinObjective
from seqdisentangle.training.trainer import Trainer

VECTORS = ModelSpec((3,), False, 3, 2, 4, MLP(4, 1), "style", 0.1, 0.3)
IMAGES = ModelSpec((1, 8, 8), True, 3, 2, 4, Conv(2), "style", 0.1, 0.3)
PARTS = ("cost", "content", "motion", "independence")


def data(spec=VECTORS, sizes=(6, 5)):
    g = torch.Generator().manual_seed(1)
    return [Batch(torch.rand(n, 4, *spec.frame_shape, generator=g)) for n in sizes]


def make(spec=VECTORS, seed=0, content=None, motion=None, independence=None, **parameters):
    settings = {"cost": Squared(), "content_weight": 1.0, "motion_weight": 1.0}
    settings["independence_weight"] = 0.0 if independence is None else 1.0
    settings |= {k: parameters.pop(k) for k in list(parameters) if k in settings}
    divergences = Divergences(content or MMD(), motion or MMD(), independence or HSIC())
    objective = WassersteinObjective(divergences, **settings)
    build_divergences(divergences, spec, seed)
    parameters = {
        "learning_rate": 0.01,
        "lr_schedule": "constant",
        "n_updates": 100,
        "clip_norm": 1.0,
    } | parameters
    return Trainer(build_model(spec, 0), objective, seed=seed, **parameters)


def weights(trainer):
    return {k: v.clone() for k, v in trainer.model.state_dict().items()}


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)
