"""The cost of frames and the error of what moves: padding and gaps are no part of them."""

import pytest
import torch

from seqdisentangle._frames import frames_at
from seqdisentangle.data.batches import Batch
from seqdisentangle.model import LatentCodes
from seqdisentangle.model.core import ModelSpec, build_model
from seqdisentangle.networks import MLP
from seqdisentangle.objectives import Absolute, Huber
from seqdisentangle.objectives.reconstruction import cost_of_frames, error_of_movement

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


# Movement


def test_the_error_of_movement_is_that_of_what_moves_alone():
    x, made = torch.randn(2, 5, 7, 2, 4, 3, dtype=torch.float64).unbind()
    found = error_of_movement(made, Batch(x))
    moves, made_to = (part - part.mean(1, keepdim=True) for part in (x, made))
    expected = (moves - made_to).square().mean((2, 3, 4)).sum(1) * 7 / 6
    torch.testing.assert_close(found, expected)
    still = made + torch.randn(5, 1, 2, 4, 3, dtype=torch.float64)
    torch.testing.assert_close(error_of_movement(still, Batch(x)), found)


@pytest.mark.parametrize("masked", [False, True])
def test_padding_and_gaps_are_no_part_of_movement(masked):
    model, codes, x, known = make()
    observed = known if masked else None
    batch = Batch(x, LENGTHS, observed)
    found = error_of_movement(model.decode(codes, batch.packing), batch)
    for i, n in enumerate(LENGTHS.tolist()):
        own = Batch(x[i : i + 1, :n], None, None if observed is None else known[i : i + 1, :n])
        alone = error_of_movement(model.decode(codes)[i : i + 1, :n], own)
        torch.testing.assert_close(found[i : i + 1], alone)
    if masked:
        wrong = Batch(torch.where(known, x, 99.0), LENGTHS, known)
        torch.testing.assert_close(
            error_of_movement(model.decode(codes, wrong.packing), wrong), found
        )


def test_some_frames_estimate_the_movement_of_all():
    x, made = torch.randn(2, 400, 6, 3, generator=torch.Generator().manual_seed(0)).unbind()
    whole = error_of_movement(made, Batch(x)).mean()
    few = error_of_movement(made[:, :2], Batch(x[:, :2])).mean()
    torch.testing.assert_close(few * 3, whole, rtol=0.1, atol=0)


def test_a_single_frame_has_no_movement():
    assert (error_of_movement(torch.ones(3, 1, 2), Batch(torch.zeros(3, 1, 2))) == 0).all()
