"""Padding: a padded batch is its sequences one by one, whatever stands in the padding."""

import copy
import math

import pytest
import torch
from torch import nn

from seqdisentangle.data.packing import Packing
from seqdisentangle.model import SequenceModel
from seqdisentangle.model.core import ModelSpec, build_model
from seqdisentangle.model.norms import RunningNorm
from seqdisentangle.model.prior_networks import LSTMPrior
from seqdisentangle.networks import MLP, Conv, Parts, ResNet

CPU = torch.device("cpu")
NETWORKS = {
    "mlp": (MLP(8, 1), (3,)),
    "conv": (Conv(2), (1, 16, 16)),
    "resnet": (ResNet(2), (2, 16, 16)),
    "parts": (Parts(2, width=4, network=Conv(2)), (1, 16, 16)),
}
LENGTHS = {
    "some full": [4, 1, 3, 4, 2],
    "one longest": [1, 2, 1, 4, 1],
    "none full": [3, 1, 2, 2, 3],
    "all full": [4, 4, 4, 4, 4],
}
T = 4
each_network = pytest.mark.parametrize("network", NETWORKS)
each_lengths = pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
each_padding = pytest.mark.parametrize("padding", [0.0, -1e8, math.inf, math.nan])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def make(network="mlp", generator="style", noise=0.3):
    """A model in float64 whose running moments are not those of the start."""
    network, frame_shape = NETWORKS[network]
    spec = ModelSpec(frame_shape, len(frame_shape) == 3, 4, 4, 6, network, generator, noise, noise)
    model = build_model(spec, 0).double()
    with torch.no_grad():
        for _ in range(3):
            run(model, torch.rand(6, T, *frame_shape, dtype=torch.float64, generator=seeded()))
    return model.eval()


def draw(model, lengths, padding=0.0):
    """A padded batch, and its packing."""
    lengths = torch.tensor(lengths)
    shape = (len(lengths), T, *model.spec.frame_shape)
    x = torch.rand(shape, dtype=torch.float64, generator=seeded(1))
    packing = Packing.of(lengths, T, CPU)
    x[~packing.mask] = padding
    return x, packing


def run(model, x, packing=None):
    """Codes of means, and the sum over frames of their mean squared errors."""
    codes = model.encode(x, seeded(), sample=False, packing=packing).codes
    if packing is None:
        errors = (model.decode(codes) - x).square().flatten(2).mean(2)
    else:
        frames = model.decode(codes, packing)
        errors = (frames - packing.pack(x)).square().flatten(1).mean(1)
    return codes.content, codes.motion, errors.sum()


def norms(model):
    return {
        f"{name}.{moment}": getattr(module, moment)
        for name, module in model.named_modules()
        if isinstance(module, (nn.modules.batchnorm._BatchNorm, RunningNorm))
        for moment in ("running_mean", "running_var")
    }


def close(a, b):
    torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


# A padded batch is its sequences alone


@each_network
@pytest.mark.parametrize("generator", ["style", "concat"])
@pytest.mark.parametrize("noise", [0.3, None], ids=["fixed", "learned"])
@each_lengths
def test_a_padded_batch_is_its_sequences_alone(network, generator, noise, lengths):
    model = make(network, generator, noise)
    weights = list(model.parameters())
    x, packing = draw(model, lengths, math.nan)
    content, motion, cost = run(model, x, packing)
    gradients = torch.autograd.grad(cost, weights, materialize_grads=True, allow_unused=True)
    total = 0
    for i, length in enumerate(lengths):
        z_c, z_m, part = run(model, x[i : i + 1, :length])
        close(content[i : i + 1], z_c)
        close(motion[i : i + 1, :length], z_m)
        assert not motion[i, length:].any()
        total = total + part
    close(cost, total)
    alone = torch.autograd.grad(total, weights, materialize_grads=True, allow_unused=True)
    for ours, theirs in zip(gradients, alone, strict=True):
        close(ours, theirs)
    assert all(g.any() for g in torch.autograd.grad(cost_of(model, x, packing), used(model)))


def cost_of(model, x, packing):
    return run(model, x, packing)[2]


def used(model):
    """The parameters on the road from frames to frames, learned noise and the prior aside."""
    parts = (model.content.encoder, model.motion.encoder, model.decoder)
    return [p for part in parts for p in part.parameters()]


