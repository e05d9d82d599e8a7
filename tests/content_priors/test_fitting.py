"""Mixtures fitted to codes: whitening, what is held out, and how many components there are."""

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture

from seqdisentangle.content_priors.fitting import best_mixture, fitted_mixture, parted, whitened


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
    assert best_mixture(s[:300], s[300:], 0).n_components == 3
    assert best_mixture(s[:300], s[300:], 0, most=2).n_components == 2


def clusters(n_each, seed):
    """Six clusters of 12 numbers, whose covariances differ, and have much in common."""
    of_all, rng = np.random.RandomState(0), np.random.RandomState(seed)
    means, axes = 6 * of_all.normal(size=(6, 12)), of_all.normal(size=(12, 12)) / 3
    own = axes + 0.1 * of_all.normal(size=(6, 12, 12))
    noise = rng.normal(size=(6, n_each, 12))
    return (means[:, None] + noise @ own.transpose(0, 2, 1)).reshape(-1, 12)


def test_shrunk_covariances_foretell_better_than_own_ones_and_than_one_for_all():
    s, held_out = clusters(30, 1), clusters(200, 2)
    shrunk = fitted_mixture(s, 6, 0, shrunk=True).score(held_out)
    assert shrunk > fitted_mixture(s, 6, 0).score(held_out) + 1
    tied = GaussianMixture(6, covariance_type="tied", n_init=4, random_state=0)
    assert shrunk > tied.fit(s).score(held_out) + 0.5


def test_a_shrunk_covariance_counts_what_all_have_in_common_as_so_many_codes():
    s = clusters(30, 1)
    mixture = fitted_mixture(s, 6, 0, shrunk=True)
    of, own = mixture.predict(s), []
    for k in range(6):
        away = s[of == k] - mixture.means_[k]
        own.append(away.T @ away)
    common = sum(own) / len(s)
    for k in range(6):
        expected = (12 * common + own[k]) / (12 + (of == k).sum())
        np.testing.assert_allclose(mixture.covariances_[k], expected, atol=5e-3)


def test_with_many_codes_nothing_is_shrunk():
    s = clusters(3000, 1)
    mixtures = [fitted_mixture(s, 6, 0, shrunk=shrunk) for shrunk in (False, True)]
    own, shrunk = (m.covariances_[np.argsort(m.means_[:, 0])] for m in mixtures)
    np.testing.assert_allclose(shrunk, own, atol=0.02)
