"""Priors: a rollout and a teacher-forced pass are the same distribution."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch import distributions

from seqdisentangle.model.latent import Mixture
from seqdisentangle.model.priors import MotionPrior, content_prior


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def make(n_components):
    torch.manual_seed(0)
    return MotionPrior(3, 8, n_components).double()


@pytest.fixture(scope="module", params=[1, 4], ids=["gaussian", "mixture"])
def prior(request):
    return make(request.param)


def noise(n, steps, seed=0, size=3):
    return torch.randn(n, steps, size, dtype=torch.float64, generator=seeded(seed))


@given(n=st.integers(1, 4), steps=st.integers(1, 6), seed=st.integers(0, 99))
@settings(max_examples=20)
def test_teacher_forced_with_the_noise_of_a_rollout_it_gives_the_codes_of_the_rollout(
    prior, n, steps, seed
):
    z = prior.rollout(noise(n, steps, seed, prior.noise_size))
    torch.testing.assert_close(prior(z, seeded(seed)).value, z)


@given(past=st.integers(0, 4), steps=st.integers(0, 4))
@settings(max_examples=25)
def test_a_rollout_from_a_history_continues_it(prior, past, steps):
    eps = noise(2, past + steps, size=prior.noise_size)
    whole = prior.rollout(eps)
    following = prior.rollout(eps[:, past:], history=whole[:, :past])
    torch.testing.assert_close(following, whole[:, past:])


def test_each_step_depends_on_the_codes_before_it_only(prior):
    z = noise(2, 5).requires_grad_()
    for t in range(5):
        (gradient,) = torch.autograd.grad(prior.steps(z).mean[:, t].sum(), z)
        assert (gradient.abs().amax((0, 2)) > 0).tolist() == [step < t for step in range(5)]


def test_a_mixture_begins_spread_as_widely_as_codes():
    torch.manual_seed(0)
    prior = MotionPrior(6, 16, 200)
    mean = prior.steps(torch.zeros(1, 1, 6)).mean[0, 0]
    assert mean.mean(0).abs().max() < 0.3
    torch.testing.assert_close(mean.std(0), torch.ones(6), rtol=0, atol=0.2)


def test_a_mixture_learns_clusters_by_likelihood():
    torch.manual_seed(0)
    prior = MotionPrior(6, 32, 40)
    clusters = distributions.MixtureSameFamily(
        distributions.Categorical(torch.ones(9)),
        distributions.Independent(distributions.Normal(torch.randn(9, 6), 0.2), 1),
    )
    optimizer = torch.optim.Adam(prior.parameters(), 5e-3)
    for _ in range(300):
        z = clusters.sample((128, 1))
        loss = -prior.steps(z).log_prob(z).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    z = clusters.sample((2000, 1))
    with torch.no_grad():
        drawn = prior.rollout(noise(2000, 1, size=prior.noise_size).float())
        surprise = -prior.steps(z).log_prob(z).mean()
    entropy = -clusters.log_prob(z).mean()
    assert entropy - 0.01 < surprise < entropy + 0.2
    assert -clusters.log_prob(drawn).mean() < entropy + 0.4


def test_a_step_remembers_more_than_the_previous_code(prior):
    a, b = noise(1, 4), noise(1, 4)
    b[:, 0] += 1
    assert not torch.allclose(prior.steps(a).mean[:, 2], prior.steps(b).mean[:, 2])


def test_zero_noise_follows_the_mean():
    prior = make(1)
    z = prior.rollout(torch.zeros(2, 5, 3, dtype=torch.float64))
    torch.testing.assert_close(prior(z).mean, z)


@pytest.mark.parametrize(("n", "steps"), [(0, 3), (2, 0), (0, 0)])
def test_nothing_gives_nothing(prior, n, steps):
    assert prior.rollout(noise(n, steps, size=prior.noise_size)).shape == (n, steps, 3)


def test_all_parameters_get_gradients(prior):
    prior.steps(z := noise(2, 4)).log_prob(z).sum().backward()
    assert all(p.grad.any() for p in prior.parameters())


# Mixtures


def torchs(steps):
    """The same distribution, as torch has it."""
    each = distributions.Normal(steps.mean, torch.exp(0.5 * steps.log_var))
    return distributions.MixtureSameFamily(
        distributions.Categorical(logits=steps.log_weight), distributions.Independent(each, 1)
    )


def test_its_density_is_that_of_torch(prior):
    z = noise(5, 4)
    steps = prior.steps(z)
    torch.testing.assert_close(steps.log_prob(z), torchs(steps).log_prob(z))
    torch.testing.assert_close(steps.log_weight.exp().sum(-1), torch.ones(5, 4).double())


def test_its_draws_are_of_that_density():
    steps = Mixture(
        torch.tensor([0.2, 0.5, 0.3]).double().log(),
        torch.tensor([[-3.0], [0.0], [2.0]]).double(),
        torch.tensor([[-2.0], [0.0], [-4.0]]).double(),
    )
    n = 20000
    uniform = torch.rand(n, generator=seeded()).double()
    many = Mixture(*(part.expand(n, *part.shape) for part in steps))
    z = many.draw(uniform, noise(n, 1, size=1)[:, 0]).value.squeeze(-1).numpy()

    def below(x):
        parts = [
            weight * stats.norm.cdf(x, mean, scale)
            for weight, mean, scale in zip(
                steps.log_weight.exp().tolist(),
                steps.mean.flatten().tolist(),
                torch.exp(0.5 * steps.log_var).flatten().tolist(),
                strict=True,
            )
        ]
        return sum(parts)

    assert stats.kstest(z, below).pvalue > 0.01


@pytest.mark.parametrize("uniform", [0.0, 0.999999, 1.0])
def test_the_ends_of_the_range_choose_a_gaussian(uniform):
    log_weight = torch.tensor([0.3, 0.7]).log() - 1e-6  # which sum to less than one
    mixture = Mixture(log_weight, torch.tensor([[1.0], [2.0]]), torch.zeros(2, 1))
    drawn = mixture.draw(torch.tensor(uniform), torch.zeros(1))
    assert drawn.value.item() == (1.0 if uniform == 0 else 2.0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_content_is_standard_normal_in_the_form_of_what_it_is_like(dtype):
    z = content_prior(torch.empty(5000, 3, dtype=dtype), seeded())
    assert z.value.dtype == dtype
    assert not z.mean.any()
    assert not z.log_var.any()
    assert z.value.mean(0).abs().max() < 0.06
    assert (z.value.T.cov() - torch.eye(3)).abs().max() < 0.1
