"""Representations: equally many numbers for any length, and a rotation that loses nothing."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from sklearn.decomposition import PCA

from seqdisentangle.metrics._representations import (
    means_and_deviations,
    principal_components,
    representations,
    rotated,
    standardised,
)
from seqdisentangle.metrics._sequences import ReadSequences

RNG = np.random.RandomState(0)


def test_lengths_do_not_matter():
    X = [RNG.normal(size=(length, 2)) for length in (1, 2, 9, 30)]
    model = SimpleNamespace(
        transform=lambda X: SimpleNamespace(content=np.stack([x.mean(0) for x in X]), motion=X)
    )
    held = ReadSequences.all_of(X)
    found = representations(held, held.encoded(model))
    assert {name: len(z) for name, z in found.items()} == dict.fromkeys(
        ("content", "motion", "data"), 4
    )
    np.testing.assert_allclose(found["motion"], found["data"])


def test_means_and_deviations_of_a_hand_worked_case():
    x = np.array([[0.0, 1.0], [2.0, 1.0]])
    np.testing.assert_array_equal(means_and_deviations([x]), [[1, 1, 1, 0]])


@pytest.mark.parametrize("size", [3, 50])
def test_a_rotation_keeps_all_distances(size):
    z = standardised(RNG.normal(size=(8, size)) * np.arange(1, size + 1) + 7)
    assert z.mean(0) == pytest.approx(0)
    assert z.std(0) == pytest.approx(1)
    assert rotated(z).shape[1] <= 8
    np.testing.assert_allclose(pdist(rotated(z)), pdist(z))


def test_signs_of_rounding_are_no_features():
    course = np.linspace(-1, 1, 8)[:, None]
    assert course.mean() != 0  # by 1e-17, and of the other sign in the mirrored course
    found = means_and_deviations([course, -course])
    assert np.ptp(found[:, 0]) == 0


def test_a_constant_number_says_nothing():
    assert not standardised(np.full((4, 2), 3.0)).any()
    assert not rotated(standardised(np.full((4, 9), 3.0))).any()


def test_components_are_those_of_scikit_learn_as_far_as_there_are_any():
    z = RNG.normal(size=(6, 4))
    np.testing.assert_allclose(principal_components(z, 2), PCA(2).fit_transform(z))
    assert principal_components(z, 90).shape == (6, 4)
