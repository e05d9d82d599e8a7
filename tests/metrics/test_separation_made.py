"""Reconstructions, the use of codes, and samples, at their extremes."""

import numpy as np
import pytest

from seqdisentangle.metrics._separation_made import (
    Reconstructed,
    energy_coefficient,
    indistinguishable,
    use_of_codes,
)


@pytest.mark.parametrize(
    ("make", "still", "moving"),
    [
        (lambda x: x, 1, 1),
        (lambda x: 0 * x + x.mean(0), 1, 0),
        (lambda x: x - x.mean(0), "less", 1),
    ],
)
def test_what_stays_and_what_moves_are_told_apart(levels, make, still, moving):
    X = list(levels(30))
    reconstructed = Reconstructed(X)
    reconstructed.add([make(x) for x in X[:10]])
    reconstructed.add([make(x) for x in X[10:]])
    of_still, of_moving = reconstructed.r2()
    assert of_moving == pytest.approx(moving)
    assert of_still < 0.1 if still == "less" else of_still == pytest.approx(still)


def test_what_the_data_do_not_have_is_not_missed():
    still = list(np.repeat(np.arange(10.0).reshape(5, 1, 2), 6, axis=1))
    moving = [x - x.mean(0) for x in np.random.RandomState(0).normal(size=(5, 6, 2))]
    for X in (still, moving):
        reconstructed = Reconstructed(X)
        reconstructed.add([x + 0.01 * x.std() for x in X])
        assert min(reconstructed.r2()) > 0.95


def test_of_images_that_are_all_alike_everything_is_missed_by_a_number():
    X = list(np.zeros((3, 4, 1, 8, 8)))
    reconstructed = Reconstructed(X)
    reconstructed.add([x + np.arange(4).reshape(4, 1, 1, 1) / 4 for x in X])
    assert np.isfinite(reconstructed.r2()).all()


@pytest.mark.parametrize("size", [0.1, 0.03])
def test_a_little_movement_is_missed(size):
    """Of talking faces three thousandths of the variance is movement."""
    rng = np.random.RandomState(0)
    X = [level + size * rng.normal(size=(20, 2)) for level in rng.normal(size=(30, 1, 2))]
    reconstructed = Reconstructed(X)
    reconstructed.add([x.mean(0) + 0.5 * (x - x.mean(0)) for x in X])
    assert reconstructed.r2() == pytest.approx((1, 0.75))


def test_a_feature_that_is_constant_does_not_count(levels):
    X = list(levels(30))
    found = []
    for constant in (0.5, 0.1):  # of which the mean of the second is rounded
        X_of_it = [np.column_stack([x, np.full(len(x), constant)]) for x in X]
        reconstructed = Reconstructed(X_of_it)
        reconstructed.add([x + 0.1 for x in X_of_it])
        found.append(reconstructed.r2())
    assert found[1] == found[0]
    assert min(found[0]) > 0.9


def test_use_is_of_the_code_that_changes_a_swap(levels):
    X = levels(20)
    a, b = np.arange(20), np.roll(np.arange(20), 1)
    level = X.mean(1, keepdims=True)
    assert use_of_codes(X[a], X, a, b) == (0, 1)
    assert use_of_codes(X[b], X, a, b) == (1, 0)
    both = use_of_codes(X[a] - level[a] + level[b], X, a, b)
    assert sum(both) == pytest.approx(1)
    assert min(both) > 0.05
    assert use_of_codes(0 * X, 0 * X, a, b) == (0, 0)


def test_draws_from_the_data_cannot_be_told_and_others_can():
    rng = np.random.RandomState(0)
    data, more = rng.normal(size=(2, 200, 5))
    assert indistinguishable(more, data, rng) > 0.8
    assert indistinguishable(more + 3, data, rng) < 0.1


def test_the_distance_of_samples_goes_from_0_to_1_and_has_no_units():
    rng = np.random.RandomState(0)
    data, more = rng.normal(size=(2, 400, 3))
    away = [energy_coefficient(more + shift, data) for shift in (0, 1, 3, 1000)]
    assert away == sorted(away)
    assert away[0] < 0.02
    assert away[-1] > 0.99
    assert energy_coefficient(100 * more + 1, 100 * data) == pytest.approx(
        energy_coefficient(more + 0.01, data)
    )
    assert energy_coefficient(0 * data, 0 * data) == 0


def test_vectors_count_in_units_of_each_feature_and_images_as_they_are():
    """A feature that is missed is half of two, whatever its unit, but little of two pixels."""
    X = list(np.random.RandomState(0).normal(size=(20, 6, 2)) * [1e-3, 1.0])
    for frames, expected in ((X, 0.5), ([x[:, None, None] for x in X], 1.0)):
        reconstructed = Reconstructed(frames)
        reconstructed.add([x * np.array([0.0, 1.0]) for x in frames])
        assert reconstructed.r2()[1] == pytest.approx(expected, abs=0.05)
