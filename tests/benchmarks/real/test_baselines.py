"""Baselines move what they take for content, and nothing else."""

import numpy as np
import pytest

from tests.benchmarks.real.baselines import (
    Distribution,
    Frames,
    Mean,
    MeanAndCovariance,
    MeanAndDeviation,
    MeanOfComponents,
    forest,
)
from tests.benchmarks.real.data import RealData

EXACT = [Mean, MeanAndDeviation, Distribution, MeanOfComponents]
BASELINES = [*EXACT, MeanAndCovariance]


def sequences(n=8, n_steps=12, size=3, seed=0):
    rng = np.random.RandomState(seed)
    return (rng.normal(size=(n, n_steps, size)) + rng.normal(size=(n, 1, size))).astype(np.float32)


@pytest.mark.parametrize("baseline", BASELINES)
def test_a_swap_with_itself_changes_nothing(baseline):
    X = sequences()
    np.testing.assert_allclose(baseline().fit(X).swap(X, X).a_motion_b_content, X, atol=1e-5)


@pytest.mark.parametrize("baseline", EXACT)
def test_a_swap_has_the_codes_of_its_donors(baseline):
    a, b = sequences(seed=0), sequences(seed=1)
    model = baseline().fit(np.concatenate([a, b]))
    found = model.transform(model.swap(a, b).a_motion_b_content)
    np.testing.assert_allclose(found.content, model.transform(b).content, atol=1e-4)
    np.testing.assert_allclose(found.motion, model.transform(a).motion, atol=1e-4)


def mixed(seed, n_steps=4000):
    """Long sequences whose values go together, each set in its own way."""
    mixing = np.random.RandomState(seed + 9).normal(size=(3, 3))
    return sequences(2, n_steps, seed=seed).astype(float) @ mixing


def test_whitened_and_coloured_a_swap_has_the_covariance_of_its_donor():
    a, b = mixed(0), mixed(1)
    swapped = MeanAndCovariance().swap(a, b).a_motion_b_content
    for made, donor in zip(swapped, b, strict=True):  # shrunk by little, of so many frames
        np.testing.assert_allclose(np.cov(made.T), np.cov(donor.T), atol=0.05)
    motion = MeanAndCovariance().transform(swapped).motion
    assert np.abs(motion - np.stack(MeanAndCovariance().transform(a).motion)).mean() < 0.05
    np.testing.assert_allclose(np.cov(motion[0].T), np.eye(3), atol=0.05)


def test_uncorrelated_values_are_whitened_to_the_standardised_ones():
    x = np.random.RandomState(0).normal(size=(1, 50000, 2)) * (1, 3)
    (found,), (expected,) = (m().transform(x).motion for m in (MeanAndCovariance, MeanAndDeviation))
    np.testing.assert_allclose(found, expected, atol=0.1)


def test_what_never_varies_stays_as_the_donor_has_it():
    a, b = np.ones((2, 1, 4, 3)) * np.array([1, 2])[:, None, None, None]
    np.testing.assert_array_equal(MeanAndCovariance().swap(a, b).a_motion_b_content, b)


def test_frames_are_all_there_or_evenly_spaced():
    X = [np.arange(n, dtype=float)[:, None] for n in (3, 120)]
    content = Frames().fit(X).transform(X).content
    assert content.shape == (2, 50)
    assert (content[0, 0], content[0, -1], content[1, -1]) == (0, 2, 119)
    assert (np.diff(content) >= 0).all()
    np.testing.assert_array_equal(Frames().fit(X[:1]).transform(X[:1]).content, X[0].T)


@pytest.mark.parametrize("baseline", BASELINES)
def test_sequences_may_differ_in_length(baseline):
    a, b = list(sequences(n_steps=5)), list(sequences(n_steps=9))
    model = baseline().fit(a + b)
    assert [x.shape for x in model.swap(a, b).a_motion_b_content] == [x.shape for x in a]
    assert [z.shape for z in model.transform(b).motion] == [x.shape for x in b]


def test_images_stay_images():
    X = np.random.RandomState(0).randint(256, size=(4, 6, 5, 5, 3)).astype(np.uint8)
    swapped = MeanAndDeviation().swap(X[:2], X[2:]).a_motion_b_content
    assert (swapped.shape, swapped.dtype) == (X[:2].shape, np.uint8)
    mean = swapped.mean(1) - X[2:].mean(1)
    assert np.abs(mean).mean() < 5  # but for what is cut off at 0 and 255
    assert MeanOfComponents().fit(X).reconstruct(X).dtype == np.uint8


def test_missing_values_stay_missing_and_change_no_content():
    X = sequences()
    gaps = X.copy()
    gaps[:, ::3] = np.nan
    gaps[0, :, 0] = np.nan  # never known
    codes = MeanAndDeviation().transform(gaps)
    np.testing.assert_allclose(codes.content[1:, 0], np.nanmean(gaps[1:, :, 0], axis=1), atol=1e-6)
    assert np.isfinite(codes.content).all()
    swapped = MeanAndDeviation().swap(gaps, X).a_motion_b_content
    np.testing.assert_array_equal(np.isnan(swapped), np.isnan(gaps))


@pytest.mark.parametrize("foretold", [False, True])
def test_a_forest_reads_what_the_deviation_says(foretold):
    y = np.arange(60) % 2
    X, X_test = (sequences(60, seed=s) * (1 + 3 * y[:, None, None]) for s in (0, 1))
    data = RealData(X, X_test, {"spread": (y, y)}, foretold)
    found = forest(MeanAndDeviation(), data)
    assert found["probe_content"] == found["head_content"] > 0.9
    assert ("precision_content" in found) == foretold
