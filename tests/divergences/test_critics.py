"""Divergences that learn a network: its slopes, its default, and the one it is given."""

import pytest
import torch
from torch import nn

from seqdisentangle.divergences import ScaledMMD
from seqdisentangle.divergences.critics import Adversarial


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def pair(*shape, dtype=torch.float64, seed=0):
    x, y = torch.randn(2, *shape, generator=seeded(seed), dtype=torch.float64)
    return x.to(dtype), (1.5 * y + 0.5).to(dtype)


def feature_map(d, k, seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(d, 8), nn.Tanh(), nn.Linear(8, k)).double()


def finite_slope(network, z, h=1e-5):
    """Squared norm of the Jacobian at one draw."""
    steps = h * torch.eye(len(z), dtype=torch.float64)
    columns = [(network(z + step) - network(z - step)) / (2 * h) for step in steps]
    return sum(column.square().sum() for column in columns)


@pytest.mark.parametrize("learning", [True, False])
@pytest.mark.parametrize("leading", [(), (2,), (2, 3)])
@pytest.mark.parametrize(("d", "k"), [(1, 1), (3, 4)])
def test_slopes_are_those_of_finite_differences(learning, leading, d, k):
    network = feature_map(d, k)
    z, _ = pair(*leading, 5, d)
    with torch.set_grad_enabled(learning):
        output, slopes = ScaledMMD(network).with_slopes(z)
    assert slopes.requires_grad == learning
    assert slopes.shape == (*leading, 5)
    torch.testing.assert_close(output, network(z))
    expected = torch.stack([finite_slope(network, each) for each in z.reshape(-1, d)])
    torch.testing.assert_close(slopes.flatten(), expected, rtol=1e-7, atol=0)


def test_the_slope_of_a_linear_map_is_its_norm():
    linear = nn.Linear(3, 4).double()
    _, slopes = ScaledMMD(linear).with_slopes(pair(5, 3)[0])
    torch.testing.assert_close(slopes, linear.weight.square().sum().expand(5))


def test_a_map_that_is_given_is_used_and_stays():
    network = feature_map(2, 3)
    divergence = ScaledMMD(network)
    assert divergence.build(2).network is network
    assert divergence.default_network is None


class Gap(Adversarial):
    def __init__(self, network=None, learning_rate=0.01, critic_steps=1):
        super().__init__("network_of_ones_own", network, 3, learning_rate, critic_steps)

    def forward(self, q, p, mask=None):
        return (self.network(q.value).mean((-2, -1)) - self.network(p.value).mean((-2, -1))).abs()


def test_the_default_network_is_built_for_the_size_of_the_codes():
    assert Gap().build(5).network(torch.zeros(4, 5)).shape == (4, 3)
    with pytest.raises(RuntimeError, match=r"Gap has no network_of_ones_own yet: call build\(d\)"):
        _ = Gap().network


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"network": torch.sin}, TypeError, "network_of_ones_own must be a torch module or None"),
        ({"learning_rate": 0.0}, ValueError, r"learning_rate must be positive .* got 0\.0"),
        ({"critic_steps": 0}, ValueError, "critic_steps must be an int of at least 1, got 0"),
        ({"critic_steps": 1.5}, ValueError, r"critic_steps must be an int .* got 1\.5"),
    ],
)
def test_arguments_are_checked_by_their_names(arguments, error, match):
    with pytest.raises(error, match=match):
        Gap(**arguments)
