"""The losses of an epoch: means over sequences, the first part that is not finite, and a state."""

import math

import pytest
import torch

from seqdisentangle.objectives.communicator import SingleProcess
from seqdisentangle.objectives.rwae import Loss
from seqdisentangle.training.losses import Losses, NotFiniteError
from tests.training._common import PARTS


def test_parts_are_means_over_sequences_not_over_batches():
    names = (*PARTS, "likelihood")
    record = Losses(names)
    losses = []
    for n, v in ((3, 1.0), (1, 5.0)):
        values = torch.tensor([2 * v, 0, 1, 0, -v])
        losses.append((n, Loss(torch.tensor(v), dict(zip(names, values, strict=True)))))
    for n, loss in losses:
        record.append(n, loss)
    assert record.means(SingleProcess()) == {
        "loss": 2,
        "cost": 4,
        "content": 0,
        "motion": 1,
        "independence": 0,
        "likelihood": -2,
    }
    assert all(math.isnan(value) for value in Losses(names).means(SingleProcess()).values())


def test_a_batch_counts_with_the_sequences_of_all_processes():
    class First(SingleProcess):
        def gather_objects(self, value):
            return [value, [2, 2, 2]]

    losses = Losses(())
    for n, value in ((3, 1.0), (2, 0.0), (2, 0.0)):
        losses.append(n, Loss(torch.tensor(value), {}))
    assert losses.means(First()) == {"loss": 5 / 13}


def test_a_state_counts_the_sequences_of_all_processes_once():
    class Second(SingleProcess):
        rank = 1

        def gather_objects(self, value):
            return [[3, 2], value]

    losses, others = Losses(()), Losses(())
    for n in (2, 1):
        losses.append(n, Loss(torch.tensor(1.0), {}))
    state = losses.state_dict(Second())
    assert state["counts"].tolist() == [5, 3]
    others.load_state_dict(state, Second())  # the first process counts them
    assert len(others) == 2
    assert others.state_dict(SingleProcess())["counts"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(1.0, 1.0, 0.0), (math.nan, 1.0, math.nan)], "b became nan in epoch 3, batch 2"),
        ([(math.inf, math.inf, 0.0), (math.nan, math.nan, 0.0)], "a became inf in .*, batch 1"),
        ([(math.inf, 1.0, 2.0)], "loss became inf in epoch 3, batch 1"),
    ],
)
def test_the_first_part_that_is_not_finite_is_named(rows, message):
    losses = Losses(("a", "b"))
    for total, a, b in rows:
        losses.append(1, Loss(torch.tensor(total), {"a": torch.tensor(a), "b": torch.tensor(b)}))
    with pytest.raises(NotFiniteError, match=message):
        losses.check(3)


def test_losses_go_on_from_a_state():
    losses, other = Losses(("a",)), Losses(("a",))
    losses.append(3, Loss(torch.tensor(1.0), {"a": torch.tensor(2.0)}))
    other.load_state_dict(losses.state_dict(SingleProcess()), SingleProcess())
    for one in (losses, other):
        one.append(1, Loss(torch.tensor(5.0), {"a": torch.tensor(6.0)}))
    assert len(other) == 2
    assert other.means(SingleProcess()) == losses.means(SingleProcess()) == {"loss": 2.0, "a": 3.0}


@pytest.mark.parametrize(
    "change",
    [{"counts": [3]}, {"counts": [3, 0]}, {"counts": [3, -3]}, {"rows": [[1.0, 2.0]] * 3}],
    ids=str,
)
def test_losses_do_not_go_on_from_sequences_that_are_not_theirs(change):
    state = {"counts": [3, 3], "rows": [[1.0, 2.0]] * 2} | change
    with pytest.raises(ValueError, match="positive number of sequences for each"):
        Losses(("a",)).load_state_dict(
            {name: torch.tensor(value) for name, value in state.items()}, SingleProcess()
        )
