"""Mixtures fitted to codes: whitening, what is held out, and how many components there are."""

import numpy as np
import pytest

from seqdisentangle.content_priors.fitting import best_mixture, parted, whitened


def test_whitened_codes_have_identity_covariance_and_a_way_back():
    codes = np.random.RandomState(0).normal(size=(5000, 4)) @ np.diag([1, 2, 0.5, 2]) + 3
    s, mean, axes = whitened(codes)
    assert np.allclose(np.cov(s.T), np.eye(4), atol=0.2)
    assert np.allclose(mean + s @ axes.T, codes)


@pytest.mark.parametrize("n", [2, 3, 20, 1000])
def test_every_code_is_fitted_to_or_held_out(n):
    codes = np.random.RandomState(0).normal(size=(n, 3))
    rows, held_out = parted(codes, 0)
    assert sorted([*rows, *held_out]) == list(range(n))
    assert min(len(rows), len(held_out)) > 0
    if n == 1000:
        assert 0.1 < len(held_out) / n <= 0.2


def test_codes_of_one_appearance_are_mostly_held_out_together():
    places = np.random.RandomState(0).normal(size=(50, 3))
    of = np.repeat(np.arange(50), 4)
    codes = places[of] + 1e-3 * np.random.RandomState(1).normal(size=(200, 3))
    rows, held_out = parted(codes, 0)
    assert np.isin(of[held_out], of[rows]).mean() < 0.5


def test_the_number_of_components_is_found():
    rng = np.random.RandomState(0)
    s = rng.randint(3, size=(400, 1)) * 3 + 0.2 * rng.normal(size=(400, 1))
    assert best_mixture(s[:300], s[300:], "full", 0).n_components == 3
    assert best_mixture(s[:300], s[300:], "full", 0, most=2).n_components == 2
