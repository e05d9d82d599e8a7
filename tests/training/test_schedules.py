"""Step sizes: they rise in the warm-up, last as long as the training, and fall on a plateau."""

import itertools

import pytest
import torch

from seqdisentangle.training import LR_SCHEDULES
from seqdisentangle.training.schedules import FACTOR, PATIENCE, START, Schedule


def rates_of(name, n_updates, warmup_updates):
    """The learning rate of every update, and after the last."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.01)
    schedule = Schedule(optimizer, name, 0.01, n_updates, warmup_updates)
    rates = [optimizer.param_groups[0]["lr"]]
    for _ in range(n_updates):
        optimizer.step()
        schedule.end_step()
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


@pytest.mark.parametrize("name", LR_SCHEDULES)
@pytest.mark.parametrize(
    ("n_updates", "warmup_updates"),
    [(1, 0), (1, 1), (2, 1), (7, 1), (9, 0), (10, 1), (10, 9), (10, 10), (100, 10), (100, 50)],
)
def test_step_sizes_rise_in_the_warmup_and_last_as_long_as_the_training(
    name, n_updates, warmup_updates
):
    rates = rates_of(name, n_updates, warmup_updates)
    rise, rest = rates[: warmup_updates + 1], rates[warmup_updates:]
    assert max(rates) <= 0.01 * (1 + 1e-9)
    assert all(a < b for a, b in itertools.pairwise(rise))
    if warmup_updates:
        assert rates[0] == pytest.approx(START * 0.01)
    if warmup_updates < n_updates or name != "cosine":
        # One cycle without a rise has begun to fall at its first step.
        falls_at_once = name == "one_cycle" and not warmup_updates
        assert falls_at_once or rest[0] == pytest.approx(0.01)
    if name in ("constant", "plateau"):
        assert rest == pytest.approx([0.01] * len(rest))
    elif warmup_updates < n_updates:
        assert all(a > b for a, b in itertools.pairwise(rest))
        assert rest[-1] < 1e-3 * 0.01


def test_a_plateau_lowers_the_step_size_after_some_epochs_without_a_lower_loss():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.01)
    schedule = Schedule(optimizer, "plateau", 0.01, 100)
    rates = []
    for loss in [3, 2, 1, *([1] * 2 * (PATIENCE + 1)), 0]:
        schedule.end_epoch(loss)
        rates.append(optimizer.param_groups[0]["lr"])
    expected = [0.01] * (3 + PATIENCE) + [0.01 * FACTOR] * (PATIENCE + 1) + [0.01 * FACTOR**2] * 2
    assert rates == pytest.approx(expected)
