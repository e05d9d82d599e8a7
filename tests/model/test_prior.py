"""Priors: a rollout and a teacher-forced pass are the same distribution."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seqdisentangle.model.prior import MotionPrior, content_prior


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def prior():
    torch.manual_seed(0)
    return MotionPrior(3, 8).double()


def noise(n, steps, seed=0):
    return torch.randn(n, steps, 3, dtype=torch.float64, generator=seeded(seed))


@given(n=st.integers(1, 4), steps=st.integers(1, 6), seed=st.integers(0, 99))
@settings(max_examples=20)
def test_teacher_forced_with_the_noise_of_a_rollout_it_gives_the_codes_of_the_rollout(
    prior, n, steps, seed
):
    z = prior.rollout(noise(n, steps, seed))
    torch.testing.assert_close(prior(z, seeded(seed)).value, z)


@given(past=st.integers(0, 4), steps=st.integers(0, 4))
@settings(max_examples=25)
def test_a_rollout_from_a_history_continues_it(prior, past, steps):
    eps = noise(2, past + steps)
    whole = prior.rollout(eps)
    following = prior.rollout(eps[:, past:], history=whole[:, :past])
    torch.testing.assert_close(following, whole[:, past:])


def test_each_step_depends_on_the_codes_before_it_only(prior):
    z = noise(2, 5).requires_grad_()
    for t in range(5):
        (gradient,) = torch.autograd.grad(prior(z, seeded()).value[:, t].sum(), z)
        assert (gradient.abs().amax((0, 2)) > 0).tolist() == [step < t for step in range(5)]


def test_a_step_remembers_more_than_the_previous_code(prior):
    a, b = noise(1, 4), noise(1, 4)
    b[:, 0] += 1
    assert not torch.allclose(prior(a).mean[:, 2], prior(b).mean[:, 2])


def test_zero_noise_follows_the_mean(prior):
    z = prior.rollout(torch.zeros(2, 5, 3, dtype=torch.float64))
    torch.testing.assert_close(prior(z).mean, z)


@pytest.mark.parametrize(("n", "steps"), [(0, 3), (2, 0), (0, 0)])
def test_nothing_gives_nothing(prior, n, steps):
    assert prior.rollout(noise(n, steps)).shape == (n, steps, 3)


def test_all_parameters_get_gradients(prior):
    prior(noise(2, 4), seeded()).value.square().sum().backward()
    assert all(p.grad.any() for p in prior.parameters())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_content_is_standard_normal_in_the_form_of_what_it_is_like(dtype):
    z = content_prior(torch.empty(5000, 3, dtype=dtype), seeded())
    assert z.value.dtype == dtype
    assert not z.mean.any()
    assert not z.log_var.any()
    assert z.value.mean(0).abs().max() < 0.06
    assert (z.value.T.cov() - torch.eye(3)).abs().max() < 0.1
