"""Mixtures of independent parts: their density, and what they cannot be made of."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from seqdisentangle.content_priors import Factor, FactoredMixture

MEAN = np.array([1.0, -1.0, 0.5])
AXES = np.array([[1.0, 0.5, 0.0], [0.0, 2.0, 0.3], [0.2, 0.0, 0.7]])
PAIR = Factor([2, 0], [0.25, 0.75], [[0, 1], [2, -1]], [np.eye(2), [[0.5, 0], [0.3, 0.4]]])
SINGLE = Factor([1], [1.0], [[0.5]], [[[0.2]]])


def test_the_density_is_that_of_a_mixture_of_gaussians():
    z = np.random.RandomState(0).normal(size=(6, 3))
    expected = np.zeros(6)
    for weight, mean, scale in zip(PAIR.weights, PAIR.means, PAIR.scales, strict=True):
        s, covariance = np.zeros(3), np.zeros((3, 3))
        s[[2, 0]], s[1] = mean, 0.5
        covariance[np.ix_([2, 0], [2, 0])], covariance[1, 1] = scale @ scale.T, 0.04
        whole = multivariate_normal(MEAN + AXES @ s, AXES @ covariance @ AXES.T)
        expected += weight * whole.pdf(z)
    found = FactoredMixture(MEAN, AXES, [PAIR, SINGLE]).log_density(z)
    assert np.allclose(found, np.log(expected))


def test_components_are_drawn_as_often_as_they_weigh():
    noise = np.random.RandomState(0).normal(size=(5000, 5))
    s = np.linalg.solve(AXES, (FactoredMixture(MEAN, AXES, [PAIR, SINGLE]).draw(noise) - MEAN).T)
    assert (s[2] > 1).mean() == pytest.approx(0.25 * 0.16 + 0.75 * 0.977, abs=0.02)
    assert s[1].mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": [1.0]}, r"weights \(K,\), means \(K, g\) and scales \(K, g, g\), got \(1,\)"),
        ({"weights": [0.5, -0.5]}, "positive weights"),
        ({"means": [[np.nan, 0], [0, 0]]}, "finite numbers"),
        ({"scales": [np.eye(2), np.zeros((2, 2))]}, "positive weights and diagonals"),
    ],
    ids=lambda v: next(iter(v)) if isinstance(v, dict) else "",
)
def test_a_factor_must_be_a_mixture(change, message):
    parts = {name: getattr(PAIR, name) for name in ("columns", "weights", "means", "scales")}
    with pytest.raises(ValueError, match=message):
        Factor(**{**parts, **change})


@pytest.mark.parametrize("factors", [[PAIR], [PAIR, SINGLE, SINGLE]], ids=["too few", "twice"])
def test_each_coordinate_is_of_one_factor(factors):
    with pytest.raises(ValueError, match="factors that share its coordinates"):
        FactoredMixture(MEAN, AXES, factors)


def test_axes_must_be_independent():
    with pytest.raises(ValueError, match="independent axes"):
        FactoredMixture(MEAN, np.ones((3, 3)), [PAIR, SINGLE])


# Two parts with a gap between their Gaussians, and one without.
GAPS = [
    Factor([0], [0.5, 0.5], [[-2.0], [2.0]], np.full((2, 1, 1), 0.2)),
    Factor([2], [0.3, 0.7], [[-2.0], [2.0]], np.full((2, 1, 1), 0.2)),
    SINGLE,
]
SHARES = np.linspace(0, 1, 41)


def pairs(prior, n=50):
    draws = prior.draw(np.random.RandomState(0).normal(size=(2 * n, prior.noise_size)))
    return draws[:n], draws[n:]


def test_the_way_between_codes_has_exact_ends_and_is_unbroken():
    prior = FactoredMixture(MEAN, AXES, GAPS)
    a, b = pairs(prior)
    assert np.array_equal(prior.between(a, b, 0.0), a)
    assert np.array_equal(prior.between(a, b, 1.0), b)
    assert np.allclose(prior.between(a, a, 0.4), a)
    steps = np.diff([prior.between(a, b, share) for share in np.linspace(0, 1, 2001)], axis=0)
    assert np.abs(steps).max() < 0.02 * np.abs(a - b).max()


def test_the_way_is_likelier_than_a_straight_line_where_several_parts_change():
    prior = FactoredMixture(MEAN, AXES, GAPS)
    a, b = pairs(prior)
    s_a, s_b = (np.linalg.solve(AXES, (z - MEAN).T)[[0, 2]] for z in (a, b))
    both = (np.sign(s_a) != np.sign(s_b)).all(0)
    assert 5 < both.sum() < 45
    way = np.array([prior.log_density(prior.between(a, b, share)) for share in SHARES])
    line = np.array([prior.log_density((1 - share) * a + share * b) for share in SHARES])
    assert (way.min(0) > line.min(0) + 20)[both].all()
    assert (way.mean(0) > line.mean(0) + 10)[both].all()
    assert way.mean() > line.mean() + 5


def test_a_part_of_one_gaussian_goes_straight():
    prior = FactoredMixture(MEAN, AXES, GAPS)
    a, b = pairs(prior)
    s_a, s_b = (np.linalg.solve(AXES, (z - MEAN).T)[1] for z in (a, b))
    for share in SHARES:
        s = np.linalg.solve(AXES, (prior.between(a, b, share) - MEAN).T)[1]
        assert np.allclose(s, (1 - share) * s_a + share * s_b)


def test_the_way_by_a_single_part_is_a_straight_line():
    prior = FactoredMixture(MEAN, AXES, [PAIR, SINGLE])
    a, b = pairs(prior)
    assert np.allclose(prior.between(a, b, 0.3), 0.7 * a + 0.3 * b)
