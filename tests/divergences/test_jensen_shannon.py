"""Jensen-Shannon: at a trained critic, the integral; its losses written out."""

import math

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.integrate import quad
from torch import nn
from torch.nn.functional import logsigmoid, softplus

from seqdisentangle.divergences import JensenShannon, Samples


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def pair(*shape, dtype=torch.float64, seed=0):
    x, y = torch.randn(2, *shape, generator=seeded(seed), dtype=torch.float64)
    return x.to(dtype), (1.5 * y + 0.5).to(dtype)


def network(d, seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(d, 16), nn.Tanh(), nn.Linear(16, 1)).double()


class Quadratic(nn.Module):
    """The form of the log ratio of two Gaussians, in one dimension."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 1)

    def forward(self, z):
        return self.linear(torch.cat([z, z.square()], dim=-1))


def train(divergence, q, p, steps, learning_rate):
    optimizer = torch.optim.Adam(divergence.parameters(), learning_rate)
    for _ in range(steps):
        optimizer.zero_grad()
        divergence.critic_loss(q, p).backward()
        optimizer.step()
    return divergence


def kl(a, b):
    """Kullback-Leibler divergence of two densities, in nats, by integration."""
    return quad(lambda z: a(z) * (np.log(a(z)) - np.log(b(z))), -12, 12, limit=200)[0]


def integrated(q, p):
    """The divergence, and what the codes' loss is at the optimal critic."""

    def middle(z):
        return (q.pdf(z) + p.pdf(z)) / 2

    return (
        (kl(q.pdf, middle) + kl(p.pdf, middle)) / 2,
        kl(q.pdf, p.pdf) - kl(q.pdf, middle),
    )


# At the optimal critic


@pytest.mark.parametrize(
    ("mean", "spread"), [(0.0, 1.0), (0.5, 1.0), (1.0, 1.0), (2.0, 1.0), (0.0, 0.5), (1.0, 1.4)]
)
@pytest.mark.parametrize("critic", ["quadratic", "default"])
def test_a_trained_critic_attains_the_integral(mean, spread, critic):
    q, p = stats.norm(mean, spread), stats.norm(0, 1)
    n = 4000 if critic == "quadratic" else 1000
    rng = np.random.RandomState(0)
    # One draw of each of n equal parts of either distribution, in a random order.
    draws = (rng.permutation(d.ppf((np.arange(n) + 0.5) / n))[:, None] for d in (q, p))
    x, y = (Samples(torch.tensor(z, dtype=torch.float32)) for z in draws)
    torch.manual_seed(0)
    if critic == "quadratic":
        divergence = train(JensenShannon(Quadratic(), gradient_penalty=0.0), x, y, 400, 0.05)
    else:
        divergence = JensenShannon(gradient_penalty=0.0).build(1)
        train(divergence, x, y, 80, 0.01)
    distance, loss = integrated(q, p)
    assert float(divergence.estimate(x, y)) == pytest.approx(distance, rel=0.04, abs=2e-3)
    assert divergence(x, y).item() == pytest.approx(loss, rel=0.06, abs=5e-3)


def test_the_bound_is_below_the_divergence_for_any_critic_and_at_most_log_2():
    q, p = stats.norm(1, 1), stats.norm(0, 1)
    x, y = torch.randn(2, 100_000, 1, generator=seeded(), dtype=torch.float64)
    distance, _ = integrated(q, p)
    for seed in range(20):
        divergence = JensenShannon(network(1, seed))
        assert divergence.estimate(Samples(x + 1), Samples(y)) < distance + 0.005


def test_draws_that_do_not_overlap_are_log_2_apart():
    x, y = (Samples(z + shift) for z, shift in zip(pair(100, 2), (50, -50), strict=True))
    divergence = train(JensenShannon(network(2), gradient_penalty=0.0), x, y, 200, 0.05)
    assert float(divergence.estimate(x, y)) == pytest.approx(math.log(2), rel=1e-3)


def test_a_trained_critic_of_equal_distributions_is_not_below_zero():
    x, y = (Samples(z) for z in torch.randn(2, 500, 2, generator=seeded()).double())
    divergence = train(JensenShannon(network(2), gradient_penalty=0.0), x, y, 200, 0.01)
    assert 0 <= divergence.estimate(x, y) < 0.02
    assert divergence(x, y).abs() < 0.05


