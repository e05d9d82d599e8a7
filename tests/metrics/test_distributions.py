"""Distances of distributions: closed forms, other formulas, and tests that hold their level."""

import numpy as np
import pytest
from scipy import stats
from scipy.linalg import sqrtm
from sklearn.metrics.pairwise import polynomial_kernel
from sklearn.neighbors import NearestNeighbors

from seqdisentangle.metrics import (
    frechet_distance,
    kernel_distance,
    precision_recall,
    two_sample_test,
)

RNG = np.random.RandomState(0)
X, Y = RNG.normal(size=(2, 120, 4))


def test_frechet_is_that_of_the_root_of_the_product():
    y = Y @ RNG.normal(size=(4, 4)) + 1
    S, R = np.cov(X.T), np.cov(y.T)
    expected = ((X.mean(0) - y.mean(0)) ** 2).sum() + np.trace(S + R - 2 * np.real(sqrtm(S @ R)))
    assert frechet_distance(X, y) == pytest.approx(expected)


def test_frechet_of_two_normals_in_closed_form():
    x = np.array([[-1.0], [1.0]])  # variance 2
    assert frechet_distance(x, 3 * x + 5) == pytest.approx(25 + 2 * (3 - 1) ** 2)
    assert frechet_distance(X, X) == pytest.approx(0, abs=1e-9)


def test_frechet_of_fewer_features_than_numbers_is_finite():
    x, y = RNG.normal(size=(2, 3, 9))
    assert 0 < frechet_distance(x, y) < np.inf
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-5)


def test_kernel_distance_of_all_is_by_scikit_learn_kernel():
    def mean_of_others(z):
        k = polynomial_kernel(z, degree=3, gamma=1 / 4, coef0=1)
        return (k.sum() - np.trace(k)) / (len(z) * (len(z) - 1))

    across = polynomial_kernel(X, Y, degree=3, gamma=1 / 4, coef0=1).mean()
    found = kernel_distance(X, Y, n_subsets=2, random_state=0)
    assert found.mean == pytest.approx(mean_of_others(X) + mean_of_others(Y) - 2 * across)
    assert found.standard_error == pytest.approx(0, abs=1e-12)


def test_kernel_distance_has_mean_zero_and_an_error_that_says_so():
    x, y = RNG.normal(size=(2, 4000, 3))
    found = kernel_distance(x, y, n_subsets=40, subset_size=100, random_state=0)
    assert abs(found.mean) < 4 * found.standard_error


def test_precision_and_recall_by_nearest_neighbours():
    y = 0.3 * Y + 0.5

    def among(a, b):
        reach = NearestNeighbors(n_neighbors=3).fit(b).kneighbors()[0][:, -1]
        return np.mean([(np.linalg.norm(b - point, axis=1) <= reach).any() for point in a])

    found = precision_recall(X, y)
    assert found == pytest.approx((among(y, X), among(X, y)))
    assert found.precision > found.recall


def test_precision_and_recall_at_their_ends():
    assert precision_recall(X, X) == (1, 1)
    assert precision_recall(X, X + 100) == (0, 0)
    assert precision_recall(X, X[:2], n_neighbours=5).precision == 1


def test_energy_statistic_is_that_of_scipy():
    x, y = X[:, :1], 2 * Y[:50, :1]
    found = two_sample_test(x, y, n_permutations=1, random_state=0)
    assert found.statistic == pytest.approx(stats.energy_distance(x[:, 0], y[:, 0]) ** 2)


def test_p_values_of_one_distribution_are_uniform():
    p = [
        two_sample_test(*RNG.normal(size=(2, 12, 2)), n_permutations=99, random_state=k).p_value
        for k in range(200)
    ]
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_p_values_agree_with_scipy_over_all_permutations():
    x, y = np.array([[0.0], [1.0], [2.0]]), np.array([[1.5], [4.0], [5.0]])
    exact = stats.permutation_test(
        (x[:, 0], y[:, 0]), stats.energy_distance, alternative="greater"
    ).pvalue
    found = two_sample_test(x, y, n_permutations=4999, random_state=0).p_value
    assert found == pytest.approx(exact, abs=0.03)


def test_two_features_can_never_be_told():
    assert two_sample_test([[0.0], [1.0]], [[8.0], [9.0]], random_state=0).p_value > 0.2


@pytest.mark.parametrize(
    "measure", [frechet_distance, kernel_distance, precision_recall, two_sample_test]
)
def test_features_that_cannot_be_compared_are_refused(measure):
    with pytest.raises(ValueError, match="real and generated must have features of one size"):
        measure(X, Y[:, :2])
    with pytest.raises(ValueError, match="generated must have shape"):
        measure(X, Y[:1])
    with pytest.raises(ValueError, match="real must be finite"):
        measure(np.full((3, 4), np.nan), Y)


def test_a_ball_holds_what_is_as_far_as_the_neighbour_that_bounds_it():
    found = precision_recall([[0.0], [1.0]], [[2.0], [5.0]], n_neighbours=1)
    # 2 is as far from 1 as 0 is; 1 is nearer to 2 than 5 is, and 0 nearer too.
    assert found == (0.5, 1.0)
