"""A step of training waits for no device: told on a CPU by the operations that would."""

import pytest
import torch

from seqdisentangle.model import action
from seqdisentangle.objectives import adversarial
from seqdisentangle.training.trainer import Trainer
from tests._trainings import CASES
from tests._waits import Waits

# The average of the weights counts its updates in main memory.
WATCHED = {name: case for name, case in CASES.items() if name != "average"}


def one_hot(number, n):
    """As torch has it, which looks at the numbers on a CPU, and nowhere else."""
    return (number.unsqueeze(-1) == torch.arange(n)).long()


@pytest.mark.parametrize("case", WATCHED.values(), ids=WATCHED)
def test_a_step_waits_for_nothing(case, small, request, monkeypatch):
    step, waits = Trainer.step, Waits()

    def watched(self, *args, **kwargs):
        with waits:
            return step(self, *args, **kwargs)

    monkeypatch.setattr(Trainer, "step", watched)
    for module in (action, adversarial):
        monkeypatch.setattr(module, "one_hot", one_hot)
    model = small(case.estimator, **{"max_epochs": 1, **case.params})
    model.fit(request.getfixturevalue(case.X), **case.told)
    assert not waits.found


@pytest.mark.parametrize(
    "operation",
    [float, lambda x: x.new_tensor(1.0), lambda x: x[x > 0], lambda x: torch.tensor([1.0]) + x],
)
def test_operations_that_wait_are_found(operation):
    with Waits() as waits:
        operation(torch.ones(()))
    assert waits.found
