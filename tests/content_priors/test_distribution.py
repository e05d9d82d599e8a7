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
