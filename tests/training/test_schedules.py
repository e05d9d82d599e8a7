"""Step sizes: they rise in the warm-up, last as long as the training, and fall on a plateau."""

import copy
import itertools

import pytest
import torch
from torch.optim.lr_scheduler import LRScheduler

from seqdisentangle.training import LR_SCHEDULES
from seqdisentangle.training.schedules import (
    FACTOR,
    MOVES,
    PATIENCE,
    START,
    Plateau,
    Schedule,
    moved,
    resolve_schedule,
)


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


def halfway(name):
    """An optimiser of ten updates, and its schedule."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.01)
    return optimizer, Schedule(optimizer, name, 0.01, 10, 3)


def rest_of(optimizer, schedule):
    rates = []
    for _ in range(5):
        optimizer.step()
        schedule.end_step()
        schedule.end_epoch(1.0)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def corrupted(state):
    """A state in which all numbers are others that no step changes."""
    if isinstance(state, list):
        return [corrupted(value) for value in state]
    if not isinstance(state, dict):
        return -state if isinstance(state, int | float) else state
    return {key: value if key in MOVES else corrupted(value) for key, value in state.items()}


@pytest.mark.parametrize("name", LR_SCHEDULES)
def test_what_no_step_changes_is_not_taken_from_a_state(name):
    (optimizer, schedule), (fresh, again) = halfway(name), halfway(name)
    rest_of(optimizer, schedule)
    state = copy.deepcopy(schedule.state_dict())
    fresh.load_state_dict(optimizer.state_dict())
    again.load_state_dict(corrupted(state))
    assert rest_of(fresh, again) == rest_of(optimizer, schedule)


@pytest.mark.parametrize("n_done", [-1, 11])
def test_a_schedule_that_has_moved_further_than_it_is_long_is_refused(n_done):
    _, schedule = halfway("one_cycle")
    state = copy.deepcopy(schedule.state_dict())
    state["by_step"]["last_epoch"] = n_done
    with pytest.raises(ValueError, match=f"schedule of 10 updates .* got {n_done}"):
        schedule.load_state_dict(state)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"factor": 0.0}, "factor must be between 0 and 1, got 0.0"),
        ({"factor": 1.0}, "factor must be between 0 and 1, got 1.0"),
        ({"patience": -1}, "patience must be an int of at least 0, got -1"),
        ({"patience": 1.5}, "patience must be an int of at least 0, got 1.5"),
    ],
)
def test_a_plateau_falls_after_some_epochs_to_a_part(parameters, message):
    with pytest.raises(ValueError, match=f"^Plateau: {message}$"):
        Plateau(**parameters)
    assert (Plateau(factor=0.5, patience=0).factor, Plateau().patience) == (0.5, 3)


def test_a_schedule_is_a_name_or_an_object():
    assert resolve_schedule("plateau") == Plateau()
    own = Plateau(factor=0.1)
    assert resolve_schedule(own) is own
    with pytest.raises(TypeError, match=r"lr_schedule must be a name .*one_cycle.* got 3"):
        resolve_schedule(3)
    with pytest.raises(ValueError, match="lr_schedule"):
        resolve_schedule("two_cycles")


class Halving(LRScheduler):
    """A scheduler of one's own: half the rate at each step."""

    def get_lr(self):
        return [
            group["lr"] / (2 if self.last_epoch else 1) for group in self.optimizer.param_groups
        ]


def test_the_state_of_a_scheduler_of_ones_own_is_taken_whole():
    state = {"last_epoch": 3, "mine": 4}
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(()))], 1.0)
    assert moved(Halving(optimizer), state) is state
