"""Divergences that learn: found, trained against the model, and apart from it."""

import copy

import pytest
import torch

from seqdisentangle.divergences import MMD, Divergence, JensenShannon, ScaledMMD
from tests.training._common import data, make, weights


class Counting(Divergence):
    """One number to learn; counts the steps that it is given."""

    learning_rate = 0.1
    critic_steps = 3

    def __init__(self):
        super().__init__()
        self.slope = torch.nn.Parameter(torch.zeros(()))
        self.calls = 0

    def forward(self, q, p, mask=None):
        return self.slope * (q.value.mean((-2, -1)) - p.value.mean((-2, -1)))

    def critic_loss(self, q, p, mask=None):
        self.calls += 1
        return super().critic_loss(q, p, mask)


def test_parameters_of_a_divergence_are_found_and_trained_to_raise_it():
    trainer = make(content=Counting())
    _, (_, content) = trainer.objective(trainer.model, data()[0], torch.Generator().manual_seed(0))
    before = content.value().item()
    trainer.critics.step([content])
    assert content.divergence.calls == 3
    assert content.value().item() > before


def test_what_learns_nothing_has_no_optimizer_and_what_rests_no_step():
    trainer = make(content=Counting(), motion=MMD())
    assert list(trainer.critics.optimizers) == [trainer.objective.content_divergence]
    trainer.step(data()[0], content_delayed=True)
    assert trainer.objective.content_divergence.calls == 0
    trainer.step(data()[0])
    assert trainer.objective.content_divergence.calls == 3


@pytest.mark.parametrize("divergence", [JensenShannon, ScaledMMD])
def test_a_step_of_the_model_leaves_the_critic_and_the_other_way_round(divergence):
    trainer = make(content=divergence())
    critic = trainer.objective.content_divergence
    before = copy.deepcopy(critic.state_dict())
    trainer.critics.step = lambda compared: None
    trainer.step(data()[0])
    assert all(torch.equal(v, before[k]) for k, v in critic.state_dict().items())
    del trainer.critics.step
    model = weights(trainer)
    _, compared = trainer.objective(trainer.model.eval(), data()[0], trainer.rng)
    trainer.critics.step(compared)
    assert all(torch.equal(v, model[k]) for k, v in weights(trainer).items())
    assert not all(torch.equal(v, before[k]) for k, v in critic.state_dict().items())


@pytest.mark.parametrize("critic_steps", [1, 3])
@pytest.mark.parametrize("divergence", [JensenShannon, ScaledMMD])
def test_a_critic_learns_what_passes_of_its_own_would_teach_it(divergence, critic_steps):
    trainer = make(content=divergence(critic_steps=critic_steps))
    critic = trainer.objective.content_divergence
    alone = copy.deepcopy(critic)
    optimizer = torch.optim.AdamW(
        alone.parameters(), lr=critic.learning_rate, betas=(0.5, 0.999), weight_decay=0.0
    )
    seen = []
    step = trainer.critics.step
    trainer.critics.step = lambda compared: (seen.append(compared[1]), step(compared))
    for _ in range(3):
        trainer.step(data()[0])
        for _ in range(critic_steps):
            optimizer.zero_grad()
            seen[-1]._replace(divergence=alone).critic_loss().backward()
            optimizer.step()
    learned, expected = (dict(d.named_parameters()) for d in (critic, alone))
    if divergence is ScaledMMD:
        # It shifts all features alike, which MMD cannot see: what moves it is rounding.
        assert learned.pop("default_network.4.bias") is not None
    for name, parameter in learned.items():
        torch.testing.assert_close(parameter, expected[name], rtol=1e-4, atol=1e-6)


def test_a_critic_is_made_from_its_seed_and_leaves_the_global_generator_alone():
    state = torch.get_rng_state()
    first, again, other = (make(seed=s, content=JensenShannon()) for s in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), state)
    of = [next(t.objective.content_divergence.parameters()) for t in (first, again, other)]
    assert torch.equal(of[0], of[1])
    assert not torch.equal(of[0], of[2])


def test_optimizers_can_be_recorded_within_a_context_alone():
    """Also one that ends by an error: what they are otherwise is faster without a GPU."""
    critics = make(content=JensenShannon(), motion=ScaledMMD()).critics
    groups = [group for one in critics.optimizers.values() for group in one.param_groups]
    assert len(groups) == 2

    def failing():
        with critics.capturable():
            assert [group["capturable"] for group in groups] == [True, True]
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        failing()
    assert [group["capturable"] for group in groups] == [False, False]
