"""Norms of codes: the moments that their prior has."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from seqdisentangle.model.norms import Whitening


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
