"""The evidence lower bound against the paper's formula, number by number."""

import math

import pytest
import torch

from seqdisentangle.data.batches import Batch
from seqdisentangle.divergences import resolve
from seqdisentangle.model.core import build_model
from seqdisentangle.model.dsvae import DSVAESpec
from seqdisentangle.networks import MLP, Conv
from seqdisentangle.objectives import Squared
from seqdisentangle.objectives.elbo import ELBO

SHAPES = {"vectors": ((3,), MLP(8, 1)), "images": ((1, 8, 8), Conv(2))}


def make(kind, posterior):
    shape, network = SHAPES[kind]
    spec = DSVAESpec(
        shape, kind == "images", 4, 2, 6, network, "concat", None, None, posterior=posterior
    )
    values = math.prod(shape)
    objective = ELBO(
        resolve("kl"),
        cost=Squared(),
        content_weight=1 / values,
        motion_weight=1 / values,
    )
    generator = torch.Generator().manual_seed(1)
    x = torch.rand(5, 4, *shape, dtype=torch.float64, generator=generator)
    return objective, build_model(spec, 0).double(), x, values


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def kl(q_mean, q_log_var, p_mean, p_log_var):
    """Of two Gaussians of one number."""
    q_var, p_var = math.exp(q_log_var), math.exp(p_log_var)
    return 0.5 * (math.log(p_var / q_var) + (q_var + (q_mean - p_mean) ** 2) / p_var - 1)


def log_likelihood(frame, mean, variance=0.5):
    """Of a frame under a Gaussian around its reconstruction."""
    squares = [(a - b) ** 2 for a, b in zip(frame, mean, strict=True)]
    return sum(-s / (2 * variance) - 0.5 * math.log(2 * math.pi * variance) for s in squares)


def minus_elbo(model, x, lengths):
    """Equation (3) of Li and Mandt, with one draw, in loops."""
    packing = Batch(x, lengths).packing
    posterior = model.encode(x, seeded(), packing=packing)
    content, motion, _ = posterior
    prior = model.prior(motion.value)
    frames = model.decode(posterior.codes, packing)
    frames = frames if packing is None else packing.pad(frames)
    total = content_part = motion_part = 0.0
    for i in range(len(x)):
        for mean, log_var in zip(
            content.mean[i].tolist(), content.log_var[i].tolist(), strict=True
        ):
            content_part += kl(mean, log_var, 0.0, 0.0)
        for t in range(x.shape[1] if lengths is None else int(lengths[i])):
            total -= log_likelihood(x[i, t].flatten().tolist(), frames[i, t].flatten().tolist())
            numbers = (motion.mean, motion.log_var, prior.mean, prior.log_var)
            for four in zip(*(part[i, t].tolist() for part in numbers), strict=True):
                motion_part += kl(*four)
    n = len(x)
    return (total + content_part + motion_part) / n, content_part / n, motion_part / n


@pytest.mark.parametrize("lengths", [None, torch.tensor([4, 1, 3, 4, 2])], ids=["whole", "ragged"])
@pytest.mark.parametrize("posterior", ["factorised", "full"])
@pytest.mark.parametrize("kind", SHAPES)
def test_it_is_the_papers(kind, posterior, lengths):
    objective, model, x, values = make(kind, posterior)
    loss, _ = objective(model, Batch(x, lengths), seeded())
    expected, content, motion = minus_elbo(model, x, lengths)
    steps = 4.0 if lengths is None else lengths.double().mean().item()
    constant = steps * values * 0.5 * math.log(2 * math.pi * 0.5)
    assert loss.parts["content"].item() == pytest.approx(content)
    assert loss.parts["motion"].item() == pytest.approx(motion)
    assert loss.total.item() * values + constant == pytest.approx(expected)


def test_all_parameters_learn_from_it():
    objective, model, x, _ = make("vectors", "full")
    objective(model, Batch(x), seeded())[0].total.backward()
    assert all(p.grad.any() for p in model.parameters())


def test_content_learns_nothing_while_it_is_delayed():
    objective, model, x, _ = make("vectors", "factorised")
    objective(model, Batch(x), seeded(), content_delayed=True)[0].total.backward()
    assert not any(p.grad is not None and p.grad.any() for p in model.content.parameters())
    assert all(p.grad.any() for p in model.decoder.parameters())
