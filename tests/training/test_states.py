"""States of trainings in files: the same kinds of things as in the training, or refused by name."""

import math

import pytest
import torch

from seqdisentangle.training.states import check_alike, load_optimizer

OWN = {
    "seconds": 0.0,
    "ended": False,
    "best_loss": math.inf,
    "weights": {"a": torch.ones(2), "b": torch.ones(())},
    "rows": torch.empty(0, 3),
    "learned": None,
    "rngs": [torch.zeros(4, dtype=torch.uint8)],
    "history": [],
    "anneal": "cos",
}


@pytest.mark.parametrize(
    "change",
    [
        {"seconds": 3},
        {"best_loss": 0.1},
        {"learned": {"anything": 1}},
        {"rows": torch.ones(5, 3)},
        {"history": [{"loss": 1.0}]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_a_training_changes_may_change(change):
    check_alike(OWN | change, OWN)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seconds": math.nan}, "state.seconds must be of the type float, got nan"),
        ({"seconds": True}, "state.seconds .* got True"),
        ({"ended": 1}, "state.ended must be of the type bool"),
        ({"weights": {"a": torch.ones(2)}}, "state.weights must have a, b, got a"),
        ({"weights": {"a": torch.ones(3), "b": torch.ones(())}}, "state.weights.a .* shape .2"),
        ({"weights": {"a": torch.ones(2).int(), "b": torch.ones(())}}, "state.weights.a .*float32"),
        ({"rngs": []}, "state.rngs must hold 1 things, got 0"),
        ({"anneal": "linear"}, "state.anneal must be 'cos'"),
        ({"weights": 3}, "state.weights must be of the type dict"),
    ],
    ids=str,
)
def test_what_is_of_another_kind_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        check_alike(OWN | change, OWN)


def optimiser(lr=0.1, steps=0):
    weight = torch.nn.Parameter(torch.ones(2, 3))
    optimizer = torch.optim.AdamW([weight], lr=lr, betas=(0.9, 0.99))
    for _ in range(steps):
        weight.sum().backward()
        optimizer.step()
    return optimizer


def test_moments_and_what_a_schedule_changes_come_back():
    trained, fresh = optimiser(steps=2), optimiser()
    trained.param_groups[0].update(lr=0.05, betas=(0.8, 0.99), weight_decay=7.0)
    load_optimizer(fresh, trained.state_dict())
    (group,) = fresh.param_groups
    assert (group["lr"], group["betas"]) == (0.05, (0.8, 0.99))
    assert group["weight_decay"] == optimiser().param_groups[0]["weight_decay"]
    (mine,), (its,) = (o.state.values() for o in (trained, fresh))
    assert all(torch.equal(mine[name], its[name]) for name in mine)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("exp_avg", torch.ones(4), "exp_avg of parameter 0 must be .* shape .2, 3"),
        ("exp_avg", torch.ones(()), "exp_avg of parameter 0 must be .* shape .2, 3"),
        ("exp_avg", torch.ones(2, 3).double(), "exp_avg of parameter 0 must be .*float32"),
        ("exp_avg", torch.full((2, 3), math.nan), "exp_avg of parameter 0 must be finite"),
        ("exp_avg", 1.0, "exp_avg of parameter 0 must be of the type Tensor"),
        ("exp_avg_sq", -torch.ones(2, 3), "exp_avg_sq .* finite and not negative"),
        ("step", torch.ones(2, 3), "step of parameter 0 must be .* shape .., got .* shape .2, 3"),
        ("step", torch.ones((), dtype=torch.int64), "step of parameter 0 must be .*float32"),
        ("step", torch.tensor(-1.0), "step of parameter 0 must be finite and not negative"),
        ("quux", torch.ones(2, 3), "must remember exp_avg, exp_avg_sq, step"),
        ("lr", math.nan, "lr must be of the type float"),
        ("lr", -1.0, "lr must be at least 0"),
        ("betas", (0.9,), "betas must hold 2"),
        ("betas", (0.9, 1.0), "betas must be at least 0 and below 1"),
        ("betas", (-0.1, 0.9), "betas must be at least 0 and below 1"),
    ],
)
def test_an_optimiser_refuses_what_it_cannot_go_on_from(name, value, message):
    state = optimiser(steps=1).state_dict()
    settings = state["param_groups"][0]
    (settings if name in settings else state["state"][0])[name] = value
    with pytest.raises(ValueError, match=message):
        load_optimizer(optimiser(), state)


@pytest.mark.parametrize("i", [-1, 1, "0"])
def test_an_optimiser_refuses_the_memory_of_no_parameter_of_its_own(i):
    state = optimiser(steps=1).state_dict()
    state["state"][i] = state["state"].pop(0)
    with pytest.raises(ValueError, match=f"must remember nothing of others, got .{i!r}"):
        load_optimizer(optimiser(), state)
