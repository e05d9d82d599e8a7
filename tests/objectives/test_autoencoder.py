"""The base of objectives that encode: what is compared, and a cost of some frames or of all."""

import math

import pytest
import torch

from seqdisentangle.data.batches import Batch
from seqdisentangle.model.latent import LatentCodes
from seqdisentangle.objectives import COSTS, BinaryCrossEntropy, Huber
from tests.objectives._common import (
    IMAGES,
    LENGTHS,
    PADDING,
    VECTORS,
    Constant,
    Recorder,
    codes_of,
    each_spec,
    make,
    padded,
    seeded,
)


def test_motion_is_summed_over_steps_and_content_counts_once():
    objective, model, x = make(content=Constant(5.0), motion=Constant(1.0), steps=7)
    loss, _ = objective(model, Batch(x), seeded())
    assert (loss.parts["content"], loss.parts["motion"]) == (5, 7)


def test_a_sample_based_divergence_compares_joints_that_share_a_detached_history():
    recorder = Recorder(sample_based=True)
    objective, model, x = make(motion=recorder)
    objective(model, Batch(x), seeded())
    ((q, p),) = recorder.calls
    history, z = q.value.split(2, -1)  # (T, n, d) each
    assert torch.equal(p.value[..., :2], history)
    assert torch.equal(history, torch.cat([torch.zeros_like(z[:1]), z[:-1]]))
    (gradient,) = torch.autograd.grad(
        history.sum(),
        model.motion.output.weight,
        retain_graph=True,
        allow_unused=True,
        materialize_grads=True,
    )
    assert not gradient.any()
    assert not torch.equal(p.value[..., 2:], z)


def test_a_divergence_in_closed_form_gets_the_moments_of_each_step():
    recorder = Recorder(sample_based=False)
    objective, model, x = make(motion=recorder)
    objective(model, Batch(x), seeded())
    for samples in recorder.calls[0]:
        assert {part.shape for part in samples} == {(4, 6, 2)}


@pytest.mark.parametrize("spec", [VECTORS, IMAGES], ids=["vectors", "images"])
@pytest.mark.parametrize("k", [1, 3])
def test_some_frames_estimate_the_cost_of_all_without_bias(spec, k):
    objective, model, x = make(spec, frames_per_step=k)
    codes = codes_of(spec, x)
    # Batch statistics of some frames are not those of all: each frame by itself, but in training.
    model.train()
    model.decoder.eval()
    g = seeded(2)
    draws = torch.stack(
        [objective.reconstruction_cost(model, codes, Batch(x), g) for _ in range(400)]
    )
    objective.frames_per_step = None
    whole = objective.reconstruction_cost(model, codes, Batch(x), g)
    assert draws.std() > 0
    assert (draws.mean() - whole).abs() < 4 * draws.std() / 20


def test_every_frame_is_scored_where_nothing_is_trained():
    objective, model, x = make(frames_per_step=1)
    some = objective(model.eval(), Batch(x), seeded())[0].parts["cost"]
    objective.frames_per_step = None
    assert some == objective(model, Batch(x), seeded())[0].parts["cost"]


@each_spec
@pytest.mark.parametrize(
    "cost", [*(cost() for cost in COSTS.values()), lambda a, b: (a - b).abs().flatten(2).sum(2)]
)
def test_the_cost_of_padded_sequences_is_the_mean_of_the_costs_of_each(spec, cost):
    if isinstance(cost, BinaryCrossEntropy) and spec is not IMAGES:
        cost = Huber()
    objective, model, x = make(spec, cost=cost)
    model.eval()
    codes = codes_of(spec, x)
    batch = Batch(padded(x, math.nan), LENGTHS)
    together = objective.reconstruction_cost(model, codes, batch, seeded())
    alone = [
        objective.reconstruction_cost(
            model,
            LatentCodes(codes.content[i : i + 1], codes.motion[i : i + 1, :k]),
            Batch(x[i : i + 1, :k]),
            seeded(),
        )
        for i, k in enumerate(LENGTHS.tolist())
    ]
    torch.testing.assert_close(together, torch.stack(alone).mean(), rtol=1e-12, atol=0)


@pytest.mark.parametrize("sample_based", [True, False])
def test_the_divergence_of_motion_is_told_what_is_padding(sample_based):
    recorder = Recorder(sample_based)
    objective, model, x = make(motion=recorder)
    _, (comparison,) = objective(model, Batch(x, LENGTHS), seeded(), content_delayed=True)
    (mask,) = recorder.masks
    assert mask.dtype == torch.bool
    assert torch.equal(mask, ~PADDING.T)
    assert torch.equal(comparison.mask, mask)
    objective(model, Batch(x), seeded())
    assert recorder.masks[1] is None


@pytest.mark.parametrize("spec", [VECTORS, IMAGES], ids=["vectors", "images"])
@pytest.mark.parametrize("k", [1, 3])
def test_some_frames_of_padded_sequences_estimate_the_cost_of_all_without_bias(spec, k):
    objective, model, x = make(spec, frames_per_step=k)
    x = padded(x, math.nan)
    codes = codes_of(spec, x)
    model.train()
    model.decoder.eval()
    g = seeded(2)
    draws = torch.stack(
        [objective.reconstruction_cost(model, codes, Batch(x, LENGTHS), g) for _ in range(400)]
    )
    objective.frames_per_step = None
    whole = objective.reconstruction_cost(model, codes, Batch(x, LENGTHS), g)
    assert draws.std() > 0
    assert (draws.mean() - whole).abs() < 4 * draws.std() / 20
