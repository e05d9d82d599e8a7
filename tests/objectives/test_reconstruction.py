"""The cost of frames: of a padded batch that of its real ones, of some steps that of these."""

import pytest
import torch

from seqdisentangle._frames import frames_at
from seqdisentangle.data.batches import Batch
from seqdisentangle.model import LatentCodes
from seqdisentangle.model.core import ModelSpec, build_model
from seqdisentangle.networks import MLP
from seqdisentangle.objectives import Absolute, Huber
from seqdisentangle.objectives.reconstruction import cost_of_frames

SPEC = ModelSpec((3,), False, 4, 2, 5, MLP(4, 1), "style", 0.1, 0.3, n_actions=3)
LENGTHS = torch.tensor([4, 1, 3])


def make():
    """A model, codes with actions, frames of which some values are missing."""
    rng = torch.Generator().manual_seed(0)
    content, motion, x = (torch.randn(3, *shape, generator=rng) for shape in ((4,), (4, 2), (4, 3)))
    known = torch.rand(x.shape, generator=rng) < 0.7
    return build_model(SPEC, 0).eval(), LatentCodes(content, motion, torch.eye(3)), x, known


@pytest.mark.parametrize("masked", [False, True])
def test_padding_costs_nothing_and_real_frames_what_they_cost_alone(masked):
    model, codes, x, known = make()
    known = known if masked else None
    cost = Absolute()
    found = cost_of_frames(cost, model, codes, Batch(x, LENGTHS, known))
    errors = (model.decode(codes) - x).abs()
    counted = torch.ones_like(errors) if known is None else known
    each = (errors * counted).sum(-1) / counted.sum(-1).clamp(min=1)
    real = [each[i, t] for i, n in enumerate(LENGTHS.tolist()) for t in range(n)]
    torch.testing.assert_close(found, torch.stack(real))
    whole = cost_of_frames(cost, model, codes, Batch(x, None, known))
    torch.testing.assert_close(whole, each.sum(1))


def test_some_time_steps_cost_what_they_do_among_all():
    model, codes, x, _ = make()
    steps = torch.tensor([[3, 0], [1, 2], [2, 2]])
    found = cost_of_frames(Huber(), model, codes, Batch(frames_at(x, steps)), steps)
    few = LatentCodes(codes.content, frames_at(codes.motion, steps), codes.action)
    expected = cost_of_frames(Huber(), model, few, Batch(frames_at(x, steps)))
    torch.testing.assert_close(found, expected)
