"""Priors: a rollout and a teacher-forced pass are the same distribution."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import distributions

from seqdisentangle.data.packing import Packing
from seqdisentangle.model.core import ModelSpec, build_model
from seqdisentangle.model.latent import Mixture
from seqdisentangle.model.prior_networks import LSTMPrior, PriorNetwork, content_prior
from seqdisentangle.model.priors import MotionPrior
from seqdisentangle.networks import MLP


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def make(n_components):
    torch.manual_seed(0)
    return LSTMPrior(3, 8, n_components).double()


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
    prior = LSTMPrior(6, 16, 200)
    mean = prior.steps(torch.zeros(1, 1, 6)).mean[0, 0]
    assert mean.mean(0).abs().max() < 0.3
    torch.testing.assert_close(mean.std(0), torch.ones(6), rtol=0, atol=0.2)


def test_a_mixture_learns_clusters_by_likelihood():
    torch.manual_seed(0)
    prior = LSTMPrior(6, 32, 40)
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


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_content_is_standard_normal_in_the_form_of_what_it_is_like(dtype):
    z = content_prior(torch.empty(5000, 3, dtype=dtype), seeded())
    assert z.value.dtype == dtype
    assert not z.mean.any()
    assert not z.log_var.any()
    assert z.value.mean(0).abs().max() < 0.06
    assert (z.value.T.cov() - torch.eye(3)).abs().max() < 0.1


class Walk(PriorNetwork):
    """A random walk with a step of a learned size, which remembers the last code alone."""

    def __init__(self, size):
        super().__init__(size)
        self.log_var = torch.nn.Parameter(torch.zeros(size))

    def read(self, before, state=None, action=None, lengths=None):
        return before, None

    def distribution(self, hidden):
        mean = hidden.unsqueeze(-2)
        return Mixture(mean.new_zeros(mean.shape[:-1]), mean, self.log_var.expand_as(mean))


class WalkPrior(MotionPrior):
    def build(self, size, hidden_size, n_actions=0):
        return Walk(size)


@pytest.mark.parametrize("n_actions", [None, 3])
def test_an_own_prior_is_rolled_out_continued_and_trained(n_actions):
    spec = ModelSpec(
        (3,), False, 4, 2, 8, MLP(4, 1), "style", 0.1, 0.3, WalkPrior(), n_actions=n_actions
    )
    model = build_model(spec, 0)
    action = None if n_actions is None else torch.eye(3)[[0, 2]]
    eps = torch.randn(2, 6, 2, generator=seeded())
    walk = model.rollout(eps, action=action)
    torch.testing.assert_close(walk, eps.cumsum(1))
    lengths = torch.tensor([3, 1])
    following = model.rollout(eps, walk[:, :3], lengths, action)
    torch.testing.assert_close(following[1], walk[1, 0] + eps[1].cumsum(0))
    model.prior(walk, seeded(), action).value.sum().backward()
    assert model.prior.log_var.grad.any()


class Told(Walk):
    """A walk that keeps what it is told."""

    def __init__(self, size):
        super().__init__(size)
        self.calls = []

    def read(self, before, state=None, action=None, lengths=None):
        self.calls.append((before, action, lengths))
        return super().read(before)


def test_a_network_reads_codes_and_is_told_the_action_and_the_lengths_apart():
    prior, action, lengths = Told(2), torch.eye(3)[[0, 2]], torch.tensor([4, 1])
    history, eps = torch.randn(2, 4, 2, generator=seeded()), torch.zeros(2, 1, 2)
    prior.steps(history, action)
    prior.rollout(eps, history, lengths, action)
    (all_steps, *_), (past, _, real), (last, _, none) = prior.calls
    before = torch.cat([torch.zeros(2, 1, 2), history[:, :-1]], 1)
    assert torch.equal(all_steps, before)
    assert torch.equal(past, before)
    assert torch.equal(last, torch.stack([history[0, 3:], history[1, :1]]))
    assert real is lengths
    assert none is None
    assert all(torch.equal(told, action) for _, told, _ in prior.calls)


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


def test_the_likelihood_of_a_sequence_is_that_of_its_real_steps(prior):
    z, lengths = noise(2, 4), torch.tensor([4, 2])
    hidden, each = prior.hidden(z), prior.steps(z).log_prob(z)
    found = prior.log_likelihood(hidden, z, Packing.of(lengths, 4, z.device))
    torch.testing.assert_close(prior.log_prob(hidden, z), each)
    torch.testing.assert_close(found, torch.stack([each[0].sum(), each[1, :2].sum()]))
    torch.testing.assert_close(prior.log_likelihood(hidden, z), each.sum(1))


class Wider(LSTMPrior):
    """A prior that says its steps in a way of its own."""

    def distribution(self, hidden):
        steps = super().distribution(hidden)
        return steps._replace(log_var=steps.log_var + 1)


@pytest.mark.parametrize("n_components", [1, 4])
def test_a_subclass_is_asked_for_its_density(n_components):
    prior, z = Wider(3, 8, n_components).double(), noise(2, 4)
    torch.testing.assert_close(prior.log_prob(prior.hidden(z), z), prior.steps(z).log_prob(z))


@pytest.mark.parametrize("n_actions", [0, 2])
def test_one_code_is_read_as_a_sequence_of_one(n_actions):
    torch.manual_seed(0)
    prior, z = LSTMPrior(3, 8, n_actions=n_actions).double(), noise(4, 3)
    action = torch.eye(2, dtype=torch.float64)[[0, 1, 1, 0]] if n_actions else None
    state = None
    for before in z.split(1, 1):
        expected = prior.read(before, state, action)
        hidden, state = prior.read_one(before, state, action)
        torch.testing.assert_close(hidden, expected[0])
        torch.testing.assert_close(state, expected[1])


def test_a_rollout_is_in_full_precision_within_autocast():
    prior, eps = make(4).float(), noise(2, 5, size=4).float()
    expected = prior.rollout(eps)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(prior.rollout(eps), expected)