@each_network
@each_padding
def test_what_stands_in_the_padding_changes_nothing(network, padding):
    model = make(network)
    results = []
    for value in (0.5, padding):
        *values, cost = run(model, *draw(model, LENGTHS["some full"], value))
        gradients = torch.autograd.grad(cost, used(model))
        results.append([*values, cost, *gradients])
    assert all(torch.equal(a, b) for a, b in zip(*results, strict=True))


@pytest.mark.parametrize("sample", [True, False])
@pytest.mark.parametrize("training", [True, False])
def test_codes_are_zero_where_a_sequence_has_ended(sample, training):
    model = make().train(training)
    x, packing = draw(model, LENGTHS["some full"], math.nan)
    motion = model.encode(x, seeded(), sample=sample, packing=packing).motion
    for part in motion:
        assert not part[~packing.mask].any()
        assert part[packing.mask].all()


# In training


@each_network
@pytest.mark.parametrize("generator", ["style", "concat"])
@each_padding
def test_batch_statistics_do_not_know_the_padding(network, generator, padding):
    start = make(network, generator).train()
    moments = []
    for value in (0.5, padding):
        model = copy.deepcopy(start)
        run(model, *draw(model, LENGTHS["some full"], value))
        moments.append(norms(model))
    assert moments[0]
    assert all(torch.equal(value, moments[1][name]) for name, value in moments[0].items())
    assert any(not torch.equal(value, norms(start)[name]) for name, value in moments[0].items())


@pytest.mark.parametrize("network", ["conv", "resnet"])
def test_batch_statistics_of_an_encoder_are_of_the_real_frames(network):
    model = make(network).train()
    alone = copy.deepcopy(model)
    x, packing = draw(model, LENGTHS["some full"], math.nan)
    model.encode(x, seeded(), packing=packing)
    real = torch.cat([row[:length] for row, length in zip(x, packing.lengths, strict=True)])
    alone.content.encoder(real)
    alone.motion.encoder(real)
    for name in ("content", "motion"):
        ours, theirs = (norms(getattr(m, name).encoder) for m in (model, alone))
        assert ours
        assert all(torch.equal(value, theirs[key]) for key, value in ours.items())


def test_the_moments_of_motion_are_of_the_real_steps():
    model = make().train()
    x, packing = draw(model, LENGTHS["some full"])
    norm = copy.deepcopy(model.motion.norm)
    mean = model.encode(x, seeded(), packing=packing).motion.mean
    norm.observe(torch.cat([row[:n] for row, n in zip(mean, packing.lengths, strict=True)]))
    for moment in ("running_mean", "running_var"):
        close(getattr(model.motion.norm, moment), getattr(norm, moment))


def test_a_single_sequence_that_goes_on_trains():
    model = make().train()
    x, packing = draw(model, LENGTHS["one longest"])
    z = model.encode(x, seeded(), packing=packing).motion
    assert z.mean.isfinite().all()
    z.value.sum().backward()
    assert all(p.grad.isfinite().all() for p in model.motion.parameters())


# The prior


@each_lengths
@each_padding
def test_a_rollout_goes_on_from_the_end_of_each_history(lengths, padding):
    torch.manual_seed(0)
    prior = LSTMPrior(2, 8).double()
    history = torch.randn(5, max(lengths), 2, dtype=torch.float64, generator=seeded(1))
    noise = torch.randn(5, 3, 2, dtype=torch.float64, generator=seeded(2))
    history[torch.arange(max(lengths)) >= torch.tensor(lengths)[:, None]] = padding
    together = prior.rollout(noise, history, torch.tensor(lengths))
    for i, length in enumerate(lengths):
        row = slice(i, i + 1)
        close(together[row], prior.rollout(noise[row], history[row, :length]))


def test_a_model_rolls_out_as_its_prior():
    model = make()
    assert isinstance(model, SequenceModel)
    history, noise = torch.ones(2, 3, 4, dtype=torch.float64), torch.ones(2, 4, 4).double()
    lengths = torch.tensor([3, 1])
    ours = model.rollout(noise, history, lengths)
    assert torch.equal(ours, model.prior.rollout(noise, history, lengths))
    assert not torch.equal(ours, model.rollout(noise, history))
