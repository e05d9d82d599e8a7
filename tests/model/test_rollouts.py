"""Rollouts in memory that is there, beside the loop that autograd can follow."""

import pytest
import torch

from seqdisentangle.model.prior_networks import LSTMPrior
from seqdisentangle.model.rollouts import ROWS

each_dtype = pytest.mark.parametrize(
    ("dtype", "atol"), [(torch.float32, 1e-5), (torch.float64, 1e-10)], ids=["float32", "float64"]
)
each_number = pytest.mark.parametrize("n_components", [1, 4], ids=["gaussian", "mixture"])


def make(n_components, dtype=torch.float64, n_actions=0, kind=LSTMPrior):
    torch.manual_seed(0)
    prior = kind(3, 8, n_components, n_actions).to(dtype)
    with torch.no_grad():  # a memory that is used, and log-variances on both ends of their range
        for weight in prior.parameters():
            weight.mul_(3)
    return prior


def randn(*shape, dtype=torch.float64, seed=0):
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def both_ways(prior, *given):
    """A rollout without gradients, and the one of the loop."""
    with torch.no_grad():
        found = prior.rollout(*given)
    with torch.enable_grad():
        expected = prior.rollout(*given)
    assert expected.requires_grad
    assert not found.requires_grad
    return found, expected.detach()


@each_dtype
@each_number
@pytest.mark.parametrize("n", [1, 5, ROWS + 2])
def test_codes_are_those_of_the_loop(n_components, n, dtype, atol):
    prior = make(n_components, dtype)
    found, expected = both_ways(prior, randn(n, 7, prior.noise_size, dtype=dtype))
    torch.testing.assert_close(found, expected, atol=atol, rtol=atol)


@each_dtype
@each_number
@pytest.mark.parametrize("lengths", [None, [4, 1, 2]], ids=["even", "ragged"])
@pytest.mark.parametrize("n_actions", [0, 2])
def test_they_go_on_from_a_history_and_of_an_action(n_components, lengths, n_actions, dtype, atol):
    prior = make(n_components, dtype, n_actions)
    action = torch.eye(2, dtype=dtype)[[0, 1, 1]] if n_actions else None
    lengths = None if lengths is None else torch.tensor(lengths)
    noise, history = randn(3, 6, prior.noise_size, dtype=dtype), randn(3, 4, 3, dtype=dtype, seed=1)
    found, expected = both_ways(prior, noise, history, lengths, action)
    torch.testing.assert_close(found, expected, atol=atol, rtol=atol)


@each_number
@pytest.mark.parametrize(("n", "steps"), [(0, 3), (2, 0), (0, 0)])
def test_nothing_gives_nothing(n_components, n, steps):
    prior = make(n_components)
    with torch.no_grad():
        assert prior.rollout(randn(n, steps, prior.noise_size)).shape == (n, steps, 3)


@each_number
def test_nothing_that_is_given_is_written_over(n_components):
    prior = make(n_components)
    noise, history = randn(2, 5, prior.noise_size), randn(2, 4, 3)
    given = [noise, history, *prior.parameters()]
    before = [part.detach().clone() for part in given]
    both_ways(prior, noise, history)
    assert all(map(torch.equal, given, before))


@each_number
def test_they_are_in_full_precision_within_autocast(n_components):
    prior = make(n_components, torch.float32)
    noise = randn(2, 5, prior.noise_size, dtype=torch.float32)
    with torch.no_grad():
        expected = prior.rollout(noise)
        with torch.autocast("cpu", torch.bfloat16):
            assert torch.equal(prior.rollout(noise), expected)


class Halved(LSTMPrior):
    """A prior that draws in a way of its own."""

    def draw(self, steps, noise):
        return super().draw(steps, 0.5 * noise)


@each_number
def test_a_subclass_is_asked_for_each_step(n_components):
    found, expected = both_ways(
        make(n_components, kind=Halved), randn(2, 5, 3 + (n_components > 1))
    )
    assert torch.equal(found, expected)
