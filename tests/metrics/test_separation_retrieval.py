"""Retrieval, at its extremes and against the area under the ROC curve."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.metrics import roc_auc_score

from seqdisentangle.metrics._separation_retrieval import distances, retrieval


def test_distances_are_euclidean():
    rng = np.random.RandomState(0)
    a, b = rng.normal(size=(5, 3)), rng.normal(size=(7, 3))
    np.testing.assert_allclose(distances(a, b), cdist(a, b))


@pytest.mark.parametrize(("sign", "expected"), [(1, 1), (-1, -1), (0, 0)])
def test_nearest_farthest_and_neither(sign, expected):
    x = np.random.RandomState(0).normal(size=(9, 2))
    unlike = sign * cdist(x, x) if sign >= 0 else -cdist(x, x)
    assert retrieval(unlike, np.arange(9)) == expected


def test_it_is_the_area_under_the_curve_of_each_query():
    rng = np.random.RandomState(0)
    unlike, right = rng.randint(5, size=(20, 8)), rng.randint(8, size=20)  # with ties
    areas = [roc_auc_score(np.arange(8) == j, -d) for d, j in zip(unlike, right, strict=True)]
    assert retrieval(unlike, right) == pytest.approx(2 * np.mean(areas) - 1)
