"""Shared content: partners of the same group, and the levels that sequences have beside it."""

import math

import pytest
import torch

from seqdisentangle.data.batches import Batch
from seqdisentangle.model.changes import FLOOR
from seqdisentangle.objectives.sharing import levels_of, partners
from tests.objectives._common import seeded

GROUPS = torch.tensor([3, 1, 3, 3, 1, 8, 3])


def test_each_has_every_other_of_its_group_for_a_partner_and_none_else():
    rng = seeded()
    drawn = torch.stack([partners(GROUPS, rng) for _ in range(200)])
    for row, found in enumerate(drawn.T):
        others = [i for i in range(len(GROUPS)) if GROUPS[i] == GROUPS[row] and i != row]
        assert set(found.tolist()) == set(others or [row])


def sequences(lengths=None):
    x = torch.randn(6, 8, 3, dtype=torch.float64, generator=seeded()) * 3 + 1
    return Batch(x, lengths)


@pytest.mark.parametrize("lengths", [None, torch.tensor([8, 5, 8, 2, 7, 6])])
def test_levels_are_of_real_values_alone(lengths):
    batch = sequences(lengths)
    mean, log_spread = levels_of(batch)
    for i, x in enumerate(batch.x):
        real = x if lengths is None else x[: lengths[i]]
        torch.testing.assert_close(mean[i], real.mean(0))
        spread = (real.var(0, unbiased=False) + FLOOR).sqrt()
        torch.testing.assert_close(log_spread[i], spread.log())


def test_values_that_are_missing_have_no_level():
    batch = sequences()
    observed = torch.rand(batch.x.shape, generator=seeded(1)) > 0.4
    found = levels_of(Batch(torch.where(observed, batch.x, 0.0), None, observed))
    for i, d in [(0, 0), (3, 2)]:
        values = batch.x[i, observed[i, :, d], d]
        torch.testing.assert_close(found.mean[i, d], values.mean())


def test_a_feature_that_does_not_move_has_a_spread_to_divide_by():
    _, log_spread = levels_of(Batch(torch.zeros(2, 8, 3)))
    torch.testing.assert_close(log_spread, torch.full((2, 3), math.log(FLOOR) / 2))
