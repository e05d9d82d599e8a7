"""A step of training: clipped, blind to padding; and an evaluation that changes nothing."""

import copy
import math

import pytest
import torch

from seqdisentangle.data.batches import Batch
from seqdisentangle.divergences import (
    MMD,
    EnergyDistance,
    GaussianKL,
    JensenShannon,
    ScaledMMD,
    SlicedWasserstein,
)
from seqdisentangle.objectives.communicator import SingleProcess
from tests.training._common import IMAGES, data, make, same, weights


def test_the_gradient_norm_is_clipped():
    trainer = make(clip_norm=1e-3)
    trainer.step(data()[0])
    norms = [p.grad.norm() for p in trainer.model.parameters()]
    assert torch.stack(norms).norm() <= 1e-3 * 1.001


LENGTHS = torch.tensor([4, 1, 2, 3, 4, 2])


def padded(value):
    """A batch with a value in its padding."""
    x = data()[0].x
    x[torch.arange(4) >= LENGTHS[:, None]] = value
    return Batch(x, LENGTHS)


@pytest.mark.parametrize(
    "divergence",
    [MMD, ScaledMMD, JensenShannon, GaussianKL, EnergyDistance, SlicedWasserstein],
)
def test_steps_do_not_know_the_padding(divergence):
    trainers = make(motion=divergence()), make(motion=divergence())
    for trainer, value in zip(trainers, (0.5, math.nan), strict=True):
        for _ in range(3):
            loss = trainer.step(padded(value))
            assert loss.stack().isfinite().all()
    assert same(*map(weights, trainers))
    assert same(*(t.objective.state_dict() for t in trainers))
    assert trainers[0].evaluate([padded(0.5)]) == trainers[1].evaluate([padded(math.inf)])


def test_lengths_that_are_all_full_train_alike():
    x, full = data()[0].x, torch.full((6,), 4)
    ends = []
    for lengths in (None, full):
        trainer = make()
        trainer.model.double()  # in float32 five steps make much of a rounding
        for _ in range(5):
            trainer.step(Batch(x.double(), lengths))
        ends.append(weights(trainer))
    for name, value in ends[0].items():
        torch.testing.assert_close(value, ends[1][name], rtol=1e-5, atol=1e-5)


def test_evaluation_changes_nothing_and_is_the_same_each_time():
    trainer = make(IMAGES)
    before, state = weights(trainer), trainer.rng.get_state()
    first, again = (trainer.evaluate(data(IMAGES)) for _ in range(2))
    assert first == again
    assert same(weights(trainer), before)
    assert torch.equal(trainer.rng.get_state(), state)


@pytest.mark.parametrize("ema", [None, 0.5])
def test_a_state_is_all_that_the_next_updates_depend_on(ema):
    trainer, other = (make(seed=s, content=JensenShannon(), ema=ema) for s in (0, 1))
    trainer.step(data()[0])
    other.load_state_dict(copy.deepcopy(trainer.state_dict()))
    for batch in data():
        trainer.step(batch)
        other.step(batch)
    assert same(weights(trainer), weights(other))
    assert same(trainer.objective.state_dict(), other.objective.state_dict())
    assert same(trainer.result.state_dict(), other.result.state_dict())


class Second(SingleProcess):
    """The second of processes that train together, by itself."""

    rank = 1


@pytest.mark.parametrize("n_before", [1, 2])
def test_a_process_that_joins_keeps_the_noise_of_its_own(n_before):
    trainer, other = make(seed=0), make(seed=1)
    other.communicator = Second()
    own, state = other.rng.get_state(), trainer.state_dict()
    noise = [state["rngs"][0], torch.Generator().manual_seed(7).get_state()]
    state["rngs"] = noise[:n_before]
    other.load_state_dict(state)
    assert torch.equal(other.rng.get_state(), own if n_before == 1 else noise[1])


def test_moments_of_a_critic_of_another_shape_are_left():
    trainer = make(content=JensenShannon(torch.nn.Linear(3, 1)))
    trainer.step(data()[0])
    state = trainer.optimizer_state()
    same_shape = make(seed=1, content=JensenShannon(torch.nn.Linear(3, 1)))
    other_shape = make(
        seed=1,
        content=JensenShannon(torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Linear(2, 1))),
    )
    for one in (same_shape, other_shape):
        one.load_optimizer_state(state)
        (_, critic), expected = one._optimizers, state.moments
        assert len(one.optimizer.state_dict()["state"]) == len(expected[0])
        assert bool(critic.state_dict()["state"]) == (one is same_shape)
