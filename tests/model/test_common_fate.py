"""Parts that move as one are one thing, and those that go their own ways are not."""

import pytest
import torch

from seqdisentangle.model.common_fate import as_one, repeats

REACH = 0.5
N_STEPS = 8


def path(seed, start=0.0):
    """A walk (1, T, 1, 2) of some pixels a step."""
    steps = 0.1 * torch.randn(1, N_STEPS, 1, 2, generator=torch.Generator().manual_seed(seed))
    return start + steps.cumsum(1)


def parts(*paths):
    return torch.cat(paths, 2)


def test_parts_that_move_as_one_are_at_the_middle_of_what_they_share():
    here = path(0)
    places = parts(here - 0.1, path(1), here + 0.1).requires_grad_()
    found = as_one(places, None, REACH)
    torch.testing.assert_close(found, parts(here, places[:, :, 1:2], here))
    assert torch.equal(found[:, :, 0], found[:, :, 2])
    assert repeats(found).tolist() == [[False, False, True]]
    found[:, :, 2].sum().backward()
    torch.testing.assert_close(places.grad[:, :, [0, 2]], torch.full((1, N_STEPS, 2, 2), 0.5))


def test_one_that_moves_with_a_second_is_of_the_first_that_moves_with_that():
    here = path(0)
    found = as_one(parts(here, here + 0.2, here + 0.4), None, REACH / 1.5)
    assert repeats(found).tolist() == [[False, True, True]]


@pytest.mark.parametrize(
    "places",
    [
        parts(path(0), path(1)),
        parts(path(0), -path(0)),  # they cross, and are never far apart
        parts(path(0), path(0) + 0.8),
        parts(path(0, 0.3) * torch.tensor([1e-2, 0.0]), path(0, 0.2) * torch.tensor([1e-2, 0.0])),
        parts(path(0)),
        parts(path(0), path(0))[:, :1],
    ],
    ids=["own ways", "crossing", "far apart", "at rest", "alone", "one frame"],
)
def test_others_are_left_where_they_are(places):
    torch.testing.assert_close(as_one(places, None, REACH), places)


@pytest.mark.parametrize("garbage", [0.0, 100.0, float("nan")])
def test_padding_says_nothing(garbage):
    real = torch.cat([parts(path(0), path(0) + 0.1), parts(path(1), path(2))])
    padding = torch.full((2, 3, 2, 2), garbage)
    padding[:, :, 1] *= -2
    mask = torch.arange(N_STEPS + 3) < torch.tensor([[N_STEPS], [N_STEPS]])
    found = as_one(torch.cat([real, padding], 1), mask, REACH)
    torch.testing.assert_close(found[:, :N_STEPS], as_one(real, None, REACH))
