"""Kullback-Leibler divergence of Gaussians: torch's, a mean over draws, safe beside padding."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributions import Normal, kl_divergence

from seqdisentangle.divergences import GaussianKL, Samples


def moments(*shape, dtype=torch.float64, seed=0, spread=1.0):
    g = torch.Generator().manual_seed(seed)
    value, mean, log_var = torch.randn(3, *shape, generator=g, dtype=torch.float64)
    return Samples(*(z.to(dtype) for z in (value, mean, spread * log_var)))


def normal(samples):
    return Normal(samples.mean.double(), (0.5 * samples.log_var.double()).exp())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("leading", [(), (3,), (2, 3), (0,)])
@pytest.mark.parametrize(("n", "d"), [(1, 1), (7, 2), (5, 512)])
def test_is_the_mean_over_draws_of_the_divergence_of_torch(dtype, leading, n, d):
    q, p = (moments(*leading, n, d, dtype=dtype, seed=seed) for seed in (0, 1))
    value = GaussianKL()(q, p)
    assert value.shape == leading
    assert value.dtype == dtype
    expected = kl_divergence(normal(q), normal(p)).sum(-1).mean(-1).to(dtype)
    rtol = 1e-12 if dtype == torch.float64 else 1e-5
    torch.testing.assert_close(value, expected, rtol=rtol, atol=0)


@given(seed=st.integers(0, 2**31), spread=st.floats(0, 5))
@settings(max_examples=30, deadline=None)
def test_is_zero_for_equal_moments_and_positive_for_others(seed, spread):
    q, p = (moments(4, 3, seed=seed + i, spread=spread) for i in (0, 1))
    assert GaussianKL()(q, q) == 0
    assert GaussianKL()(q, p) > 0


def test_near_moments_keep_their_digits():
    zero = torch.zeros(4, 3)
    q, p = Samples(zero, zero, zero + 1e-3), Samples(zero, zero, zero)
    expected = kl_divergence(normal(q), normal(p)).sum(-1).mean()
    torch.testing.assert_close(GaussianKL()(q, p).double(), expected, rtol=1e-4, atol=0)


def test_the_draws_are_not_read():
    q, p = moments(4, 3), moments(4, 3, seed=1)
    value = GaussianKL()(q, p)
    assert torch.equal(GaussianKL()(q._replace(value=q.value * torch.nan), p), value)
    assert not GaussianKL().sample_based


def test_is_unchanged_where_both_are_scaled_and_shifted():
    q, p = moments(4, 3), moments(4, 3, seed=1)
    scaled = [
        Samples(s.value, 10 * s.mean - 2, s.log_var + 2 * torch.tensor(10.0).log()) for s in (q, p)
    ]
    torch.testing.assert_close(GaussianKL()(*scaled), GaussianKL()(q, p), rtol=1e-6, atol=0)


def test_gradient_is_that_of_finite_differences_in_all_moments():
    mask = torch.tensor([[True, True, False], [True, False, False]])
    tensors = [m.requires_grad_() for s in (0, 1) for m in moments(2, 3, 2, seed=s)[1:]]

    def value(q_mean, q_log_var, p_mean, p_log_var):
        return GaussianKL()(
            Samples(q_mean, q_mean, q_log_var), Samples(p_mean, p_mean, p_log_var), mask
        )

    assert torch.autograd.gradcheck(value, tensors)


@pytest.mark.parametrize("padding", [1e4, -1e4, float("inf"), float("nan")])
@pytest.mark.parametrize("which", ["mean", "log_var"])
def test_what_stands_in_padding_does_not_matter(padding, which):
    # infinity or NaN is NaN, in the padding and in whatever made it.
    mask = torch.tensor([True, True, False, True, False])
    plain = [moments(5, 3, seed=seed) for seed in (0, 1)]
    alone = GaussianKL()(*(Samples(*(m[mask] for m in s)) for s in plain))
    for side in (0, 1):
        padded = list(plain)
        tensor = getattr(padded[side], which).masked_fill(~mask.unsqueeze(-1), padding)
        tensor.requires_grad_()
        padded[side] = padded[side]._replace(**{which: tensor})
        value = GaussianKL()(*padded, mask)
        torch.testing.assert_close(value, alone)
        value.backward()
        assert tensor.grad[mask].isfinite().all()
        assert (tensor.grad[~mask] == 0).all()


@pytest.mark.parametrize("missing", ["mean", "log_var"])
def test_a_side_without_moments_is_an_error_that_names_it(missing):
    q, p = moments(4, 3), moments(4, 3, seed=1)
    with pytest.raises(ValueError, match=r"needs the mean and log_var of the posterior, got draws"):
        GaussianKL()(q._replace(**{missing: None}), p)
    with pytest.raises(ValueError, match=r"needs the mean and log_var of the prior, got draws"):
        GaussianKL()(q, p._replace(**{missing: None}))


@pytest.mark.parametrize("log_var", [-20.0, 20.0])
def test_narrow_and_wide_posteriors_are_finite(log_var):
    zero = torch.zeros(4, 3)
    q = Samples(zero, (zero + 100).requires_grad_(), (zero + log_var).requires_grad_())
    value = GaussianKL()(q, Samples(zero, zero, zero))
    value.backward()
    assert value.isfinite()
    assert q.mean.grad.isfinite().all()
    assert q.log_var.grad.isfinite().all()