# Its losses


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("leading", [(), (3,), (2, 3)])
@pytest.mark.parametrize("penalty", [0.0, 1.0, 7.0])
def test_its_losses_are_their_formulas(masked, leading, penalty):
    x, y = pair(*leading, 6, 2)
    critic = network(2)
    keep = torch.ones(*leading, 6).bool()
    if masked:
        keep = torch.rand(*leading, 6, generator=seeded()).argsort(-1) < 4
    mask = keep if masked else None
    divergence = JensenShannon(critic, gradient_penalty=penalty)
    q, p = Samples(x), Samples(y)
    loss, bounds, values = 0.0, [], []
    rows = zip(x.reshape(-1, 6, 2), y.reshape(-1, 6, 2), keep.reshape(-1, 6), strict=True)
    for a, b, kept in rows:
        a, b = a[kept].requires_grad_(), b[kept].requires_grad_()
        bound = math.log(2) + logsigmoid(critic(b)).mean() / 2 + logsigmoid(-critic(a)).mean() / 2
        slopes = [
            torch.autograd.grad(critic(z).sum(), z)[0].square().sum(-1).mean() for z in (a, b)
        ]
        loss = loss - bound + penalty / 2 * sum(slopes) / 2
        bounds.append(bound)
        values.append(-logsigmoid(critic(a)).mean() - math.log(2))
    torch.testing.assert_close(divergence.critic_loss(q, p, mask), loss)
    torch.testing.assert_close(divergence.estimate(q, p, mask).flatten(), torch.stack(bounds))
    torch.testing.assert_close(divergence(q, p, mask).flatten(), torch.stack(values))


def test_the_codes_have_a_gradient_where_the_critic_is_sure():
    steep = nn.Linear(1, 1).double()
    nn.init.constant_(steep.weight, 50.0)
    nn.init.constant_(steep.bias, 0.0)
    x = torch.full((5, 1), -10.0, dtype=torch.float64, requires_grad=True)
    JensenShannon(steep)(Samples(x), Samples(-x)).backward()
    torch.testing.assert_close(x.grad, torch.full_like(x, -50 / 5))


def test_the_codes_loss_is_that_of_the_critic_alone():
    x, y = pair(9, 2)
    critic = network(2)
    divergence = JensenShannon(critic)
    value = divergence(Samples(x), Samples(y))
    assert torch.equal(divergence(Samples(x), Samples(10 * y)), value)
    torch.testing.assert_close(value, softplus(-critic(x)).mean() - math.log(2))


def test_the_gradient_of_the_critic_is_that_of_finite_differences():
    x, y = (Samples(z) for z in pair(5, 2))
    divergence = JensenShannon(network(2), gradient_penalty=2.0)
    weights = {name: w.detach().clone() for name, w in divergence.named_parameters()}
    divergence.critic_loss(x, y).backward()
    for name, parameter in divergence.named_parameters():
        step = torch.randn(parameter.shape, generator=seeded(), dtype=torch.float64)
        losses = []
        for h in (1e-5, -1e-5):
            divergence.load_state_dict({**weights, name: weights[name] + h * step}, strict=True)
            losses.append(float(divergence.critic_loss(x, y).detach()))
        divergence.load_state_dict(weights)
        expected = (losses[0] - losses[1]) / 2e-5
        assert float((parameter.grad * step).sum()) == pytest.approx(expected, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("penalty", [0.0, 1.0])
@pytest.mark.parametrize("padding", [1e4, float("nan")])
def test_padding_does_not_reach_the_critic(penalty, padding):
    x, y = pair(2, 6, 2)
    mask = torch.arange(6) < torch.tensor([[6], [4]])
    grads = []
    for fill in (0.0, padding):
        divergence = JensenShannon(network(2), gradient_penalty=penalty)
        padded = (Samples(z.masked_fill(~mask.unsqueeze(-1), fill)) for z in (x, y))
        divergence.critic_loss(*padded, mask).backward()
        grads.append([p.grad for p in divergence.parameters()])
    for a, b in zip(*grads, strict=True):
        assert torch.equal(a, b)
        assert a.isfinite().all()


@pytest.mark.parametrize("penalty", [0.0, 1.0])
@pytest.mark.parametrize("method", ["forward", "critic_loss", "estimate"])
def test_autocast_does_not_lower_its_precision(penalty, method):
    x, y = (Samples(z) for z in pair(20, 2, dtype=torch.float32))
    divergence = JensenShannon(network(2).float(), gradient_penalty=penalty)
    expected = getattr(divergence, method)(x, y)
    with torch.autocast("cpu", torch.bfloat16):
        value = getattr(divergence, method)(x, y)
    assert value.dtype == torch.float32
    assert torch.equal(value, expected)


def test_an_estimate_has_no_gradient():
    x, y = (Samples(z.requires_grad_()) for z in pair(5, 2))
    assert not JensenShannon(network(2)).estimate(x, y).requires_grad


# Its critic


@pytest.mark.parametrize("n", [2, 5])
@pytest.mark.parametrize("method", ["forward", "critic_loss", "estimate"])
def test_a_critic_with_several_outputs_is_an_error(n, method):
    # broadcasting, or, for as many draws as outputs, a number that means nothing.
    x, y = (Samples(z) for z in pair(n, 3))
    divergence = JensenShannon(nn.Linear(3, 2).double())
    with pytest.raises(ValueError, match="critic"):
        getattr(divergence, method)(x, y)


def test_the_default_critic_has_two_layers_and_one_output():
    divergence = JensenShannon().build(5)
    assert divergence.critic is None
    assert [m.out_features for m in divergence.network if isinstance(m, nn.Linear)] == [128, 128, 1]


def test_needs_its_critic_built():
    with pytest.raises(RuntimeError, match=r"JensenShannon has no critic yet: call build\(d\)"):
        JensenShannon()(*(Samples(z) for z in pair(4, 2)))
