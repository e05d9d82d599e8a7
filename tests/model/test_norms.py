"""Norms of codes: the moments that their prior has."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from seqdisentangle.model.norms import RunningNorm, Whitening


def correlated(n, eigenvalues, seed=0):
    """Codes whose second moments are a correlation matrix with these eigenvalues, exactly."""
    rng = np.random.RandomState(seed)
    moments = stats.random_correlation.rvs(eigenvalues, random_state=rng)
    x = rng.normal(size=(n, len(moments)))
    x = x @ np.linalg.inv(np.linalg.cholesky(x.T @ x / n)).T  # white, exactly
    return torch.from_numpy(x @ np.linalg.cholesky(moments).T)


def eigenvalues_of(x):
    return torch.linalg.eigvalsh(x.mT @ x / len(x)).numpy()


def after_many_batches(x, **options):
    norm = Whitening(x.shape[1], **options).double()
    for _ in range(600):
        norm(x)
    return norm


@given(
    spread=st.lists(st.floats(0.01, 3), min_size=2, max_size=5),
    floor=st.floats(0.01, 0.5),
    seed=st.integers(0, 99),
)
@settings(max_examples=15, deadline=None)
def test_each_direction_gets_the_variance_that_the_floor_leaves_it(spread, floor, seed):
    expected = np.sort(np.array(spread) * len(spread) / sum(spread))
    x = correlated(40, expected, seed)
    y = after_many_batches(x, floor=floor).eval()(x)
    found = eigenvalues_of(y)
    np.testing.assert_allclose(found, expected / ((1 - floor) * expected + floor), rtol=1e-3)


def test_codes_that_differ_in_one_direction_only_stay_finite():
    x = torch.randn(40, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    x = (x / x.square().mean().sqrt()).expand(-1, 3)
    y = after_many_batches(x)(x)
    assert y.isfinite().all()
    np.testing.assert_allclose(eigenvalues_of(y), [0, 0, 3 / (0.95 * 3 + 0.05)], atol=1e-4)


def test_out_of_training_it_is_a_fixed_linear_map():
    x = correlated(40, [0.2, 0.6, 2.2])
    norm = after_many_batches(x).eval()
    before = norm.covariance.clone()
    torch.testing.assert_close(norm(x[:1] + 2 * x[1:2]), norm(x[:1]) + 2 * norm(x[1:2]))
    assert torch.equal(norm.covariance, before)


@pytest.mark.parametrize("training", [True, False])
def test_gradients_are_those_of_the_linear_map(training):
    x = correlated(6, [0.2, 0.6, 2.2]).requires_grad_()
    # Without a moving average: it would move between the differences.
    norm = Whitening(3, momentum=0.0 if training else 0.5).double()
    norm(x.detach())
    torch.autograd.gradcheck(norm.train(training), x)


# Running moments


def batches(n, size=8, seed=0):
    generator = torch.Generator().manual_seed(seed)
    scale, shift = torch.tensor([0.01, 1.0, 30.0]), torch.tensor([-4.0, 0.0, 500.0])
    for _ in range(n):
        yield scale * torch.randn(size, 3, generator=generator) + shift


def after(norm, batches):
    for batch in batches:
        norm.train()(batch)
    return norm.eval()


def test_the_first_moments_are_those_of_all_batches_and_of_a_prior_one():
    first = list(batches(50))
    norm = after(RunningNorm(3, momentum=0.0), first)
    means = torch.stack([torch.zeros(3), *(x.mean(0) for x in first)])
    squares = torch.stack([torch.ones(3), *(x.square().mean(0) for x in first)])
    torch.testing.assert_close(norm.running_mean, means.mean(0), rtol=1e-3, atol=1e-3)
    expected = squares.mean(0) - means.mean(0).square()
    torch.testing.assert_close(norm.running_var, expected, rtol=1e-3, atol=1e-3)


def test_small_batches_get_unit_variance_all_the_same():
    norm = after(RunningNorm(3, momentum=0.02, eps=0.0), batches(1000))
    y = norm(torch.cat(list(batches(100, seed=1))))
    torch.testing.assert_close(y.mean(0), torch.zeros(3), atol=0.2, rtol=0)
    torch.testing.assert_close(y.std(0), torch.ones(3), atol=0.2, rtol=0)


def test_a_code_that_says_nothing_comes_back_when_it_says_something():
    silent = torch.full((8, 1), 2.0)
    norm = after(RunningNorm(1), [silent] * 50)
    assert norm(silent).isfinite().all()
    told = torch.randn(64, 1, generator=torch.Generator().manual_seed(0))
    assert after(norm, [told] * 200)(told).std() == pytest.approx(1, abs=0.1)


def test_a_batch_is_normalised_by_those_before_it():
    norm = after(RunningNorm(2), [torch.randn(8, 2)])
    x = torch.randn(8, 2)
    expected = norm(x)
    torch.testing.assert_close(norm.train()(x), expected)
    assert not torch.allclose(norm.eval()(x), expected)


def test_gradients_are_those_of_a_normalisation_by_the_batch():
    norm = after(RunningNorm(3, eps=1e-12).double(), [torch.randn(50, 3, dtype=torch.float64)])
    x = 5 * torch.randn(9, 3, dtype=torch.float64) + 2
    weight = torch.randn(9, 3, dtype=torch.float64)
    x.requires_grad_()
    scale = norm.factors()[0] * x.detach().std(0, correction=0)
    (expected,) = torch.autograd.grad(
        (
            scale * torch.nn.functional.batch_norm(x, None, None, training=True, eps=1e-12) * weight
        ).sum(),
        x,
    )
    (found,) = torch.autograd.grad((norm.train()(x) * weight).sum(), x)
    torch.testing.assert_close(found, expected)
    (of_one,) = torch.autograd.grad(norm(x[:1]).sum(), x)
    assert (of_one[0] != 0).all()
