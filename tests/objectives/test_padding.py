"""Sequences of different lengths: no part of a loss knows what stands in the padding."""

import math

import pytest
import torch

from seqdisentangle.data.batches import Batch
from seqdisentangle.divergences import HSIC, MMD, Samples
from seqdisentangle.views import RandomFrames, resolve_view
from tests.objectives._common import (
    ACTING,
    LENGTHS,
    PADDING,
    Constant,
    Marginal,
    Recorder,
    each_spec,
    make,
    padded,
    seeded,
)


def gradients(total, model):
    return torch.autograd.grad(
        total, list(model.parameters()), allow_unused=True, materialize_grads=True
    )


@each_spec
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("k", [None, 2])
@pytest.mark.parametrize("value", [-1e6, math.nan])
def test_no_part_of_the_loss_nor_its_gradient_knows_the_padding(spec, training, k, value):
    objective, model, x = make(
        spec,
        independence_weight=1.0,
        frames_per_step=k,
        content_view=RandomFrames(2),
        motion_view=lambda x, rng, lengths: 2 * x,
    )
    model.train(training)
    start = {name: w.clone() for name, w in model.state_dict().items()}
    losses, slopes = [], []
    for content in (0.5, value):
        model.load_state_dict(start)
        loss, _ = objective(model, Batch(padded(x, content), LENGTHS), seeded())
        losses.append(loss.stack())
        slopes.append(gradients(loss.total, model))
    assert losses[0].isfinite().all()
    assert torch.equal(*losses)
    assert all(torch.equal(a, b) for a, b in zip(*slopes, strict=True))


@each_spec
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("k", [None, 3])
def test_lengths_that_are_all_full_change_nothing(spec, training, k):
    objective, model, x = make(
        spec, independence_weight=1.0, frames_per_step=k, motion_view=RandomFrames(4)
    )
    model.train(training)
    start = {name: w.clone() for name, w in model.state_dict().items()}
    losses, slopes = [], []
    for lengths in (None, torch.full((6,), 4)):
        model.load_state_dict(start)
        loss, _ = objective(model, Batch(x, lengths), seeded())
        losses.append(loss.stack())
        slopes.append(gradients(loss.total, model))
    torch.testing.assert_close(*losses, rtol=1e-12, atol=1e-12)
    for a, b in zip(*slopes, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-10)


def test_divergences_of_whole_sequences_get_no_mask():
    content, independence = Recorder(sample_based=True), Recorder(sample_based=True)
    objective, model, x = make(content=content, independence=independence, independence_weight=1.0)
    objective(model, Batch(x, LENGTHS), seeded())
    assert content.masks == independence.masks == [None]


@pytest.mark.parametrize("motion", [Marginal(), MMD()], ids=["marginal", "joint"])
def test_the_divergence_of_motion_is_that_of_the_steps_that_each_sequence_has(motion):
    objective, model, x = make(motion=motion)
    loss, (comparison, _) = objective(model, Batch(x, LENGTHS), seeded())
    plain = sum(
        motion(*(Samples(*(None if v is None else v[t, rows] for v in s)) for s in comparison[1:3]))
        for t, rows in enumerate(~PADDING.T)
    )
    torch.testing.assert_close(loss.parts["motion"], plain)


@pytest.mark.parametrize("independence", [HSIC(), MMD()], ids=["hsic", "mmd"])
def test_independence_takes_the_mean_over_real_steps(independence):
    objective, model, x = make(independence=independence, independence_weight=1.0)
    _, compared = objective(model, Batch(padded(x, math.nan), LENGTHS), seeded())
    z_m = compared[0].q.value[..., 2:].transpose(0, 1)  # (n, T, d), after the history
    means = torch.stack([z[:k].mean(0) for z, k in zip(z_m, LENGTHS, strict=True)])
    other = compared[2].p if isinstance(independence, HSIC) else compared[2].q
    torch.testing.assert_close(other.value[:, -2:], means)


def test_views_are_told_the_lengths():
    seen = []

    def view(x, lengths):
        seen.append((x, lengths))
        return x

    objective, model, x = make(motion_view=resolve_view(view))
    objective(model, Batch(x, LENGTHS), seeded())
    objective(model, Batch(x), seeded())
    assert torch.equal(seen[0][0], x)
    assert torch.equal(seen[0][1], LENGTHS)
    assert seen[1][1] is None


@pytest.mark.parametrize(("n_frames", "steps"), [(2, 2), (4, 4)])
def test_a_view_of_another_length_has_no_padding(n_frames, steps):
    seen = []
    objective, model, x = make(content_view=RandomFrames(n_frames))
    model.content.register_forward_pre_hook(
        lambda module, args, kwargs: seen.append((args[0], kwargs["packing"])), with_kwargs=True
    )
    loss, _ = objective(model, Batch(padded(x, math.nan), LENGTHS), seeded())
    ((view, packing),) = seen
    assert view.shape[1] == steps
    assert (packing is None) == (steps != 4)
    if packing is None:
        assert view.isfinite().all()
    assert loss.total.isfinite()


def test_while_warming_up_padded_sequences_need_no_content():
    objective, model, x = make(content=Constant(5.0))
    loss, _ = objective(model, Batch(padded(x, math.nan), LENGTHS), seeded(), content_delayed=True)
    assert loss.parts["content"] == 0
    torch.testing.assert_close(loss.total, loss.parts["cost"] + 3 * loss.parts["motion"])
    loss.total.backward()
    assert all(p.grad is None for p in model.content.parameters())
    assert all(p.grad.isfinite().all() for p in model.motion.parameters())


def test_the_dynamics_of_padded_motions_are_those_of_the_real_ones():
    objective, model, x = make(ACTING, action_weight=1.0)
    labels = torch.tensor([0, 1, 2, 0, 1, 2])  # all known: none is drawn
    batch = Batch(padded(x, math.nan), LENGTHS, labels=labels)
    found = objective(model, batch, seeded())[0].parts["dynamics"]
    motion = model.motion(batch.x, seeded(), packing=batch.packing).value
    actions = torch.eye(3, dtype=x.dtype)[labels]
    alone = []
    for z, k, action in zip(motion, LENGTHS, actions, strict=True):
        z = z[None, :k]
        alone.append(-model.prior.steps(z, action[None]).log_prob(z).mean())
    torch.testing.assert_close(found, torch.stack(alone).mean())
