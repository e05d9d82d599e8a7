"""The contract of objectives: what a loss is made of, and who may be one."""

import pytest
import torch

from seqdisentangle.data.batches import Batch
from seqdisentangle.divergences import JensenShannon, Samples
from seqdisentangle.objectives.base import Loss, Objective, Term
from tests.objectives._common import make, seeded


def numbers(**values):
    return {name: torch.tensor(value, requires_grad=True) for name, value in values.items()}


def test_the_total_is_the_sum_of_weighted_terms_and_parts_are_without_weights():
    loss = Loss.of(Term(numbers(a=1.0)), Term(numbers(b=3.0, c=5.0), 0.5), Term(numbers(d=7.0), 0))
    assert loss.total == 1 + 0.5 * (3 + 5)
    assert {name: value.item() for name, value in loss.parts.items()} == {
        "a": 1,
        "b": 3,
        "c": 5,
        "d": 7,
    }
    assert loss.stack().tolist() == [5, 1, 3, 5, 7]


def test_the_gradient_of_a_part_is_its_weight():
    values = numbers(a=1.0, b=3.0, c=5.0)
    a, *others = values.values()
    loss = Loss.of(Term({"a": a}), Term(dict(zip("bc", others, strict=True)), 0.5))
    assert torch.autograd.grad(loss.total, list(values.values())) == (1, 0.5, 0.5)
    assert not loss.detach().total.requires_grad


def test_an_objective_says_its_parts_its_divergences_and_its_terms():
    class Incomplete(Objective):
        parts = ("cost",)

    with pytest.raises(TypeError, match=r"abstract methods? .*divergences.*forward"):
        Incomplete()


def test_comparisons_hand_detached_draws_to_a_critic():
    objective, model, x = make(content=JensenShannon().build(4).double())
    compared = objective(model, Batch(x), seeded())[1][1]
    assert isinstance(compared.q, Samples)
    compared.critic_loss().backward()
    assert all(p.grad is None for p in model.parameters())
    assert all(p.grad is not None for p in objective.content_divergence.parameters())
