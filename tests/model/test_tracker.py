"""The tracker of parts, on bright spots whose places are known."""

import math

import pytest
import torch

from seqdisentangle.model.tracker import Tracker

K = 2


def spots(centres, side=16, width=0.15):
    """Maps (n, T, 1, side, side) of bright spots at places (n, T, k, 2)."""
    cells = (2 * torch.arange(side) + 1) / side - 1
    grid = torch.stack(torch.meshgrid(cells, cells, indexing="ij"), -1)
    squares = (grid - centres[..., None, None, :]).square().sum(-1)
    return torch.exp(-squares / (2 * width**2)).amax(2).unsqueeze(2)


@pytest.fixture
def tracker():
    """One that looks for what is bright, and knows nothing of looks."""
    torch.manual_seed(0)
    made = Tracker(K, 1)
    with torch.no_grad():
        made.of_places.weight.zero_()
        made.of_places.bias.zero_()
        made.of_places.weight[0] = 20.0
    return made


def crossing():
    """Two spots that go past each other, (1, 9, 2, 2)."""
    t = torch.linspace(-0.6, 0.6, 9)
    first = torch.stack([t, torch.full_like(t, 0.25)], -1)
    second = torch.stack([-t, torch.full_like(t, -0.25)], -1)
    return torch.stack([first, second], 1)[None]


def test_spots_are_found_and_followed(tracker):
    centres = crossing()
    places, _ = tracker(spots(centres))
    off = (places.unsqueeze(3) - centres.unsqueeze(2)).norm(dim=-1)  # (1, T, parts, spots)
    nearest = off.argmin(-1)
    assert (nearest == nearest[:, :1]).all()
    assert sorted(nearest[0, 0].tolist()) == [0, 1]
    assert off.amin(-1).max() < 0.15


def test_spots_that_are_one_at_first_are_told_apart_by_what_follows(tracker):
    t = torch.linspace(0, 0.6, 7)
    first = torch.stack([t, 0.3 * t], -1)
    centres = torch.stack([first, -first], 1)[None]
    places, _ = tracker(spots(centres))
    off = (places.unsqueeze(3) - centres.unsqueeze(2)).norm(dim=-1).amin(-1)
    assert off.max() < 0.2


@pytest.mark.parametrize("n_steps", [9, 11, 13, 15])
def test_parts_that_meet_go_on_as_they_went(tracker, n_steps):
    t = torch.linspace(-0.6, 0.6, n_steps)
    both = [torch.stack([t, t], -1), torch.stack([t, -t], -1)]
    centres = torch.stack(both, 1)[None] + 0.02  # one upon the other in the middle
    with torch.no_grad():
        tracker.log_width.fill_(math.log(0.15))
        places, _ = tracker(spots(centres))
    straight, across = (
        (places - order).norm(dim=-1).sum(-1)[0] for order in (centres, centres.flip(2))
    )
    assert (straight[0] < across[0]) == (straight[-1] < across[-1])


def test_padding_moves_no_part(tracker):
    maps = spots(crossing())
    padded = torch.cat([maps[:, :5], torch.zeros_like(maps[:, :4])], 1)
    mask = torch.arange(9)[None] < 5
    places, looks = tracker(padded, mask)
    alone = tracker(maps[:, :5])
    torch.testing.assert_close((places[:, :5], looks[:, :5]), alone)
