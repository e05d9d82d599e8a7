"""The whole model: shapes, gradients, and weights that are a function of the seed alone."""

import copy
import dataclasses
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn

from seqdisentangle.data.packing import Packing
from seqdisentangle.model import GaussianPrior, MixturePrior
from seqdisentangle.model.core import ModelSpec, build_model
from seqdisentangle.model.latent import LatentCodes
from seqdisentangle.networks import MLP, Conv, ResNet

VECTORS = ModelSpec((3,), False, 4, 2, 6, MLP(8, 1), "style", 0.1, 0.3)
IMAGES = ModelSpec((2, 17, 12), True, 4, 2, 6, Conv(2), "concat", None, None)
COMPLEX = ModelSpec((1, 16, 16), True, 4, 2, 6, ResNet(2), "style", 0.1, 0.3)
OWN = dataclasses.replace(VECTORS, network=(nn.Linear(3, 5), nn.Linear(6, 3)), generator="concat")
each_spec = pytest.mark.parametrize(
    "spec", [VECTORS, IMAGES, COMPLEX, OWN], ids=["vectors", "images", "complex", "own"]
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def same_weights(a, b):
    a, b = a.state_dict(), b.state_dict()
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


@each_spec
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("n", "T"), [(1, 1), (1, 4), (5, 1), (3, 4)])
def test_the_road_from_frames_to_frames(spec, training, n, T):
    model = build_model(spec, 0).train(training)
    x = torch.rand(n, T, *spec.frame_shape)
    content, motion, _ = model.encode(x, seeded())
    assert {part.shape for part in content} == {(n, 4)}
    assert {part.shape for part in motion} == {(n, T, 2)}
    frames = model.decode(LatentCodes(content.value, motion.value))
    assert frames.shape == x.shape
    assert frames.isfinite().all()
    assert model.rollout(torch.randn(n, 6, 2), motion.value).shape == (n, 6, 2)
    assert model.content_prior(content.value, seeded()).value.shape == (n, 4)


@each_spec
def test_gradients_reach_all_parameters(spec):
    model = build_model(spec, 0)
    x = torch.rand(4, 3, *spec.frame_shape, generator=seeded())
    with torch.no_grad():
        model.decode(model.encode(x, seeded()).codes)
    model.eval()
    content, motion, _ = model.encode(x, seeded())
    frames = model.decode(LatentCodes(content.value, motion.value))
    prior = model.prior(motion.value, seeded())
    (frames.square().sum() + prior.value.square().sum()).backward()
    assert [
        name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()
    ] == []


@each_spec
def test_content_and_motion_have_encoders_of_their_own(spec):
    model = build_model(spec, 0)
    content = {id(p) for p in model.content.parameters()}
    assert content.isdisjoint(id(p) for p in model.motion.parameters())


@pytest.mark.parametrize("spec", [VECTORS, IMAGES, COMPLEX], ids=["vectors", "images", "complex"])
def test_the_seed_is_the_weights(spec):
    assert same_weights(build_model(spec, 3), build_model(spec, 3))
    assert not same_weights(build_model(spec, 3), build_model(spec, 4))


def test_building_leaves_the_global_generators_as_they_were(monkeypatch):
    seeded_devices = []
    monkeypatch.setattr(torch.cuda, "manual_seed_all", seeded_devices.append)
    state = torch.get_rng_state()
    build_model(VECTORS, 3)
    assert torch.equal(torch.get_rng_state(), state)
    assert not seeded_devices


def test_building_fails_without_a_trace():
    state = torch.get_rng_state()
    with pytest.raises(ValueError, match="network"):
        build_model(dataclasses.replace(VECTORS, network="conv"), 3)
    assert torch.equal(torch.get_rng_state(), state)
    build_model(VECTORS, 3)


def test_threads_that_build_at_the_same_time_get_the_weights_of_their_seeds():
    seeds = [0, 1, 2, 3] * 5
    alone = [build_model(IMAGES, seed) for seed in seeds]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: build_model(IMAGES, seed), seeds))
    assert all(map(same_weights, alone, together))


# ---- motion that sees what levels do not tell ----------------------------------------------------


def test_residuals_are_of_vectors():
    with pytest.raises(ValueError, match="motion_input='residuals' is for vectors, got images"):
        build_model(dataclasses.replace(IMAGES, motion_input="residuals"), 0)


@pytest.mark.parametrize("lengths", [None, [5, 2, 4, 1, 3, 5]])
@pytest.mark.parametrize(("sees", "by_size"), [("residuals", False), ("frames", True)])
def test_the_size_of_motion_codes_lowers_no_cost_of_residuals(sees, by_size, lengths):
    """Codes in training are those of use, and the sum of their squares has no gradient."""
    model = build_model(dataclasses.replace(VECTORS, motion_input=sees), 0).double()
    packing = None if lengths is None else Packing.of(torch.tensor(lengths), 5, torch.device("cpu"))
    model.motion.norm.eps = 0.0  # by which it would be a little short of it
    x = torch.randn(6, 5, 3, generator=seeded(), dtype=torch.float64)
    in_use = copy.deepcopy(model).eval().encode(x, sample=False, packing=packing).motion.mean
    found = model.train().encode(x, seeded(), packing=packing).motion.mean
    torch.testing.assert_close(found, in_use)
    found.square().sum().backward()
    gradient = model.motion.output.weight.grad.abs().max()
    assert gradient > 1e-2 if by_size else gradient < 1e-9


@pytest.mark.parametrize(("prior", "n"), [(GaussianPrior(), 2), (MixturePrior(3), 3)])
def test_a_step_of_motion_is_drawn_from_as_many_numbers_as_it_says(prior, n):
    model = build_model(dataclasses.replace(VECTORS, motion_prior=prior), 0)
    assert model.noise_size == n
    assert model.rollout(torch.randn(4, 6, model.noise_size)).shape == (4, 6, 2)
