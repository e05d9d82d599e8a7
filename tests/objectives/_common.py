"""A small model, its objective and divergences that note what they get, shared in this room."""

import dataclasses

import pytest
import torch

from seqdisentangle.divergences import HSIC, MMD, Divergence, Divergences
from seqdisentangle.model import MixturePrior
from seqdisentangle.model.core import ModelSpec, build_model
from seqdisentangle.model.latent import LatentCodes
from seqdisentangle.model.norms import RunningNorm, Whitening
from seqdisentangle.networks import MLP, Conv
from seqdisentangle.objectives import Squared
from seqdisentangle.objectives.rwae import WassersteinObjective

VECTORS = ModelSpec((3,), False, 4, 2, 5, MLP(4, 1), "style", 0.1, 0.3)
LEARNED = ModelSpec((2,), False, 3, 2, 5, MLP(4, 1), "concat", None, None)
IMAGES = ModelSpec((1, 8, 8), True, 3, 2, 5, Conv(2), "style", 0.1, 0.3)
ACTING = ModelSpec(
    (3,), False, 4, 2, 5, MLP(4, 1), "style", 0.1, 0.3, n_actions=3, action_prior=(0.5, 0.3, 0.2)
)
MIXTURE = dataclasses.replace(VECTORS, motion_prior=MixturePrior(3))
each_spec = pytest.mark.parametrize(
    "spec", [VECTORS, LEARNED, IMAGES, MIXTURE], ids=["vectors", "learned", "images", "mixture"]
)


class Constant(Divergence):
    def __init__(self, value):
        super().__init__()
        self.value = value

    def forward(self, q, p, mask=None):
        return q.value.new_full(q.value.shape[:-2], self.value)


class Marginal(MMD):
    """An MMD of the codes alone."""

    sample_based = False


class Recorder(Divergence):
    def __init__(self, sample_based):
        super().__init__()
        self.sample_based = sample_based
        self.calls = []
        self.masks = []

    def forward(self, q, p, mask=None):
        self.calls.append((q, p))
        self.masks.append(mask)
        return q.value.sum((-2, -1))


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def make(spec=VECTORS, content=None, motion=None, independence=None, steps=4, n=6, **parameters):
    parameters = {
        "cost": Squared(),
        "content_weight": 2.0,
        "motion_weight": 3.0,
    } | parameters
    divergences = Divergences(content or MMD(), motion or MMD(), independence or HSIC())
    objective = WassersteinObjective(divergences, **parameters)
    x = torch.rand(n, steps, *spec.frame_shape, dtype=torch.float64, generator=seeded(1))
    return objective, with_fixed_moments(build_model(spec, 0).double()), x


def with_fixed_moments(model):
    """The model, whose norms take in no more batches, so that a second call has the same codes."""
    for norm in model.modules():
        if isinstance(norm, RunningNorm):
            norm.momentum = 0.0
            norm.n_batches.fill_(torch.inf)
        if isinstance(norm, Whitening):
            norm.momentum = 0.0
    return model


LENGTHS = torch.tensor([4, 1, 2, 3, 4, 2])
PADDING = torch.arange(4) >= LENGTHS[:, None]


def padded(x, value):
    """The sequences with a value in their padding."""
    x = x.clone()
    x[PADDING] = value
    return x


def codes_of(spec, x):
    shapes = (spec.content_size,), (x.shape[1], spec.motion_size)
    return LatentCodes(
        *(torch.randn(len(x), *s, dtype=x.dtype, generator=seeded(1)) for s in shapes)
    )
