"""The error of swaps: level and spread of the donor of the content, of real values alone."""

import pytest
import torch
from torch import nn

from seqdisentangle.data.batches import Batch
from seqdisentangle.model import LatentCodes
from seqdisentangle.model.levels import Levels
from seqdisentangle.objectives.exchange import error_of_swaps

N, T, D = 4, 6, 3
LENGTHS = torch.tensor([6, 3, 5, 4])


class Decoder(nn.Module):
    """Content is a level and a spread for each feature, motion the rest; it keeps them or not."""

    def __init__(self, keeps=True):
        super().__init__()
        self.keeps = keeps

    def decode(self, codes, packing=None):
        level, spread = codes.content.chunk(2, -1)
        if not self.keeps:
            level, spread = level.roll(-1, 0), spread.roll(-1, 0)  # those of the motion donor
        x = level.unsqueeze(1) + spread.unsqueeze(1) * codes.motion
        return x if packing is None else packing.pack(x)


def sequences(lengths=None):
    """Sequences of a level and a spread, and codes that say them."""
    rng = torch.Generator().manual_seed(0)
    level, spread = torch.randn(N, D, generator=rng), torch.rand(N, D, generator=rng) + 0.5
    motion = torch.randn(N, T, D, generator=rng, dtype=torch.float64)
    real = torch.ones(N, T, 1)
    if lengths is not None:
        real = (torch.arange(T) < lengths.unsqueeze(1)).unsqueeze(-1)
    number = real.sum(1, keepdim=True)
    motion = (motion - (motion * real).sum(1, keepdim=True) / number) * real
    motion = motion / ((motion**2).sum(1, keepdim=True) / number).sqrt()
    x = (level.unsqueeze(1) + spread.unsqueeze(1) * motion) * real
    return x, LatentCodes(torch.cat([level, spread], -1).double(), motion)


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "padded"])
def test_swaps_with_level_and_spread_of_the_content_donor_have_no_error(lengths):
    x, codes = sequences(lengths)
    error = error_of_swaps(Decoder(), codes, Batch(x, lengths))
    torch.testing.assert_close(error, torch.zeros_like(error), atol=1e-8, rtol=0)


def test_swaps_that_copy_the_motion_donor_err_by_what_the_donors_differ():
    x, codes = sequences()
    error = error_of_swaps(Decoder(keeps=False), codes, Batch(x))
    statistics = codes.content.view(N, 2, D)
    expected = T * (statistics - statistics.roll(1, 0)).square().sum(1).mean(1)
    torch.testing.assert_close(error, expected, rtol=1e-4, atol=1e-6)


def test_missing_values_of_the_donor_count_for_nothing():
    x, codes = sequences()
    observed = torch.rand(x.shape, generator=torch.Generator().manual_seed(1)) < 0.7
    found = error_of_swaps(Decoder(), codes, Batch(torch.where(observed, x, 0.0), None, observed))
    wrong = error_of_swaps(Decoder(), codes, Batch(torch.where(observed, x, 9.0), None, observed))
    torch.testing.assert_close(found, wrong)


def test_it_has_a_gradient_where_a_swap_does_not_move():
    x, codes = sequences()
    still = codes.motion.new_zeros(N, T, D).requires_grad_()
    error_of_swaps(Decoder(), codes._replace(motion=still), Batch(x)).sum().backward()
    assert torch.isfinite(still.grad).all()


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "padded"])
def test_swaps_take_along_what_the_motion_donor_departs_by(lengths):
    x, codes = sequences(lengths)
    rng = torch.Generator().manual_seed(1)
    mean, log_spread = torch.randn(2, N, D, generator=rng, dtype=torch.float64)
    foretold = Levels(mean, log_spread)
    level, spread = codes.content.chunk(2, -1)
    own = codes._replace(
        content=torch.cat([mean, log_spread.exp()], -1),  # motion has all that it leaves
        motion=((level - mean).unsqueeze(1) + spread.unsqueeze(1) * codes.motion)
        / log_spread.exp().unsqueeze(1),
    )
    error = error_of_swaps(Decoder(), own, Batch(x, lengths), foretold)
    torch.testing.assert_close(error, torch.zeros_like(error), atol=1e-4, rtol=0)
    assert (error_of_swaps(Decoder(), own, Batch(x, lengths)) > 0.1).any()
